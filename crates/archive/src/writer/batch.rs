//! Records on their way into one transaction.

use std::collections::HashMap;
use std::num::NonZero;
use std::thread;

use rejoinder_core::passages::Selector;
use rejoinder_core::{CommentId, CommentState, PageId};
use store::archive::annotating;
use store::archive::imports::{self, ImportedComment, ImportedPage, Place, Upserted};
use store::identity::authors::GuestDetails;
use store::{StoreError, Tx, discussion::pages};

use super::Task;
use crate::{Body, QuestionItem};

/// So many records go into one transaction.
const MAX_RECORDS: usize = 10_000;

/// So many bytes of text go into one transaction.
const MAX_BYTES: usize = 8 << 20;

/// Pages and comments, decided, in the order in which they must be written.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) pages: Vec<NewPage>,
    comments: Vec<NewComment>,
    /// Those that are asked of passages of its pages.
    pub(super) questions: Vec<QuestionItem>,
    /// The length of all texts.
    bytes: usize,
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
    /// Tells its author from all others; nothing for someone who may be anybody.
    pub(super) author: Option<String>,
    pub(super) details: GuestDetails,
    /// Its text, not safe.
    pub(super) body: Body,
    /// With a page that is filled in when it is known.
    pub(super) comment: ImportedComment,
    /// The passage that it is about.
    pub(super) annotation: Option<Selector>,
}

impl NewComment {
    fn render(&mut self) {
        match &mut self.body {
            Body::Html(html) => {
                self.comment.html = markup::sanitise(html);
                self.comment.text = markup::plain_text(&self.comment.html);
            }
            Body::Markdown(text) => {
                self.comment.html = markup::render(text).html;
                self.comment.text = std::mem::take(text);
            }
        }
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
    fn add(&mut self, state: CommentState) {
        self.added += 1;
        match state {
            CommentState::Published => {}
            CommentState::Held => self.held += 1,
            CommentState::Rejected | CommentState::Spam | CommentState::Removed => self.hidden += 1,
        }
    }
}

impl Batch {
    /// Whether it is time to write: a commit costs little when many share it, and memory stays
    /// flat however long comments are.
    pub(super) fn is_full(&self) -> bool {
        self.pages.len() + self.comments.len() >= MAX_RECORDS || self.bytes >= MAX_BYTES
    }

    pub(super) fn push(&mut self, comment: NewComment) {
        self.bytes += comment.body.source().len();
        self.comments.push(comment);
    }

    /// Make the HTML that is shown, on all processors.
    pub(super) fn render(&mut self) {
        let n_threads = thread::available_parallelism().map_or(1, NonZero::get);
        let share = self.comments.len().div_ceil(n_threads).max(1);
        thread::scope(|scope| {
            for comments in self.comments.chunks_mut(share) {
                scope.spawn(|| comments.iter_mut().for_each(NewComment::render));
            }
        });
    }

    /// Find or add everything. Nobody sees it yet.
    pub(super) fn write(
        &self,
        tx: &mut Tx<'_>,
        task: Task,
        known_pages: &HashMap<String, PageId>,
    ) -> Result<Outcome, StoreError> {
        let mut outcome = Outcome::default();
        for new in &self.pages {
            let id = place_page(tx, task, new)?;
            outcome.pages.insert(new.page.source_id.clone(), id);
        }
        let mut placed = HashMap::new();
        for new in &self.comments {
            let page = outcome
                .pages
                .get(&new.page)
                .or_else(|| known_pages.get(&new.page));
            let Some(page) = page.copied() else {
                let text = format!("comment {} came before its page", new.comment.source_id);
                return Err(StoreError::Internal(text.into()));
            };
            let id = match add_comment(tx, task, page, new, &placed)? {
                Upserted::Known(id) => {
                    outcome.known += 1;
                    id
                }
                Upserted::Added(id) => {
                    if let Some(passage) = &new.annotation {
                        let at = new.comment.created_at;
                        annotating::annotate(tx, at, task.site, page, id, passage, None)?;
                    }
                    outcome.add(new.comment.state);
                    id
                }
            };
            placed.insert(new.comment.source_id.as_str(), id);
        }
        Ok(outcome)
    }

    /// Count what `write` would do.
    pub(super) fn look(&self, tx: &mut Tx<'_>, task: Task) -> Result<Outcome, StoreError> {
        let mut outcome = Outcome::default();
        for new in &self.comments {
            let source_id = &new.comment.source_id;
            match imports::comment(tx, task.site, task.origin.format, source_id)? {
                Some(_) => outcome.known += 1,
                None => outcome.add(new.comment.state),
            }
        }
        Ok(outcome)
    }
}

/// The page; one that stands here under another of its addresses gets this one too. An address
/// that only leads to a page joins nothing: two pages that share one stay two.
fn place_page(tx: &mut Tx<'_>, task: Task, new: &NewPage) -> Result<PageId, StoreError> {
    let Task { site, origin, .. } = task;
    if pages::find(tx, site, &new.page.key)?.is_none() {
        for alias in &new.page.aliases {
            let found = pages::find(tx, site, alias)?;
            if let Some(page) = found.filter(|page| page.key.as_str() == alias.as_str()) {
                imports::add_alias(tx, site, &new.page.key, page.id, origin)?;
                break;
            }
        }
    }
    Ok(imports::upsert_page(tx, site, new.id, &new.page, origin)?
        .into_inner()
        .id)
}

/// `placed` are the comments of the same batch that came before.
fn add_comment(
    tx: &mut Tx<'_>,
    task: Task,
    page: PageId,
    new: &NewComment,
    placed: &HashMap<&str, CommentId>,
) -> Result<Upserted<CommentId>, StoreError> {
    let Task { site, origin, .. } = task;
    let comment = ImportedComment {
        page,
        ..new.comment.clone()
    };
    let comment = comment.unseen();
    imports::upsert_comment(tx, site, origin, &comment, |tx| {
        let parent = match new.parent.as_deref() {
            Some(parent) => match placed.get(parent) {
                Some(id) => Some(*id),
                None => imports::comment(tx, site, origin.format, parent)?,
            },
            None => None,
        };
        let (at, details) = (comment.created_at, &new.details);
        let author = match &new.author {
            Some(author) => imports::upsert_author(tx, at, site, origin, author, details)?,
            None => imports::add_author(tx, at, site, origin, &comment.source_id, details)?,
        };
        Ok(Place { parent, author })
    })
}
