//! The moderators' queues, and searching.
//!
//! Every list goes on after an id and looks at a bounded number of comments.

mod counts;
mod search;

use rejoinder_core::moderation::Finding;
use rejoinder_core::{AuthorId, Comment, CommentId, Page, PageId, PageKey, SiteId};

use crate::discussion::comments::{columns, read};
use crate::moderation::decisions;
use crate::moderation::groups::{Scope, in_scope};
use crate::{Result, Row, Sql, Tx, params, sql};

pub use counts::{COUNT_LIMIT, QueueCounts, counts, held_on};
pub use search::{SEARCH_WINDOW, search};

/// The most items of one answer.
const MAX_ITEMS: usize = 200;

/// A list of comments that moderators work through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Queue {
    /// Wait for a decision.
    Held,
    /// Published, and flagged by readers.
    Flagged,
    /// Published, and no moderator has decided on the newest text.
    Unreviewed,
    /// Published because a moderator said so.
    Approved,
    /// Refused.
    Rejected,
    /// Spam.
    Spam,
}

impl Queue {
    /// All of them, in the order they are shown in.
    pub const ALL: [Self; 6] = [
        Self::Held,
        Self::Flagged,
        Self::Unreviewed,
        Self::Approved,
        Self::Rejected,
        Self::Spam,
    ];

    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Flagged => "flagged",
            Self::Unreviewed => "unreviewed",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Spam => "spam",
        }
    }

    /// The queue of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|queue| queue.as_str() == word)
    }
}

/// The order of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum QueueOrder {
    /// The newest comment first.
    #[default]
    Newest,
    /// The oldest comment first.
    Oldest,
}

/// A part of a queue.
#[derive(Debug, Clone)]
pub struct QueueQuery {
    /// Which queue.
    pub queue: Queue,
    /// In which order.
    pub order: QueueOrder,
    /// Only on this page.
    pub page: Option<PageId>,
    /// Only on pages in this scope.
    pub scope: Scope,
    /// Go on after this comment.
    pub after: Option<CommentId>,
    /// The most comments that are returned.
    pub limit: usize,
}

/// A comment with all that a moderator needs to decide on it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct QueueItem {
    /// The comment, unblanked.
    pub comment: Comment,
    /// Its page.
    pub page: Page,
    /// What it replies to.
    pub parent: Option<Comment>,
    /// How many readers' flags are open.
    pub n_flags: i64,
    /// Whether a moderator has decided on its newest text.
    pub is_decided: bool,
    /// What the rules found in its newest text.
    pub findings: Vec<Finding>,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueSlice {
    /// The comments.
    pub items: Vec<QueueItem>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<CommentId>,
}

macro_rules! items {
    ($from:expr, $rest:expr) => {
        concat!(
            "select ",
            columns!(),
            ", c.n_flags, c.decided_revision, p.key, p.url, p.title, p.version, \
             p.n_comments, p.closed_at, p.created_at from ",
            $from,
            " join author a on a.site_id = c.site_id and a.id = c.author_id \
             join page p on p.site_id = c.site_id and p.id = c.page_id where c.site_id = ?1 and ",
            $rest
        )
    };
}
use items;

macro_rules! queue {
    ($order:expr, $which:literal) => {
        match $order {
            QueueOrder::Newest => sql!(items!(
                "comment c",
                concat!(
                    $which,
                    " and c.id < ?2 and (cast(?3 as bigint) = 0 or c.page_id = ?3) and ",
                    in_scope!("?4", "?5"),
                    " order by c.id desc limit ?6"
                )
            )),
            QueueOrder::Oldest => sql!(items!(
                "comment c",
                concat!(
                    $which,
                    " and c.id > ?2 and (cast(?3 as bigint) = 0 or c.page_id = ?3) and ",
                    in_scope!("?4", "?5"),
                    " order by c.id limit ?6"
                )
            )),
        }
    };
}

/// The statement of a queue. A partial index serves each, so its condition is repeated to the letter.
fn statement(queue: Queue, order: QueueOrder) -> &'static Sql {
    match queue {
        Queue::Held => queue!(order, "c.state <> 'published' and c.state = 'held'"),
        Queue::Flagged => queue!(order, "c.n_flags > 0 and c.state = 'published'"),
        Queue::Unreviewed => queue!(
            order,
            "c.state = 'published' and c.decided_revision is null"
        ),
        Queue::Approved => queue!(
            order,
            "c.state = 'published' and c.decided_revision is not null"
        ),
        Queue::Rejected => queue!(order, "c.state <> 'published' and c.state = 'rejected'"),
        Queue::Spam => queue!(order, "c.state <> 'published' and c.state = 'spam'"),
    }
}

