//! The log of what happened to a page. Everything downstream reads it.

use rejoinder_core::discussion::event::{Event, EventKind};
use rejoinder_core::moderation::decision::Decided;
use rejoinder_core::{Comment, CommentId, Page, PageId, PageKey, SiteId, Time};

use crate::{
    Change, Dialect, Result, StoreError, Tx,
    database::listen,
    discussion::{cards, comments, pages},
    params, sql,
};

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
    let new = New {
        kind,
        comment,
        n_comments: 0,
        decided: None,
    };
    append_new(tx, now, page, new)
}

/// What an event says, besides where and when.
pub(crate) struct New {
    pub(crate) kind: EventKind,
    pub(crate) comment: Option<CommentId>,
    /// By how many the page's published comments become more.
    pub(crate) n_comments: i64,
    pub(crate) decided: Option<Decided>,
}

/// As [`append`], with what else there is to say.
pub(crate) fn append_new(tx: &mut Tx<'_>, now: Time, page: &Page, new: New) -> Result<i64> {
    let version = tx
        .one(
            sql!(
                "update page set version = version + 1, n_comments = n_comments + ?3
                 where site_id = ?1 and id = ?2 returning version"
            ),
            params![page.site, page.id, new.n_comments],
            |row| row.get(0),
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
    };
    if tx.dialect() == Dialect::Postgres {
        let (channel, ids) = (listen::CHANNEL, listen::payload(&change));
        tx.one(
            sql!(@postgres "select pg_notify(?1, ?2)"),
            params![channel, ids],
            |_| Ok(()),
        )?;
    }
    tx.touch(change);
    tx.happened(Event {
        site: page.site,
        page: page.id,
        version,
        kind: new.kind,
        comment: new.comment,
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
            let kind: String = row.get(1)?;
            let unknown = || StoreError::Internal("an event is of an unknown kind".into());
            Ok(Event {
                site,
                page,
                version: row.get(0)?,
                kind: EventKind::parse(&kind).ok_or_else(unknown)?,
                comment: row.get(2)?,
                at: row.get(3)?,
                decided: None,
            })
        },
    )
}

/// What became of a comment by a run of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// The last of the events, whose version stands for all of them.
    pub event: Event,
    /// Whether the comment was published in the run, so that whoever saw the state before does not
    /// know it yet.
    pub is_new: bool,
    /// The comment as it is now, when the events are about one.
    pub comment: Option<Comment>,
}

/// What happened to a page after `version`: the page as it is now, and each comment that changed
/// once, by its last event, in the order of versions. `None` for an unknown page.
pub fn happenings(
    tx: &mut Tx<'_>,
    site: SiteId,
    key: &PageKey,
    version: i64,
    limit: i64,
) -> Result<Option<(Page, Vec<Happening>)>> {
    let Some(page) = pages::find(tx, site, key)? else {
        return Ok(None);
    };
    let mut happenings: Vec<Happening> = Vec::new();
    for event in since(tx, site, page.id, version, limit)? {
        let is_known = |known: &Happening| known.event.comment == event.comment;
        let earlier = happenings
            .iter()
            .position(is_known)
            .map(|at| happenings.remove(at));
        let is_published = event.kind == EventKind::Published;
        let is_new = is_published || earlier.is_some_and(|earlier| earlier.is_new);
        happenings.push(Happening {
            event,
            is_new,
            comment: None,
        });
    }
    for happening in &mut happenings {
        if let Some(id) = happening.event.comment {
            happening.comment = comments::by_id(tx, site, id)?;
        }
    }
    let found = happenings.iter_mut();
    cards::fill(
        tx,
        site,
        found.filter_map(|happening| happening.comment.as_mut()),
    )?;
    Ok(Some((page, happenings)))
}
