//! Records on their way into one transaction.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZero;
use std::thread;

use rejoinder_core::{CommentId, PageId, SiteId, State};
use store::archive::imports::{self, ImportedComment, ImportedPage, Place, Upserted};
use store::identity::authors::Details;
use store::{StoreError, Tx, discussion::pages};

use super::Task;

/// So many records go into one transaction.
const MAX_RECORDS: usize = 10_000;

/// So many bytes of text go into one transaction.
const MAX_BYTES: usize = 8 << 20;

/// Pages and comments, decided, in the order in which they must be written.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) pages: Vec<NewPage>,
    comments: Vec<NewComment>,
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
    pub(super) details: Details,
    /// Its text, not safe.
    pub(super) body_html: String,
    /// With a page that is filled in when it is known.
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
    /// Whether it is time to write: a commit costs little when many share it, and memory stays
    /// flat however long comments are.
    pub(super) fn is_full(&self) -> bool {
        self.pages.len() + self.comments.len() >= MAX_RECORDS || self.bytes >= MAX_BYTES
    }

    pub(super) fn push(&mut self, comment: NewComment) {
        self.bytes += comment.body_html.len();
        self.comments.push(comment);
    }

    /// Do what needs no store.
    pub(super) fn prepare(&mut self) {
        self.render();
        self.count();
    }

    /// Make the HTML that is shown, on all processors.
    fn render(&mut self) {
        let n_threads = thread::available_parallelism().map_or(1, NonZero::get);
        let share = self.comments.len().div_ceil(n_threads).max(1);
        thread::scope(|scope| {
            for comments in self.comments.chunks_mut(share) {
                scope.spawn(|| comments.iter_mut().for_each(NewComment::render));
            }
        });
    }

    /// Count under each comment what this batch brings: nearly always all there is. A parent comes
    /// before its replies, so from the end everything under a comment is counted before it is.
    fn count(&mut self) {
        let comments = &mut self.comments;
        let mut places = HashMap::with_capacity(comments.len());
        let mut above = Vec::with_capacity(comments.len());
        for (at, new) in comments.iter().enumerate() {
            let parent = new.parent.as_deref().and_then(|id| places.get(id)).copied();
            let root = parent.map_or(at, |parent: usize| match above[parent] {
                Some((_, root)) => root,
                None => parent,
            });
            above.push(parent.map(|parent| (parent, root)));
            places.insert(new.comment.source_id.clone(), at);
        }
        for (at, above) in above.into_iter().enumerate().rev() {
            let Some((parent, root)) = above else {
                continue;
            };
            let comment = &comments[at].comment;
            let is_published = comment.state == State::Published;
            let is_shown = is_published || comment.counters.n_replies > 0;
            comments[parent].comment.counters.n_replies += i64::from(is_shown);
            comments[root].comment.counters.n_descendants += i64::from(is_published);
        }
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
                    outcome.add(new.comment.state);
                    grown.insert(page);
                    id
                }
            };
            placed.insert(new.comment.source_id.as_str(), id);
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

/// `placed` are the comments of the same batch that came before.
fn add_comment(
    tx: &mut Tx<'_>,
    task: Task,
    page: PageId,
    new: &NewComment,
    placed: &HashMap<&str, CommentId>,
) -> Result<Upserted<CommentId>, StoreError> {
    let Task { site, format, .. } = task;
    let comment = ImportedComment {
        page,
        ..new.comment.clone()
    };
    imports::upsert_comment(tx, site, format, &comment, |tx| {
        let parent = match new.parent.as_deref() {
            Some(parent) => match placed.get(parent) {
                Some(id) => Some(*id),
                None => imports::comment(tx, site, format, parent)?,
            },
            None => None,
        };
        let (at, details) = (comment.created_at, &new.details);
        let author = match &new.author {
            Some(author) => imports::upsert_author(tx, at, site, format, author, details)?,
            None => imports::add_author(tx, at, site, &comment.source_id, details)?,
        };
        Ok(Place { parent, author })
    })
}

#[cfg(test)]
mod tests {
    use markup::SafeHtml;
    use rejoinder_core::{Tally, Time};
    use store::archive::imports::Counters;

    use super::*;

    /// Comments as `id`, `id<parent`, or either with a `-` before it when nobody may see it.
    fn counted(file: &[&str]) -> Vec<(i64, i64)> {
        let mut batch = Batch::default();
        for record in file {
            let (id, parent) = match record.trim_start_matches('-').split_once('<') {
                Some((id, parent)) => (id, Some(parent.to_owned())),
                None => (record.trim_start_matches('-'), None),
            };
            let state = match record.starts_with('-') {
                true => State::Held,
                false => State::Published,
            };
            batch.push(NewComment {
                page: "page".to_owned(),
                parent,
                author: None,
                details: Details::default(),
                body_html: String::new(),
                comment: ImportedComment {
                    source_id: id.to_owned(),
                    page: PageId(0),
                    text: String::new(),
                    html: SafeHtml::default(),
                    state,
                    reason: None,
                    created_at: Time::from_micros(0),
                    edited_at: None,
                    closed_at: None,
                    pin: None,
                    tally: Tally { up: 0, down: 0 },
                    counters: Counters::default(),
                },
            });
        }
        batch.prepare();
        let counters = batch.comments.iter().map(|new| new.comment.counters);
        counters
            .map(|counters| (counters.n_replies, counters.n_descendants))
            .collect()
    }

    #[test]
    fn replies_count_at_their_parent_and_at_their_root() {
        assert_eq!(
            counted(&["a", "b<a", "c<b", "d<a", "e"]),
            [(2, 3), (1, 0), (0, 0), (0, 0), (0, 0)]
        );
    }

    #[test]
    fn what_is_hidden_counts_as_a_reply_only_for_what_is_under_it() {
        assert_eq!(
            counted(&["a", "-b<a", "c<b", "-d<a", "-e<d"]),
            [(1, 1), (1, 0), (0, 0), (0, 0), (0, 0)]
        );
    }

    #[test]
    fn a_parent_of_an_earlier_batch_is_counted_by_the_store() {
        assert_eq!(counted(&["b<a", "c<b"]), [(1, 1), (0, 0)]);
    }
}
