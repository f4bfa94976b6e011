//! Work that follows from a change, kept until it is done.
//!
//! A job is added in the transaction of the change that it follows from, so it exists if and only if
//! the change does. It is known by its kind and a key: adding it twice is once. A worker claims due
//! jobs for a while, and longer while it is at it; a job whose worker died is claimed again and says
//! so. What a worker says of a job that has been claimed again since is not heard.

use std::time::Duration;

use rejoinder_core::{SiteId, Time};
use sha2::{Digest, Sha256};

use crate::{Result, Tx, params, sql};

/// A job to be added.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Drawn for it.
    pub id: i64,
    /// Whose.
    pub site: SiteId,
    /// What kind of work.
    pub kind: &'static str,
    /// Tells it from others of its kind; the same key is the same job.
    pub dedup_key: String,
    /// What the worker needs to know, as JSON.
    pub payload: String,
    /// Not before.
    pub run_at: Time,
}

/// A job that a worker has claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Whose.
    pub site: SiteId,
    /// Names it at its site.
    pub id: i64,
    /// What kind of work.
    pub kind: String,
    /// Tells it from others of its kind.
    pub dedup_key: String,
    /// What the worker needs to know, as JSON.
    pub payload: String,
    /// How often it has been tried, with this time.
    pub attempts: i64,
    /// Whether a worker claimed it before and never said what became of it.
    pub is_interrupted: bool,
    /// Until when it is its worker's alone; also tells this claim from a later one.
    pub claimed_until: Time,
}

/// Add a job, unless it is known. Gives whether it was new.
pub fn add(tx: &mut Tx<'_>, now: Time, job: &NewJob) -> Result<bool> {
    let added = tx.execute(
        sql!(
            "insert into job (site_id, id, kind, dedup_key, payload, run_at, created_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             on conflict (site_id, kind, dedup_key) do nothing"
        ),
        params![
            job.site,
            job.id,
            job.kind,
            &job.dedup_key,
            &job.payload,
            job.run_at,
            now
        ],
    )?;
    Ok(added == 1)
}

/// An id that follows from what it is for, so that the same thing never has two.
pub(crate) fn drawn(parts: &[&[u8]]) -> i64 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let hash: [u8; 32] = hash.finalize().into();
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    i64::from_be_bytes(first) & i64::MAX
}

/// Claim up to `limit` due jobs of each kind for as long as `lease`, the longest due first.
pub fn claim(tx: &mut Tx<'_>, now: Time, lease: Duration, limit: i64) -> Result<Vec<Job>> {
    claim_where_room(tx, now, lease, |_| limit)
}

/// Claim as many due jobs of each kind as there is `room` for.
pub fn claim_where_room(
    tx: &mut Tx<'_>,
    now: Time,
    lease: Duration,
    room: impl Fn(&str) -> i64,
) -> Result<Vec<Job>> {
    let mut claimed = Vec::new();
    let mut last = String::new();
    while let Some(kind) = kind_after(tx, &last)? {
        let limit = room(&kind);
        if limit > 0 {
            claimed.extend(claim_of(tx, now, lease, &kind, limit)?);
        }
        last = kind;
    }
    Ok(claimed)
}

/// The next kind of which there are jobs to do; there are few kinds and may be many jobs.
fn kind_after(tx: &mut Tx<'_>, last: &str) -> Result<Option<String>> {
    tx.one(
        sql!(
            "select kind from job where state = 'ready' and kind > ?1
             order by kind limit 1"
        ),
        params![last],
        |row| row.get(0),
    )
}

fn claim_of(
    tx: &mut Tx<'_>,
    now: Time,
    lease: Duration,
    kind: &str,
    limit: i64,
) -> Result<Vec<Job>> {
    let claimed_until = now.after(lease);
    let due: Vec<Job> = tx.all(
        sql!(
            "select site_id, id, kind, dedup_key, payload, attempts + 1,
                 cast(case when claimed_until is null then 0 else 1 end as bigint)
             from job where state = 'ready' and kind = ?3 and run_at <= ?1
               and (claimed_until is null or claimed_until <= ?1)
             order by run_at limit ?2 for update skip locked"
        ),
        params![now, limit, kind],
        |row| {
            Ok(Job {
                site: row.get(0)?,
                id: row.get(1)?,
                kind: row.get(2)?,
                dedup_key: row.get(3)?,
                payload: row.get(4)?,
                attempts: row.get(5)?,
                is_interrupted: row.get::<i64>(6)? == 1,
                claimed_until,
            })
        },
    )?;
    for job in &due {
        tx.execute(
            sql!(
                "update job set claimed_until = ?3, attempts = attempts + 1
                 where site_id = ?1 and id = ?2"
            ),
            params![job.site, job.id, claimed_until],
        )?;
    }
    Ok(due)
}

