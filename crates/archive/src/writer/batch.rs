//! Pages that are written at once.

use std::collections::{HashMap, HashSet};

use rejoinder_core::moderation::AuthorRecord;
use rejoinder_core::{AuthorId, CommentId, CommentState, PageId};
use store::archive::annotating;
use store::archive::arriving::{self, ArrivingAuthor, ArrivingComment, Parent};
use store::archive::imports::{self, Counters, Upserted};
use store::{StoreError, Tx};

use super::Task;
use super::placing::PageNumber;
use super::records::{NewComment, NewPage, Record};

/// So many records are written at once; some batches are in memory at a time.
const MAX_RECORDS: usize = 1_000;

/// So many bytes of text are.
const MAX_BYTES: usize = 1 << 20;

/// What is known of what was written before.
#[derive(Debug, Default)]
pub(super) struct Before {
    /// The last page, which may go on.
    page: Option<(PageNumber, PageId)>,
    /// The ids of authors, as far as they are kept in mind: most write more than once.
    authors: HashMap<u128, AuthorId>,
}

/// So many authors are kept in mind.
const MAX_AUTHORS: usize = 100_000;

impl Before {
    /// What a later transaction wrote is known, too.
    pub(super) fn extend(&mut self, more: Self) {
        self.page = more.page;
        if self.authors.len() + more.authors.len() > MAX_AUTHORS {
            self.authors.clear();
        }
        self.authors.extend(more.authors);
    }
}

/// What came of some batches.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// What the next may know of them.
    pub(super) before: Before,
    /// What their pages are called here.
    pub(super) pages: Vec<(String, PageId)>,
    /// What came to each page.
    pub(super) came: Vec<Came>,
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

/// What came to a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Came {
    pub(super) page: PageId,
    /// Whether there was anything new.
    pub(super) is_new: bool,
    /// How many comments are published there, where all of them came with their counters.
    pub(super) n_published: Option<i64>,
}

/// Pages with their comments, in the order in which they must be written.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pages: Vec<Page>,
    n_records: usize,
    /// The length of all texts.
    n_bytes: usize,
}

/// A page, or a part of one that goes on in the next batch.
#[derive(Debug)]
struct Page {
    number: PageNumber,
    /// What the file calls it; in a later part there is nothing.
    named: Vec<NewPage>,
    comments: Vec<NewComment>,
    /// Whether a part of it comes in the next batch.
    goes_on: bool,
    /// How many of its comments are published, where it is whole and they are counted.
    n_published: Option<i64>,
}

impl Batch {
    /// Take the next record. Gives what is to be written before it: memory stays flat however many comments
    /// there are and however long they are. A page that is not much longer is kept whole.
    pub(super) fn push(&mut self, number: PageNumber, record: Record) -> Option<Self> {
        let goes_on = self.pages.last().is_some_and(|last| last.number == number);
        let n_times = if goes_on { 2 } else { 1 };
        let is_full =
            self.n_records >= n_times * MAX_RECORDS || self.n_bytes >= n_times * MAX_BYTES;
        if let Some(last) = self.pages.last_mut() {
            last.goes_on = is_full && goes_on;
        }
        let full = is_full.then(|| std::mem::take(self));
        self.add(number, record);
        full
    }

