//! Searching in all comments of a site.
//!
//! Texts are compared one by one, newest first, through a window of [`SEARCH_WINDOW`] comments at a
//! time; SQLite knows upper and lower case of ASCII letters only.

use rejoinder_core::moderation::search::CommentSearch;
use rejoinder_core::{AuthorId, CommentId, CommentState, SiteId, Time};

use super::{MAX_ITEMS, QueueSlice, as_i64, complete, item_of, items};
use crate::discussion::comments::columns;
use crate::moderation::groups::{Scope, in_scope};
use crate::{Dialect, Result, Tx, params, sql};

/// How many comments one search looks at before it asks to be continued.
pub const SEARCH_WINDOW: i64 = 20_000;

/// The comments of one search's window, as these columns of `comment w`.
macro_rules! window {
    ($columns:literal, $which:tt) => {
        concat!(
            "(select ",
            $columns,
            " from comment w where w.site_id = ?1 and w.id < ?2",
            window!($which),
            " order by w.id desc limit ?3)"
        )
    };
    ("all") => {
        ""
    };
    ("published") => {
        " and w.state = 'published'"
    };
    ("withheld") => {
        " and w.state <> 'published' and w.state = ?4"
    };
}

macro_rules! search {
    ($from:expr, $on:literal) => {
        items!(
            $from,
            concat!(
                $on,
                "(?4 = '' or c.state = ?4) and (cast(?5 as bigint) = 0 or c.created_at < ?5) \
                 and (?6 = '' or lower(a.name) like ?6 escape '!' or a.id = ?7) \
                 and (?8 = '' or lower(p.key) like ?8 escape '!' \
                     or lower(coalesce(p.title, '')) like ?8 escape '!') \
                 and (?9 = '' or lower(c.html) like ?9 escape '!') \
                 and not exists (select 1 from texts(?10) as t \
                     where lower(c.text) not like t.value escape '!') and ",
                in_scope!("?11", "?12"),
                " order by c.id desc limit ?13"
            )
        )
    };
}

/// On SQLite the joins are made in the order in which they stand. PostgreSQL makes them in any, and where it
/// plans for whatever is asked it takes the pages and authors first, of which most are not in the window; past
/// the limit of the window it cannot look.
macro_rules! matching {
    ($dialect:expr, $which:tt) => {
        match $dialect {
            Dialect::Sqlite => sql!(@sqlite search!(
                concat!(window!("w.id", $which), " as found cross join comment c"),
                "c.id = found.id and "
            )),
            Dialect::Postgres => {
                sql!(@postgres search!(concat!(window!("w.*", $which), " as c"), ""))
            }
        }
    };
}

macro_rules! oldest {
    ($which:tt) => {
        sql!(concat!(
            "select min(found.id), count(*) from ",
            window!("w.id", $which),
            " as found where ?4 = ?4"
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
    search: &CommentSearch,
    scope: &Scope,
    after: Option<CommentId>,
    limit: usize,
) -> Result<QueueSlice> {
    let limit = limit.clamp(1, MAX_ITEMS);
    let after = after.unwrap_or(CommentId(i64::MAX));
    let dialect = tx.dialect();
    let (matching, window) = match search.state {
        None => (matching!(dialect, "all"), oldest!("all")),
        Some(CommentState::Published) => (matching!(dialect, "published"), oldest!("published")),
        Some(_) => (matching!(dialect, "withheld"), oldest!("withheld")),
    };
    let state = search.state.map_or("", CommentState::as_str);
    let like = LikePattern(dialect);
    let words: Vec<String> = search.words.iter().map(|word| like.holds(word)).collect();
    let author = search.author.as_deref().unwrap_or_default();
    let author_id = author.parse().map_or(0, |id: AuthorId| id.0);
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
            tx.one(window, params, |row| Ok((row.next()?, row.next()?)))?;
        seen.filter(|(_, n)| *n >= SEARCH_WINDOW)
            .and_then(|(oldest, _)| oldest)
    };
    complete(tx, site, &mut items)?;
    Ok(QueueSlice { items, next })
}

/// Makes patterns of what was typed.
struct LikePattern(Dialect);

impl LikePattern {
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
