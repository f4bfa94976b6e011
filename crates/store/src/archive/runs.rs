//! Imports that owners begin in their pages: their files and reports in parts, and how far they are.
//!
//! One import of a site is open at a time. A job does its steps: it finds out what the file is and what
//! would come in, brings it, and takes it out again.

use std::time::Duration;

use rejoinder_core::archive::{Import, ImportFile, ImportOptions, ImportState};
use rejoinder_core::publication::audit::{AuditActor, AuditChange};
use rejoinder_core::{ImportId, SiteId, Time};
use serde::{Deserialize, Serialize};

use crate::jobs::{self, NewJob, Payload};
use crate::publication::audit::{self, NewAuditEntry};
use crate::recordings::files::AppendOutcome;
use crate::{Result, Row, StoreError, Tx, params, sql};

/// So long an upload, or a file that nobody decides on, is kept.
const MAX_OPEN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// So long reports are kept, which name people and their comments.
const REPORTS_KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Does the next step of an import: what its state says.
#[derive(Debug, Serialize, Deserialize)]
pub struct DoImport {
    /// Which one.
    pub import: ImportId,
    /// When the step was asked for; it tells the steps of one import apart.
    pub asked_at: Time,
}

impl Payload for DoImport {
    const KIND: &'static str = "import";
}

/// What a part belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// The file that was uploaded.
    File,
    /// The report, for people.
    Text,
    /// The report, for programs.
    Json,
}

