//! What is looked at of sources that a comment is to carry, and what their author and editors say of
//! them later.

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::passages::source_check::{Confirmation, SourceCheckStatus};
use rejoinder_core::passages::source_policy::{may_confirm, may_withdraw};
use rejoinder_core::passages::{SourceCheck, Sources};
use rejoinder_core::{Comment, CommentId, Page, PageKey, Reader, Refusal, SiteId, Time};

use crate::discussion::{cards, events, pages};
use crate::moderation::reach;
use crate::passages::sources::set;
use crate::{Result, Tx};

/// Whether none of `sources` is the page itself.
pub(crate) fn are_elsewhere(tx: &mut Tx<'_>, page: &Page, sources: &Sources) -> Result<()> {
    for source in &sources.list {
        let Some(key) = PageKey::of_address(&source.url) else {
            continue;
        };
        let found = pages::find(tx, page.site, &key)?;
        if key == page.key || found.is_some_and(|found| found.id == page.id) {
            return Err(Refusal::SourceIsPage.into());
        }
    }
    Ok(())
}

/// Take one's own sources back, or give them again.
pub fn withdraw(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: CommentId,
    reader: &Reader,
    is_withdrawn: bool,
) -> Result<Comment> {
    let (page, comment, _) = reach::changed(tx, site, reader, id)?;
    may_withdraw(&comment, reader)?;
    change(tx, now, &page, comment, |check| {
        check.withdrawn_at = match (is_withdrawn, check.withdrawn_at) {
            (false, _) => None,
            (true, before) => before.or(Some(now)),
        };
    })
}

/// Confirm sources as an editor, with a note, or no longer confirm them.
pub fn confirm(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: CommentId,
    reader: &Reader,
    note: Option<&str>,
) -> Result<Comment> {
    let author = reader.author.as_ref().ok_or(Refusal::NotAllowed)?;
    let (page, comment, _) = reach::decided(tx, site, author, id)?;
    may_confirm(&comment, reader, note)?;
    change(tx, now, &page, comment, |check| {
        let same = |own: &Confirmation| note == Some(own.note.as_str());
        if !check.confirmed.as_ref().is_some_and(same) {
            check.confirmed = note.map(|note| Confirmation {
                at: now,
                note: note.to_owned(),
            });
        }
    })
}

fn change(
    tx: &mut Tx<'_>,
    now: Time,
    page: &Page,
    mut comment: Comment,
    change: impl Fn(&mut SourceCheck),
) -> Result<Comment> {
    let check = comment.source_check.as_deref_mut();
    let check = check.ok_or(Refusal::SourcesUnknown)?;
    let before = check.clone();
    change(check);
    if *check != before {
        set(tx, page.site, comment.id, check)?;
        announce(tx, now, page, &comment, None)?;
    }
    cards::filled(tx, page.site, comment)
}

/// Log that something else is said of the sources of a comment than `before`. That its numbers alone have
/// changed is as small as a vote.
pub(super) fn announce(
    tx: &mut Tx<'_>,
    now: Time,
    page: &Page,
    comment: &Comment,
    before: Option<SourceCheckStatus>,
) -> Result<()> {
    let status = comment.source_check.as_deref().map(SourceCheck::status);
    let kind = match before.is_some() && before == status {
        true => EventKind::Voted,
        false => EventKind::CardsChanged,
    };
    match (comment.is_published(), kind) {
        (true, kind) => events::append(tx, now, page, kind, Some(comment.id))?,
        // Readers see nothing of it.
        (false, _) => events::append(tx, now, page, EventKind::Reviewed, Some(comment.id))?,
    };
    Ok(())
}
