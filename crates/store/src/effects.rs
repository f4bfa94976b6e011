//! What follows from what happened: the one place that knows who listens to the log.
//!
//! Writing operations append their events and know nothing of mails, bells, webhooks, cards or the
//! learned filter. [`follow`] runs when an operation has ended well, in its transaction, so that what
//! follows from a change is kept or lost with it.

use rejoinder_core::CommentId;
use rejoinder_core::discussion::event::{Event, EventKind};
use rejoinder_core::moderation::decision::DecisionChange;

use crate::discussion::{cards, comments};
use crate::integrations::webhooks;
use crate::moderation::{corrections, desk_mails, learned};
use crate::notices::{bells, telling};
use crate::recordings::citing;
use crate::{Result, Tx};

/// Do what the events of this transaction ask for, and what those ask for that come of it.
pub(crate) fn follow(tx: &mut Tx<'_>) -> Result<()> {
    loop {
        let events = tx.take_events();
        if events.is_empty() {
            return Ok(());
        }
        for event in &events {
            follow_event(tx, event)?;
        }
    }
}

fn follow_event(tx: &mut Tx<'_>, event: &Event) -> Result<()> {
    webhooks::announce(tx, event)?;
    if event.kind == EventKind::Imported {
        citing::want_beside(tx, event.at, event.site, event.page)?;
    }
    let Some(comment) = event.comment else {
        return Ok(());
    };
    cards::follow(tx, event.at, event.site, comment, event.kind)?;
    match event.kind {
        EventKind::Published => {
            if let Some(comment) = comments::by_id(tx, event.site, comment)? {
                bells::tell_above(tx, event.at, event.site, &comment)?;
                bells::tell_challenged(tx, event.at, event.site, &comment)?;
            }
            bells::tell_mentioned(tx, event.at, event.site, comment)?;
            telling::announce(tx, event, comment)?;
        }
        EventKind::Withheld | EventKind::Hidden => {
            desk_mails::announce(tx, event.at, event.site, comment)?;
        }
        // Sources may have come with the new text.
        EventKind::Edited => {
            if let Some(comment) = comments::by_id(tx, event.site, comment)? {
                bells::tell_challenged(tx, event.at, event.site, &comment)?;
            }
        }
        EventKind::Removed
        | EventKind::Reviewed
        | EventKind::Featured
        | EventKind::Pinned
        | EventKind::BranchChanged
        | EventKind::CardsChanged
        | EventKind::Voted
        | EventKind::Imported
        | EventKind::PageChanged => {}
    }
    match &event.decided {
        Some(decided) => follow_decision(tx, event, comment, decided),
        None => Ok(()),
    }
}

fn follow_decision(
    tx: &mut Tx<'_>,
    event: &Event,
    id: CommentId,
    decided: &DecisionChange,
) -> Result<()> {
    let Some(comment) = comments::by_id(tx, event.site, id)? else {
        return Ok(());
    };
    if let Some(kind) = decided.author_notice(comment.author.id) {
        bells::tell_author(tx, event.at, event.site, &comment, kind)?;
        telling::tell_author(tx, event, &comment, kind)?;
    }
    if decided.judges || decided.undoes {
        let shown = comments::shown(tx, event.site, id)?;
        learned::teach(tx, event.site, id, shown.whole(), &decided.after)?;
    }
    if decided.judges && decided.by.moderator().is_some() {
        corrections::announce(tx, event.at, event.site, id, &decided.after)?;
    }
    Ok(())
}