/// Keep a claimed job until `until`. Gives whether it is still this worker's.
pub fn renew(tx: &mut Tx<'_>, job: &Job, until: Time) -> Result<bool> {
    let renewed = tx.execute(
        sql!(
            "update job set claimed_until = ?4
             where site_id = ?1 and id = ?2 and state = 'ready' and claimed_until = ?3"
        ),
        params![job.site, job.id, job.claimed_until, until],
    )?;
    Ok(renewed == 1)
}

/// A claimed job is done. Gives whether it was still this worker's to say so.
pub fn finish(tx: &mut Tx<'_>, now: Time, job: &Job) -> Result<bool> {
    let finished = tx.execute(
        sql!(
            "update job set state = 'done', claimed_until = null, last_error = null, finished_at = ?3
             where site_id = ?1 and id = ?2 and state = 'ready' and claimed_until = ?4"
        ),
        params![job.site, job.id, now, job.claimed_until],
    )?;
    Ok(finished == 1)
}

/// A claimed job did not work out; try it again later. Gives whether it was still this worker's.
pub fn retry(tx: &mut Tx<'_>, job: &Job, run_at: Time, error: &str) -> Result<bool> {
    let retried = tx.execute(
        sql!(
            "update job set claimed_until = null, run_at = ?3, last_error = ?4
             where site_id = ?1 and id = ?2 and state = 'ready' and claimed_until = ?5"
        ),
        params![job.site, job.id, run_at, error, job.claimed_until],
    )?;
    Ok(retried == 1)
}

/// A claimed job will not work out; keep it for a person to look at. Gives whether it was still this
/// worker's.
pub fn park(tx: &mut Tx<'_>, now: Time, job: &Job, error: &str) -> Result<bool> {
    let parked = tx.execute(
        sql!(
            "update job set state = 'parked', claimed_until = null, last_error = ?4, finished_at = ?3
             where site_id = ?1 and id = ?2 and state = 'ready' and claimed_until = ?5"
        ),
        params![job.site, job.id, now, error, job.claimed_until],
    )?;
    Ok(parked == 1)
}

/// A parked job, for a person to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// Names it at its site.
    pub id: i64,
    /// What kind of work.
    pub kind: String,
    /// How often it was tried.
    pub attempts: i64,
    /// Why it was parked.
    pub error: String,
    /// When it was parked.
    pub parked_at: Time,
}

/// The parked jobs of a site, newest first.
pub fn parked(tx: &mut Tx<'_>, site: SiteId, limit: i64) -> Result<Vec<Parked>> {
    tx.all(
        sql!(
            "select id, kind, attempts, coalesce(last_error, ''), finished_at from job
             where site_id = ?1 and state = 'parked' order by finished_at desc limit ?2"
        ),
        params![site, limit],
        |row| {
            Ok(Parked {
                id: row.get(0)?,
                kind: row.get(1)?,
                attempts: row.get(2)?,
                error: row.get(3)?,
                parked_at: row.get(4)?,
            })
        },
    )
}

/// Try a parked job again from the start. Gives whether there was one.
pub fn requeue(tx: &mut Tx<'_>, now: Time, site: SiteId, id: i64) -> Result<bool> {
    let requeued = tx.execute(
        sql!(
            "update job set state = 'ready', attempts = 0, run_at = ?3, finished_at = null
             where site_id = ?1 and id = ?2 and state = 'parked'"
        ),
        params![site, id, now],
    )?;
    Ok(requeued == 1)
}

/// Give up on a parked job. Gives whether there was one.
pub fn drop_parked(tx: &mut Tx<'_>, now: Time, site: SiteId, id: i64) -> Result<bool> {
    let dropped = tx.execute(
        sql!(
            "update job set state = 'done', finished_at = ?3
             where site_id = ?1 and id = ?2 and state = 'parked'"
        ),
        params![site, id, now],
    )?;
    Ok(dropped == 1)
}

/// When the next job falls due after `after`, or is left by its worker; `None` when nothing waits.
pub fn next_due(tx: &mut Tx<'_>, after: Time) -> Result<Option<Time>> {
    let due: Option<Time> = tx.one(
        sql!(
            "select run_at from job where state = 'ready' and claimed_until is null and run_at > ?1
             order by run_at limit 1"
        ),
        params![after],
        |row| row.get(0),
    )?;
    let left: Option<Time> = tx.one(
        sql!(
            "select claimed_until from job where claimed_until > ?1
             order by claimed_until limit 1"
        ),
        params![after],
        |row| row.get(0),
    )?;
    Ok(due.into_iter().chain(left).min())
}

/// Forget jobs that were done before `before`.
pub fn forget(tx: &mut Tx<'_>, before: Time) -> Result<u64> {
    tx.execute(
        sql!("delete from job where state = 'done' and finished_at < ?1"),
        params![before],
    )
}