impl Kept {
    const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

macro_rules! import {
    ($rest:literal) => {
        concat!(
            "select i.site_id, i.id, i.files, i.n_bytes, i.n_arrived, i.state, i.format,
                 i.mappings, i.mentions, i.reviews, i.n_read, i.n_done, i.summary, i.problem, i.n_undone, i.n_kept,
                 i.created_at, i.changed_at from import i ",
            $rest
        )
    };
}

fn read(row: &Row<'_>) -> Result<Import> {
    let unknown = || StoreError::Internal("an import is in an unknown state".into());
    Ok(Import {
        site: row.next()?,
        id: row.next()?,
        files: ImportFile::read(&row.next::<String>()?),
        n_bytes: row.next()?,
        n_arrived: row.next()?,
        state: ImportState::parse(&row.next::<String>()?).ok_or_else(unknown)?,
        format: row.next()?,
        options: ImportOptions {
            mappings: row.next()?,
            mentions: row.next::<i64>()? == 1,
            reviews: row.next::<i64>()? == 1,
        },
        n_read: row.next()?,
        n_done: row.next()?,
        summary: row.next()?,
        problem: row.next()?,
        n_undone: row.next()?,
        n_kept: row.next()?,
        created_at: row.next()?,
        changed_at: row.next()?,
    })
}

/// The import with this id.
pub fn find(tx: &mut Tx<'_>, site: SiteId, id: ImportId) -> Result<Option<Import>> {
    tx.one(
        sql!(import!("where i.site_id = ?1 and i.id = ?2")),
        params![site, id],
        read,
    )
}

fn lock(tx: &mut Tx<'_>, site: SiteId, id: ImportId) -> Result<Option<Import>> {
    tx.one(
        sql!(import!("where i.site_id = ?1 and i.id = ?2 for update")),
        params![site, id],
        read,
    )
}

/// The imports of a site, newest first.
pub fn list(tx: &mut Tx<'_>, site: SiteId, limit: i64) -> Result<Vec<Import>> {
    tx.all(
        sql!(import!("where i.site_id = ?1 order by i.id desc limit ?2")),
        params![site, limit],
        read,
    )
}

/// Begin an import of these files. Returns the one that is open, if there is one: then nothing
/// was begun.
pub fn begin(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: ImportId,
    files: &[ImportFile],
) -> Result<Option<ImportId>> {
    // Two that begin at once have one order.
    let _: Option<i64> = tx.one(
        sql!("select id from site where id = ?1 for update"),
        params![site],
        |row| row.next(),
    )?;
    let open = tx.one(
        sql!(
            "select id from import where site_id = ?1 and state not in ('done', 'undone')
             order by id limit 1"
        ),
        params![site],
        |row| row.next(),
    )?;
    if open.is_some() {
        return Ok(open);
    }
    let n_bytes: i64 = files.iter().map(|file| file.n_bytes).sum();
    tx.execute(
        sql!(
            "insert into import (site_id, id, files, n_bytes, state, created_at, changed_at)
             values (?1, ?2, ?3, ?4, 'arriving', ?5, ?5)"
        ),
        params![site, id, ImportFile::written(files), n_bytes, now],
    )?;
    Ok(None)
}

/// Add `bytes` to files that have `at` bytes already. When all have arrived, they are looked into.
pub fn add(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: ImportId,
    at: i64,
    bytes: &[u8],
) -> Result<AppendOutcome> {
    let found = lock(tx, site, id)?.filter(|own| own.state == ImportState::Arriving);
    let Some(import) = found else {
        return Ok(AppendOutcome::Unknown);
    };
    let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let n_then = import.n_arrived.saturating_add(length);
    if at != import.n_arrived || n_then > import.n_bytes {
        return Ok(AppendOutcome::Elsewhere(import.n_arrived));
    }
    keep(tx, site, id, (Kept::File, at), bytes)?;
    tx.execute(
        sql!("update import set n_arrived = ?3 where site_id = ?1 and id = ?2"),
        params![site, id, n_then],
    )?;
    if n_then == import.n_bytes {
        advance(tx, now, &import, ImportState::Looking)?;
    }
    Ok(AppendOutcome::Arrived(n_then))
}

/// Keep a part: `bytes` follow the `at` bytes that are there. The first of a report drops the one before.
pub fn keep(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: ImportId,
    (kept, at): (Kept, i64),
    bytes: &[u8],
) -> Result<()> {
    if at == 0 {
        drop_parts(tx, site, id, kept)?;
    }
    if bytes.is_empty() {
        return Ok(());
    }
    tx.execute(
        sql!(
            "insert into import_part (site_id, import_id, kind, first_byte, bytes)
             values (?1, ?2, ?3, ?4, ?5)"
        ),
        params![site, id, kept.as_str(), at, bytes],
    )?;
    Ok(())
}

/// The part that begins at `at`; `None` behind the end.
pub fn part(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: ImportId,
    kept: Kept,
    at: i64,
) -> Result<Option<Vec<u8>>> {
    tx.one(
        sql!(
            "select bytes from import_part
             where site_id = ?1 and import_id = ?2 and kind = ?3 and first_byte = ?4"
        ),
        params![site, id, kept.as_str(), at],
        |row| row.next(),
    )
}

fn drop_parts(tx: &mut Tx<'_>, site: SiteId, id: ImportId, kept: Kept) -> Result<()> {
    tx.execute(
        sql!("delete from import_part where site_id = ?1 and import_id = ?2 and kind = ?3"),
        params![site, id, kept.as_str()],
    )?;
    Ok(())
}

/// Put the import into another state, and have a job do what it says.
fn advance(tx: &mut Tx<'_>, now: Time, import: &Import, state: ImportState) -> Result<()> {
    tx.execute(
        sql!(
            "update import set state = ?3, problem = null, n_read = 0, n_done = 0, changed_at = ?4
             where site_id = ?1 and id = ?2"
        ),
        params![import.site, import.id, state.as_str(), now],
    )?;
    let payload = DoImport {
        import: import.id,
        asked_at: now,
    };
    jobs::add(tx, now, &NewJob::new(import.site, &payload, now)?)?;
    Ok(())
}

/// What an owner wants done with an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// To see what would come in so.
    Look(ImportOptions),
    /// To bring it in.
    Start,
    /// To take it out again.
    Undo,
    /// To forget a file of which nothing has come.
    Drop,
}

