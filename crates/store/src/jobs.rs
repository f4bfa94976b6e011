//! Work that follows from a change, kept until it is done.
//!
//! A job is added in the transaction of the change that it follows from, so it exists if and only if
//! the change does. It is known by its kind and a key: adding it twice is once.
//!
//! A worker claims a due job for the time of a lease, which it renews while it works; a job whose
//! worker died is claimed again when the lease ends, and says so. Each claim has a token, higher than
//! any before: whoever lost the job to a later claim cannot renew, finish, retry or park it.

mod payload;

use std::time::Duration;

use rejoinder_core::{SiteId, Time};
use traces::TraceParent;

use crate::{Result, Row, Tx, params, sql};

pub(crate) use payload::derived_id;
pub use payload::{NewJob, Payload};

/// Where what jobs are to do is, for its seals: a mail that waits may hold a link that signs in.
const PAYLOAD: &str = "job.payload";

/// So many nodes can look for jobs at the same moment, and each finds some.
const NODES_AT_ONCE: usize = 4;

/// The kind of the jobs that send a mail as it is. Their subject is its address.
pub const MAIL: &str = "mail";

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
    /// When it fell due.
    pub run_at: Time,
    /// Whether a worker claimed it before and never said what became of it.
    pub is_interrupted: bool,
    /// The span that it was added in, where that was traced.
    pub trace_parent: Option<TraceParent>,
    /// Tells this claim from every other; unlike `attempts` it never begins anew.
    claim_token: i64,
}

impl Job {
    /// Reads what the job is to do.
    pub fn read<P: Payload>(&self) -> serde_json::Result<P> {
        serde_json::from_str(&self.payload)
    }
}

/// Adds a job, unless it is known. Returns whether it was new.
pub fn add(tx: &mut Tx<'_>, now: Time, job: &NewJob) -> Result<bool> {
    let payload = tx.seal_text(PAYLOAD, &job.payload)?;
    let trace_parent = traces::current().map(|parent| parent.to_string());
    let added = tx.execute(
        sql!(
            "insert into job (site_id, id, kind, dedup_key, subject, payload, run_at, created_at, lane,
                 trace_parent)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             on conflict (site_id, kind, dedup_key) do nothing"
        ),
        params![
            job.site,
            job.id(),
            job.kind,
            &job.dedup_key,
            job.subject.as_deref(),
            &payload,
            job.run_at,
            now,
            job.lane,
            trace_parent.as_deref()
        ],
    )?;
    Ok(added == 1)
}

/// Claim up to `limit` due jobs of each kind for as long as `lease`, the longest due first.
pub fn claim(tx: &mut Tx<'_>, now: Time, lease: Duration, limit: i64) -> Result<Vec<Job>> {
    claim_where_room(tx, now, lease, |_| limit)
}

/// Claim as many due jobs of each kind as there is `room` for, the longest due first, and of each lane no
/// more than one.
pub fn claim_where_room(
    tx: &mut Tx<'_>,
    now: Time,
    lease: Duration,
    room: impl Fn(&str) -> i64,
) -> Result<Vec<Job>> {
    let mut claimed = Vec::new();
    let mut last = String::new();
    while let Some(kind) = kind_after(tx, &last)? {
        let limit = usize::try_from(room(&kind)).unwrap_or(0);
        if limit > 0 {
            let mut due = due_of(tx, now, &kind, limit)?;
            due.extend(due_of_lanes(tx, now, &kind)?);
            due.sort_by_key(|job| job.run_at);
            let full = claimed.len().saturating_add(limit);
            for job in due {
                if claimed.len() < full {
                    claimed.extend(take(tx, now, lease, job)?);
                }
            }
        }
        last = kind;
    }
    claimed.sort_by_key(|job| job.run_at);
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
        |row| row.next(),
    )
}

/// A due job, as it is once it is claimed; what it is to do is read then.
macro_rules! due {
    ($rest:literal) => {
        concat!(
            "select j.site_id, j.id, j.kind, j.dedup_key, j.attempts + 1, j.run_at,
                 cast(case when j.claimed_until is null then 0 else 1 end as bigint),
                 j.claim_token + 1
             from job j where j.state = 'ready' and j.kind = ?2 and j.run_at <= ?1
               and (j.claimed_until is null or j.claimed_until <= ?1) ",
            $rest
        )
    };
}

fn read(row: &Row<'_>, now: Time) -> Result<Job> {
    Ok(Job {
        site: row.next()?,
        id: row.next()?,
        kind: row.next()?,
        dedup_key: row.next()?,
        payload: String::new(),
        attempts: row.next()?,
        run_at: row.next()?,
        is_interrupted: row.next::<i64>()? == 1,
        trace_parent: None,
        // A job that was erased and added again has the same id, so counting is not enough.
        claim_token: now.micros().max(row.next()?),
    })
}

