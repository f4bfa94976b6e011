//! The parts that a recording is divided into, as WebVTT.

use rejoinder_core::recordings::{Recording, RecordingChange};
use rejoinder_core::{RecordingId, SiteId, Time};

use super::changed::changed;
use crate::{Result, Tx, params, sql};

/// The chapters of a recording, where it has any.
pub fn of(tx: &mut Tx<'_>, site: SiteId, id: RecordingId) -> Result<Option<String>> {
    let found: Option<Option<String>> = tx.one(
        sql!("select chapters from recording where site_id = ?1 and id = ?2"),
        params![site, id],
        |row| row.next(),
    )?;
    Ok(found.flatten())
}

/// Divide a recording into other chapters, or into none.
pub fn save(tx: &mut Tx<'_>, now: Time, recording: &Recording, webvtt: Option<&str>) -> Result<()> {
    tx.execute(
        sql!("update recording set chapters = ?3 where site_id = ?1 and id = ?2"),
        params![recording.site, recording.id, webvtt],
    )?;
    changed(tx, now, recording, RecordingChange::Changed)
}
