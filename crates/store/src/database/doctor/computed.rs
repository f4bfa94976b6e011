//! What follows from other rows by more than a statement can tell.

use std::collections::{HashMap, HashSet};

use rejoinder_core::discussion::agreement::{Agreement, SideTallies};
use rejoinder_core::discussion::ranking::best;
use rejoinder_core::{AuthorId, SiteId, VoteTally};

use super::{Finding, Key, MAX_NAMED, finding, finding_of};
use crate::discussion::liking;
use crate::passages::{answers, sources};
use crate::{Result, Row, Tx, params, sql};

/// The stored ranks against the votes that they follow from, each different one once.
pub(super) fn wrong_ranks(tx: &mut Tx<'_>) -> Result<Option<Finding>> {
    let mut wrong: Vec<(VoteTally, i64, i64)> = Vec::new();
    let mut n_wrong: i64 = 0;
    tx.each(
        sql!(
            "select up, down, liked, best, count(*) from comment
             group by up, down, liked, best"
        ),
        params![],
        |row| {
            let tally = tally(row)?;
            let (liked, stored): (i64, i64) = (row.next()?, row.next()?);
            if best(tally, liked) != stored {
                n_wrong += row.next::<i64>()?;
                wrong.push((tally, liked, stored));
            }
            Ok(())
        },
    )?;
    let mut rows: Vec<Key> = Vec::new();
    for (tally, liked, stored) in wrong.into_iter().take(MAX_NAMED) {
        let some: Vec<Key> = tx.all(
            sql!(
                "select site_id, id from comment
                 where up = ?1 and down = ?2 and liked = ?3 and best = ?4 limit 5"
            ),
            params![tally.up, tally.down, liked, stored],
            |row| Ok((row.next()?, row.next()?)),
        )?;
        rows.extend(some);
    }
    let check = "comments rank by their votes";
    finding(tx, check, "comment", n_wrong, &rows)
}

fn tally(row: &Row<'_>) -> Result<VoteTally> {
    Ok(VoteTally {
        up: row.next()?,
        down: row.next()?,
    })
}

/// What was answered about the sources of comments against what is kept with them.
pub(super) fn wrong_answers(tx: &mut Tx<'_>) -> Result<Option<Finding>> {
    let mut wrong: Vec<Key> = Vec::new();
    // One statement sees one moment: readers may answer meanwhile.
    tx.each(
        sql!(
            "select c.site_id, c.id, c.source_check,
                 coalesce(sum(case when o.says = 'yes' then 1 else 0 end), 0),
                 coalesce(sum(case when o.says = 'partly' then 1 else 0 end), 0),
                 coalesce(sum(case when o.says = 'no' then 1 else 0 end), 0),
                 coalesce(sum(case when o.relevant = 'yes' then 1 else 0 end), 0),
                 coalesce(sum(case when o.relevant = 'partly' then 1 else 0 end), 0),
                 coalesce(sum(case when o.relevant = 'no' then 1 else 0 end), 0)
             from comment c left join source_answer o
                 on o.site_id = c.site_id and o.comment_id = c.id
             where c.source_check is not null
             group by c.site_id, c.id, c.source_check"
        ),
        params![],
        |row| {
            let key = (row.next()?, row.next()?);
            let kept = sources::read(row)?.map(|own| (own.says, own.relevant));
            if kept != Some((answers::answered(row)?, answers::answered(row)?)) {
                wrong.push(key);
            }
            Ok(())
        },
    )?;
    let check = "answers about sources are counted right";
    finding_of(tx, check, "comment", &wrong)
}

/// What is said of comments by the votes of both sides, against those votes.
pub(super) fn wrong_agreements(tx: &mut Tx<'_>) -> Result<Option<Finding>> {
    let mut wrong: Vec<Key> = Vec::new();
    tx.each(
        sql!(
            "select site_id, comment_id, up_a, down_a, up_b, down_b, rank, has_badge
             from agreement_comment"
        ),
        params![],
        |row| {
            let key = (row.next()?, row.next()?);
            let divided = SideTallies {
                a: tally(row)?,
                b: tally(row)?,
            };
            let agreement = Agreement {
                rank: row.next()?,
                has_badge: row.next::<i64>()? == 1,
            };
            if divided.agreement(agreement.has_badge) != agreement {
                wrong.push(key);
            }
            Ok(())
        },
    )?;
    let check = "what both sides agree on follows from their votes";
    finding_of(tx, check, "comment", &wrong)
}

