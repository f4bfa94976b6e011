//! What editors do about the corrections that readers propose.

use rejoinder_core::recordings::proposals::ProposalState;
use rejoinder_core::recordings::{Recording, Span, TranscriptLock};
use rejoinder_core::{ProposalId, Refusal};
use store::Tx;
use store::recordings::proposing;

use crate::http::error::ApiError;
use crate::http::extract::Params;
use crate::newsroom::Newsroom;

/// Accept or decline what the form names; the word for what was done.
pub(super) async fn decide(
    newsroom: &Newsroom,
    recording: &Recording,
    act: &str,
    fields: &Params,
) -> Result<&'static str, ApiError> {
    let id: Option<ProposalId> = fields.read("proposal")?;
    let id = id.ok_or(Refusal::ProposalUnknown)?;
    let (now, by, own) = (newsroom.app.now(), newsroom.author.id, recording.clone());
    if act == "accept" {
        let accept = move |tx: &mut Tx<'_>| proposing::accept(tx, now, &own, id, by);
        let proposal = newsroom.app.store.write(accept).await?;
        return Ok(match proposal.state {
            ProposalState::Outdated => "outdated",
            _ => "accepted",
        });
    }
    let reason = fields.get("reason").map(str::trim);
    let reason = reason.filter(|reason| !reason.is_empty());
    let reason = reason.map(str::to_owned);
    let decline =
        move |tx: &mut Tx<'_>| proposing::decline(tx, now, &own, id, by, reason.as_deref());
    newsroom.app.store.write(decline).await?;
    Ok("declined")
}

/// Lock a part, or unlock one; the word for what was done, or nothing where the times are none.
pub(super) async fn set_lock(
    newsroom: &Newsroom,
    recording: &Recording,
    act: &str,
    fields: &Params,
) -> Result<Option<&'static str>, ApiError> {
    let (now, own) = (newsroom.app.now(), recording.clone());
    if act == "unlock" {
        let start_ms = fields.read("start_ms")?.unwrap_or(0);
        let unlock = move |tx: &mut Tx<'_>| proposing::unlock(tx, now, &own, start_ms);
        newsroom.app.store.write(unlock).await?;
        return Ok(Some("unlocked"));
    }
    let Some(lock) = part(fields) else {
        return Ok(None);
    };
    let lock = move |tx: &mut Tx<'_>| proposing::lock(tx, now, &own, lock);
    newsroom.app.store.write(lock).await?;
    Ok(Some("locked"))
}

/// The part that was typed: from the beginning and to the end, where nothing else is said.
fn part(fields: &Params) -> Option<TranscriptLock> {
    let value = |name| fields.get(name).unwrap_or_default().trim();
    let from = match value("from") {
        "" => "0",
        from => from,
    };
    let typed = match value("until") {
        "" => format!("t={from}"),
        until => format!("t={from},{until}"),
    };
    let span = Span::from_fragment(&typed)?;
    Some(TranscriptLock {
        start_ms: i64::try_from(span.start_ms).ok()?,
        end_ms: span.end_ms.and_then(|end_ms| i64::try_from(end_ms).ok()),
    })
}
