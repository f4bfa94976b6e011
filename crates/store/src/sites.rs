//! Sites and their settings.

use rejoinder_core::{Refusal, Settings, Site, SiteId, Time};

use crate::error::StoreError;
use crate::{Result, Row, Tx, params, sql};

/// Add a site. Its host must be new.
pub fn add(
    tx: &mut Tx<'_>,
    now: Time,
    id: SiteId,
    host: &str,
    origins: &[String],
    settings: &Settings,
) -> Result<Site> {
    let added = tx.execute(
        sql!(
            "insert into site (id, host, origins, settings, created_at) values (?1, ?2, ?3, ?4, ?5)"
        ),
        params![id, host, as_json(&origins)?, as_json(settings)?, now],
    );
    match added {
        Err(StoreError::Constraint { name }) if name == "site_host" => Err(Refusal::SiteExists {
            host: host.to_owned(),
        }
        .into()),
        Err(error) => Err(error),
        Ok(_) => Ok(Site {
            id,
            host: host.to_owned(),
            origins: origins.to_vec(),
            settings: settings.clone(),
            has_providers: false,
        }),
    }
}

/// The site that clients call `host`.
pub fn by_host(tx: &mut Tx<'_>, host: &str) -> Result<Option<Site>> {
    tx.one(
        sql!(
            "select id, host, origins, settings,
                 (select count(*) from openid_provider p where p.site_id = site.id)
             from site where host = ?1"
        ),
        params![host],
        read,
    )
}

/// The site with this id.
pub fn by_id(tx: &mut Tx<'_>, id: SiteId) -> Result<Option<Site>> {
    tx.one(
        sql!(
            "select id, host, origins, settings,
                 (select count(*) from openid_provider p where p.site_id = site.id)
             from site where id = ?1"
        ),
        params![id],
        read,
    )
}

/// The site with this id, which nobody else changes until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: SiteId) -> Result<Option<Site>> {
    tx.one(
        sql!(
            "select id, host, origins, settings,
                 (select count(*) from openid_provider p where p.site_id = site.id)
             from site where id = ?1 for update"
        ),
        params![id],
        read,
    )
}

/// All sites, by host.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Site>> {
    tx.all(
        sql!(
            "select id, host, origins, settings,
                 (select count(*) from openid_provider p where p.site_id = site.id)
             from site order by host"
        ),
        params![],
        read,
    )
}

/// Replace a site's settings.
pub fn save_settings(tx: &mut Tx<'_>, site: SiteId, settings: &Settings) -> Result<()> {
    tx.execute(
        sql!("update site set settings = ?2 where id = ?1"),
        params![site, as_json(settings)?],
    )?;
    Ok(())
}

/// Replace the origins that may embed a site.
pub fn set_origins(tx: &mut Tx<'_>, site: SiteId, origins: &[String]) -> Result<()> {
    tx.execute(
        sql!("update site set origins = ?2 where id = ?1"),
        params![site, as_json(&origins)?],
    )?;
    Ok(())
}

fn as_json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Internal(error.into()))
}

fn read(row: &Row<'_>) -> Result<Site> {
    let broken = |error: serde_json::Error| StoreError::Internal(error.into());
    Ok(Site {
        id: row.get(0)?,
        host: row.get(1)?,
        origins: serde_json::from_str(&row.get::<String>(2)?).map_err(broken)?,
        settings: serde_json::from_str(&row.get::<String>(3)?).map_err(broken)?,
        has_providers: row.get::<i64>(4)? > 0,
    })
}
