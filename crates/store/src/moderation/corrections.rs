//! What Akismet is told when moderators decide otherwise than it did: once for each comment and
//! direction.

use std::time::Duration;

use rejoinder_core::moderation::CommentSnapshot;
use rejoinder_core::moderation::spam_check::{SpamCheckService, SpamCorrection};
use rejoinder_core::publication::settings::SpamCheckMode;
use rejoinder_core::{CommentId, SiteId, Time};
use serde::{Deserialize, Serialize};

use crate::jobs::{self, NewJob, Payload};
use crate::publication::sites;
use crate::{Result, Tx, params, sql};

/// Tells Akismet that it was wrong about a comment.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct CorrectSpamCheck {
    /// About which comment.
    pub comment: CommentId,
    /// About which of its texts.
    pub revision: i64,
    /// What is right.
    pub says: SpamCorrection,
    /// When a moderator decided so; what was withdrawn may be said another time.
    pub decided_at: Time,
}

impl Payload for CorrectSpamCheck {
    const KIND: &'static str = "spam_check_correction";
}

/// So long a moderator may think better of it before anyone is told.
const WAIT: Duration = Duration::from_secs(5 * 60);

/// Have Akismet told that a moderator left a comment otherwise than it said.
pub(crate) fn announce(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: CommentId,
    after: &CommentSnapshot,
) -> Result<()> {
    let passed: Option<i64> = tx.one(
        sql!(
            "select cast(case when finding is null then 1 else 0 end as bigint) from late_verdict
             where site_id = ?1 and comment_id = ?2 and revision = ?3 and phase = 'external'"
        ),
        params![site, comment, after.revision],
        |row| row.next(),
    )?;
    let correction = passed.and_then(|passed| SpamCorrection::of(passed == 1, after.state));
    let Some(correction) = correction else {
        return Ok(());
    };
    if !asks_akismet(tx, site)? || !mark(tx, now, site, comment, after.revision)? {
        return Ok(());
    }
    let correct = CorrectSpamCheck {
        comment,
        revision: after.revision,
        says: correction,
        decided_at: now,
    };
    jobs::add(tx, now, &NewJob::new(site, &correct, now.after(WAIT))?)?;
    Ok(())
}

/// Nobody was told after all, so that somebody may be another time.
pub fn withdraw(tx: &mut Tx<'_>, site: SiteId, comment: CommentId, revision: i64) -> Result<()> {
    tx.execute(
        sql!(
            "update late_verdict set corrected_at = null
             where site_id = ?1 and comment_id = ?2 and revision = ?3 and phase = 'external'"
        ),
        params![site, comment, revision],
    )?;
    Ok(())
}

fn asks_akismet(tx: &mut Tx<'_>, site: SiteId) -> Result<bool> {
    let site = sites::by_id(tx, site)?;
    Ok(site.is_some_and(|site| {
        site.settings.external != SpamCheckMode::Off
            && matches!(
                SpamCheckService::of(&site.settings),
                Ok(SpamCheckService::Akismet { .. })
            )
    }))
}

/// Note that the verdict is corrected; false where it is, or another text of the comment was so.
fn mark(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: CommentId,
    revision: i64,
) -> Result<bool> {
    let marked = tx.execute(
        sql!(
            "update late_verdict set corrected_at = ?4
             where site_id = ?1 and comment_id = ?2 and revision = ?3 and phase = 'external'
               and not exists (
                 select 1 from late_verdict o
                 where o.site_id = ?1 and o.comment_id = ?2 and o.phase = 'external'
                   and o.corrected_at is not null
                   and (o.finding is null) = (late_verdict.finding is null))"
        ),
        params![site, comment, revision, now],
    )?;
    Ok(marked == 1)
}
