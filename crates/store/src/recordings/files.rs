//! The files of recordings, in parts, as they arrive and as they are read.

use rejoinder_core::recordings::RecordingState;
use rejoinder_core::{RecordingId, SiteId, Time};
use serde::{Deserialize, Serialize};

use crate::jobs::{self, NewJob, Payload};
use crate::{Result, Tx, params, sql};

/// The longest part of a file, in bytes.
pub const MAX_PART: usize = 1_024 * 1_024;

/// Fetches the file of a recording, where it has none yet, and reads it.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReadRecording {
    /// The recording to read.
    pub recording: RecordingId,
    /// When the recording was read that it is a cut of, if it waited for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Time>,
}

impl ReadRecording {
    /// What reads `recording` as soon as it can be had.
    pub(crate) const fn of(recording: RecordingId) -> Self {
        Self {
            recording,
            after: None,
        }
    }
}

impl Payload for ReadRecording {
    const KIND: &'static str = "recording";
}

/// What became of bytes that were to be added to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppendOutcome {
    /// So many bytes are there now.
    Arrived(i64),
    /// The file goes on at another byte, or has all that were announced.
    Elsewhere(i64),
    /// No file is arriving for this recording.
    Unknown,
}

/// Add `bytes`, at most [`MAX_PART`], to a file that has `at` bytes already. When all have arrived, the
/// recording waits to be read.
pub fn add(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: RecordingId,
    at: i64,
    bytes: &[u8],
) -> Result<AppendOutcome> {
    let arriving: Option<(i64, i64)> = tx.one(
        sql!(
            "select n_bytes, n_arrived from recording
             where site_id = ?1 and id = ?2 and state = 'arriving' for update"
        ),
        params![site, id],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let Some((n_bytes, n_arrived)) = arriving else {
        return Ok(AppendOutcome::Unknown);
    };
    let n_then =
        i64::try_from(bytes.len()).map_or(i64::MAX, |length| n_arrived.saturating_add(length));
    if at != n_arrived || n_then > n_bytes {
        return Ok(AppendOutcome::Elsewhere(n_arrived));
    }
    keep(tx, site, id, at, bytes)?;
    let is_whole = n_then == n_bytes;
    let state = if is_whole {
        RecordingState::Waiting
    } else {
        RecordingState::Arriving
    };
    tx.execute(
        sql!("update recording set n_arrived = ?3, state = ?4 where site_id = ?1 and id = ?2"),
        params![site, id, n_then, state.as_str()],
    )?;
    if is_whole {
        jobs::add(tx, now, &NewJob::new(site, &ReadRecording::of(id), now)?)?;
    }
    Ok(AppendOutcome::Arrived(n_then))
}

fn keep(tx: &mut Tx<'_>, site: SiteId, id: RecordingId, at: i64, bytes: &[u8]) -> Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    tx.execute(
        sql!(
            "insert into recording_part (site_id, recording_id, first_byte, bytes)
             values (?1, ?2, ?3, ?4)"
        ),
        params![site, id, at, bytes],
    )?;
    Ok(())
}

/// Keep what was fetched of a recording's file: `bytes` follow the `at` bytes that are there. What an
/// earlier attempt left is dropped by the first.
pub fn keep_fetched(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: RecordingId,
    at: i64,
    bytes: &[u8],
) -> Result<()> {
    if at == 0 {
        drop_file(tx, site, id)?;
    }
    keep(tx, site, id, at, bytes)?;
    let n_then = i64::try_from(bytes.len()).map_or(i64::MAX, |length| at.saturating_add(length));
    tx.execute(
        sql!("update recording set n_bytes = ?3, n_arrived = ?3 where site_id = ?1 and id = ?2"),
        params![site, id, n_then],
    )?;
    Ok(())
}

/// The part of a file that holds the byte at `at`, from that byte on; `None` behind its end.
pub fn part(tx: &mut Tx<'_>, site: SiteId, id: RecordingId, at: i64) -> Result<Option<Vec<u8>>> {
    let found: Option<(i64, Vec<u8>)> = tx.one(
        sql!(
            "select first_byte, bytes from recording_part
             where site_id = ?1 and recording_id = ?2 and first_byte <= ?3
             order by first_byte desc limit 1"
        ),
        params![site, id, at],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    Ok(found.and_then(|(first, mut bytes)| {
        let skipped = usize::try_from(at - first).ok()?;
        (skipped < bytes.len()).then(|| bytes.split_off(skipped))
    }))
}

/// Drop the file of a recording.
pub(crate) fn drop_file(tx: &mut Tx<'_>, site: SiteId, id: RecordingId) -> Result<()> {
    tx.execute(
        sql!("delete from recording_part where site_id = ?1 and recording_id = ?2"),
        params![site, id],
    )?;
    Ok(())
}
