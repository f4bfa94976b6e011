//! What is left of a comment that its author took back: where it stood and what was decided, no word
//! of it.

use rejoinder_core::{Author, AuthorKind, CommentId, PageId, SiteId, Time};

use crate::discussion::{cards, images, mentions};
use crate::identity::authors;
use crate::moderation::learned;
use crate::notices::subscriptions;
use crate::passages::{answering, sources};
use crate::recordings::citing;
use crate::{Result, Tx, params, sql};

/// Leave nothing of a comment's text, of earlier ones, and of what was found in them.
pub(crate) fn forget(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<()> {
    tx.execute(
        sql!(
            "update comment set text = '', html = '', annotation = null
             where site_id = ?1 and id = ?2"
        ),
        params![site, id],
    )?;
    sources::forget(tx, site, id)?;
    answering::forget(tx, site, id)?;
    cards::forget_links(tx, site, id)?;
    images::forget(tx, site, id)?;
    citing::forget(tx, site, id)?;
    mentions::forget(tx, site, id)?;
    learned::forget(tx, site, id)?;
    forget_traces(tx, site, id)
}

/// Leave nothing of a comment but its text, where it has one.
pub(crate) fn forget_traces(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<()> {
    for sql in [
        sql!("update comment set address_hash = null where site_id = ?1 and id = ?2"),
        sql!("delete from comment_version where site_id = ?1 and comment_id = ?2"),
        sql!("delete from late_verdict where site_id = ?1 and comment_id = ?2"),
        sql!("delete from lesson where site_id = ?1 and comment_id = ?2"),
        // Both may repeat words of the text.
        sql!(
            "update decision set findings = null, note = null
             where site_id = ?1 and comment_id = ?2"
        ),
        sql!("update flag set note = null where site_id = ?1 and comment_id = ?2"),
    ] {
        tx.execute(sql, params![site, id])?;
    }
    // The key stays: a request that is sent again must not bring the comment back.
    tx.execute(
        sql!("update idempotency set fingerprint = ?3 where site_id = ?1 and comment_id = ?2"),
        params![site, id, &Vec::new()],
    )?;
    Ok(())
}

/// Forget what came with a guest's comments on a page, and what a guest said of themselves, where
/// nothing is left of what they wrote.
pub(crate) fn forget_guest(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    page: PageId,
    author: &Author,
) -> Result<()> {
    if author.kind != AuthorKind::Guest {
        return Ok(());
    }
    let on_page = tx.one(
        sql!(
            "select 1 from comment where site_id = ?1 and page_id = ?2 and author_id = ?3
               and not (state = 'removed' and reason = 'author') limit 1"
        ),
        params![site, page, author.id],
        |_| Ok(()),
    )?;
    if on_page.is_some() {
        return Ok(());
    }
    subscriptions::forget_on_page(tx, now, site, page, author.id)?;
    let anywhere = tx.one(
        sql!(
            "select 1 from comment where site_id = ?1 and author_id = ?2
               and not (state = 'removed' and reason = 'author') limit 1"
        ),
        params![site, author.id],
        |_| Ok(()),
    )?;
    match anywhere {
        Some(()) => Ok(()),
        None => authors::forget_details(tx, site, author.id),
    }
}
