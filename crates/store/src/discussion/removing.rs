//! Taking a comment away, or a picture that it carries.

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::moderation::decision::Decider;
use rejoinder_core::moderation::{LogAction, StateReason};
use rejoinder_core::{Comment, CommentId, CommentState, ImageId, Page, Reader, SiteId, Time};

use crate::discussion::{comments, events, forgetting, images, pages};
use crate::identity::erasures::ledger;
use crate::moderation::decisions::{self, LogEntry};
use crate::moderation::reach::{self, ActingAs};
use crate::{Result, Tx};

/// What is left of a removed comment.
#[derive(Debug, Clone)]
pub struct RemovedComment {
    /// Its page, after the change.
    pub page: Page,
    /// The comment, which still stands as a tombstone when it has shown replies.
    pub comment: Comment,
}

/// Take a comment away. What a moderator removes stays with its earlier versions, for the moderators
/// only; what its author takes back is gone.
pub fn remove(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: CommentId,
    reader: &Reader,
) -> Result<RemovedComment> {
    let (page, comment, who) = reach::changed(tx, site, reader, id)?;
    let by = match who {
        ActingAs::Author => Decider::Author,
        ActingAs::Moderator(moderator) => Decider::Moderator(moderator.id()),
    };
    let is_own = who == ActingAs::Author;
    let before = decisions::snapshot(tx, site, id)?;
    let reason = match who {
        ActingAs::Author => StateReason::Author,
        ActingAs::Moderator(_) => StateReason::Moderator,
    };
    let mut after = before.entering(CommentState::Removed, Some(reason.into()));
    after.revision += 1;
    after.decided_revision = (!is_own).then_some(after.revision);
    let entry = LogEntry {
        by,
        action: match who {
            ActingAs::Author => LogAction::Delete,
            ActingAs::Moderator(_) => LogAction::Remove,
        },
        judges: true,
        reason: Some(reason.into()),
        note: None,
        findings: &[],
        undoes: None,
    };
    decisions::change(tx, now, &page, &comment, &before, &after, &entry)?;
    if is_own {
        ledger::comment(tx, now, site, id)?;
        forgetting::forget_guest(tx, now, site, page.id, &comment.author)?;
    }
    Ok(RemovedComment {
        page: pages::lock(tx, site, page.id)?,
        comment: comments::expect(tx, site, id)?,
    })
}

/// Take a picture away from a comment; its text stays. What a moderator takes away is in the log.
pub fn remove_image(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: CommentId,
    image: ImageId,
    reader: &Reader,
) -> Result<()> {
    let (page, comment, who) = reach::changed(tx, site, reader, id)?;
    let mut left = comment.images.clone();
    left.retain(|own| own.id != image);
    if left.len() == comment.images.len() {
        return Ok(());
    }
    images::replace(tx, site, id, &comment.images, &left)?;
    if let ActingAs::Moderator(moderator) = who {
        let stands = decisions::snapshot(tx, site, id)?;
        let entry = LogEntry {
            by: Decider::Moderator(moderator.id()),
            action: LogAction::RemovePicture,
            judges: false,
            reason: None,
            note: None,
            findings: &[],
            undoes: None,
        };
        decisions::change(tx, now, &page, &comment, &stands, &stands, &entry)?;
    }
    if comment.is_published() {
        events::append(tx, now, &page, EventKind::CardsChanged, Some(id))?;
    }
    Ok(())
}
