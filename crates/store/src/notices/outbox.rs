//! What is to be told: each mail is a job of its own ([`PendingNotice`]).
//!
//! What became of a comment waits a little, so that a decision that is undone at once tells nothing.

use std::time::Duration;

use rejoinder_core::notices::bell::NoticeKind;
use rejoinder_core::{CommentId, SiteId, Time};
use serde::{Deserialize, Serialize};

use crate::jobs::{self, NewJob, Payload};
use crate::{Result, Tx};

/// What one mail tells a subscriber.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingNotice {
    /// That the address is to be confirmed.
    Confirm(i64),
    /// One comment.
    Comment(i64, CommentId),
    /// What was gathered until a time.
    Digest(i64, Time),
    /// What became of a comment of their own.
    #[serde(rename = "fate")]
    AuthorNotice(i64, CommentId, NoticeKind),
}

impl PendingNotice {
    /// Whom it is told.
    pub const fn subscription(self) -> i64 {
        match self {
            Self::Confirm(id)
            | Self::Comment(id, _)
            | Self::Digest(id, _)
            | Self::AuthorNotice(id, ..) => id,
        }
    }

    /// When it is told.
    pub(crate) fn due_at(self, now: Time) -> Time {
        match self {
            Self::Digest(_, at) => at,
            Self::Confirm(_) | Self::Comment(..) => now,
            Self::AuthorNotice(..) => now.after(UNDO_WINDOW),
        }
    }

    /// The comment or the digest whose comments it tells; no other has their place.
    pub(crate) fn which(self) -> (CommentId, Time) {
        let (none, never) = (CommentId(0), Time::from_micros(0));
        match self {
            Self::Comment(_, id) => (id, never),
            Self::Digest(_, at) => (none, at),
            Self::Confirm(_) | Self::AuthorNotice(..) => (none, never),
        }
    }
}

impl Payload for PendingNotice {
    const KIND: &'static str = "notice";

    /// What became of a mail may name its address, so its job goes with its subscription.
    fn subject(&self) -> Option<String> {
        Some(self.subscription().to_string())
    }
}

/// The job of a mail; the same mail again is the same job.
pub(crate) fn add_mail(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    notice: &PendingNotice,
) -> Result<()> {
    jobs::add(tx, now, &NewJob::new(site, notice, notice.due_at(now))?)?;
    Ok(())
}

/// So long a decision may be undone before its author hears of it.
pub const UNDO_WINDOW: Duration = Duration::from_secs(2 * 60);
