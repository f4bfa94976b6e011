//! The log of what happened to a page. Everything downstream reads it.

use rejoinder_core::{Comment, CommentId, Page, PageId, PageKey, SiteId, Time};

use crate::integrations::webhooks::{self, MessageId};
use crate::{
    Change, Dialect, Result, Tx,
    database::listen,
    discussion::{cards, comments, pages},
    moderation::desk_mails,
    notices::{bells, mails},
    params, sql,
};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// A comment was published.
    Published,
    /// A comment was stored, and waits or was refused.
    Withheld,
    /// A comment that was published waits or was refused.
    Hidden,
    /// A comment's text changed.
    Edited,
    /// A comment was removed.
    Removed,
    /// A moderator decided, and nothing changed for readers.
    Reviewed,
    /// A comment was featured, or no longer is.
    Featured,
    /// A comment was pinned, or no longer is.
    Pinned,
    /// A branch was closed to replies, or opened.
    BranchChanged,
    /// A card came to a comment, or went.
    CardsChanged,
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
            Self::Hidden => "hidden",
            Self::Edited => "edited",
            Self::Removed => "removed",
            Self::Reviewed => "reviewed",
            Self::Featured => "featured",
            Self::Pinned => "pinned",
            Self::BranchChanged => "branch_changed",
            Self::CardsChanged => "cards_changed",
            Self::Voted => "voted",
            Self::Imported => "imported",
            Self::PageChanged => "page_changed",
        }
    }

    /// Whether something has to vanish from public view at once.
    const fn is_urgent(self) -> bool {
        matches!(
            self,
            Self::Hidden | Self::Edited | Self::Removed | Self::CardsChanged | Self::PageChanged
        )
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
    append_counted(tx, now, page, kind, comment, 0)
}

/// Append an event that makes the page's published comments more by `n_comments`.
pub(crate) fn append_counted(
    tx: &mut Tx<'_>,
    now: Time,
    page: &Page,
    kind: EventKind,
    comment: Option<CommentId>,
    n_comments: i64,
) -> Result<i64> {
    let version = tx
        .one(
            sql!(
                "update page set version = version + 1, n_comments = n_comments + ?3
                 where site_id = ?1 and id = ?2 returning version"
            ),
            params![page.site, page.id, n_comments],
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
    let message = MessageId {
        page: page.id,
        version,
    };
    webhooks::announce(tx, now, (page.site, message), kind, comment)?;
    if let Some(comment) = comment {
        cards::follow(tx, now, page.site, comment, kind)?;
    }
    match (kind, comment) {
        (EventKind::Published, Some(comment)) => {
            bells::tell_above(tx, now, page.site, comment)?;
            mails::announce(tx, now, page, comment)?;
        }
        (EventKind::Withheld | EventKind::Hidden, Some(comment)) => {
            desk_mails::announce(tx, now, page.site, comment)?;
        }
        _ => {}
    }
    let change = Change {
        site: page.site,
        page: page.id,
        key: page.key.clone(),
        version,
        urgent: kind.is_urgent(),
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
        let is_published = event.kind == EventKind::Published.as_str();
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
