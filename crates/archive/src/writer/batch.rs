//! Records on their way into one transaction.

use std::collections::{HashMap, HashSet};

use rejoinder_core::passages::Selector;
use rejoinder_core::{AuthorId, CommentId, CommentState, PageId};
use store::archive::annotating;
use store::archive::arriving::{self, ArrivingAuthor, ArrivingComment, Parent};
use store::archive::imports::{self, ImportedComment, ImportedPage};
use store::identity::authors::GuestDetails;
use store::{StoreError, Tx, discussion::pages};

use super::Task;
use crate::{Body, QuestionItem};

/// So many records go into one transaction; some batches are in memory at once.
const MAX_RECORDS: usize = 5_000;

/// So many bytes of text go into one transaction.
const MAX_BYTES: usize = 4 << 20;

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
    pub(super) author: Option<u128>,
    pub(super) details: GuestDetails,
    /// Its text, not safe.
    pub(super) body: Body,
    /// As nobody sees it; its page is known later.
    pub(super) comment: ImportedComment,
    /// Its state, once it is seen.
    pub(super) state: CommentState,
    /// The passage that it is about.
    pub(super) annotation: Option<Selector>,
}

impl NewComment {
    /// What its author is called among the records of the source.
    fn author_name(&self) -> String {
        match self.author {
            Some(key) => format!("{key:032x}"),
            None => self.comment.source_id.clone(),
        }
    }

    fn render(&mut self) {
        match &mut self.body {
            Body::Html(html) => {
                self.comment.html = markup::sanitise(&std::mem::take(html));
                self.comment.text = markup::plain_text(&self.comment.html);
            }
            Body::Markdown(text) => {
                self.comment.html = markup::render(text).html;
                self.comment.text = std::mem::take(text);
            }
        }
    }
}

/// What is known of earlier batches.
#[derive(Debug, Default, Clone)]
pub(super) struct Before {
    /// What the pages of the file are called here.
    pub(super) pages: HashMap<String, PageId>,
    /// The ids of authors, as far as they are kept in mind: most write more than once.
    authors: HashMap<u128, AuthorId>,
}

/// So many authors are kept in mind.
const MAX_AUTHORS: usize = 100_000;

impl Before {
    pub(super) fn extend(&mut self, more: Self) {
        self.pages.extend(more.pages);
        if self.authors.len() + more.authors.len() > MAX_AUTHORS {
            self.authors.clear();
        }
        self.authors.extend(more.authors);
    }
}

/// What came of a batch.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// What the next may know of it.
    pub(super) before: Before,
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

    /// Make the HTML that is shown.
    pub(super) fn render(&mut self) {
        self.comments.iter_mut().for_each(NewComment::render);
    }

    /// Find or add everything. Nobody sees it yet.
    pub(super) fn write(
        &self,
        tx: &mut Tx<'_>,
        task: Task,
        before: &Before,
    ) -> Result<Outcome, StoreError> {
        let Task { site, origin, .. } = task;
        let mut outcome = Outcome::default();
        for new in &self.pages {
            let id = place_page(tx, task, new)?;
            outcome.before.pages.insert(new.page.source_id.clone(), id);
        }
        let known = self.known(tx, task)?;
        let is_new = |new: &&NewComment| !known.contains_key(new.comment.source_id.as_str());
        let new: Vec<&NewComment> = self.comments.iter().filter(is_new).collect();
        outcome.known = (self.comments.len() - new.len()) as u64;
        let authors = add_authors(tx, task, &new, before, &mut outcome)?;
        let mut places = HashMap::new();
        let mut arriving = Vec::with_capacity(new.len());
        for (new, author) in new.iter().zip(authors) {
            let found = outcome.before.pages.get(&new.page);
            let Some(page) = found.or_else(|| before.pages.get(&new.page)).copied() else {
                let text = format!("comment {} came before its page", new.comment.source_id);
                return Err(StoreError::Internal(text.into()));
            };
            let parent = new.parent.as_deref().and_then(|parent| {
                let beside = places.get(parent).copied().map(Parent::Before);
                beside.or_else(|| known.get(parent).map(|id| Parent::Here(CommentId(*id))))
            });
            places.insert(new.comment.source_id.as_str(), arriving.len());
            arriving.push(ArrivingComment {
                comment: &new.comment,
                page,
                parent,
                author,
            });
        }
        let ids = arriving::add_comments(tx, site, origin, &arriving)?;
        for ((new, arriving), id) in new.iter().zip(&arriving).zip(ids) {
            if let Some(passage) = &new.annotation {
                let at = new.comment.created_at;
                annotating::annotate(tx, at, site, arriving.page, id, passage, None)?;
            }
            outcome.add(new.state);
        }
        Ok(outcome)
    }

    /// What became of those of its comments, and of what they reply to, that came before.
    fn known(&self, tx: &mut Tx<'_>, task: Task) -> Result<HashMap<String, i64>, StoreError> {
        let own = self.comments.iter();
        let own: HashSet<&str> = own.map(|new| new.comment.source_id.as_str()).collect();
        let parents = self.comments.iter().filter_map(|new| new.parent.as_deref());
        let parents: HashSet<&str> = parents.filter(|parent| !own.contains(parent)).collect();
        let all = own.into_iter().chain(parents);
        arriving::known(tx, task.site, task.origin.format, all)
    }

    /// Count what `write` would do.
    pub(super) fn look(&self, tx: &mut Tx<'_>, task: Task) -> Result<Outcome, StoreError> {
        let mut outcome = Outcome::default();
        let known = self.known(tx, task)?;
        for new in &self.comments {
            match known.contains_key(new.comment.source_id.as_str()) {
                true => outcome.known += 1,
                false => outcome.add(new.state),
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

/// Find or add those who wrote these comments.
fn add_authors(
    tx: &mut Tx<'_>,
    task: Task,
    comments: &[&NewComment],
    before: &Before,
    outcome: &mut Outcome,
) -> Result<Vec<AuthorId>, StoreError> {
    let known = |new: &NewComment| before.authors.get(&new.author?).copied();
    let names: Vec<String> = comments.iter().map(|new| new.author_name()).collect();
    let unknown = comments.iter().zip(&names);
    let unknown = unknown.filter(|(new, _)| known(new).is_none());
    let unknown: Vec<ArrivingAuthor<'_>> = unknown
        .map(|(new, name)| ArrivingAuthor {
            source_id: name,
            is_kept: new.author.is_some(),
            at: new.comment.created_at,
            details: &new.details,
        })
        .collect();
    let added = arriving::upsert_authors(tx, task.site, task.origin, &unknown)?;
    let mut added = added.into_iter();
    let mut authors = Vec::with_capacity(comments.len());
    for new in comments {
        let Some(author) = known(new).or_else(|| added.next()) else {
            return Err(StoreError::Internal("an author was not added".into()));
        };
        if let Some(key) = new.author {
            outcome.before.authors.insert(key, author);
        }
        authors.push(author);
    }
    Ok(authors)
}
