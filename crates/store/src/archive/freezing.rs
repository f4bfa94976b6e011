//! Reading a site page by page, each with its whole thread.

use std::collections::HashMap;

use rejoinder_core::discussion::thread::ThreadEntry;
use rejoinder_core::{Comment, CommentId, ImageId, Page, PageId, SiteId};

use crate::discussion::comments::{self, comment_columns};
use crate::discussion::{images, pages};
use crate::{Result, Tx, params, sql};

/// So many pages are read at once.
const STEP: i64 = 500;

/// The next pages after `after` on which there is something to read, by id.
pub fn pages_after(tx: &mut Tx<'_>, site: SiteId, after: PageId) -> Result<Vec<Page>> {
    let ids: Vec<PageId> = tx.all(
        sql!(
            "select id from page where site_id = ?1 and id > ?2 and n_comments > 0
             order by id limit ?3"
        ),
        params![site, after, STEP],
        |row| row.next(),
    )?;
    let mut found = pages::by_ids(tx, site, &ids)?;
    found.sort_by_key(|page| page.id);
    Ok(found)
}

/// The bytes of a picture that a comment carries, a JPEG that was made here.
pub fn image(tx: &mut Tx<'_>, site: SiteId, id: ImageId) -> Result<Option<Vec<u8>>> {
    images::bytes(tx, site, id)
}

/// All of a page's comments that have a place in its thread: pinned roots first, then the oldest, and
/// below each its replies.
pub fn whole_thread(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<Vec<ThreadEntry>> {
    let shown: Vec<Comment> = tx.all(
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.page_id = ?2 and c.shown = 1 order by c.id"
        )),
        params![site, page],
        comments::read,
    )?;
    let mut below: HashMap<Option<CommentId>, Vec<Comment>> = HashMap::new();
    for comment in shown {
        below.entry(comment.parent).or_default().push(comment);
    }
    let mut roots = below.remove(&None).unwrap_or_default();
    roots.sort_by_key(|root| (root.pin.unwrap_or(i64::MAX), root.id));
    let mut entries = Vec::new();
    let mut next: Vec<(Comment, usize)> = roots.into_iter().rev().map(|root| (root, 0)).collect();
    while let Some((comment, level)) = next.pop() {
        let replies = below.remove(&Some(comment.id)).unwrap_or_default();
        next.extend(replies.into_iter().rev().map(|reply| (reply, level + 1)));
        entries.push(ThreadEntry {
            comment,
            level,
            more: None,
        });
    }
    Ok(entries)
}
