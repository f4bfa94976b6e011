//! Transcripts: each change is a revision, and all revisions stay.

use rejoinder_core::recordings::{Recording, RecordingChange, TranscriptStatus};
use rejoinder_core::{AuthorId, RecordingId, SiteId, Time};

use super::changed::changed;
use super::{proposals, words};
use crate::database::error::StoreError;
use crate::discussion::pages;
use crate::{Result, Row, Tx, params, sql};

/// A revision of a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranscriptRevision {
    /// Its number, from 1.
    pub revision: i64,
    /// How much it can be relied on.
    pub status: TranscriptStatus,
    /// The language that is spoken, as a BCP 47 tag, where it is known.
    pub language: Option<String>,
    /// Who made it, where they are still known.
    pub author: Option<AuthorId>,
    /// When it was made.
    pub made_at: Time,
}

fn read(row: &Row<'_>) -> Result<TranscriptRevision> {
    let unknown = || StoreError::Internal("a transcript has an unknown status".into());
    Ok(TranscriptRevision {
        revision: row.next()?,
        status: TranscriptStatus::parse(&row.next::<String>()?).ok_or_else(unknown)?,
        language: row.next()?,
        author: row.next()?,
        made_at: row.next()?,
    })
}

/// The newest revision of a recording's transcript, as WebVTT.
pub fn newest(
    tx: &mut Tx<'_>,
    site: SiteId,
    recording: RecordingId,
) -> Result<Option<(TranscriptRevision, String)>> {
    tx.one(
        sql!(
            "select revision, status, language, author_id, made_at, webvtt from transcript
             where site_id = ?1 and recording_id = ?2 order by revision desc limit 1"
        ),
        params![site, recording],
        |row| Ok((read(row)?, row.next()?)),
    )
}

/// One revision of a recording's transcript, as WebVTT.
pub fn revision(
    tx: &mut Tx<'_>,
    site: SiteId,
    recording: RecordingId,
    revision: i64,
) -> Result<Option<(TranscriptRevision, String)>> {
    tx.one(
        sql!(
            "select revision, status, language, author_id, made_at, webvtt from transcript
             where site_id = ?1 and recording_id = ?2 and revision = ?3"
        ),
        params![site, recording, revision],
        |row| Ok((read(row)?, row.next()?)),
    )
}

/// The revisions of a recording's transcript, newest first.
pub fn history(
    tx: &mut Tx<'_>,
    site: SiteId,
    recording: RecordingId,
    limit: i64,
) -> Result<Vec<TranscriptRevision>> {
    tx.all(
        sql!(
            "select revision, status, language, author_id, made_at from transcript
             where site_id = ?1 and recording_id = ?2 order by revision desc limit ?3"
        ),
        params![site, recording, limit],
        read,
    )
}

/// A revision to be kept.
#[derive(Debug, Clone)]
pub struct NewRevision {
    /// The revision that it was made from; 0 where there was none.
    pub from: i64,
    /// How much it can be relied on.
    pub status: TranscriptStatus,
    /// The language that is spoken, as a BCP 47 tag.
    pub language: Option<String>,
    /// Its cues as WebVTT.
    pub webvtt: String,
    /// Who makes it; none where a program does.
    pub by: Option<AuthorId>,
}

/// Keep a revision of a recording's transcript. Returns its number, or none where another was made
/// meanwhile.
pub fn save(
    tx: &mut Tx<'_>,
    now: Time,
    recording: &Recording,
    new: &NewRevision,
) -> Result<Option<i64>> {
    // So that revisions have one order.
    pages::lock(tx, recording.site, recording.page)?;
    let last = newest(tx, recording.site, recording.id)?;
    let last = last.map_or(0, |(revision, _)| revision.revision);
    if last != new.from {
        return Ok(None);
    }
    tx.execute(
        sql!(
            "insert into transcript (site_id, recording_id, revision, status, language, webvtt,
                 author_id, made_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        ),
        params![
            recording.site,
            recording.id,
            last + 1,
            new.status.as_str(),
            new.language.as_deref(),
            &new.webvtt,
            new.by,
            now
        ],
    )?;
    proposals::outdate(tx, now, recording, &new.webvtt)?;
    words::keep(tx, recording.site, recording.id)?;
    changed(tx, now, recording, RecordingChange::Transcribed)?;
    Ok(Some(last + 1))
}

/// Say how much the newest revision can be relied on.
pub fn set_status(
    tx: &mut Tx<'_>,
    now: Time,
    recording: &Recording,
    revision: i64,
    status: TranscriptStatus,
) -> Result<()> {
    tx.execute(
        sql!(
            "update transcript set status = ?4
             where site_id = ?1 and recording_id = ?2 and revision = ?3"
        ),
        params![recording.site, recording.id, revision, status.as_str()],
    )?;
    changed(tx, now, recording, RecordingChange::Transcribed)
}
