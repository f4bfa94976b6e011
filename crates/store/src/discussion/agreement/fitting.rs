//! What the job that finds the sides reads and keeps.
//!
//! Each step is short, so that nobody waits for it: votes are read in pages, the sides of a fit are written before the first comment is counted by them,
//! comments are counted page by page, and only then does what the fit before left go.

use std::collections::HashSet;
use std::time::Duration;

use rejoinder_core::discussion::agreement::alarm::CrowdedPage;
use rejoinder_core::discussion::agreement::sides::NoSidesReason;
use rejoinder_core::discussion::agreement::{Ballot, Side, Voter};
use rejoinder_core::{AuthorId, AuthorKind, CommentId, CommentState, PageId, SiteId, Time, Vote};
use serde::{Deserialize, Serialize};

use super::counting;
use crate::discussion::pages;
use crate::jobs::{self, NewJob, Payload};
use crate::publication::sites;
use crate::{Result, Row, Tx, params, sql};

/// How long the sides of a fit are good for.
const PERIOD: Duration = Duration::from_secs(6 * 60 * 60);

/// Two wishes for a fit within so long are one.
const SLOT: Duration = Duration::from_secs(5 * 60);

/// So many rows are changed at once.
const STEP: i64 = 500;

/// Finds the sides of a site's readers, or forgets them where they are not wanted any more.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindSides {
    /// Tells wishes apart,
    pub slot: i64,
    /// as this does: whether they are to be found, or forgotten.
    pub is_wanted: bool,
}

impl Payload for FindSides {
    const KIND: &'static str = "find_sides";
}

/// Have the sides of a site found where that is due, and forgotten where they are not wanted any more.
pub(crate) fn want(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    if !is_due(tx, now, site)? {
        return Ok(());
    }
    let find = FindSides {
        slot: now.seconds() / i64::try_from(SLOT.as_secs()).unwrap_or(i64::MAX),
        is_wanted: is_wanted(tx, site)?,
    };
    let job = NewJob::new(site, &find, now)?.in_lane(0);
    jobs::add(tx, now, &job)?;
    Ok(())
}

fn is_wanted(tx: &mut Tx<'_>, site: SiteId) -> Result<bool> {
    Ok(sites::by_id(tx, site)?.is_some_and(|site| site.settings.finds_sides()))
}

