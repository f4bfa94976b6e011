//! Sites and their settings.

use rejoinder_core::publication::logo::Logo;
use rejoinder_core::{PageId, PageKey, Refusal, Settings, Site, SiteId, Time};

use crate::database::error::StoreError;
use crate::{Change, Result, Row, Tx, params, sql};

macro_rules! site_columns {
    ($rest:literal) => {
        concat!(
            "select id, host, origins, settings,
                 (select count(*) from openid_provider p where p.site_id = site.id),
                 (select l.name from site_logo l where l.site_id = site.id),
                 (select l.width from site_logo l where l.site_id = site.id),
                 (select l.height from site_logo l where l.site_id = site.id), version
             from site ",
            $rest
        )
    };
}

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
        params![
            id,
            host,
            as_json(&origins)?,
            settings_as_json(tx, settings)?,
            now
        ],
    );
    match added {
        Err(StoreError::Constraint { name }) if name == "site_host" => Err(Refusal::SiteExists {
            host: host.to_owned(),
        }
        .into()),
        Err(error) => Err(error),
        Ok(_) => {
            list_origins(tx, id, origins)?;
            Ok(Site {
                id,
                host: host.to_owned(),
                origins: origins.to_vec(),
                settings: settings.clone(),
                has_providers: false,
                logo: None,
                version: 1,
            })
        }
    }
}

/// The site that clients call `host`.
pub fn by_host(tx: &mut Tx<'_>, host: &str) -> Result<Option<Site>> {
    tx.one(sql!(site_columns!("where host = ?1")), params![host], read)
        .map(|found| opened(tx, found))
}

/// The site with this id.
pub fn by_id(tx: &mut Tx<'_>, id: SiteId) -> Result<Option<Site>> {
    tx.one(sql!(site_columns!("where id = ?1")), params![id], read)
        .map(|found| opened(tx, found))
}

/// The site with this id, which nobody else changes until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: SiteId) -> Result<Option<Site>> {
    tx.one(
        sql!(site_columns!("where id = ?1 for update")),
        params![id],
        read,
    )
    .map(|found| opened(tx, found))
}

/// Which versions these sites have.
pub fn versions(tx: &mut Tx<'_>, ids: &[SiteId]) -> Result<Vec<(SiteId, i64)>> {
    tx.all(
        sql!("select id, version from site where id in (select l.value from list(?1) as l)"),
        params![as_json(&ids.iter().map(|id| id.0).collect::<Vec<_>>())?],
        |row| Ok((row.next()?, row.next()?)),
    )
}

/// The sites that pages of `origin` may embed, as far as they are no more than `max`.
pub fn of_origin(tx: &mut Tx<'_>, origin: &str, max: i64) -> Result<Vec<SiteId>> {
    tx.all(
        sql!("select site_id from site_origin where origin = ?1 order by site_id limit ?2"),
        params![origin, max],
        |row| row.next(),
    )
}

/// The ids of sites behind `after`, in their order: `max` of them, or fewer where these are the last.
pub fn ids(tx: &mut Tx<'_>, after: Option<SiteId>, max: i64) -> Result<Vec<SiteId>> {
    tx.all(
        sql!("select id from site where id > ?1 order by id limit ?2"),
        params![after.map_or(i64::MIN, |site| site.0), max],
        |row| row.next(),
    )
}

/// Sites behind the host `after`, by host: `max` of them, or fewer where these are the last.
pub fn list(tx: &mut Tx<'_>, after: &str, max: i64) -> Result<Vec<Site>> {
    tx.all(
        sql!(site_columns!("where host > ?1 order by host limit ?2")),
        params![after, max],
        read,
    )
    .map(|found| opened(tx, found))
}

/// What a change of a site itself is called in a change, in the place of a page.
const PAGE: PageId = PageId(-1);

/// What it is known by; no page can be.
const KEY: &str = "\u{3}";

/// Whether `change` is one of a site itself, and not of a page.
pub fn is_changed_by(change: &Change) -> bool {
    change.page == PAGE
}

/// Whether a page of this id stands for a site itself; what it is known by then.
pub(crate) fn key_of(page: PageId) -> Option<PageKey> {
    (page == PAGE).then(|| PageKey::stored(KEY.to_owned(), None))
}

