//! Everything that there is to read of a recording, in one look.

use rejoinder_core::recordings::proposals::ProposalState;
use rejoinder_core::recordings::{Proposal, Recording, TranscriptLock, TranscriptStatus};
use rejoinder_core::{CommentId, RecordingId, SiteId};

use super::{chapters, listing, proposals, reading, transcripts};
use crate::{Result, Tx, params, sql};

/// So many citations of a recording are shown at most.
const MAX_CITED: i64 = 1_000;

/// A recording with everything that there is to read of it.
#[derive(Debug, Clone)]
pub struct PlayerData {
    /// The recording.
    pub recording: Recording,
    /// How much its transcript can be relied on, and the transcript as WebVTT.
    pub transcript: Option<(TranscriptStatus, Option<String>, String)>,
    /// The chapters that it is divided into, as WebVTT.
    pub chapters: Option<String>,
    /// The loudest sample of each of its slices.
    pub wave_form: Vec<u8>,
    /// Where published comments speak of it, in its order.
    pub cited: Vec<CitedStretch>,
    /// What readers propose to correct in its transcript and everybody sees, in its order.
    pub proposals: Vec<Proposal>,
    /// The parts of its transcript that take no proposals.
    pub locks: Vec<TranscriptLock>,
    /// Its cuts, each with what it was found to hold, as JSON.
    pub cuts: Vec<(Recording, Option<String>)>,
}

/// A part of a recording that a comment speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitedStretch {
    /// The comment.
    pub comment: CommentId,
    /// Where the part begins.
    pub start_ms: i64,
    /// Where it ends, if the comment says so.
    pub end_ms: Option<i64>,
}

/// The recording with everything that there is to read of it.
pub fn find(tx: &mut Tx<'_>, site: SiteId, id: RecordingId) -> Result<Option<PlayerData>> {
    let Some(recording) = listing::find(tx, site, id)? else {
        return Ok(None);
    };
    let transcript = transcripts::newest(tx, site, id)?;
    let transcript = transcript.map(|(revision, text)| (revision.status, revision.language, text));
    Ok(Some(PlayerData {
        transcript,
        chapters: chapters::of(tx, site, id)?,
        wave_form: reading::wave_form(tx, site, id)?.unwrap_or_default(),
        cited: cited(tx, site, id)?,
        proposals: open(tx, site, id)?,
        locks: proposals::locks(tx, site, id)?,
        cuts: reading::comparisons(tx, site, id)?,
        recording,
    }))
}

fn open(tx: &mut Tx<'_>, site: SiteId, id: RecordingId) -> Result<Vec<Proposal>> {
    let mut open = proposals::undecided(tx, site, id)?;
    open.retain(|own| own.state == ProposalState::Open);
    Ok(open)
}

fn cited(tx: &mut Tx<'_>, site: SiteId, id: RecordingId) -> Result<Vec<CitedStretch>> {
    tx.all(
        sql!(
            "select t.comment_id, t.start_ms, t.end_ms from time_reference t
             join comment c on c.site_id = t.site_id and c.id = t.comment_id
             where t.site_id = ?1 and t.recording_id = ?2 and c.state = 'published'
             order by t.start_ms, t.comment_id limit ?3"
        ),
        params![site, id, MAX_CITED],
        |row| {
            Ok(CitedStretch {
                comment: row.next()?,
                start_ms: row.next()?,
                end_ms: row.next()?,
            })
        },
    )
}
