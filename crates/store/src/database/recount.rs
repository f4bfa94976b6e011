//! Counting the comments of a page again.

use std::cmp::Reverse;
use std::collections::HashMap;

use rejoinder_core::{AuthorId, CommentId, CommentState, PageId, SiteId};

use crate::{Result, Tx, params, sql};

/// A comment as the counters see it.
pub(crate) struct Counted {
    pub(crate) id: CommentId,
    parent: Option<CommentId>,
    root: CommentId,
    depth: i64,
    pub(crate) author: AuthorId,
    pub(crate) state: String,
    pub(crate) reason: Option<String>,
    pub(crate) is_published: bool,
    n_replies: i64,
    n_descendants: i64,
}

/// What the counters of a page's comments should be.
pub(crate) struct Counts {
    n_replies: HashMap<CommentId, i64>,
    n_below: HashMap<CommentId, i64>,
    n_comments: i64,
}

impl Counts {
    /// The shown replies of a comment, and what is published in its branch.
    pub(crate) fn of(&self, id: CommentId) -> (i64, i64) {
        let right = |counts: &HashMap<CommentId, i64>| counts.get(&id).copied().unwrap_or(0);
        (right(&self.n_replies), right(&self.n_below))
    }
}

/// Make up every counter of a page from what it counts, however deep the thread.
///
/// Counted here and not by the database: PostgreSQL knows nothing of rows that have just been
/// inserted, and chooses a plan that compares each with each.
pub(crate) fn recount(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<()> {
    let comments = counted(tx, site, page)?;
    let counts = counts(&comments);
    set_counts(tx, (site, page), &comments, &counts)
}

/// Count, whatever is stored.
pub(crate) fn counts(comments: &[Counted]) -> Counts {
    let mut counts = Counts {
        n_replies: shown_replies(comments),
        n_below: HashMap::new(),
        n_comments: 0,
    };
    for comment in comments.iter().filter(|comment| comment.is_published) {
        counts.n_comments += 1;
        if comment.parent.is_some() {
            *counts.n_below.entry(comment.root).or_default() += 1;
        }
    }
    counts
}

/// Store the counters of a page, and of those of `comments` that have others.
pub(crate) fn set_counts(
    tx: &mut Tx<'_>,
    (site, page): (SiteId, PageId),
    comments: &[Counted],
    counts: &Counts,
) -> Result<()> {
    for comment in comments {
        let (n_replies, n_descendants) = counts.of(comment.id);
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
    set_total(tx, site, page, counts.n_comments)
}

/// Store how many comments of a page are published.
pub(crate) fn set_total(tx: &mut Tx<'_>, site: SiteId, page: PageId, n: i64) -> Result<()> {
    tx.execute(
        sql!("update page set n_comments = ?3 where site_id = ?1 and id = ?2"),
        params![site, page, n],
    )?;
    Ok(())
}

/// The comments of a page as the counters see them.
pub(crate) fn counted(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<Vec<Counted>> {
    tx.all(
        sql!(
            "select id, parent_id, root_id, depth, author_id, state, reason, n_replies,
                 n_descendants
             from comment where site_id = ?1 and page_id = ?2"
        ),
        params![site, page],
        |row| {
            let comment = Counted {
                id: row.next()?,
                parent: row.next()?,
                root: row.next()?,
                depth: row.next()?,
                author: row.next()?,
                state: row.next()?,
                reason: row.next()?,
                is_published: false,
                n_replies: row.next()?,
                n_descendants: row.next()?,
            };
            let is_published = comment.state == CommentState::Published.as_str();
            Ok(Counted {
                is_published,
                ..comment
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
