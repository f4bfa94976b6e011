//! The log of what happened to a page. Everything downstream reads it.

use rejoinder_core::{CommentId, Page, PageId, SiteId, Time};

use crate::{Change, Dialect, Result, Tx, params, sql};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// A comment was published.
    Published,
    /// A comment was stored, and waits or was refused.
    Withheld,
    /// A comment's text changed.
    Edited,
    /// A comment was removed.
    Removed,
    /// A vote was cast, changed or taken back.
    Voted,
    /// Comments were imported.
    Imported,
    /// The page was closed or opened, or its headline changed.
    PageChanged,
}

impl EventKind {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Withheld => "withheld",
            Self::Edited => "edited",
            Self::Removed => "removed",
            Self::Voted => "voted",
            Self::Imported => "imported",
            Self::PageChanged => "page_changed",
        }
    }

    /// Whether something has to vanish from public view at once.
    const fn is_urgent(self) -> bool {
        matches!(self, Self::Edited | Self::Removed | Self::PageChanged)
    }
}

/// One row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The page's version after it.
    pub version: i64,
    /// What happened, as the stored word.
    pub kind: String,
    /// To which comment.
    pub comment: Option<CommentId>,
    /// When.
    pub at: Time,
}

/// Append an event to the log of a locked page; the page's new version.
pub fn append(
    tx: &mut Tx<'_>,
    now: Time,
    page: &Page,
    kind: EventKind,
    comment: Option<CommentId>,
) -> Result<i64> {
    let version = tx
        .one(
            sql!(
                "update page set version = version + 1 where site_id = ?1 and id = ?2
                 returning version"
            ),
            params![page.site, page.id],
            |row| row.get(0),
        )?
        .unwrap_or(page.version);
    tx.execute(
        sql!(
            "insert into event (site_id, page_id, version, kind, comment_id, at)
             values (?1, ?2, ?3, ?4, ?5, ?6)"
        ),
        params![page.site, page.id, version, kind.as_str(), comment, now],
    )?;
    if tx.dialect() == Dialect::Postgres {
        let ids = format!("{} {} {version}", page.site.0, page.id.0);
        tx.one(
            sql!(@postgres "select pg_notify('rejoinder', ?1)"),
            params![ids],
            |_| Ok(()),
        )?;
    }
    tx.touch(Change {
        site: page.site,
        page: page.id,
        key: page.key.clone(),
        version,
        urgent: kind.is_urgent(),
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
            Ok(Event {
                version: row.get(0)?,
                kind: row.get(1)?,
                comment: row.get(2)?,
                at: row.get(3)?,
            })
        },
    )
}
