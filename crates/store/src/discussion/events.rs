//! The log of what happened to a page. Everything downstream reads it.

use std::time::Duration;

use rejoinder_core::discussion::event::{Event, EventKind};
use rejoinder_core::moderation::decision::DecisionChange;
use rejoinder_core::passages::CorrectionChange;
use rejoinder_core::recordings::RecordingChange;
use rejoinder_core::{CommentId, CorrectionId, Page, PageId, RecordingId, SiteId, Time};

use crate::{Change, Result, StoreError, Tx, params, sql};

/// For how long the log is kept. Whoever was away for longer reads the page anew.
const KEPT: Duration = Duration::from_hours(7 * 24);

/// Append an event to the log of a locked page; the page's new version.
///
/// What follows from it is done at the end of the operation, in the same transaction: `effects`.
pub fn append(
    tx: &mut Tx<'_>,
    now: Time,
    page: &Page,
    kind: EventKind,
    comment: Option<CommentId>,
) -> Result<i64> {
    append_new(tx, now, page, NewEvent::of(kind, comment))
}

/// Append that something happened to a recording of a locked page.
pub(crate) fn append_recording(
    tx: &mut Tx<'_>,
    now: Time,
    page: &Page,
    recording: RecordingId,
    happened: RecordingChange,
) -> Result<i64> {
    let new = NewEvent {
        recording: Some((recording, happened)),
        ..NewEvent::of(EventKind::PageChanged, None)
    };
    append_new(tx, now, page, new)
}

/// Append that something happened to a correction of a locked page, of which readers see nothing.
pub(crate) fn append_correction(
    tx: &mut Tx<'_>,
    now: Time,
    page: &Page,
    correction: CorrectionId,
    happened: CorrectionChange,
) -> Result<i64> {
    let new = NewEvent {
        correction: Some((correction, happened)),
        ..NewEvent::of(EventKind::Reviewed, None)
    };
    append_new(tx, now, page, new)
}

/// What an event says, besides where and when.
pub(crate) struct NewEvent {
    pub(crate) kind: EventKind,
    pub(crate) comment: Option<CommentId>,
    /// By how many the page's published comments become more.
    pub(crate) n_comments: i64,
    pub(crate) decided: Option<DecisionChange>,
    pub(crate) recording: Option<(RecordingId, RecordingChange)>,
    pub(crate) correction: Option<(CorrectionId, CorrectionChange)>,
}

impl NewEvent {
    /// One that says nothing more.
    pub(crate) const fn of(kind: EventKind, comment: Option<CommentId>) -> Self {
        Self {
            kind,
            comment,
            n_comments: 0,
            decided: None,
            recording: None,
            correction: None,
        }
    }
}

/// As [`append`], with what else there is to say.
pub(crate) fn append_new(tx: &mut Tx<'_>, now: Time, page: &Page, new: NewEvent) -> Result<i64> {
    let version = tx
        .one(
            sql!(
                "update page set version = version + 1, n_comments = n_comments + ?3
                 where site_id = ?1 and id = ?2 returning version"
            ),
            params![page.site, page.id, new.n_comments],
            |row| row.next(),
        )?
        .unwrap_or(page.version);
    tx.execute(
        sql!(
            "insert into event (site_id, page_id, version, kind, comment_id, at)
             values (?1, ?2, ?3, ?4, ?5, ?6)"
        ),
        params![
            page.site,
            page.id,
            version,
            new.kind.as_str(),
            new.comment,
            now
        ],
    )?;
    let change = Change {
        site: page.site,
        page: page.id,
        key: page.key.clone(),
        version,
        urgent: new.kind.is_urgent(),
        is_own: true,
    };
    tx.touch(change);
    tx.happened(Event {
        site: page.site,
        page: page.id,
        version,
        kind: new.kind,
        comment: new.comment,
        recording: new.recording,
        correction: new.correction,
        at: now,
        decided: new.decided,
    });
    Ok(version)
}

/// The events of a page after `version`, oldest first.
pub fn since(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: PageId,
    version: i64,
    limit: i64,
) -> Result<Vec<Event>> {
    tx.all(
        sql!(
            "select version, kind, comment_id, at from event
             where site_id = ?1 and page_id = ?2 and version > ?3 order by version limit ?4"
        ),
        params![site, page, version, limit],
        |row| {
            let unknown = || StoreError::Internal("an event is of an unknown kind".into());
            Ok(Event {
                site,
                page,
                version: row.next()?,
                kind: EventKind::parse(&row.next::<String>()?).ok_or_else(unknown)?,
                comment: row.next()?,
                at: row.next()?,
                decided: None,
                recording: None,
                correction: None,
            })
        },
    )
}

/// Forget what happened too long ago to be told to anybody.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    tx.execute(
        sql!("delete from event where site_id = ?1 and at < ?2"),
        params![site, now.before(KEPT)],
    )?;
    Ok(())
}
