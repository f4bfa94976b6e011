//! What waits for the next version of an article.

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::{PageId, SiteId, Time};

use crate::discussion::{events, pages};
use crate::{Result, Tx, params, sql};

/// A version of a page's article has come: what waited for it is in it.
pub(super) fn arrived(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    page: PageId,
    number: i64,
) -> Result<()> {
    tx.execute(
        sql!(
            "update correction set version = ?3, awaits_version = 0
             where site_id = ?1 and page_id = ?2 and state = 'accepted' and awaits_version = 1"
        ),
        params![site, page, number],
    )?;
    let n_shown = tx.execute(
        sql!(
            "update erratum set version = ?3, published_at = ?4
             where site_id = ?1 and page_id = ?2 and published_at is null"
        ),
        params![site, page, number, now],
    )?;
    if n_shown > 0 {
        let page = pages::lock(tx, site, page)?;
        events::append(tx, now, &page, EventKind::PageChanged, None)?;
    }
    Ok(())
}
