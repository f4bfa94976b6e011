//! Which recordings there are.

use rejoinder_core::recordings::{Recording, RecordingKind, RecordingState};
use rejoinder_core::{Page, PageId, RecordingId, SiteId};

use super::chapters;
use crate::database::error::StoreError;
use crate::discussion::pages;
use crate::moderation::groups::{Scope, in_scope};
use crate::{Result, Row, Tx, params, sql};

macro_rules! recording {
    ($($rest:expr),+ $(,)?) => {
        concat!(
            "select r.kind, r.state, r.id, r.site_id, r.page_id, r.cut_of, r.title, r.problem, \
             r.address, r.media_type, r.n_bytes, r.n_arrived, r.progress, r.duration_ms, r.revision, \
             r.created_by, r.created_at from recording r ",
            $($rest),+
        )
    };
}

fn read(row: &Row<'_>) -> Result<Recording> {
    let unknown = || StoreError::Internal("a recording has an unknown kind or state".into());
    let kind: Option<String> = row.next()?;
    let kind = kind.map(|word| RecordingKind::parse(&word).ok_or_else(unknown));
    let state: String = row.next()?;
    Ok(Recording {
        id: row.next()?,
        site: row.next()?,
        page: row.next()?,
        cut_of: row.next()?,
        title: row.next()?,
        kind: kind.transpose()?,
        state: RecordingState::parse(&state).ok_or_else(unknown)?,
        problem: row.next()?,
        address: row.next()?,
        media_type: row.next()?,
        n_bytes: row.next()?,
        n_arrived: row.next()?,
        progress: row.next()?,
        duration_ms: row.next()?,
        revision: row.next()?,
        created_by: row.next()?,
        created_at: row.next()?,
    })
}

/// The recording, or the cut, with this id.
pub fn find(tx: &mut Tx<'_>, site: SiteId, id: RecordingId) -> Result<Option<Recording>> {
    tx.one(
        sql!(recording!("where r.site_id = ?1 and r.id = ?2")),
        params![site, id],
        read,
    )
}

/// The recordings of a page, in the order in which they were attached.
pub fn of_page(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<Vec<Recording>> {
    tx.all(
        sql!(recording!(
            "where r.site_id = ?1 and r.page_id = ?2 and r.cut_of is null order by r.id"
        )),
        params![site, page],
        read,
    )
}

/// The cuts of a recording, in the order in which they were attached.
pub fn cuts_of(tx: &mut Tx<'_>, site: SiteId, whole: RecordingId) -> Result<Vec<Recording>> {
    tx.all(
        sql!(recording!(
            "where r.site_id = ?1 and r.cut_of = ?2 order by r.id"
        )),
        params![site, whole],
        read,
    )
}

/// The recordings of the pages of `scope`, newest first, after `after`.
pub fn of_scope(
    tx: &mut Tx<'_>,
    site: SiteId,
    scope: &Scope,
    after: Option<RecordingId>,
    limit: i64,
) -> Result<Vec<Recording>> {
    let after = after.unwrap_or(RecordingId(i64::MAX));
    tx.all(
        sql!(recording!(
            "join page p on p.site_id = r.site_id and p.id = r.page_id
             where r.site_id = ?1 and r.id < ?2 and r.cut_of is null and ",
            in_scope!("?3", "?4"),
            " order by r.id desc limit ?5"
        )),
        params![site, after, scope.is_all(), scope.list(), limit],
        read,
    )
}

/// The recording as an editor of `scope` may change it: its page is one of theirs.
pub fn in_reach(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: RecordingId,
    scope: &Scope,
) -> Result<Option<Recording>> {
    tx.one(
        sql!(recording!(
            "join page p on p.site_id = r.site_id and p.id = r.page_id
             where r.site_id = ?1 and r.id = ?2 and ",
            in_scope!("?3", "?4")
        )),
        params![site, id, scope.is_all(), scope.list()],
        read,
    )
}

/// A recording for those who follow a site's recordings.
#[derive(Debug, Clone)]
pub struct ListedRecording {
    /// The recording.
    pub recording: Recording,
    /// The page that it stands with.
    pub page: Page,
    /// Whether it has a transcript, and in which language.
    pub transcript: Option<Option<String>>,
    /// Whether it is divided into chapters.
    pub has_chapters: bool,
}

/// The newest recordings of a site that are heard from here, newest first.
pub fn episodes(tx: &mut Tx<'_>, site: SiteId, limit: i64) -> Result<Vec<ListedRecording>> {
    let newest = tx.all(
        sql!(recording!(
            "where r.site_id = ?1 and r.state = 'ready' and r.cut_of is null and r.n_bytes > 0
             order by r.id desc limit ?2"
        )),
        params![site, limit],
        read,
    )?;
    let mut episodes = Vec::with_capacity(newest.len());
    for recording in newest {
        let Some(page) = pages::by_id(tx, site, recording.page)? else {
            continue;
        };
        let id = recording.id;
        let said = tx.one(
            sql!(
                "select language from transcript where site_id = ?1 and recording_id = ?2
                 order by revision desc limit 1"
            ),
            params![site, id],
            |row| row.next(),
        )?;
        episodes.push(ListedRecording {
            transcript: said,
            has_chapters: chapters::of(tx, site, id)?.is_some(),
            recording,
            page,
        });
    }
    Ok(episodes)
}
