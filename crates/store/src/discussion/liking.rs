//! Reactions that count for a comment: by how many readers, and what it ranks by with them.

use rejoinder_core::discussion::ranking::best;
use rejoinder_core::{CommentId, SiteId, Time, VoteTally};
use serde::{Deserialize, Serialize};

use crate::discussion::comments;
use crate::jobs::{self, NewJob, Payload};
use crate::publication::sites;
use crate::{Result, Tx, params, sql};

/// So many comments are counted at once.
const STEP: i64 = 200;

/// Counts anew what readers reacted with, once other reactions count.
#[derive(Debug, Serialize, Deserialize)]
pub struct CountLiked {
    /// Tells one wish from the next.
    pub at: i64,
}

impl Payload for CountLiked {
    const KIND: &'static str = "count_liked";
}

/// Have all comments of a site counted anew.
pub(crate) fn want(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    let count = CountLiked { at: now.micros() };
    let job = NewJob::new(site, &count, now)?.in_lane(0);
    jobs::add(tx, now, &job)?;
    Ok(())
}

/// The reactions that count at a site.
pub(crate) fn keys(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<String>> {
    let site = sites::by_id(tx, site)?;
    Ok(site.map(|site| site.settings.liked()).unwrap_or_default())
}

/// Count some comments after `after` anew; the last of them, `None` once there are no more.
pub fn count_some(tx: &mut Tx<'_>, site: SiteId, after: CommentId) -> Result<Option<CommentId>> {
    let some: Vec<CommentId> = tx.all(
        sql!(
            "select distinct comment_id from reaction_count
             where site_id = ?1 and comment_id > ?2 order by comment_id limit ?3"
        ),
        params![site, after, STEP],
        |row| row.next(),
    )?;
    let keys = keys(tx, site)?;
    for comment in &some {
        comments::locked(tx, site, *comment)?;
        recount(tx, site, *comment, &keys)?;
    }
    Ok(some.last().copied())
}

/// Count anew how many readers gave a comment one of the reactions `keys`, each reader once, and let it rank
/// by them. Whoever changes reactions holds its page locked.
pub(crate) fn recount(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
    keys: &[String],
) -> Result<()> {
    let liked: Option<i64> = match keys {
        [] => None,
        _ => tx.one(
            sql!(
                "select count(distinct r.author_id) from texts(?3) as k
                 join reaction r on r.key = k.value
                 where r.site_id = ?1 and r.comment_id = ?2"
            ),
            params![
                site,
                comment,
                serde_json::to_string(keys).unwrap_or_default()
            ],
            |row| row.next(),
        )?,
    };
    let liked = liked.unwrap_or(0);
    let changed = tx.one(
        sql!(
            "update comment set liked = ?3 where site_id = ?1 and id = ?2 and liked <> ?3
             returning up, down"
        ),
        params![site, comment, liked],
        |row| {
            Ok(VoteTally {
                up: row.next()?,
                down: row.next()?,
            })
        },
    )?;
    if let Some(tally) = changed {
        tx.execute(
            sql!("update comment set best = ?3 where site_id = ?1 and id = ?2"),
            params![site, comment, best(tally, liked)],
        )?;
    }
    Ok(())
}
