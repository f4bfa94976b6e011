//! Proofs of work: what a site signs its challenges with, and which of them have been used.

use rejoinder_core::identity::proof_of_work::{ChallengeKey, Solution};
use rejoinder_core::{SiteId, Time};

use crate::{Result, Tx, params, sql};

/// Where secrets are, for their seals.
const SECRET: &str = "work_key.key";

/// What `site` signs its challenges with; `None` until [`add_key`].
pub fn key(tx: &mut Tx<'_>, site: SiteId) -> Result<Option<ChallengeKey>> {
    let found: Option<Vec<u8>> = tx.one(
        sql!("select key from work_key where site_id = ?1"),
        params![site],
        |row| row.next(),
    )?;
    let found = found.and_then(|key| tx.seals().unseal(SECRET, &key));
    Ok(found.and_then(|key| key.try_into().ok()).map(ChallengeKey))
}

/// Give `site` a key, unless it has one. Returns the one that it has.
pub fn add_key(tx: &mut Tx<'_>, site: SiteId, new: &ChallengeKey) -> Result<ChallengeKey> {
    if key(tx, site)?.is_none() {
        // There may be one that no key opens.
        tx.execute(
            sql!("delete from work_key where site_id = ?1"),
            params![site],
        )?;
    }
    let sealed = tx.seals().seal(SECRET, &new.0[..])?;
    tx.execute(
        sql!(
            "insert into work_key (site_id, key) values (?1, ?2) on conflict (site_id) do nothing"
        ),
        params![site, &sealed],
    )?;
    Ok(key(tx, site)?.unwrap_or_else(|| new.clone()))
}

/// Use a solution up. Returns whether it is right, and was not used before.
pub(crate) fn spend(tx: &mut Tx<'_>, now: Time, site: SiteId, solution: &Solution) -> Result<bool> {
    let Some(key) = key(tx, site)? else {
        return Ok(false);
    };
    let Some(expires) = key.solved(solution, now) else {
        return Ok(false);
    };
    forget_old(tx, now, site)?;
    let is_first = tx.execute(
        sql!(
            "insert into spent_work (site_id, challenge, expires_at) values (?1, ?2, ?3)
             on conflict (site_id, challenge) do nothing"
        ),
        params![site, solution.challenge(), expires],
    )?;
    Ok(is_first == 1)
}

/// Forget the challenges that are too old to be solved again anyway.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    tx.execute(
        sql!("delete from spent_work where site_id = ?1 and expires_at <= ?2"),
        params![site, now],
    )?;
    Ok(())
}