/// Do what an owner wants, or have it done. Returns whether the import is in a state for that.
pub fn wish(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    (site, id): (SiteId, ImportId),
    wish: &Wish,
) -> Result<bool> {
    let Some(import) = lock(tx, site, id)? else {
        return Ok(false);
    };
    let state = import.state;
    let (may, change) = match wish {
        Wish::Look(_) => (state.may_look_again(), None),
        Wish::Start => (state.may_start(), Some(AuditChange::ImportStarted)),
        Wish::Undo => (state.may_undo(), Some(AuditChange::ImportUndone)),
        Wish::Drop => (state.may_drop(), None),
    };
    if !may {
        return Ok(false);
    }
    if let Some(change) = change {
        let note = NewAuditEntry {
            change,
            subject: &import.name(),
            about: None,
            was: None,
            became: None,
        };
        audit::note(tx, now, site, by, &note)?;
    }
    match wish {
        Wish::Look(options) => {
            let ImportOptions {
                mappings,
                mentions,
                reviews,
            } = options;
            tx.execute(
                sql!(
                    "update import set mappings = ?3, mentions = ?4, reviews = ?5
                     where site_id = ?1 and id = ?2"
                ),
                params![
                    site,
                    id,
                    mappings,
                    i64::from(*mentions),
                    i64::from(*reviews)
                ],
            )?;
            advance(tx, now, &import, ImportState::Looking)?;
        }
        Wish::Start => advance(tx, now, &import, ImportState::Running)?,
        Wish::Undo => advance(tx, now, &import, ImportState::Undoing)?,
        Wish::Drop => forget(tx, site, id)?,
    }
    Ok(true)
}

/// Say how far the step is that is under way.
pub fn progress(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: ImportId,
    (n_read, n_done): (i64, i64),
) -> Result<()> {
    tx.execute(
        sql!("update import set n_read = ?3, n_done = ?4 where site_id = ?1 and id = ?2"),
        params![site, id, n_read, n_done],
    )?;
    Ok(())
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// In which state the import is then.
    pub state: ImportState,
    /// The word of the format of its file.
    pub format: Option<&'static str>,
    /// The summary of the report.
    pub summary: Option<String>,
    /// Why it went no further.
    pub problem: Option<String>,
    /// How many comments came, or would.
    pub n_done: i64,
}

/// Write down how a step ended. A file that came in is dropped.
pub fn end(tx: &mut Tx<'_>, now: Time, site: SiteId, id: ImportId, ended: &Ended) -> Result<()> {
    tx.execute(
        sql!(
            "update import set state = ?3, format = coalesce(?4, format), summary = ?5,
                 problem = ?6, n_done = ?7, changed_at = ?8
             where site_id = ?1 and id = ?2"
        ),
        params![
            site,
            id,
            ended.state.as_str(),
            ended.format,
            ended.summary.as_deref(),
            ended.problem.as_deref(),
            ended.n_done,
            now
        ],
    )?;
    if ended.state.is_over() {
        drop_parts(tx, site, id, Kept::File)?;
    }
    Ok(())
}

/// Forget an import of which nothing has come.
fn forget(tx: &mut Tx<'_>, site: SiteId, id: ImportId) -> Result<()> {
    for kept in [Kept::File, Kept::Text, Kept::Json] {
        drop_parts(tx, site, id, kept)?;
    }
    tx.execute(
        sql!("delete from import where site_id = ?1 and id = ?2"),
        params![site, id],
    )?;
    Ok(())
}

/// Forget files that nobody decided on, and reports that are old.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    let (open, reports) = (now.before(MAX_OPEN), now.before(REPORTS_KEPT));
    for import in list(tx, site, i64::MAX)? {
        if import.state.may_drop() && import.changed_at < open {
            forget(tx, site, import.id)?;
        } else if import.state.is_over() && import.changed_at < reports && import.summary.is_some()
        {
            for kept in [Kept::Text, Kept::Json] {
                drop_parts(tx, site, import.id, kept)?;
            }
            tx.execute(
                sql!("update import set summary = null where site_id = ?1 and id = ?2"),
                params![site, import.id],
            )?;
        }
    }
    Ok(())
}
