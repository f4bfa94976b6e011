//! Finding comments of a page by their text.
//!
//! Texts are compared one by one, newest first, some at a time: what is the same letter is known to
//! the rule and to neither database. A page has few comments; of one with very many the newest are
//! looked at.

use rejoinder_core::discussion::text_search::TextSearch;
use rejoinder_core::{Comment, CommentId, Page, PageKey, SiteId};

use crate::discussion::comments::{comment_columns, read};
use crate::discussion::pages;
use crate::{Result, Tx, params, sql};

/// How many comments one search looks at.
pub const SEARCHED: usize = 20_000;

/// How many are read at a time.
const STEP: usize = 500;

/// How many are shown of those that are found.
pub const MAX_FOUND: usize = 50;

/// What was found on a page.
#[derive(Debug)]
pub struct Found {
    /// The page, where there is one.
    pub page: Option<Page>,
    /// The newest comments that hold what was looked for, the newest first.
    pub comments: Vec<Comment>,
    /// How many do in all.
    pub n: usize,
}

/// The published comments of a page that hold what is looked for. Nothing is found for no words.
pub fn find(
    tx: &mut Tx<'_>,
    site: SiteId,
    key: &PageKey,
    search: Option<&TextSearch>,
) -> Result<Found> {
    let page = pages::find(tx, site, key)?;
    let ids = match (&page, search) {
        (Some(page), Some(search)) => matching(tx, page, search)?,
        _ => Vec::new(),
    };
    let n = ids.len();
    let shown: Vec<i64> = ids.into_iter().take(MAX_FOUND).map(|id| id.0).collect();
    let comments = match shown.is_empty() {
        true => Vec::new(),
        false => by_ids(tx, site, &shown)?,
    };
    Ok(Found { page, comments, n })
}

/// The comments that hold what is looked for, the newest first.
fn matching(tx: &mut Tx<'_>, page: &Page, search: &TextSearch) -> Result<Vec<CommentId>> {
    let mut ids = Vec::new();
    let mut before = CommentId(i64::MAX);
    for _ in 0..SEARCHED / STEP {
        let texts: Vec<(CommentId, String)> = tx.all(
            sql!(
                "select c.id, c.text from comment c
                 where c.site_id = ?1 and c.page_id = ?2 and c.state = 'published' and c.id < ?3
                 order by c.id desc limit ?4"
            ),
            params![page.site, page.id, before, as_i64(STEP)],
            |row| Ok((row.next()?, row.next()?)),
        )?;
        let Some((last, _)) = texts.last() else { break };
        before = *last;
        let is_last = texts.len() < STEP;
        let found = texts.into_iter().filter(|(_, text)| search.finds(text));
        ids.extend(found.map(|(id, _)| id));
        if is_last {
            break;
        }
    }
    Ok(ids)
}

fn by_ids(tx: &mut Tx<'_>, site: SiteId, ids: &[i64]) -> Result<Vec<Comment>> {
    tx.all(
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.id in (select own.value from list(?2) as own)
             order by c.id desc"
        )),
        params![site, format!("{ids:?}")],
        read,
    )
}

fn as_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
