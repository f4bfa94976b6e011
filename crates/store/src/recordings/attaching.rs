//! Attaching recordings to pages, and taking them away.

use std::time::Duration;

use rejoinder_core::recordings::{Recording, RecordingChange, RecordingState};
use rejoinder_core::{AuthorId, PageId, RecordingId, Site, SiteId, Time};

use super::changed::changed;
use super::files::ReadRecording;
use super::{citing, files, listing, words};
use crate::discussion::{events, pages};
use crate::jobs::{self, NewJob};
use crate::{Result, Tx, params, sql};

/// A page has so many recordings at most, and a recording so many cuts.
pub const MAX_EACH: usize = 20;

/// An upload has so long to come to its end.
const MAX_UPLOAD: Duration = Duration::from_secs(48 * 60 * 60);

/// A recording to be attached.
#[derive(Debug, Clone)]
pub struct NewRecording {
    /// Drawn for it.
    pub id: RecordingId,
    /// The page, which exists.
    pub page: PageId,
    /// The recording that it is a cut of, where it is one.
    pub cut_of: Option<RecordingId>,
    /// What it is called.
    pub title: String,
    /// Where its sound comes from.
    pub source: RecordingSource,
    /// Who attaches it; none where a program does.
    pub by: Option<AuthorId>,
}

/// Where the sound of a recording comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordingSource {
    /// A file of so many bytes, which is uploaded next.
    Upload {
        /// Its length.
        n_bytes: i64,
    },
    /// A file that is fetched from this address.
    Address(String),
    /// A player elsewhere, by the address of its page.
    Player {
        /// The address.
        address: String,
        /// How long it lasts, where the editor says so.
        duration_ms: Option<i64>,
    },
}

/// How many more bytes the files of a site's recordings may have.
pub fn free_bytes(tx: &mut Tx<'_>, site: &Site) -> Result<i64> {
    let taken: Option<i64> = tx.one(
        sql!("select cast(coalesce(sum(n_bytes), 0) as bigint) from recording where site_id = ?1"),
        params![site.id],
        |row| row.next(),
    )?;
    let room = site.settings.max_recordings_bytes() - taken.unwrap_or(0);
    Ok(room.max(0))
}

/// Attach a recording. Returns whether there was room for it.
pub fn attach(tx: &mut Tx<'_>, now: Time, site: SiteId, new: &NewRecording) -> Result<bool> {
    let page = pages::lock(tx, site, new.page)?;
    if let Some(whole) = new.cut_of
        && listing::find(tx, site, whole)?.is_none()
    {
        return Ok(false);
    }
    let others = match new.cut_of {
        Some(whole) => listing::cuts_of(tx, site, whole)?,
        None => listing::of_page(tx, site, new.page)?,
    };
    if others.len() >= MAX_EACH {
        return Ok(false);
    }
    let (state, address, n_bytes, duration_ms) = match &new.source {
        RecordingSource::Upload { n_bytes } => (RecordingState::Arriving, None, *n_bytes, None),
        RecordingSource::Address(address) => (RecordingState::Waiting, Some(address), 0, None),
        RecordingSource::Player {
            address,
            duration_ms,
        } => (RecordingState::Ready, Some(address), 0, *duration_ms),
    };
    tx.execute(
        sql!(
            "insert into recording (site_id, id, page_id, cut_of, title, state, address, n_bytes,
                 duration_ms, created_by, created_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
        ),
        params![
            site,
            new.id,
            new.page,
            new.cut_of,
            &new.title,
            state.as_str(),
            address,
            n_bytes,
            duration_ms,
            new.by,
            now
        ],
    )?;
    words::keep(tx, site, new.id)?;
    match state {
        RecordingState::Waiting => {
            let job = NewJob::new(site, &ReadRecording::of(new.id), now)?;
            jobs::add(tx, now, &job)?;
        }
        RecordingState::Ready => {
            citing::want(tx, now, site, new.page)?;
            events::append_recording(tx, now, &page, new.id, RecordingChange::Published)?;
        }
        RecordingState::Arriving | RecordingState::Refused => {}
    }
    Ok(true)
}

/// Call a recording something else.
pub fn rename(tx: &mut Tx<'_>, now: Time, recording: &Recording, title: &str) -> Result<()> {
    tx.execute(
        sql!("update recording set title = ?3 where site_id = ?1 and id = ?2"),
        params![recording.site, recording.id, title],
    )?;
    words::keep(tx, recording.site, recording.id)?;
    changed(tx, now, recording, RecordingChange::Changed)
}

/// Take a recording away, with its file, its transcripts and its cuts. Comments keep what they say of it.
pub fn remove(tx: &mut Tx<'_>, now: Time, recording: &Recording) -> Result<()> {
    for cut in listing::cuts_of(tx, recording.site, recording.id)? {
        forget(tx, cut.site, cut.id)?;
    }
    forget(tx, recording.site, recording.id)?;
    citing::want(tx, now, recording.site, recording.page)?;
    let happened = match (recording.cut_of, recording.state) {
        (None, RecordingState::Ready) => RecordingChange::Removed,
        _ => RecordingChange::Inside,
    };
    changed(tx, now, recording, happened)
}

fn forget(tx: &mut Tx<'_>, site: SiteId, id: RecordingId) -> Result<()> {
    files::drop_file(tx, site, id)?;
    for sql in [
        sql!(
            "delete from transcript_confirmation where site_id = ?1 and proposal_id in (
                 select id from transcript_proposal where site_id = ?1 and recording_id = ?2)"
        ),
        sql!("delete from transcript_proposal where site_id = ?1 and recording_id = ?2"),
        sql!("delete from transcript_lock where site_id = ?1 and recording_id = ?2"),
    ] {
        tx.execute(sql, params![site, id])?;
    }
    tx.execute(
        sql!("delete from transcript where site_id = ?1 and recording_id = ?2"),
        params![site, id],
    )?;
    tx.execute(
        sql!("delete from time_reference where site_id = ?1 and recording_id = ?2"),
        params![site, id],
    )?;
    tx.execute(
        sql!("delete from recording_words where site_id = ?1 and recording_id = ?2"),
        params![site, id],
    )?;
    tx.execute(
        sql!("delete from recording where site_id = ?1 and id = ?2"),
        params![site, id],
    )?;
    Ok(())
}

/// Forget the recordings of a site whose upload was begun long ago and never ended.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    let begun = now.before(MAX_UPLOAD);
    let old: Vec<RecordingId> = tx.all(
        sql!(
            "select id from recording where site_id = ?1 and state = 'arriving' and created_at < ?2"
        ),
        params![site, begun],
        |row| row.next(),
    )?;
    for id in old {
        if let Some(recording) = listing::find(tx, site, id)? {
            remove(tx, now, &recording)?;
        }
    }
    Ok(())
}

/// Nobody is known to have attached or written what an account did.
pub(crate) fn forget_editor(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<()> {
    for sql in [
        sql!("update recording set created_by = null where site_id = ?1 and created_by = ?2"),
        sql!("update transcript set author_id = null where site_id = ?1 and author_id = ?2"),
    ] {
        tx.execute(sql, params![site, author])?;
    }
    Ok(())
}