/// Whether there is something to do for [`FindSides`].
pub fn is_due(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<bool> {
    let fitted_at: Option<Time> = tx.one(
        sql!("select fitted_at from agreement where site_id = ?1"),
        params![site],
        |row| row.next(),
    )?;
    let is_wanted = is_wanted(tx, site)?;
    Ok(match fitted_at {
        Some(at) => !is_wanted || at.after(PERIOD) <= now,
        None => is_wanted,
    })
}

/// The last vote that was read: on which comment, by whom.
pub type VoteCursor = (CommentId, AuthorId);

/// The votes after `after` that were cast since `since`, and the last of the `limit` that were looked at;
/// `None` when there are no more.
pub fn votes(
    tx: &mut Tx<'_>,
    site: SiteId,
    since: Time,
    after: VoteCursor,
    limit: i64,
) -> Result<(Vec<Ballot>, Option<VoteCursor>)> {
    let looked_at = tx.all(
        sql!(
            "select v.comment_id, v.author_id, v.value, v.cast_at, c.page_id, c.author_id, c.state,
                 a.kind, a.created_at
             from vote v join comment c on c.site_id = v.site_id and c.id = v.comment_id
             join author a on a.site_id = v.site_id and a.id = v.author_id
             where v.site_id = ?1 and (v.comment_id, v.author_id) > (?2, ?3)
             order by v.comment_id, v.author_id limit ?4"
        ),
        params![site, after.0, after.1, limit],
        |row| read_vote(row, since),
    )?;
    let last = looked_at.last().map(|(place, _)| *place);
    let votes = looked_at.into_iter().filter_map(|(_, vote)| vote);
    Ok((votes.collect(), last))
}

/// The reactions `keys` of those who have not voted on the comment, each as a vote for it.
///
/// As [`votes`] gives them: after `after`, since `since`, with the last of the `limit` that were looked at.
pub fn liked(
    tx: &mut Tx<'_>,
    site: SiteId,
    (since, keys): (Time, &[String]),
    after: VoteCursor,
    limit: i64,
) -> Result<(Vec<Ballot>, Option<VoteCursor>)> {
    let mut looked_at = tx.all(
        sql!(
            "select r.comment_id, r.author_id, r.key, r.made_at, v.value, c.page_id, c.author_id,
                 c.state, a.kind, a.created_at
             from reaction r join comment c on c.site_id = r.site_id and c.id = r.comment_id
             join author a on a.site_id = r.site_id and a.id = r.author_id
             left join vote v on v.site_id = r.site_id and v.comment_id = r.comment_id
                 and v.author_id = r.author_id
             where r.site_id = ?1 and (r.comment_id, r.author_id) > (?2, ?3)
             order by r.comment_id, r.author_id, r.key limit ?4"
        ),
        params![site, after.0, after.1, limit],
        |row| {
            let (place, key) = ((row.next()?, row.next()?), row.next::<String>()?);
            let (at, voted): (Time, Option<i64>) = (row.next()?, row.next()?);
            let counts = voted.is_none() && at >= since && keys.contains(&key);
            read_cast(row, place, at, Some(Vote::Up).filter(|_| counts))
        },
    )?;
    // What else somebody reacted with may stand behind the end.
    let end = looked_at.last().map(|(place, _)| *place);
    if looked_at.len() as i64 == limit {
        looked_at.retain(|(place, _)| Some(*place) != end);
    }
    let last = looked_at.last().map(|(place, _)| *place);
    let casts = looked_at.into_iter().filter_map(|(_, cast)| cast);
    let mut casts: Vec<Ballot> = casts.collect();
    casts.dedup_by_key(|cast| (cast.comment, cast.voter.id));
    Ok((casts, last))
}

/// A vote with its place, if it is one since `since` on a comment that is published.
fn read_vote(row: &Row<'_>, since: Time) -> Result<(VoteCursor, Option<Ballot>)> {
    let place: VoteCursor = (row.next()?, row.next()?);
    let (value, at): (i64, Time) = (row.next()?, row.next()?);
    let vote = Vote::from_value(value).flatten();
    read_cast(row, place, at, vote.filter(|_| at >= since))
}

/// The rest of a row: the page, who wrote the comment, its state, and what is known of who voted.
fn read_cast(
    row: &Row<'_>,
    (comment, voter): VoteCursor,
    at: Time,
    vote: Option<Vote>,
) -> Result<(VoteCursor, Option<Ballot>)> {
    let (page, author) = (row.next()?, row.next()?);
    let (state, kind): (String, String) = (row.next()?, row.next()?);
    let added_at: Time = row.next()?;
    let is_account = kind == AuthorKind::Account.as_str();
    let vote = vote.filter(|_| state == CommentState::Published.as_str());
    let cast = vote.map(|vote| Ballot {
        comment,
        page,
        author,
        voter: Voter {
            id: voter,
            account_since: is_account.then_some(added_at),
        },
        vote,
        at,
    });
    Ok(((comment, voter), cast))
}

/// The accounts that are banned at a site.
pub fn banned(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<HashSet<AuthorId>> {
    let banned = tx.all(
        sql!(
            "select author_id from ban where site_id = ?1 and kind in ('account', 'token', 'address')
               and (until is null or until > ?2)"
        ),
        params![site, now],
        |row| row.next(),
    )?;
    Ok(banned.into_iter().collect())
}

/// Begin a fit: from here on there is something to forget.
pub fn begin(tx: &mut Tx<'_>, site: SiteId) -> Result<()> {
    tx.execute(
        sql!(
            "insert into agreement (site_id, fit, fitted_at) values (?1, 0, 0)
             on conflict (site_id) do nothing"
        ),
        params![site],
    )?;
    Ok(())
}

/// Write the sides of some accounts by `fit`. Whoever is gone meanwhile has none.
pub fn save_sides(
    tx: &mut Tx<'_>,
    site: SiteId,
    fit: i64,
    sides: &[(AuthorId, Side)],
) -> Result<()> {
    for (author, side) in sides {
        tx.execute(
            sql!(
                "insert into agreement_side (site_id, author_id, fit, side)
                 select a.site_id, a.id, cast(?3 as bigint), cast(?4 as bigint) from author a
                 where a.site_id = ?1 and a.id = ?2 and a.kind = 'account'
                 on conflict (site_id, author_id, fit) do nothing"
            ),
            params![site, *author, fit, side.number()],
        )?;
    }
    Ok(())
}

/// Count comments of a page anew, by the sides of `fit`.
pub fn count(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: PageId,
    comments: &[CommentId],
    fit: i64,
) -> Result<()> {
    if pages::by_id(tx, site, page)?.is_none() {
        return Ok(());
    }
    pages::lock(tx, site, page)?;
    for comment in comments {
        counting::recount_by(tx, site, *comment, fit)?;
    }
    Ok(())
}

/// What a fit found, besides sides.
#[derive(Debug, Clone, Copy)]
pub struct Fit {
    /// Names it.
    pub number: i64,
    /// Why there are no sides.
    pub why: Option<NoSidesReason>,
    /// A page that brought too many of the last night's votes.
    pub crowd: Option<CrowdedPage>,
}

/// Let a fit be the one in use, whose sides are all written and whose comments are counted.
pub fn use_fit(tx: &mut Tx<'_>, now: Time, site: SiteId, fit: &Fit) -> Result<()> {
    tx.execute(
        sql!(
            "update agreement set fit = ?2, fitted_at = ?3, why = ?4, crowd_page_id = ?5,
                 crowd_percent = ?6, crowd_at = ?7
             where site_id = ?1"
        ),
        params![
            site,
            fit.number,
            now,
            fit.why.map(NoSidesReason::as_str),
            fit.crowd.map(|crowd| crowd.page),
            fit.crowd.map(|crowd| crowd.percent),
            fit.crowd.map(|_| now)
        ],
    )?;
    Ok(())
}

/// Some comments that are counted by another fit than `fit`, with their page: all of one page.
pub fn counted_by_other_fit(
    tx: &mut Tx<'_>,
    site: SiteId,
    fit: i64,
) -> Result<Option<(PageId, Vec<CommentId>)>> {
    // Below and above: two walks that end at once.
    let mut found: Vec<(PageId, CommentId)> = Vec::new();
    for sql in [
        sql!(
            "select page_id, comment_id from agreement_comment
             where site_id = ?1 and fit < ?2 order by fit, comment_id limit ?3"
        ),
        sql!(
            "select page_id, comment_id from agreement_comment
             where site_id = ?1 and fit > ?2 order by fit, comment_id limit ?3"
        ),
    ] {
        found.extend(tx.all(sql, params![site, fit, STEP], |row| {
            Ok((row.next()?, row.next()?))
        })?);
    }
    let Some((page, _)) = found.first().copied() else {
        return Ok(None);
    };
    found.retain(|(own, _)| *own == page);
    Ok(Some((page, found.into_iter().map(|(_, id)| id).collect())))
}

/// Forget some sides of other fits than `fit`. Returns whether there were any.
pub fn forget_sides(tx: &mut Tx<'_>, site: SiteId, fit: i64) -> Result<bool> {
    let mut n = 0;
    for sql in [
        sql!(
            "delete from agreement_side where site_id = ?1 and (author_id, fit) in (
                 select author_id, fit from agreement_side
                 where site_id = ?1 and fit < ?2 order by fit, author_id limit ?3)"
        ),
        sql!(
            "delete from agreement_side where site_id = ?1 and (author_id, fit) in (
                 select author_id, fit from agreement_side
                 where site_id = ?1 and fit > ?2 order by fit, author_id limit ?3)"
        ),
    ] {
        n += tx.execute(sql, params![site, fit, STEP])?;
    }
    if n > 0 {
        tx.erase();
    }
    Ok(n > 0)
}

/// Forget some of what was counted. Returns whether there was any.
pub fn forget_counts(tx: &mut Tx<'_>, site: SiteId) -> Result<bool> {
    let n = tx.execute(
        sql!(
            "delete from agreement_comment where site_id = ?1 and comment_id in (
                 select comment_id from agreement_comment
                 where site_id = ?1 and fit >= 0 order by fit, comment_id limit ?2)"
        ),
        params![site, STEP],
    )?;
    Ok(n > 0)
}

/// Forget that there were fits, once nothing of them is left.
pub fn end(tx: &mut Tx<'_>, site: SiteId) -> Result<()> {
    tx.execute(
        sql!("delete from agreement where site_id = ?1"),
        params![site],
    )?;
    Ok(())
}
