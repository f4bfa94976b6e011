//! Who may give sources, answer what is asked of them, take them back, and confirm them.

use crate::discussion::comment::{Comment, CommentState};
use crate::discussion::text::is_blank;
use crate::identity::author::{AuthorKind, Reader, Role};
use crate::publication::settings::{GuestPolicy, Settings, SourceChecks};
use crate::refusal::Refusal;

use super::source_check::{MAX_NOTE, SourceCheck, Sources};

/// Whether a comment may carry sources, written by someone of `role`.
pub fn may_give(
    settings: &Settings,
    has_passage: bool,
    sources: &Sources,
    role: Role,
) -> Result<(), Refusal> {
    if settings.source_checks == SourceChecks::Off {
        return Err(Refusal::SourcesOff);
    }
    if !has_passage {
        return Err(Refusal::SourcesWithoutPassage);
    }
    if sources.claimant.is_some() && role < Role::Editor {
        return Err(Refusal::NotAllowed);
    }
    Ok(())
}

/// Whether `reader` may answer what is asked of the sources of `comment`.
pub fn may_answer(settings: &Settings, comment: &Comment, reader: &Reader) -> Result<(), Refusal> {
    let check = shown(comment)?;
    if settings.source_checks == SourceChecks::Off {
        return Err(Refusal::SourcesOff);
    }
    if reader.is(comment.author.id) {
        return Err(Refusal::OwnSources);
    }
    let own = reader.author.as_ref();
    let has_account = own.is_some_and(|own| own.kind == AuthorKind::Account);
    if settings.guests == GuestPolicy::Refused && !has_account {
        return Err(Refusal::SignInNeeded);
    }
    match check.withdrawn_at {
        Some(_) => Err(Refusal::SourcesWithdrawn),
        None => Ok(()),
    }
}

/// Whether `reader` may take back the sources of `comment`, or give them again.
pub fn may_withdraw(comment: &Comment, reader: &Reader) -> Result<(), Refusal> {
    if comment.state == CommentState::Removed || comment.source_check.is_none() {
        return Err(Refusal::SourcesUnknown);
    }
    match reader.is(comment.author.id) {
        true => Ok(()),
        false => Err(Refusal::NotYours),
    }
}

/// Whether `reader` may confirm the sources of `comment` with `note`, or no longer confirm them.
pub fn may_confirm(comment: &Comment, reader: &Reader, note: Option<&str>) -> Result<(), Refusal> {
    shown(comment)?;
    if reader.role() < Role::Editor {
        return Err(Refusal::NotAllowed);
    }
    let n = note.map_or(1, |note| note.chars().count());
    match note {
        Some(note) if is_blank(note) => Err(Refusal::SourceNoteMissing),
        _ if n > MAX_NOTE => Err(Refusal::SourceTextTooLong { max: MAX_NOTE }),
        _ => Ok(()),
    }
}

fn shown(comment: &Comment) -> Result<&SourceCheck, Refusal> {
    if comment.state != CommentState::Published {
        return Err(Refusal::CommentUnknown);
    }
    comment
        .source_check
        .as_deref()
        .ok_or(Refusal::SourcesUnknown)
}
