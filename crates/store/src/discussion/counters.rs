//! The counters that a comment moves when it begins or ceases to be published.

use rejoinder_core::{Comment, CommentId, CommentState, Page, SiteId};

use crate::{Result, Tx, params, sql};

/// Count a new comment that is published: at its root, and at each ancestor that shows because of
/// it. Its page counts it with the event.
pub(super) fn arrive(tx: &mut Tx<'_>, page: &Page, parent: &Comment) -> Result<()> {
    count_below(tx, page.site, parent.root, 1)?;
    spread(tx, page.site, Some(parent.id), 1)
}

/// Count a comment that has just become published: on its page, at its root, and at each ancestor
/// that shows because of it.
pub(crate) fn appear(tx: &mut Tx<'_>, page: &Page, comment: &Comment) -> Result<()> {
    count(tx, page, comment, 1)
}

/// The reverse of [`appear`], for a comment that has just ceased to be published.
pub(crate) fn vanish(tx: &mut Tx<'_>, page: &Page, comment: &Comment) -> Result<()> {
    count(tx, page, comment, -1)
}

fn count(tx: &mut Tx<'_>, page: &Page, comment: &Comment, change: i64) -> Result<()> {
    tx.execute(
        sql!("update page set n_comments = n_comments + ?3 where site_id = ?1 and id = ?2"),
        params![page.site, page.id, change],
    )?;
    if comment.root != comment.id {
        count_below(tx, page.site, comment.root, change)?;
    }
    // With shown replies it is shown as before.
    match n_replies(tx, page.site, comment.id)? {
        0 => spread(tx, page.site, comment.parent, change),
        _ => Ok(()),
    }
}

/// As it is now, and not as it was when the comment was read.
fn n_replies(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<i64> {
    let n_replies = tx.one(
        sql!("select n_replies from comment where site_id = ?1 and id = ?2"),
        params![site, id],
        |row| row.next(),
    )?;
    Ok(n_replies.unwrap_or(0))
}

fn count_below(tx: &mut Tx<'_>, site: SiteId, root: CommentId, change: i64) -> Result<()> {
    tx.execute(
        sql!(
            "update comment set n_descendants = n_descendants + ?3
             where site_id = ?1 and id = ?2"
        ),
        params![site, root, change],
    )?;
    Ok(())
}

/// A reply of `parent` began or ceased to be shown: it has one shown reply more or less, and where
/// that makes a tombstone begin or cease to be shown, so has its own parent.
fn spread(tx: &mut Tx<'_>, site: SiteId, mut parent: Option<CommentId>, change: i64) -> Result<()> {
    while let Some(id) = parent {
        let changed: Option<(Option<CommentId>, i64, String)> = tx.one(
            sql!(
                "update comment set n_replies = n_replies + ?3 where site_id = ?1 and id = ?2
                 returning parent_id, n_replies, state"
            ),
            params![site, id, change],
            |row| Ok((row.next()?, row.next()?, row.next()?)),
        )?;
        let Some((above, n_replies, state)) = changed else {
            return Ok(());
        };
        let before = n_replies - change;
        let is_shown_as_before =
            state == CommentState::Published.as_str() || (n_replies > 0) == (before > 0);
        parent = above.filter(|_| !is_shown_as_before);
    }
    Ok(())
}