/// What is due of a kind, but for what is in lanes: more than `limit`, since other nodes may be at the first
/// of it.
fn due_of(tx: &mut Tx<'_>, now: Time, kind: &str, limit: usize) -> Result<Vec<Job>> {
    let more = i64::try_from(limit.saturating_mul(NODES_AT_ONCE)).unwrap_or(i64::MAX);
    tx.all(
        sql!(due!("and j.lane is null order by j.run_at limit ?3")),
        params![now, kind, more],
        |row| read(row, now),
    )
}

/// What is due first in each lane of a kind of which nothing is under way; there are few lanes and may be
/// many jobs.
fn due_of_lanes(tx: &mut Tx<'_>, now: Time, kind: &str) -> Result<Vec<Job>> {
    let mut due = Vec::new();
    let mut last = (SiteId(i64::MIN), i64::MIN);
    while let Some((site, lane)) = lane_after(tx, kind, last)? {
        // Another node that looks at the same moment waits here, and sees that the job is taken.
        due.extend(tx.one(
            sql!(due!(
                "and j.site_id = ?3 and j.lane = ?4 and not exists (
                     select 1 from job o where o.site_id = ?3 and o.kind = ?2 and o.lane = ?4
                       and o.state = 'ready' and o.claimed_until > ?1)
                 order by j.run_at limit 1 for update"
            )),
            params![now, kind, site, lane],
            |row| read(row, now),
        )?);
        last = (site, lane);
    }
    Ok(due)
}

/// The next lane of a kind in which there are jobs to do.
fn lane_after(
    tx: &mut Tx<'_>,
    kind: &str,
    (site, lane): (SiteId, i64),
) -> Result<Option<(SiteId, i64)>> {
    tx.one(
        sql!(
            "select site_id, lane from job where state = 'ready' and kind = ?1 and lane is not null
               and (site_id, lane) > (?2, ?3)
             order by site_id, lane limit 1"
        ),
        params![kind, site, lane],
        |row| Ok((row.next()?, row.next()?)),
    )
}

/// A due job, once it is this worker's for as long as `lease`; none where another has it by now, or is
/// taking it.
///
/// What is due is looked for at all sites, and taken at its own: Citus locks rows of one site alone.
fn take(tx: &mut Tx<'_>, now: Time, lease: Duration, job: Job) -> Result<Option<Job>> {
    let taken: Option<(String, Option<String>)> = tx.one(
        sql!(
            "update job set claimed_until = ?3, attempts = ?4, claim_token = ?5
             where site_id = ?1 and id = (
                 select j.id from job j
                 where j.site_id = ?1 and j.id = ?2 and j.state = 'ready' and j.run_at <= ?6
                   and (j.claimed_until is null or j.claimed_until <= ?6)
                   and j.claim_token < ?5
                 for update skip locked)
             returning payload, trace_parent"
        ),
        params![
            job.site,
            job.id,
            now.after(lease),
            job.attempts,
            job.claim_token,
            now
        ],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    Ok(taken.map(|(payload, trace_parent)| Job {
        // What no key opens cannot be read, and is parked for that.
        payload: tx.unseal_text(PAYLOAD, &payload).unwrap_or_default(),
        trace_parent: trace_parent.and_then(|parent| parent.parse().ok()),
        ..job
    }))
}

/// Renews the lease of a claimed job. Returns whether it is still this worker's.
pub fn renew(tx: &mut Tx<'_>, job: &Job, until: Time) -> Result<bool> {
    let renewed = tx.execute(
        sql!(
            "update job set claimed_until = ?4
             where site_id = ?1 and id = ?2 and claimed_until is not null and claim_token = ?3"
        ),
        params![job.site, job.id, job.claim_token, until],
    )?;
    Ok(renewed == 1)
}

/// A claimed job is done, and nobody needs to know any more what it was to do. Returns whether it was still this worker's to say so.
pub fn finish(tx: &mut Tx<'_>, now: Time, job: &Job) -> Result<bool> {
    let finished = tx.execute(
        sql!(
            "update job set state = 'done', payload = '', claimed_until = null, last_error = null,
                 finished_at = ?3
             where site_id = ?1 and id = ?2 and claimed_until is not null and claim_token = ?4"
        ),
        params![job.site, job.id, now, job.claim_token],
    )?;
    Ok(finished == 1)
}

/// A claimed job did not work out; try it again later. Returns whether it was still this worker's.
pub fn retry(tx: &mut Tx<'_>, job: &Job, run_at: Time, error: &str) -> Result<bool> {
    let retried = tx.execute(
        sql!(
            "update job set claimed_until = null, run_at = ?3, last_error = ?4
             where site_id = ?1 and id = ?2 and claimed_until is not null and claim_token = ?5"
        ),
        params![job.site, job.id, run_at, error, job.claim_token],
    )?;
    Ok(retried == 1)
}

/// A claimed job will not work out; keep it for a person to look at. Returns whether it was still this
/// worker's.
pub fn park(tx: &mut Tx<'_>, now: Time, job: &Job, error: &str) -> Result<bool> {
    let parked = tx.execute(
        sql!(
            "update job set state = 'parked', claimed_until = null, last_error = ?4, finished_at = ?3
             where site_id = ?1 and id = ?2 and claimed_until is not null and claim_token = ?5"
        ),
        params![job.site, job.id, now, error, job.claim_token],
    )?;
    Ok(parked == 1)
}

/// A parked job, for a person to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedJob {
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

/// How much is to be done of a kind of jobs, on all sites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    /// The kind.
    pub kind: String,
    /// How many could be done now.
    pub n_due: u64,
    /// Since when the oldest of them could.
    pub due_since: Option<Time>,
    /// How many were given up.
    pub n_parked: u64,
}