/// A part of a queue.
pub fn list(tx: &mut Tx<'_>, site: SiteId, query: &QueueQuery) -> Result<QueueSlice> {
    let limit = query.limit.clamp(1, MAX_ITEMS);
    let start = match query.order {
        QueueOrder::Newest => CommentId(i64::MAX),
        QueueOrder::Oldest => CommentId(-1),
    };
    let items = tx.all(
        statement(query.queue, query.order),
        params![
            site,
            query.after.unwrap_or(start),
            query.page.map_or(0, |page| page.0),
            query.scope.is_all(),
            query.scope.list(),
            as_i64(limit + 1)
        ],
        item_of,
    )?;
    listed(tx, site, items, limit)
}

/// An author's comments, whatever became of them, newest first, those after `after`.
pub fn of_author(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: AuthorId,
    scope: &Scope,
    after: Option<CommentId>,
    limit: usize,
) -> Result<QueueSlice> {
    let limit = limit.clamp(1, MAX_ITEMS);
    let items = tx.all(
        sql!(items!(
            "comment c",
            concat!(
                "c.author_id = ?2 and c.id < ?3 and ",
                in_scope!("?4", "?5"),
                " order by c.id desc limit ?6"
            )
        )),
        params![
            site,
            author,
            after.unwrap_or(CommentId(i64::MAX)),
            scope.is_all(),
            scope.list(),
            as_i64(limit + 1)
        ],
        item_of,
    )?;
    listed(tx, site, items, limit)
}

/// One comment as the queues show it; `None` where it is out of scope.
pub fn item(
    tx: &mut Tx<'_>,
    site: SiteId,
    scope: &Scope,
    comment: CommentId,
) -> Result<Option<QueueItem>> {
    let found = tx.one(
        sql!(items!(
            "comment c",
            concat!("c.id = ?2 and ", in_scope!("?3", "?4"))
        )),
        params![site, comment, scope.is_all(), scope.list()],
        item_of,
    )?;
    let mut items: Vec<QueueItem> = found.into_iter().collect();
    complete(tx, site, &mut items)?;
    Ok(items.pop())
}

/// The first `limit` of `items`, completed.
fn listed(
    tx: &mut Tx<'_>,
    site: SiteId,
    mut items: Vec<QueueItem>,
    limit: usize,
) -> Result<QueueSlice> {
    let is_more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().map(|item| item.comment.id);
    complete(tx, site, &mut items)?;
    Ok(QueueSlice {
        items,
        next: last.filter(|_| is_more),
    })
}

fn as_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn item_of(row: &Row<'_>) -> Result<QueueItem> {
    let comment = read(row)?;
    Ok(QueueItem {
        n_flags: row.next()?,
        is_decided: row.next::<Option<i64>>()? == Some(comment.revision),
        page: Page {
            id: comment.page,
            site: SiteId(0),
            key: PageKey::stored(row.next()?, row.next()?),
            title: row.next()?,
            version: row.next()?,
            n_comments: row.next()?,
            closed_at: row.next()?,
            created_at: row.next()?,
        },
        parent: None,
        findings: Vec::new(),
        comment,
    })
}

/// Add what is read for all items at once: what they reply to, and what the rules found.
fn complete(tx: &mut Tx<'_>, site: SiteId, items: &mut [QueueItem]) -> Result<()> {
    let ids: Vec<CommentId> = items.iter().map(|item| item.comment.id).collect();
    let mut findings = decisions::findings_of(tx, site, &ids)?;
    let parents: Vec<i64> = items
        .iter()
        .filter_map(|item| item.comment.parent)
        .map(|id| id.0)
        .collect();
    let parents: Vec<Comment> = if parents.is_empty() {
        Vec::new()
    } else {
        tx.all(
            sql!(concat!(
                "select ",
                columns!(),
                "from comment c join author a on a.site_id = c.site_id and a.id = c.author_id
                 where c.site_id = ?1 and c.id in (select l.value from list(?2) as l)"
            )),
            params![site, format!("{parents:?}")],
            read,
        )?
    };
    for item in items {
        item.page.site = site;
        item.findings = findings.remove(&item.comment.id).unwrap_or_default();
        let is_parent = |known: &&Comment| Some(known.id) == item.comment.parent;
        item.parent = parents.iter().find(is_parent).cloned();
    }
    Ok(())
}
