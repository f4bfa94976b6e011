//! What Akismet is told when moderators decide otherwise than it did: once for each comment and
//! direction.

use std::time::Duration;

use rejoinder_core::moderation::Snapshot;
use rejoinder_core::moderation::spam_check::{Correction, Service};
use rejoinder_core::publication::settings::External;
use rejoinder_core::{CommentId, SiteId, Time};

use crate::jobs::{self, NewJob, drawn};
use crate::{Result, Tx, params, publication::sites, sql};

/// The kind of the job that tells.
///
/// Its payload is `{"comment": "<id>", "revision": <number>, "says": "spam"}`, or `"ham"`.
pub const CORRECTION_JOB: &str = "correct_external";

/// So long a moderator may think better of it before anyone is told.
const WAIT: Duration = Duration::from_secs(5 * 60);

/// Have Akismet told that a moderator left a comment otherwise than it said.
pub(crate) fn announce(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: CommentId,
    after: &Snapshot,
) -> Result<()> {
    let passed: Option<i64> = tx.one(
        sql!(
            "select cast(case when finding is null then 1 else 0 end as bigint) from late_verdict
             where site_id = ?1 and comment_id = ?2 and revision = ?3 and phase = 'external'"
        ),
        params![site, comment, after.revision],
        |row| row.get(0),
    )?;
    let correction = passed.and_then(|passed| Correction::of(passed == 1, after.state));
    let Some(correction) = correction else {
        return Ok(());
    };
    if !asks_akismet(tx, site)? || !mark(tx, now, site, comment, after.revision)? {
        return Ok(());
    }
    let word = correction.as_str();
    let payload = serde_json::json!({
        "comment": comment.to_string(),
        "revision": after.revision,
        "says": word,
    });
    let job = NewJob {
        id: drawn(&[
            CORRECTION_JOB.as_bytes(),
            &comment.0.to_be_bytes(),
            word.as_bytes(),
            &now.micros().to_be_bytes(),
        ]),
        site,
        kind: CORRECTION_JOB,
        dedup_key: format!("{comment}-{word}-{}", now.micros()),
        payload: payload.to_string(),
        run_at: now.after(WAIT),
    };
    jobs::add(tx, now, &job)?;
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
        site.settings.external != External::Off
            && matches!(Service::of(&site.settings), Ok(Service::Akismet { .. }))
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
