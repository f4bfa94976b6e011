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
    search: &CommentSearch,
    scope: &Scope,
    after: Option<CommentId>,
    limit: usize,
) -> Result<QueueSlice> {
    let limit = limit.clamp(1, MAX_ITEMS);
    let after = after.unwrap_or(CommentId(i64::MAX));
    let (matching, window) = match search.state {
        None => (search!("all"), oldest!("all")),
        Some(CommentState::Published) => (search!("published"), oldest!("published")),
        Some(_) => (search!("withheld"), oldest!("withheld")),
    };
    let state = search.state.map_or("", CommentState::as_str);
    let like = LikePattern(tx.dialect());
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