/// What is to be done, by kinds; kinds of which there is nothing are left out.
pub fn backlog(tx: &mut Tx<'_>, now: Time) -> Result<Vec<Backlog>> {
    tx.all(
        sql!(
            "select kind, cast(sum(due) as bigint), min(since), cast(sum(parked) as bigint) from (
                 select kind, count(*) as due, min(run_at) as since, 0 as parked from job
                 where state = 'ready' and run_at <= ?1 group by kind
                 union all
                 select kind, 0, null, count(*) from job where state = 'parked' group by kind
             ) as backlog group by kind order by kind"
        ),
        params![now],
        |row| {
            let kind = row.next()?;
            let n_due: i64 = row.next()?;
            let due_since = row.next()?;
            let n_parked: i64 = row.next()?;
            Ok(Backlog {
                kind,
                n_due: n_due.unsigned_abs(),
                due_since,
                n_parked: n_parked.unsigned_abs(),
            })
        },
    )
}

/// The parked jobs of a site, newest first.
pub fn parked(tx: &mut Tx<'_>, site: SiteId, limit: i64) -> Result<Vec<ParkedJob>> {
    tx.all(
        sql!(
            "select id, kind, attempts, coalesce(last_error, ''), finished_at from job
             where site_id = ?1 and state = 'parked' order by finished_at desc limit ?2"
        ),
        params![site, limit],
        |row| {
            Ok(ParkedJob {
                id: row.next()?,
                kind: row.next()?,
                attempts: row.next()?,
                error: row.next()?,
                parked_at: row.next()?,
            })
        },
    )
}

/// Try a parked job again from the start. Returns whether there was one.
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

/// Give up on a parked job. Returns whether there was one.
pub fn drop_parked(tx: &mut Tx<'_>, now: Time, site: SiteId, id: i64) -> Result<bool> {
    let dropped = tx.execute(
        sql!(
            "update job set state = 'done', payload = '', finished_at = ?3
             where site_id = ?1 and id = ?2 and state = 'parked'"
        ),
        params![site, id, now],
    )?;
    Ok(dropped == 1)
}

/// Give up on the parked jobs of a kind that nobody has looked at since `before`.
pub(crate) fn drop_old_parked(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    (kind, before): (&str, Time),
) -> Result<()> {
    let n_dropped = tx.execute(
        sql!(
            "update job set state = 'done', payload = '', finished_at = ?4
             where site_id = ?1 and kind = ?2 and state = 'parked' and finished_at < ?3"
        ),
        params![site, kind, before, now],
    )?;
    if n_dropped > 0 {
        tx.erase();
    }
    Ok(())
}

/// When the next job falls due after `after`, or is left by its worker; `None` when nothing waits.
pub fn next_due(tx: &mut Tx<'_>, after: Time) -> Result<Option<Time>> {
    let due: Option<Time> = tx.one(
        sql!(
            "select run_at from job where state = 'ready' and claimed_until is null and run_at > ?1
             order by run_at limit 1"
        ),
        params![after],
        |row| row.next(),
    )?;
    let left: Option<Time> = tx.one(
        sql!(
            "select claimed_until from job where claimed_until > ?1
             order by claimed_until limit 1"
        ),
        params![after],
        |row| row.next(),
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

/// Erases the jobs of a kind about `subject`, those that are done or under way too.
pub(crate) fn erase(tx: &mut Tx<'_>, site: SiteId, kind: &str, subject: &str) -> Result<()> {
    tx.execute(
        sql!("delete from job where site_id = ?1 and kind = ?2 and subject = ?3"),
        params![site, kind, subject],
    )?;
    Ok(())
}
