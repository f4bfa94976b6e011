//! The moderators' queues, and searching.
//!
//! Every list goes on after an id and looks at a bounded number of comments. Searching compares texts
//! one by one, newest first, through a window of [`SEARCH_WINDOW`] comments at a time; on SQLite it
//! knows upper and lower case of ASCII letters only.

use rejoinder_core::moderation::Finding;
use rejoinder_core::moderation::search::Search;
use rejoinder_core::{AuthorId, Comment, CommentId, Page, PageId, PageKey, SiteId, State, Time};

use crate::comments::{columns, read};
use crate::groups::{Scope, in_scope};
use crate::{Dialect, Result, Row, Sql, Tx, decisions, params, sql};

/// How many comments of a queue are counted; more are not told apart.
pub const COUNT_LIMIT: i64 = 1_000;

/// How many comments one search looks at before it asks to be continued.
pub const SEARCH_WINDOW: i64 = 20_000;

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
pub enum Order {
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
    pub order: Order,
    /// Only on this page.
    pub page: Option<PageId>,
    /// Only on pages in this scope.
    pub scope: Scope,
    /// Go on after this comment.
    pub after: Option<CommentId>,
    /// How many.
    pub limit: usize,
}

/// A comment with all that a moderator needs to decide on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
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
pub struct Listed {
    /// The comments.
    pub items: Vec<Item>,
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

macro_rules! queue {
    ($order:expr, $which:literal) => {
        match $order {
            Order::Newest => sql!(items!(
                "comment c",
                concat!(
                    $which,
                    " and c.id < ?2 and (cast(?3 as bigint) = 0 or c.page_id = ?3) and ",
                    in_scope!("?4", "?5"),
                    " order by c.id desc limit ?6"
                )
            )),
            Order::Oldest => sql!(items!(
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
fn statement(queue: Queue, order: Order) -> &'static Sql {
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
pub fn list(tx: &mut Tx<'_>, site: SiteId, query: &QueueQuery) -> Result<Listed> {
    let limit = query.limit.clamp(1, MAX_ITEMS);
    let start = match query.order {
        Order::Newest => CommentId(i64::MAX),
        Order::Oldest => CommentId(-1),
    };
    let mut items = tx.all(
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
    let is_more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().map(|item| item.comment.id);
    complete(tx, site, &mut items)?;
    Ok(Listed {
        items,
        next: last.filter(|_| is_more),
    })
}

/// An author's comments, whatever became of them, newest first, those after `after`.
pub fn of_author(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: AuthorId,
    scope: &Scope,
    after: Option<CommentId>,
    limit: usize,
) -> Result<Listed> {
    let limit = limit.clamp(1, MAX_ITEMS);
    let mut items = tx.all(
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
    let is_more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().map(|item| item.comment.id);
    complete(tx, site, &mut items)?;
    Ok(Listed {
        items,
        next: last.filter(|_| is_more),
    })
}

/// One comment as the queues show it; `None` where it is out of scope.
pub fn item(
    tx: &mut Tx<'_>,
    site: SiteId,
    scope: &Scope,
    comment: CommentId,
) -> Result<Option<Item>> {
    let found = tx.one(
        sql!(items!(
            "comment c",
            concat!("c.id = ?2 and ", in_scope!("?3", "?4"))
        )),
        params![site, comment, scope.is_all(), scope.list()],
        item_of,
    )?;
    let mut items: Vec<Item> = found.into_iter().collect();
    complete(tx, site, &mut items)?;
    Ok(items.pop())
}

fn as_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn item_of(row: &Row<'_>) -> Result<Item> {
    let comment = read(row)?;
    Ok(Item {
        n_flags: row.get(24)?,
        is_decided: row.get::<Option<i64>>(25)? == Some(comment.revision),
        page: Page {
            id: comment.page,
            site: SiteId(0),
            key: PageKey::stored(row.get(26)?, row.get(27)?),
            title: row.get(28)?,
            version: row.get(29)?,
            n_comments: row.get(30)?,
            closed_at: row.get(31)?,
            created_at: row.get(32)?,
        },
        parent: None,
        findings: Vec::new(),
        comment,
    })
}

/// Add what is read for all items at once: what they reply to, and what the rules found.
fn complete(tx: &mut Tx<'_>, site: SiteId, items: &mut [Item]) -> Result<()> {
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

/// How many comments each queue holds, counted to [`COUNT_LIMIT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Of [`Queue::Held`].
    pub held: i64,
    /// Of [`Queue::Flagged`].
    pub flagged: i64,
    /// Of [`Queue::Unreviewed`].
    pub unreviewed: i64,
    /// Of [`Queue::Approved`].
    pub approved: i64,
    /// Of [`Queue::Rejected`].
    pub rejected: i64,
    /// Of [`Queue::Spam`].
    pub spam: i64,
}

impl Counts {
    /// The count of `queue`.
    pub const fn of(&self, queue: Queue) -> i64 {
        match queue {
            Queue::Held => self.held,
            Queue::Flagged => self.flagged,
            Queue::Unreviewed => self.unreviewed,
            Queue::Approved => self.approved,
            Queue::Rejected => self.rejected,
            Queue::Spam => self.spam,
        }
    }
}

macro_rules! counted {
    ($from:literal, $scope:expr, $($which:literal),+) => {
        concat!("select ", counted!(@list $from, $scope, $($which),+))
    };
    (@list $from:literal, $scope:expr, $which:literal) => {
        counted!(@one $from, $scope, $which)
    };
    (@list $from:literal, $scope:expr, $which:literal, $($more:literal),+) => {
        concat!(counted!(@one $from, $scope, $which), ", ", counted!(@list $from, $scope, $($more),+))
    };
    (@one $from:literal, $scope:expr, $which:literal) => {
        concat!(
            "(select count(*) from (select 1 from ", $from, " where c.site_id = ?1 and ", $which,
            $scope, " limit ?2) as counted)"
        )
    };
}

macro_rules! counts {
    ($from:literal, $scope:expr) => {
        sql!(counted!(
            $from,
            $scope,
            "c.state <> 'published' and c.state = 'held'",
            "c.n_flags > 0 and c.state = 'published'",
            "c.state = 'published' and c.decided_revision is null",
            "c.state = 'published' and c.decided_revision is not null",
            "c.state <> 'published' and c.state = 'rejected'",
            "c.state <> 'published' and c.state = 'spam'"
        ))
    };
}

/// How many comments each queue holds, counted to [`COUNT_LIMIT`].
pub fn counts(tx: &mut Tx<'_>, site: SiteId, scope: &Scope) -> Result<Counts> {
    let counts = if scope.groups().is_none() {
        let statement = counts!("comment c", "");
        tx.one(statement, params![site, COUNT_LIMIT], counts_of)?
    } else {
        let statement = counts!(
            "comment c join page p on p.site_id = c.site_id and p.id = c.page_id",
            concat!(" and ", in_scope!("?3", "?4"))
        );
        let params = params![site, COUNT_LIMIT, scope.is_all(), scope.list()];
        tx.one(statement, params, counts_of)?
    };
    Ok(counts.unwrap_or_default())
}

/// How many comments of a page wait, counted to 100.
pub fn held_on(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<i64> {
    let n_held = tx.one(
        sql!(
            "select count(*) from (select 1 from comment
             where site_id = ?1 and page_id = ?2 and state = 'held' limit 100) as held"
        ),
        params![site, page],
        |row| row.get(0),
    )?;
    Ok(n_held.unwrap_or(0))
}

fn counts_of(row: &Row<'_>) -> Result<Counts> {
    Ok(Counts {
        held: row.get(0)?,
        flagged: row.get(1)?,
        unreviewed: row.get(2)?,
        approved: row.get(3)?,
        rejected: row.get(4)?,
        spam: row.get(5)?,
    })
}

/// The comments of one search's window.
macro_rules! window {
    ("all") => {
        "select w.id from comment w where w.site_id = ?1 and w.id < ?2 order by w.id desc limit ?3"
    };
    ("published") => {
        "select w.id from comment w where w.site_id = ?1 and w.id < ?2 and w.state = 'published' \
         order by w.id desc limit ?3"
    };
    ("withheld") => {
        "select w.id from comment w where w.site_id = ?1 and w.id < ?2 and w.state <> 'published' \
         and w.state = ?4 order by w.id desc limit ?3"
    };
}

macro_rules! search {
    ($window:tt) => {
        sql!(items!(
            concat!(
                "(",
                window!($window),
                ") as found cross join comment c"
            ),
            concat!(
                "c.id = found.id and (?4 = '' or c.state = ?4) and (cast(?5 as bigint) = 0 or c.created_at < ?5) \
                 and (?6 = '' or lower(a.name) like ?6 escape '!' or a.id = ?7) \
                 and (?8 = '' or lower(p.key) like ?8 escape '!' \
                     or lower(coalesce(p.title, '')) like ?8 escape '!') \
                 and (?9 = '' or lower(c.html) like ?9 escape '!') \
                 and not exists (select 1 from texts(?10) as t \
                     where lower(c.text) not like t.value escape '!') and ",
                in_scope!("?11", "?12"),
                " order by c.id desc limit ?13"
            )
        ))
    };
}

macro_rules! oldest {
    ($window:tt) => {
        sql!(concat!(
            "select min(found.id), count(*) from (",
            window!($window),
            ") as found where ?4 = ?4"
        ))
    };
}

/// The comments that `search` finds, newest first, after `after`.
///
/// It looks at [`SEARCH_WINDOW`] comments; where those are not all, `next` goes on after them, also
/// when nothing was found in them.
pub fn search(
    tx: &mut Tx<'_>,
    site: SiteId,
    search: &Search,
    scope: &Scope,
    after: Option<CommentId>,
    limit: usize,
) -> Result<Listed> {
    let limit = limit.clamp(1, MAX_ITEMS);
    let after = after.unwrap_or(CommentId(i64::MAX));
    let (matching, window) = match search.state {
        None => (search!("all"), oldest!("all")),
        Some(State::Published) => (search!("published"), oldest!("published")),
        Some(_) => (search!("withheld"), oldest!("withheld")),
    };
    let state = search.state.map_or("", State::as_str);
    let like = Like(tx.dialect());
    let words: Vec<String> = search.words.iter().map(|word| like.holds(word)).collect();
    let author = search.author.as_deref().unwrap_or_default();
    let author_id = author
        .parse()
        .map_or(0, |id: rejoinder_core::AuthorId| id.0);
    let link = search.link.as_deref().map(|link| like.links(link));
    let mut items = tx.all(
        matching,
        params![
            site,
            after,
            SEARCH_WINDOW,
            state,
            search.before.map_or(0, Time::micros),
            like.holds_some(search.author.as_deref()),
            author_id,
            like.holds_some(search.page.as_deref()),
            link.unwrap_or_default(),
            serde_json::Value::from(words).to_string(),
            scope.is_all(),
            scope.list(),
            as_i64(limit + 1)
        ],
        item_of,
    )?;
    let next = if items.len() > limit {
        items.truncate(limit);
        items.last().map(|item| item.comment.id)
    } else {
        let params = params![site, after, SEARCH_WINDOW, state];
        let seen: Option<(Option<CommentId>, i64)> =
            tx.one(window, params, |row| Ok((row.get(0)?, row.get(1)?)))?;
        seen.filter(|(_, n)| *n >= SEARCH_WINDOW)
            .and_then(|(oldest, _)| oldest)
    };
    complete(tx, site, &mut items)?;
    Ok(Listed { items, next })
}

/// Makes patterns of what was typed.
struct Like(Dialect);

impl Like {
    /// Whatever holds `typed`.
    fn holds(&self, typed: &str) -> String {
        let lower = match self.0 {
            Dialect::Sqlite => typed.to_ascii_lowercase(),
            Dialect::Postgres => typed.to_lowercase(),
        };
        let escaped = lower
            .replace('!', "!!")
            .replace('%', "!%")
            .replace('_', "!_");
        format!("%{escaped}%")
    }

    /// The same, or the empty text that stands for anything.
    fn holds_some(&self, typed: Option<&str>) -> String {
        typed.map(|typed| self.holds(typed)).unwrap_or_default()
    }

    /// Whatever links to an address that holds `typed`.
    fn links(&self, typed: &str) -> String {
        format!("%href=\"{}", self.holds(typed))
    }
}
