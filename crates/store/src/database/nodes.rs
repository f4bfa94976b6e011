//! Numbers of nodes, of which ids are made: no two servers on a database hold the same.

use std::time::Duration;

use rejoinder_core::Time;
use rejoinder_core::ids::N_NODES;

use crate::{Result, Tx, params, sql};

/// For how long a number stays with a node that does not say that it is there. Clocks of nodes may
/// differ by less.
pub const LEASE: Duration = Duration::from_secs(10 * 60);

/// How often a node says that it is there.
pub const RENEW_EVERY: Duration = Duration::from_secs(60);

/// Hold a number, or go on holding it. `holder` names the process. None where all are held.
pub fn hold(tx: &mut Tx<'_>, now: Time, holder: &[u8; 32]) -> Result<Option<i64>> {
    let own = tx.one(
        sql!("update node set seen_at = ?2 where holder = ?1 returning number"),
        params![holder, now],
        |row| row.next(),
    )?;
    if own.is_some() {
        return Ok(own);
    }
    tx.execute(
        sql!("delete from node where seen_at < ?1"),
        params![now.before(LEASE)],
    )?;
    // Another node may take the number first; then the next one is free.
    for _ in 0..N_NODES {
        let free = tx.one(
            sql!(
                "select min(own.number) from (
                     select 0 as number union all select number + 1 from node) as own
                 where not exists (select 1 from node as other where other.number = own.number)"
            ),
            params![],
            |row| row.next::<i64>(),
        )?;
        let Some(number) = free.filter(|number| *number < N_NODES) else {
            return Ok(None);
        };
        let added = tx.execute(
            sql!(
                "insert into node (number, holder, seen_at) values (?1, ?2, ?3)
                 on conflict (number) do nothing"
            ),
            params![number, holder, now],
        )?;
        if added == 1 {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// Whether a node is there, or ended less than [`LEASE`] ago without saying so.
pub fn is_any(tx: &mut Tx<'_>, now: Time) -> Result<bool> {
    let found: Option<i64> = tx.one(
        sql!("select number from node where seen_at >= ?1 limit 1"),
        params![now.before(LEASE)],
        |row| row.next(),
    )?;
    Ok(found.is_some())
}

/// Give the number back, at the end.
pub fn release(tx: &mut Tx<'_>, holder: &[u8; 32]) -> Result<()> {
    tx.execute(sql!("delete from node where holder = ?1"), params![holder])?;
    Ok(())
}
