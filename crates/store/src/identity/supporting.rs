//! The badge of those who gave.

use rejoinder_core::{AuthorId, SiteId, Time};

use super::renaming::{shown_anew, written_on};
use crate::{Result, Tx, params, sql};

/// Let an author show that they gave, or no more, in everything that they wrote.
pub(crate) fn set(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
    is_supporter: bool,
) -> Result<()> {
    let is: Option<i64> = tx.one(
        sql!("select is_supporter from author where site_id = ?1 and id = ?2"),
        params![site, author],
        |row| row.next(),
    )?;
    if is.is_none_or(|is| (is == 1) == is_supporter) {
        return Ok(());
    }
    let pages = written_on(tx, site, author)?;
    tx.execute(
        sql!("update author set is_supporter = ?3 where site_id = ?1 and id = ?2"),
        params![site, author, i64::from(is_supporter)],
    )?;
    shown_anew(tx, now, &pages, author)
}
