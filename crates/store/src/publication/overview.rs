//! A site's last weeks in figures.

use std::collections::BTreeMap;

use rejoinder_core::ids::first_id_at;
use rejoinder_core::{PageId, SiteId, Time};

use crate::{Result, Tx, params, sql};

/// So many of the newest comments are looked at; what is older is left out.
const MAX_COMMENTS: i64 = 200_000;

/// So many of the newest decisions are looked at.
const MAX_DECISIONS: i64 = 5_000;

/// A day has so many microseconds.
const DAY: i64 = 86_400_000_000;

/// What became of the comments of one day, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayFigures {
    /// Days since 1970.
    pub number: i64,
    /// Comments that readers see.
    pub n_published: i64,
    /// Comments that wait.
    pub n_held: i64,
    /// Comments that were refused or removed.
    pub n_refused: i64,
    /// Votes on the comments of the day.
    pub n_votes: i64,
}

/// What happened since `since`, by the day on which comments were written, the oldest first. Days
/// without a comment are left out.
pub fn days(tx: &mut Tx<'_>, site: SiteId, since: Time) -> Result<Vec<DayFigures>> {
    tx.all(
        sql!(
            "select created_at / ?4 as day,
                 count(case when state = 'published' then 1 end),
                 count(case when state = 'held' then 1 end),
                 count(case when state not in ('published', 'held') then 1 end),
                 cast(sum(up + down) as bigint)
             from (select created_at, state, up, down from comment
                   where site_id = ?1 and id >= ?2 order by id desc limit ?3) as recent
             group by created_at / ?4 order by 1"
        ),
        params![site, first_id_at(since), MAX_COMMENTS, DAY],
        |row| {
            Ok(DayFigures {
                number: row.next()?,
                n_published: row.next()?,
                n_held: row.next()?,
                n_refused: row.next()?,
                n_votes: row.next()?,
            })
        },
    )
}

/// The pages with the most comments since `since`, and how many.
pub fn top_pages(
    tx: &mut Tx<'_>,
    site: SiteId,
    since: Time,
    limit: i64,
) -> Result<Vec<(PageId, i64)>> {
    tx.all(
        sql!(
            "select page_id, count(*) as n
             from (select page_id from comment
                   where site_id = ?1 and id >= ?2 and state = 'published'
                   order by id desc limit ?3) as recent
             group by page_id order by n desc, page_id limit ?4"
        ),
        params![site, first_id_at(since), MAX_COMMENTS, limit],
        |row| Ok((row.next()?, row.next()?)),
    )
}

/// How many comments the rules, a flag or a late verdict made wait on each day since `since`, in UTC, the
/// oldest day first.
pub fn held(tx: &mut Tx<'_>, site: SiteId, since: Time) -> Result<Vec<(i64, i64)>> {
    tx.all(
        sql!(
            "select at / ?4 as day, count(distinct comment_id)
             from (select at, comment_id, actor, after_state from decision
                   where site_id = ?1 and at >= ?2 order by at desc limit ?3) as recent
             where after_state = 'held' and actor <> 'moderator'
             group by at / ?4 order by 1"
        ),
        params![site, since, MAX_DECISIONS, DAY],
        |row| Ok((row.next()?, row.next()?)),
    )
}

/// How long moderators took to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionTimes {
    /// The middle time from a comment to the first decision on it, in microseconds.
    pub middle: i64,
    /// Of how many.
    pub n: usize,
    /// The middle time of each day on which something was decided, the oldest first.
    pub by_day: Vec<(i64, i64)>,
}

/// The time from a comment to the first decision of a moderator on it since `since`.
pub fn time_to_decision(
    tx: &mut Tx<'_>,
    site: SiteId,
    since: Time,
) -> Result<Option<DecisionTimes>> {
    let first: Vec<(i64, i64)> = tx.all(
        sql!(
            "select min(d.at) / ?4, min(d.at) - c.created_at
             from (select comment_id, at from decision
                   where site_id = ?1 and at >= ?2 and actor = 'moderator'
                     and comment_id is not null
                   order by at desc limit ?3) as d
             cross join comment c where c.site_id = ?1 and c.id = d.comment_id
             group by c.id, c.created_at"
        ),
        params![site, since, MAX_DECISIONS, DAY],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let mut days: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (day, took) in &first {
        days.entry(*day).or_default().push(*took);
    }
    let all = first.iter().map(|(_, took)| *took).collect();
    Ok(middle(all).map(|middle_of_all| DecisionTimes {
        middle: middle_of_all,
        n: first.len(),
        by_day: days
            .into_iter()
            .filter_map(|(day, times)| Some((day, middle(times)?)))
            .collect(),
    }))
}

/// How long corrections of articles take: the middle time in microseconds, and of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CorrectionTimes {
    /// From when one was sent to when it was accepted.
    pub accepted: Option<(i64, usize)>,
    /// Since when those were sent that wait.
    pub waiting: Option<(i64, usize)>,
}

/// The time that corrections took which were accepted since `since`, and for which those wait that are
/// open by now.
pub fn time_to_correction(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    since: Time,
) -> Result<CorrectionTimes> {
    let accepted: Vec<i64> = tx.all(
        sql!(
            "select decided_at - made_at from correction
             where site_id = ?1 and state in ('accepted', 'declined') and decided_at >= ?2
               and state = 'accepted'
             order by decided_at desc limit ?3"
        ),
        params![site, since, MAX_DECISIONS],
        |row| row.next(),
    )?;
    let waiting: Vec<i64> = tx.all(
        sql!(
            "select ?2 - made_at from correction where site_id = ?1 and state = 'open'
             order by id limit ?3"
        ),
        params![site, now, MAX_DECISIONS],
        |row| row.next(),
    )?;
    let of = |times: Vec<i64>| {
        let n = times.len();
        middle(times).map(|middle| (middle, n))
    };
    Ok(CorrectionTimes {
        accepted: of(accepted),
        waiting: of(waiting),
    })
}

fn middle(mut times: Vec<i64>) -> Option<i64> {
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}