/// The origins by which sites are found, against those that they have.
pub(super) fn wrong_origins(tx: &mut Tx<'_>) -> Result<Option<Finding>> {
    let wrong: Vec<Key> = unlisted_origins(tx)?
        .into_iter()
        .map(|(site, _)| (site, site.0))
        .collect();
    finding_of(tx, "sites are found by their origins", "site", &wrong)
}

/// The sites that are found by other origins than they have, with those that they have.
pub(in crate::database) fn unlisted_origins(tx: &mut Tx<'_>) -> Result<Vec<(SiteId, Vec<String>)>> {
    let mut wrong: Vec<(SiteId, Vec<String>)> = Vec::new();
    let mut current: Option<FoundBy> = None;
    tx.each(
        sql!(
            "select s.id, s.origins, o.origin from site s
             left join site_origin o on o.site_id = s.id order by s.id"
        ),
        params![],
        |row| {
            let (site, origins): (SiteId, String) = (row.next()?, row.next()?);
            if current.as_ref().is_none_or(|current| current.site != site) {
                wrong.extend(current.take().and_then(FoundBy::if_wrong));
            }
            let has = || serde_json::from_str(&origins).unwrap_or_default();
            let current = current.get_or_insert_with(|| FoundBy {
                site,
                has: has(),
                by: HashSet::new(),
            });
            current.by.extend(row.next::<Option<String>>()?);
            Ok(())
        },
    )?;
    wrong.extend(current.and_then(FoundBy::if_wrong));
    Ok(wrong)
}

/// A site, the origins that it has, and those by which it is found.
struct FoundBy {
    site: SiteId,
    has: Vec<String>,
    by: HashSet<String>,
}

impl FoundBy {
    fn if_wrong(self) -> Option<(SiteId, Vec<String>)> {
        let has: HashSet<&String> = self.has.iter().collect();
        let is_right = has.len() == self.by.len() && self.by.iter().all(|one| has.contains(one));
        (!is_right).then_some((self.site, self.has))
    }
}

/// How many readers liked a comment, against the reactions that count at its site.
pub(super) fn wrong_likes(tx: &mut Tx<'_>) -> Result<Option<Finding>> {
    let wrong = miscounted_likes(tx)?;
    let check = "readers who liked a comment are counted right";
    finding_of(tx, check, "comment", &wrong)
}

/// The comments of which not as many readers liked them as is stored. Where other reactions count since a
/// moment ago, a job is still counting.
pub(in crate::database) fn miscounted_likes(tx: &mut Tx<'_>) -> Result<Vec<Key>> {
    let sites: Vec<SiteId> = tx.all(
        sql!(
            "select id from site where id not in (
                 select site_id from job where kind = 'count_liked' and state <> 'done')"
        ),
        params![],
        |row| row.next(),
    )?;
    let mut counting = HashMap::new();
    for site in sites {
        counting.insert(site, liking::keys(tx, site)?);
    }
    let mut wrong: Vec<Key> = Vec::new();
    let mut current: Option<Liked> = None;
    tx.each(
        sql!(
            "select c.site_id, c.id, c.liked, r.author_id, r.key from comment c
             left join reaction r on r.site_id = c.site_id and r.comment_id = c.id
             where c.liked <> 0 or r.key is not null order by c.site_id, c.id"
        ),
        params![],
        |row| {
            let key: Key = (row.next()?, row.next()?);
            let stored = row.next()?;
            let (author, word): (Option<AuthorId>, Option<String>) = (row.next()?, row.next()?);
            let Some(words) = counting.get(&key.0) else {
                return Ok(());
            };
            if current.as_ref().is_none_or(|current| current.key != key) {
                wrong.extend(current.take().and_then(Liked::if_wrong));
            }
            let liked = current.get_or_insert_with(|| Liked::new(key, stored));
            if let (Some(author), Some(word)) = (author, word)
                && words.contains(&word)
            {
                liked.by.insert(author);
            }
            Ok(())
        },
    )?;
    wrong.extend(current.and_then(Liked::if_wrong));
    Ok(wrong)
}

/// A comment, how many readers are said to like it, and which do.
struct Liked {
    key: Key,
    stored: i64,
    by: HashSet<AuthorId>,
}

impl Liked {
    fn new(key: Key, stored: i64) -> Self {
        Self {
            key,
            stored,
            by: HashSet::new(),
        }
    }

    fn if_wrong(self) -> Option<Key> {
        (i64::try_from(self.by.len()) != Ok(self.stored)).then_some(self.key)
    }
}
