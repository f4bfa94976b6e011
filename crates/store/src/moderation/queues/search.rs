//! Searching in all comments of a site.
//!
//! Texts are compared one by one, newest first, through a window of [`SEARCH_WINDOW`] comments at a
//! time; SQLite knows upper and lower case of ASCII letters only. What takes longest is to make a text small,
//! so one word of ASCII alone is looked for first, for which that is quick.

use rejoinder_core::moderation::search::CommentSearch;
use rejoinder_core::{AuthorId, CommentId, CommentState, SiteId, Time};

use super::{MAX_ITEMS, QueueSlice, as_i64, complete, item_of, items};
use crate::discussion::comments::columns;
use crate::moderation::groups::{Scope, in_scope};
use crate::{Dialect, Result, Sql, Tx, params, sql};

/// How many comments one search looks at before it asks to be continued.
pub const SEARCH_WINDOW: i64 = 10_000;

/// The comments of one search's window, as these columns of `comment w`.
macro_rules! window {
    ($columns:literal, $which:literal) => {
        concat!(
            "(select ",
            $columns,
            " from comment w where w.site_id = ?1 and w.id < ?2",
            $which,
            " order by w.id desc limit ?3)"
        )
    };
}

macro_rules! search {
    ($from:expr, $within:expr, $text:literal) => {
        items!(
            $from,
            concat!(
                $within,
                "(?4 = '' or c.state = ?4) and (cast(?5 as bigint) = 0 or c.created_at < ?5) \
                 and (?6 = '' or lower(a.name) like ?6 escape '!' or a.id = ?7) \
                 and (?8 = '' or lower(p.key) like ?8 escape '!' \
                     or lower(coalesce(p.title, '')) like ?8 escape '!') \
                 and (?9 = '' or lower(c.html) like ?9 escape '!') and (?14 = '' or ",
                $text,
                " like ?14 escape '!') and not exists (select 1 from texts(?10) as t \
                     where lower(c.text) not like t.value escape '!') and ",
                in_scope!("?11", "?12"),
                " order by c.id desc limit ?13"
            )
        )
    };
}

/// On SQLite the window is a range of ids that ends at `?3`: it is walked as the list is ordered, until enough
/// was found. PostgreSQL makes joins in any order, and where it plans for whatever is asked it takes the pages and
/// authors first, of which most are not in the window; past a limit, which is `?3` there, it cannot look.
macro_rules! matching {
    ($dialect:expr, $of_window:literal, $of_range:literal) => {
        match $dialect {
            Dialect::Sqlite => sql!(@sqlite search!(
                "comment c",
                concat!("c.id < ?2 and c.id >= ?3 and ", $of_range),
                "c.text"
            )),
            Dialect::Postgres => sql!(@postgres search!(
                concat!(window!("w.*", $of_window), " as c"),
                "",
                "lower(c.text collate \"C\")"
            )),
        }
    };
}

macro_rules! oldest {
    ($of_window:literal) => {
        sql!(concat!(
            "select min(found.id), count(*) from ",
            window!("w.id", $of_window),
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
    let (matching, oldest) = match search.state {
        None | Some(CommentState::Published) => (matching!(dialect, "", ""), oldest!("")),
        Some(_) => (
            matching!(
                dialect,
                " and w.state <> 'published' and w.state = ?4",
                "c.state <> 'published' and c.state = ?4 and "
            ),
            oldest!(" and w.state <> 'published' and w.state = ?4"),
        ),
    };
    let state = search.state.map_or("", CommentState::as_str);
    let like = LikePattern(dialect);
    let words: Vec<String> = search.words.iter().map(|word| like.holds(word)).collect();
    let author = search.author.as_deref().unwrap_or_default();
    let author_id = author.parse().map_or(0, |id: AuthorId| id.0);
    let link = search.link.as_deref().map(|link| like.links(link));
    let mut window = Window::new(oldest, (site, after, state));
    let bound = match dialect {
        Dialect::Sqlite => window.seen(tx)?.0.map_or(0, |oldest| oldest.0),
        Dialect::Postgres => SEARCH_WINDOW,
    };
    let mut items = tx.all(
        matching,
        params![
            site,
            after,
            bound,
            state,
            search.before.map_or(0, Time::micros),
            like.holds_some(search.author.as_deref()),
            author_id,
            like.holds_some(search.page.as_deref()),
            link.unwrap_or_default(),
            serde_json::Value::from(words).to_string(),
            scope.is_all(),
            scope.list(),
            as_i64(limit + 1),
            like.holds_some(plainest(&search.words))
        ],
        item_of,
    )?;
    let next = if items.len() > limit {
        items.truncate(limit);
        items.last().map(|item| item.comment.id)
    } else {
        let (oldest, n) = window.seen(tx)?;
        oldest.filter(|_| n >= SEARCH_WINDOW)
    };
    complete(tx, site, &mut items)?;
    Ok(QueueSlice { items, next })
}

/// What one search looks at.
struct Window<'s> {
    sql: &'static Sql,
    of: (SiteId, CommentId, &'s str),
    seen: Option<(Option<CommentId>, i64)>,
}

impl<'s> Window<'s> {
    const fn new(sql: &'static Sql, of: (SiteId, CommentId, &'s str)) -> Self {
        Self {
            sql,
            of,
            seen: None,
        }
    }

    /// The oldest comment in it, and how many there are.
    fn seen(&mut self, tx: &mut Tx<'_>) -> Result<(Option<CommentId>, i64)> {
        if let Some(seen) = self.seen {
            return Ok(seen);
        }
        let (site, after, state) = self.of;
        let params = params![site, after, SEARCH_WINDOW, state];
        let seen = tx.one(self.sql, params, |row| Ok((row.next()?, row.next()?)))?;
        Ok(*self.seen.insert(seen.unwrap_or_default()))
    }
}

/// The longest word of ASCII alone: most texts do not hold it.
fn plainest(words: &[String]) -> Option<&str> {
    let plain = words.iter().filter(|word| word.is_ascii());
    plain.max_by_key(|word| word.len()).map(String::as_str)
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

    /// Whatever links to an address that holds `typed`: what is kept of HTML has its tags whole.
    fn links(&self, typed: &str) -> String {
        format!("%href=\"{}", self.holds(typed))
    }
}