    fn page(&mut self, number: PageNumber) -> &mut Page {
        if self.pages.last().is_none_or(|last| last.number != number) {
            self.pages.push(Page {
                number,
                named: Vec::new(),
                comments: Vec::new(),
                goes_on: false,
                n_published: None,
            });
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    fn add(&mut self, number: PageNumber, record: Record) {
        self.n_records += 1;
        if let Record::Comment(comment) = &record {
            self.n_bytes += comment.body.source().len();
        }
        let page = self.page(number);
        match record {
            Record::Page(named) => page.named.push(named),
            Record::Comment(comment) => page.comments.push(*comment),
        }
    }

    fn comments(&self) -> impl Iterator<Item = &NewComment> {
        self.pages.iter().flat_map(|page| &page.comments)
    }

    fn comments_mut(&mut self) -> impl Iterator<Item = &mut NewComment> {
        self.pages.iter_mut().flat_map(|page| &mut page.comments)
    }

    /// Make the HTML that is shown.
    pub(super) fn render(&mut self) {
        self.comments_mut().for_each(NewComment::render);
    }

    /// Let nobody see any of it yet.
    pub(super) fn hide(&mut self) {
        self.comments_mut().for_each(NewComment::hide);
    }

    /// Make up the counters of each page that is whole.
    pub(super) fn count(&mut self) {
        let whole = self.pages.iter_mut().filter(|page| page.is_whole());
        whole.for_each(Page::count);
    }

    /// Find or add everything, in the states in which it is.
    pub(super) fn write(
        &self,
        tx: &mut Tx<'_>,
        task: Task,
        before: &Before,
        outcome: &mut Outcome,
    ) -> Result<(), StoreError> {
        let Task { site, origin, .. } = task;
        let placed = self.place_pages(tx, task, before, outcome)?;
        let known = self.known(tx, task)?;
        let is_new = |new: &NewComment| !known.contains_key(new.comment.source_id.as_str());
        let new: Vec<&NewComment> = self.comments().filter(|new| is_new(new)).collect();
        outcome.known += (self.comments().count() - new.len()) as u64;
        let mut authors = add_authors(tx, task, &new, before, outcome)?.into_iter();
        let mut places = HashMap::new();
        let mut arriving = Vec::with_capacity(new.len());
        for (page, (id, is_added)) in self.pages.iter().zip(placed) {
            let n_before = arriving.len();
            let new = page.comments.iter().filter(|new| is_new(new));
            for (new, (author, is_counted)) in new.zip(authors.by_ref()) {
                let parent = new.parent.as_deref().and_then(|parent| {
                    let beside = places.get(parent).copied().map(Parent::Before);
                    beside.or_else(|| known.get(parent).map(|id| Parent::Here(CommentId(*id))))
                });
                places.insert(new.comment.source_id.as_str(), arriving.len());
                arriving.push(ArrivingComment {
                    comment: &new.comment,
                    page: id,
                    parent,
                    author,
                    is_counted,
                });
            }
            outcome.came.push(Came {
                page: id,
                is_new: arriving.len() > n_before,
                n_published: page.n_published.filter(|_| is_added),
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
        Ok(())
    }

    /// The pages' ids here, in their order, and whether they were added now.
    fn place_pages(
        &self,
        tx: &mut Tx<'_>,
        task: Task,
        before: &Before,
        outcome: &mut Outcome,
    ) -> Result<Vec<(PageId, bool)>, StoreError> {
        let Task { site, origin, .. } = task;
        let mut placed = Vec::with_capacity(self.pages.len());
        let mut last = outcome.before.page.or(before.page);
        for page in &self.pages {
            let mut is_added = false;
            for named in &page.named {
                let upserted = imports::upsert_page(tx, site, named.id, &named.page, origin)?;
                let is_new = matches!(upserted, Upserted::Added(_));
                let id = upserted.into_inner().id;
                is_added |= is_new;
                outcome.pages.push((named.page.source_id.clone(), id));
                last = Some((page.number, id));
            }
            let own = last.filter(|(number, _)| *number == page.number);
            let (_, id) =
                own.ok_or_else(|| StoreError::Internal("a comment came before its page".into()))?;
            placed.push((id, is_added));
        }
        outcome.before.page = last;
        Ok(placed)
    }

    /// What became of those of its comments, and of what they reply to, that came before.
    fn known(&self, tx: &mut Tx<'_>, task: Task) -> Result<HashMap<String, i64>, StoreError> {
        let own = self.comments();
        let own: HashSet<&str> = own.map(|new| new.comment.source_id.as_str()).collect();
        let parents = self.comments().filter_map(|new| new.parent.as_deref());
        let parents: HashSet<&str> = parents.filter(|parent| !own.contains(parent)).collect();
        let all = own.into_iter().chain(parents);
        arriving::known(tx, task.site, task.origin.format, all)
    }

    /// Count what `write` would do.
    pub(super) fn look(
        &self,
        tx: &mut Tx<'_>,
        task: Task,
        outcome: &mut Outcome,
    ) -> Result<(), StoreError> {
        let known = self.known(tx, task)?;
        for new in self.comments() {
            match known.contains_key(new.comment.source_id.as_str()) {
                true => outcome.known += 1,
                false => outcome.add(new.state),
            }
        }
        Ok(())
    }
}

impl Page {
    const fn is_whole(&self) -> bool {
        !self.named.is_empty() && !self.goes_on
    }

    /// Make up the counters of its comments, each of which comes before its replies, as the store does it
    /// where a page is there already.
    fn count(&mut self) {
        let is_published = |new: &NewComment| new.state == CommentState::Published;
        let mut above: Vec<Option<usize>> = Vec::with_capacity(self.comments.len());
        let mut places = HashMap::with_capacity(self.comments.len());
        for (at, new) in self.comments.iter().enumerate() {
            let parent = new.parent.as_deref();
            above.push(parent.and_then(|parent| places.get(parent).copied()));
            places.insert(new.comment.source_id.as_str(), at);
        }
        let mut counters = vec![Counters::default(); self.comments.len()];
        for (at, new) in self.comments.iter().enumerate().rev() {
            let is_shown = is_published(new) || counters[at].n_replies > 0;
            if let Some(parent) = above[at].filter(|_| is_shown) {
                counters[parent].n_replies += 1;
            }
        }
        let mut roots: Vec<usize> = Vec::with_capacity(self.comments.len());
        for (at, new) in self.comments.iter().enumerate() {
            let root = above[at].map_or(at, |parent| roots[parent]);
            roots.push(root);
            counters[root].n_descendants += i64::from(root != at && is_published(new));
        }
        let published = self.comments.iter().filter(|new| is_published(new));
        self.n_published = i64::try_from(published.count()).ok();
        for (new, counters) in self.comments.iter_mut().zip(counters) {
            new.comment.counters = counters;
        }
    }
}

/// Find or add those who wrote these comments; also whether each comment was counted with its author.
fn add_authors(
    tx: &mut Tx<'_>,
    task: Task,
    comments: &[&NewComment],
    before: &Before,
    outcome: &mut Outcome,
) -> Result<Vec<(AuthorId, bool)>, StoreError> {
    let more = &mut outcome.before.authors;
    let known = |new: &&NewComment| {
        let key = new.author?;
        before.authors.get(&key).or_else(|| more.get(&key)).copied()
    };
    let authors: Vec<Option<AuthorId>> = comments.iter().map(known).collect();
    let unknown = comments.iter().zip(&authors);
    let unknown = unknown.filter(|(_, known)| known.is_none());
    let unknown: Vec<(&NewComment, String)> =
        unknown.map(|(new, _)| (*new, new.author_name())).collect();
    let arriving: Vec<ArrivingAuthor<'_>> = unknown
        .iter()
        .map(|(new, name)| ArrivingAuthor {
            source_id: name,
            is_kept: new.author.is_some(),
            at: new.comment.created_at,
            details: &new.details,
            counts_as: AuthorRecord::of(new.comment.state, new.comment.reason),
        })
        .collect();
    let added = arriving::upsert_authors(tx, task.site, task.origin, &arriving)?;
    let kept = unknown.iter().zip(&added);
    more.extend(kept.filter_map(|((new, _), id)| Some((new.author?, *id))));
    let mut added = added.into_iter().map(|id| (id, true));
    let known = authors
        .into_iter()
        .map(|author| author.map(|id| (id, false)));
    let all: Option<Vec<_>> = known
        .map(|author| author.or_else(|| added.next()))
        .collect();
    all.ok_or_else(|| StoreError::Internal("an author was not added".into()))
}
