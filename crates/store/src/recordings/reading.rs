//! What was read out of a recording: how long it lasts, what it looks like, and by what it is known
//! again.

use rejoinder_core::recordings::{
    Recording, RecordingChange, RecordingKind, RecordingProblem, RecordingState,
};
use rejoinder_core::{RecordingId, SiteId, Time};

use super::changed::changed;
use super::files::ReadRecording;
use super::{citing, files, listing};
use crate::jobs::{self, NewJob};
use crate::{Result, Tx, params, sql};

/// What a file was found to hold.
#[derive(Debug, Clone)]
pub struct DecodedFile {
    /// Sound or pictures.
    pub kind: RecordingKind,
    /// The media type of the file.
    pub media_type: String,
    /// How long it lasts.
    pub duration_ms: i64,
    /// The loudest sample of each of its slices, as many as there are bytes.
    pub wave_form: Vec<u8>,
    /// By what its sound is known again.
    pub fingerprint: Vec<u8>,
}

/// Keep what was found in the file of a recording, which can be heard from now on. Of a cut nothing else
/// is kept: its file is dropped, and `comparison` says what it holds of the whole.
pub fn save(
    tx: &mut Tx<'_>,
    now: Time,
    recording: &Recording,
    found: &DecodedFile,
    comparison: Option<&str>,
) -> Result<()> {
    if recording.cut_of.is_some() {
        files::drop_file(tx, recording.site, recording.id)?;
    }
    tx.execute(
        sql!(
            "update recording set state = 'ready', problem = null, progress = null, kind = ?3, media_type = ?4,
                 duration_ms = ?5, wave_form = ?6, fingerprint = ?7, comparison = ?8,
                 revision = revision + 1,
                 n_bytes = case when cut_of is null then n_bytes else 0 end
             where site_id = ?1 and id = ?2"
        ),
        params![
            recording.site,
            recording.id,
            found.kind.as_str(),
            &found.media_type,
            found.duration_ms,
            &found.wave_form,
            &found.fingerprint,
            comparison
        ],
    )?;
    if recording.cut_of.is_none() {
        citing::want(tx, now, recording.site, recording.page)?;
    }
    want_cuts(tx, now, recording)?;
    let happened = match recording.cut_of {
        None => RecordingChange::Published,
        Some(_) => RecordingChange::Compared,
    };
    changed(tx, now, recording, happened)
}

/// Have the cuts looked at that waited for their recording.
fn want_cuts(tx: &mut Tx<'_>, now: Time, whole: &Recording) -> Result<()> {
    let cuts = listing::cuts_of(tx, whole.site, whole.id)?.into_iter();
    for cut in cuts.filter(|cut| cut.state == RecordingState::Waiting) {
        let read = ReadRecording {
            recording: cut.id,
            after: Some(now),
        };
        jobs::add(tx, now, &NewJob::new(cut.site, &read, now)?)?;
    }
    Ok(())
}

/// So many hundredths of a recording that waits are read by now. Only its editors see that.
pub fn progress(tx: &mut Tx<'_>, site: SiteId, id: RecordingId, percent: u8) -> Result<()> {
    tx.execute(
        sql!(
            "update recording set progress = ?3
             where site_id = ?1 and id = ?2 and state = 'waiting'"
        ),
        params![site, id, i64::from(percent)],
    )?;
    Ok(())
}

/// A recording cannot be had. Its file is dropped.
pub fn refuse(
    tx: &mut Tx<'_>,
    now: Time,
    recording: &Recording,
    problem: RecordingProblem,
) -> Result<()> {
    files::drop_file(tx, recording.site, recording.id)?;
    tx.execute(
        sql!(
            "update recording set state = ?3, problem = ?4, progress = null, n_bytes = 0, n_arrived = 0
             where site_id = ?1 and id = ?2"
        ),
        params![
            recording.site,
            recording.id,
            RecordingState::Refused.as_str(),
            problem.as_str()
        ],
    )?;
    want_cuts(tx, now, recording)?;
    changed(tx, now, recording, RecordingChange::Inside)
}

/// The loudest sample of each slice of a recording, where it was read.
pub fn wave_form(tx: &mut Tx<'_>, site: SiteId, id: RecordingId) -> Result<Option<Vec<u8>>> {
    let found: Option<Option<Vec<u8>>> = tx.one(
        sql!("select wave_form from recording where site_id = ?1 and id = ?2"),
        params![site, id],
        |row| row.next(),
    )?;
    Ok(found.flatten())
}

/// By what the sound of a recording is known again, where it was read.
pub fn fingerprint(tx: &mut Tx<'_>, site: SiteId, id: RecordingId) -> Result<Option<Vec<u8>>> {
    let found: Option<Option<Vec<u8>>> = tx.one(
        sql!("select fingerprint from recording where site_id = ?1 and id = ?2"),
        params![site, id],
        |row| row.next(),
    )?;
    Ok(found.flatten())
}

/// What a cut was found to hold of its recording, where it was compared.
pub fn comparison(tx: &mut Tx<'_>, site: SiteId, id: RecordingId) -> Result<Option<String>> {
    let found: Option<Option<String>> = tx.one(
        sql!("select comparison from recording where site_id = ?1 and id = ?2"),
        params![site, id],
        |row| row.next(),
    )?;
    Ok(found.flatten())
}

/// The cuts of a recording, each with what it was found to hold of it, where it was compared.
pub fn comparisons(
    tx: &mut Tx<'_>,
    site: SiteId,
    whole: RecordingId,
) -> Result<Vec<(Recording, Option<String>)>> {
    let mut comparisons = Vec::new();
    for cut in listing::cuts_of(tx, site, whole)? {
        let found = comparison(tx, site, cut.id)?;
        comparisons.push((cut, found));
    }
    Ok(comparisons)
}