/// Say that a site is not what it was: whoever holds it reads it again.
pub(crate) fn changed(tx: &mut Tx<'_>, site: SiteId) -> Result<()> {
    let version = tx.one(
        sql!("update site set version = version + 1 where id = ?1 returning version"),
        params![site],
        |row| row.next(),
    )?;
    if let (Some(version), Some(key)) = (version, key_of(PAGE)) {
        tx.touch(Change {
            site,
            page: PAGE,
            key,
            version,
            urgent: true,
            is_own: true,
        });
    }
    Ok(())
}

/// Replace a site's settings.
pub fn save_settings(tx: &mut Tx<'_>, site: SiteId, settings: &Settings) -> Result<()> {
    tx.execute(
        sql!("update site set settings = ?2 where id = ?1"),
        params![site, settings_as_json(tx, settings)?],
    )?;
    changed(tx, site)
}

/// Replace the origins that may embed a site.
pub fn set_origins(tx: &mut Tx<'_>, site: SiteId, origins: &[String]) -> Result<()> {
    tx.execute(
        sql!("update site set origins = ?2 where id = ?1"),
        params![site, as_json(&origins)?],
    )?;
    tx.execute(
        sql!("delete from site_origin where site_id = ?1"),
        params![site],
    )?;
    list_origins(tx, site, origins)?;
    changed(tx, site)
}

/// Let a site be found by its origins.
fn list_origins(tx: &mut Tx<'_>, site: SiteId, origins: &[String]) -> Result<()> {
    tx.execute(
        sql!(
            "insert into site_origin (site_id, origin)
             select cast(?1 as bigint), l.value from texts(?2) as l where true
             on conflict (site_id, origin) do nothing"
        ),
        params![site, as_json(&origins)?],
    )?;
    Ok(())
}

/// Where the secret of the settings is, for its seal.
pub(crate) const SECRET: &str = "site.settings";

/// The settings as they are stored: what is hidden in them is sealed.
fn settings_as_json(tx: &Tx<'_>, settings: &Settings) -> Result<String> {
    let plain = settings.external_key.reveal();
    if plain.is_empty() {
        return as_json(settings);
    }
    let sealed = tx.seal_text(SECRET, plain)?;
    as_json(&Settings {
        external_key: sealed.into(),
        ..settings.clone()
    })
}

/// Sites with what is hidden in their settings. What no key opens is as good as not set.
fn opened<T>(tx: &Tx<'_>, mut found: T) -> T
where
    for<'s> &'s mut T: IntoIterator<Item = &'s mut Site>,
{
    for site in &mut found {
        let plain = tx.unseal_text(SECRET, site.settings.external_key.reveal());
        site.settings.external_key = plain.unwrap_or_default().into();
    }
    found
}

/// Seal what is hidden in settings by the key that seals. Returns of how many sites no key opens it.
pub(crate) fn renew_secrets(tx: &mut Tx<'_>) -> Result<usize> {
    // Of many sites few have a secret, and each start looks for them.
    let stored = tx.all(
        sql!("select id, settings from site where settings not like '%\"external_key\":\"\"%'"),
        params![],
        |row| Ok((row.next::<SiteId>()?, row.next::<String>()?)),
    )?;
    let mut n_unreadable = 0;
    for (id, json) in stored {
        let settings: Settings = serde_json::from_str(&json).map_err(broken)?;
        let kept = settings.external_key.reveal();
        if tx.seals().is_new(kept.as_bytes()) {
            continue;
        }
        let Some(plain) = tx.unseal_text(SECRET, kept) else {
            n_unreadable += 1;
            continue;
        };
        let settings = Settings {
            external_key: plain.into(),
            ..settings
        };
        save_settings(tx, id, &settings)?;
        tx.erase();
    }
    Ok(n_unreadable)
}

fn broken(error: serde_json::Error) -> StoreError {
    StoreError::Internal(error.into())
}

fn as_json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Internal(error.into()))
}

fn read(row: &Row<'_>) -> Result<Site> {
    Ok(Site {
        id: row.next()?,
        host: row.next()?,
        origins: serde_json::from_str(&row.next::<String>()?).map_err(broken)?,
        settings: serde_json::from_str(&row.next::<String>()?).map_err(broken)?,
        has_providers: row.next::<i64>()? > 0,
        logo: logo(row)?,
        version: row.next()?,
    })
}

fn logo(row: &Row<'_>) -> Result<Option<Logo>> {
    let (name, width, height) = (row.next()?, row.next()?, row.next()?);
    Ok(match (name, width, height) {
        (Some(name), Some(width), Some(height)) => Some(Logo {
            name,
            width,
            height,
        }),
        _ => None,
    })
}
