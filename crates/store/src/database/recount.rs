//! Counting the comments of a page again.

use std::cmp::Reverse;
use std::collections::HashMap;

use rejoinder_core::{CommentId, CommentState, PageId, SiteId};

use crate::{Result, Tx, params, sql};

/// A comment as the counters see it.
struct Counted {
    id: CommentId,
    parent: Option<CommentId>,
    root: CommentId,
    depth: i64,
    is_published: bool,
    n_replies: i64,
    n_descendants: i64,
}

/// Make up every counter of a page from what it counts, however deep the thread.
///
/// Counted here and not by the database: PostgreSQL knows nothing of rows that have just been
/// inserted, and chooses a plan that compares each with each.
pub(crate) fn recount(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<()> {
    let comments = counted(tx, site, page)?;
    let n_replies = shown_replies(&comments);
    let mut n_below: HashMap<CommentId, i64> = HashMap::new();
    let mut n_comments: i64 = 0;
    for comment in comments.iter().filter(|comment| comment.is_published) {
        n_comments += 1;
        if comment.parent.is_some() {
            *n_below.entry(comment.root).or_default() += 1;
        }
    }
    for comment in &comments {
        let right =
            |counts: &HashMap<CommentId, i64>| counts.get(&comment.id).copied().unwrap_or(0);
        let (n_replies, n_descendants) = (right(&n_replies), right(&n_below));
        if (comment.n_replies, comment.n_descendants) != (n_replies, n_descendants) {
            tx.execute(
                sql!(
                    "update comment set n_replies = ?3, n_descendants = ?4
                     where site_id = ?1 and id = ?2"
                ),
                params![site, comment.id, n_replies, n_descendants],
            )?;
        }
    }
    tx.execute(
        sql!("update page set n_comments = ?3 where site_id = ?1 and id = ?2"),
        params![site, page, n_comments],
    )?;
    Ok(())
}

fn counted(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<Vec<Counted>> {
    tx.all(
        sql!(
            "select id, parent_id, root_id, depth, state, n_replies, n_descendants from comment
             where site_id = ?1 and page_id = ?2"
        ),
        params![site, page],
        |row| {
            Ok(Counted {
                id: row.next()?,
                parent: row.next()?,
                root: row.next()?,
                depth: row.next()?,
                is_published: row.next::<String>()? == CommentState::Published.as_str(),
                n_replies: row.next()?,
                n_descendants: row.next()?,
            })
        },
    )
}

/// How many replies of each comment are shown: the published ones, and those that have shown replies
/// themselves, which is known when all that are deeper are counted.
fn shown_replies(comments: &[Counted]) -> HashMap<CommentId, i64> {
    let mut n_replies: HashMap<CommentId, i64> = HashMap::new();
    let (published, mut hidden): (Vec<_>, Vec<_>) =
        comments.iter().partition(|comment| comment.is_published);
    for parent in published.iter().filter_map(|comment| comment.parent) {
        *n_replies.entry(parent).or_default() += 1;
    }
    hidden.sort_by_key(|comment| Reverse(comment.depth));
    for comment in hidden {
        if let Some(parent) = comment.parent
            && n_replies.contains_key(&comment.id)
        {
            *n_replies.entry(parent).or_default() += 1;
        }
    }
    n_replies
}
