//! Parts of a thread by how many comments stand before them, as clients ask that count and know no
//! cursors.

use rejoinder_core::discussion::thread::{MAX_COMMENTS, ThreadEntry};
use rejoinder_core::{Comment, CommentId, Page, PageKey, SiteId, Sort, Time};

use crate::discussion::comments::{self, comment_columns, read};
use crate::discussion::{pages, threads};
use crate::{Result, Sql, Tx, params, sql};

/// So many comments at most are passed over.
pub const MAX_OFFSET: usize = 10_000;

/// The part of a thread that is asked for.
#[derive(Debug, Clone, Copy)]
pub struct SliceQuery {
    /// The comment whose direct replies are meant, instead of the roots.
    pub parent: Option<CommentId>,
    /// The order of roots: the newest, the oldest, or those with most votes first. Replies stand in
    /// the order in which they were written.
    pub sort: Sort,
    /// Only those that were posted after this time.
    pub after: Option<Time>,
    /// So many are passed over.
    pub offset: usize,
    /// At most so many are taken.
    pub limit: usize,
    /// How many replies of each comment.
    pub replies: usize,
}

/// A part of a thread.
#[derive(Debug)]
pub struct ThreadSlice {
    /// The page.
    pub page: Page,
    /// How many roots, or replies of the parent, there are: counted as far as they can be asked for.
    pub n_in_all: i64,
    /// The comments, each before its replies.
    pub entries: Vec<ThreadEntry>,
}

/// The part of a page's thread that `query` asks for; the first of `keys` that is a page's is meant. An
/// unknown page, and a parent that does not stand there, have none.
pub fn load(
    tx: &mut Tx<'_>,
    site: SiteId,
    keys: &[PageKey],
    query: &SliceQuery,
) -> Result<Option<ThreadSlice>> {
    let Some(page) = find_page(tx, site, keys)? else {
        return Ok(None);
    };
    let offset = query.offset.min(MAX_OFFSET);
    let limit = query.limit.min(MAX_COMMENTS);
    let found = match query.parent {
        None => roots(tx, &page, query, offset, limit)?,
        Some(parent) => {
            let parent = comments::by_id(tx, site, parent)?;
            let is_there =
                |own: &Comment| own.page == page.id && (own.is_published() || own.n_replies > 0);
            let Some(parent) = parent.filter(is_there) else {
                return Ok(None);
            };
            replies(tx, site, parent.id, query, offset, limit)?
        }
    };
    let n_in_all = match query.parent {
        None => count_roots(tx, &page)?,
        Some(parent) => count_replies(tx, site, parent)?,
    };
    let entries = match found.is_empty() {
        true => Vec::new(),
        false => threads::with_replies(tx, site, found, query.replies)?,
    };
    Ok(Some(ThreadSlice {
        page,
        n_in_all,
        entries,
    }))
}

/// The first of `keys` that a page is known by.
pub fn find_page(tx: &mut Tx<'_>, site: SiteId, keys: &[PageKey]) -> Result<Option<Page>> {
    for key in keys {
        if let Some(page) = pages::find(tx, site, key)? {
            return Ok(Some(page));
        }
    }
    Ok(None)
}

macro_rules! roots {
    ($order:literal) => {
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.page_id = ?2 and c.pin is null and c.parent_id is null
               and c.shown = 1 and c.created_at > ?3 order by ",
            $order,
            " limit ?4 offset ?5"
        ))
    };
}

fn statement(sort: Sort) -> &'static Sql {
    match sort {
        Sort::Newest => roots!("c.id desc"),
        Sort::Votes => roots!("c.score desc, c.id desc"),
        _ => roots!("c.id"),
    }
}

/// Pinned comments stand before the others.
fn roots(
    tx: &mut Tx<'_>,
    page: &Page,
    query: &SliceQuery,
    offset: usize,
    limit: usize,
) -> Result<Vec<Comment>> {
    let mut found = threads::pinned(tx, page)?;
    found.retain(|own| query.after.is_none_or(|after| own.created_at > after));
    let n_pinned = found.len();
    let mut found: Vec<Comment> = found.into_iter().skip(offset).take(limit).collect();
    let rest = limit - found.len();
    if rest > 0 {
        found.extend(tx.all(
            statement(query.sort),
            params![
                page.site,
                page.id,
                since(query),
                as_i64(rest),
                as_i64(offset.saturating_sub(n_pinned))
            ],
            read,
        )?);
    }
    Ok(found)
}

fn replies(
    tx: &mut Tx<'_>,
    site: SiteId,
    parent: CommentId,
    query: &SliceQuery,
    offset: usize,
    limit: usize,
) -> Result<Vec<Comment>> {
    tx.all(
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.parent_id = ?2 and c.shown = 1 and c.created_at > ?3
             order by c.id limit ?4 offset ?5"
        )),
        params![site, parent, since(query), as_i64(limit), as_i64(offset)],
        read,
    )
}

fn since(query: &SliceQuery) -> Time {
    query.after.unwrap_or(Time::from_micros(i64::MIN))
}

/// What lies beyond can be asked for by nobody.
const MAX_COUNTED: i64 = (MAX_OFFSET + MAX_COMMENTS) as i64;

fn count_roots(tx: &mut Tx<'_>, page: &Page) -> Result<i64> {
    let counted = tx.one(
        sql!(
            "select count(*) from (
                 select c.id from comment c
                 where c.site_id = ?1 and c.page_id = ?2 and c.parent_id is null and c.shown = 1
                 order by c.id limit ?3) as counted"
        ),
        params![page.site, page.id, MAX_COUNTED],
        |row| row.next(),
    )?;
    Ok(counted.unwrap_or(0))
}

fn count_replies(tx: &mut Tx<'_>, site: SiteId, parent: CommentId) -> Result<i64> {
    let counted = tx.one(
        sql!(
            "select count(*) from (
                 select c.id from comment c
                 where c.site_id = ?1 and c.parent_id = ?2 and c.shown = 1
                 order by c.id limit ?3) as counted"
        ),
        params![site, parent, MAX_COUNTED],
        |row| row.next(),
    )?;
    Ok(counted.unwrap_or(0))
}

fn as_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
