//! Records on their way into one transaction.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZero;
use std::thread;

use rejoinder_core::{CommentId, PageId, SiteId, State};
use store::authors::Details;
use store::imports::{self, ImportedComment, ImportedPage, Upserted};
use store::{StoreError, Tx, pages};

use super::Task;

/// Pages and comments, decided, in the order in which they must be written.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) pages: Vec<NewPage>,
    pub(super) comments: Vec<NewComment>,
}

/// A page to find or to add.
#[derive(Debug)]
pub(super) struct NewPage {
    /// Its id, if it is new.
    pub(super) id: PageId,
    pub(super) page: ImportedPage,
}

/// A comment to find or to add.
#[derive(Debug)]
pub(super) struct NewComment {
    /// The source ids of its page and its parent, which come before it.
    pub(super) page: String,
    pub(super) parent: Option<String>,
    /// Tells its author from all others.
    pub(super) author: String,
    pub(super) details: Details,
    /// Its text, not safe.
    pub(super) body_html: String,
    /// With a page and an author that are filled in when they are known.
    pub(super) comment: ImportedComment,
}

impl NewComment {
    fn render(&mut self) {
        self.comment.html = markup::sanitise(&self.body_html);
        self.comment.text = markup::plain_text(&self.comment.html);
    }
}

/// What came of a batch.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// What its pages are called here.
    pub(super) pages: HashMap<String, PageId>,
    pub(super) added: u64,
    pub(super) known: u64,
    pub(super) held: u64,
    pub(super) hidden: u64,
}

impl Outcome {
    fn add(&mut self, state: State) {
        self.added += 1;
        match state {
            State::Published => {}
            State::Held => self.held += 1,
            State::Rejected | State::Spam | State::Removed => self.hidden += 1,
        }
    }
}

impl Batch {
    pub(super) fn len(&self) -> usize {
        self.pages.len() + self.comments.len()
    }

    /// Make the HTML that is shown, which takes longer than all the rest, on all processors.
    pub(super) fn render(&mut self) {
        let n_threads = thread::available_parallelism().map_or(1, NonZero::get);
        let share = self.comments.len().div_ceil(n_threads).max(1);
        thread::scope(|scope| {
            for comments in self.comments.chunks_mut(share) {
                scope.spawn(|| comments.iter_mut().for_each(NewComment::render));
            }
        });
    }

    /// Find or add everything, and count the pages again that got comments.
    pub(super) fn write(
        &self,
        tx: &mut Tx<'_>,
        task: Task,
        known_pages: &HashMap<String, PageId>,
    ) -> Result<Outcome, StoreError> {
        let mut outcome = Outcome::default();
        for new in &self.pages {
            let id = place_page(tx, task.site, new)?;
            outcome.pages.insert(new.page.source_id.clone(), id);
        }
        let mut grown = BTreeSet::new();
        for new in &self.comments {
            let page = outcome
                .pages
                .get(&new.page)
                .or_else(|| known_pages.get(&new.page));
            let Some(page) = page.copied() else {
                let text = format!("comment {} came before its page", new.comment.source_id);
                return Err(StoreError::Internal(text.into()));
            };
            match add_comment(tx, task, page, new)? {
                Upserted::Known(_) => outcome.known += 1,
                Upserted::Added(_) => {
                    outcome.add(new.comment.state);
                    grown.insert(page);
                }
            }
        }
        for page in grown {
            imports::recount(tx, task.now, task.site, page)?;
        }
        Ok(outcome)
    }

    /// Count what `write` would do.
    pub(super) fn look(&self, tx: &mut Tx<'_>, task: Task) -> Result<Outcome, StoreError> {
        let mut outcome = Outcome::default();
        for new in &self.comments {
            let source_id = &new.comment.source_id;
            match imports::comment(tx, task.site, task.format, source_id)? {
                Some(_) => outcome.known += 1,
                None => outcome.add(new.comment.state),
            }
        }
        Ok(outcome)
    }
}

/// The page; one that is known by another of its addresses gets this one too.
fn place_page(tx: &mut Tx<'_>, site: SiteId, new: &NewPage) -> Result<PageId, StoreError> {
    if pages::find(tx, site, &new.page.key)?.is_none() {
        for alias in &new.page.aliases {
            if let Some(page) = pages::find(tx, site, alias)? {
                pages::add_alias(tx, site, &new.page.key, page.id)?;
                break;
            }
        }
    }
    Ok(imports::upsert_page(tx, site, new.id, &new.page)?
        .into_inner()
        .id)
}

fn add_comment(
    tx: &mut Tx<'_>,
    task: Task,
    page: PageId,
    new: &NewComment,
) -> Result<Upserted<CommentId>, StoreError> {
    let Task { site, format, .. } = task;
    if let Some(id) = imports::comment(tx, site, format, &new.comment.source_id)? {
        return Ok(Upserted::Known(id));
    }
    let parent = match &new.parent {
        Some(parent) => imports::comment(tx, site, format, parent)?,
        None => None,
    };
    let posted_at = new.comment.created_at;
    let author = imports::upsert_author(tx, posted_at, site, format, &new.author, &new.details)?;
    let comment = ImportedComment {
        page,
        parent,
        author,
        ..new.comment.clone()
    };
    imports::upsert_comment(tx, site, format, &comment)
}
