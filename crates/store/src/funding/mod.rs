//! Campaigns, and the ledger of what came in for them.
//!
//! The ledger is only ever added to. What its entries sum up to, by currency and month, is kept beside it
//! and can always be made up again from it.

/// What is left of the gift `g` whose entry is `e`: of its payment, or of the entry itself where it has none.
macro_rules! left_of {
    () => {
        "(case when e.payment is null then e.amount + (
              select cast(coalesce(sum(o.amount), 0) as bigint) from ledger_entry o
              where o.site_id = ?1 and o.source = 'manual' and o.kind = 'correction'
                and o.external_id = cast(e.id as text))
          else (select cast(coalesce(sum(o.amount), 0) as bigint) from ledger_entry o
              where o.site_id = ?1 and o.source = e.source and o.payment = e.payment) end)"
    };
}

pub mod asking;
pub mod campaigns;
pub mod gifts;
pub mod hooks;
pub mod intake;
pub mod keeping;
pub mod ledger;
pub mod messages;
pub mod receipts;
pub mod reconciling;

use rejoinder_core::{PageId, PageKey, SiteId};

use crate::{Change, Result, Tx, params, sql};

/// What the campaigns of a site are known by to those who hear of changes; no page can be.
pub const KEY: &str = "\u{2}";

/// What they are called in a change, in the place of a page.
pub(crate) const PAGE: PageId = PageId(0);

pub(crate) fn key() -> PageKey {
    PageKey::stored(KEY.to_owned(), None)
}

/// The version of what a site's readers are shown of its campaigns.
pub fn version(tx: &mut Tx<'_>, site: SiteId) -> Result<i64> {
    let version = tx.one(
        sql!("select version from funding where site_id = ?1"),
        params![site],
        |row| row.next(),
    )?;
    Ok(version.unwrap_or(0))
}

/// Say that readers are to be shown something else; at once where something must vanish.
pub(crate) fn changed(tx: &mut Tx<'_>, site: SiteId, urgent: bool) -> Result<()> {
    let version = tx.one(
        sql!(
            "insert into funding (site_id, version) values (?1, 1)
             on conflict (site_id) do update set version = funding.version + 1
             returning version"
        ),
        params![site],
        |row| row.next(),
    )?;
    tx.touch(Change {
        site,
        page: PAGE,
        key: key(),
        version: version.unwrap_or(0),
        urgent,
        is_own: true,
    });
    Ok(())
}

/// Wait for others who write into the ledger of a site: what it holds is read before more is written.
pub(crate) fn lock(tx: &mut Tx<'_>, site: SiteId) -> Result<()> {
    tx.one(
        sql!("select version from funding where site_id = ?1 for update"),
        params![site],
        |row| row.next::<i64>(),
    )?;
    Ok(())
}
