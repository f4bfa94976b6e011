//! The logo that a site's pages and mails wear.

use rejoinder_core::publication::logo::Logo;
use rejoinder_core::{SiteId, Time};

use crate::publication::sites;
use crate::{Result, Tx, params, sql};

/// A logo to be kept.
#[derive(Debug, Clone)]
pub struct NewLogo {
    /// What it is called, and how large it is.
    pub logo: Logo,
    /// A PNG that was made here.
    pub bytes: Vec<u8>,
}

/// Wear this logo from now on.
pub(crate) fn set(tx: &mut Tx<'_>, now: Time, site: SiteId, new: &NewLogo) -> Result<()> {
    let NewLogo { logo, bytes } = new;
    tx.execute(
        sql!(
            "insert into site_logo (site_id, name, bytes, width, height, made_at)
             values (?1, ?2, ?3, ?4, ?5, ?6)
             on conflict (site_id) do update set name = excluded.name, bytes = excluded.bytes,
                 width = excluded.width, height = excluded.height, made_at = excluded.made_at"
        ),
        params![site, &logo.name, bytes, logo.width, logo.height, now],
    )?;
    sites::changed(tx, site)
}

/// Wear none any more.
pub(crate) fn forget(tx: &mut Tx<'_>, site: SiteId) -> Result<()> {
    tx.execute(
        sql!("delete from site_logo where site_id = ?1"),
        params![site],
    )?;
    sites::changed(tx, site)
}

/// The bytes of the logo that a site wears, by its name.
pub fn bytes(tx: &mut Tx<'_>, site: SiteId, name: &str) -> Result<Option<Vec<u8>>> {
    tx.one(
        sql!("select bytes from site_logo where site_id = ?1 and name = ?2"),
        params![site, name],
        |row| row.next(),
    )
}
