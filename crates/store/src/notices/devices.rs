//! The browsers in which an account is told what it is told by mail, too.
//!
//! A device belongs to whoever added it last, and counts as long as they are signed in there: whoever
//! signs out, or ends the session from elsewhere, is told nothing there any more.

use rejoinder_core::{AuthorId, Refusal, SiteId, Time, TokenHash};

use crate::{Result, Row, Tx, params, sql};

/// Where secrets are, for their seals.
const SECRET: &str = "push_key.private_key";
const P256DH: &str = "device.p256dh";
const AUTH: &str = "device.auth";

/// An account has so many devices at most; the one that was added first makes room.
const MAX_DEVICES: usize = 10;

/// A browser that can be told something.
#[derive(Clone, PartialEq, Eq)]
pub struct PushDevice {
    /// Names it at its site.
    pub id: i64,
    /// Whose it is.
    pub author: AuthorId,
    /// Its address at its push service; whoever knows it can send there.
    pub endpoint: String,
    /// Its public key; nothing where no key opens it.
    pub p256dh: Vec<u8>,
    /// The secret that it shares with us; nothing where no key opens it.
    pub auth: Vec<u8>,
    /// The browser in a word or two.
    pub label: Option<String>,
    /// When it was added.
    pub added_at: Time,
}

impl std::fmt::Debug for PushDevice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Device({} of {})", self.id, self.author)
    }
}

/// A device to be added; its address and keys are checked already.
#[derive(Clone)]
pub struct NewDevice {
    /// Drawn for it.
    pub id: i64,
    /// Its address at its push service.
    pub endpoint: String,
    /// Its public key.
    pub p256dh: Vec<u8>,
    /// The secret that it shares with us.
    pub auth: Vec<u8>,
    /// The browser in a word or two.
    pub label: Option<String>,
}

/// The device counts while a session lives in which it was added.
macro_rules! device {
    ($rest:literal) => {
        concat!(
            "select d.id, d.author_id, d.endpoint, d.p256dh, d.auth, d.label, d.added_at
             from device d
             where d.site_id = ?1 and exists (
                 select 1 from session s where s.site_id = ?1 and s.author_id = d.author_id
                   and coalesce(s.family, s.token_hash) = d.family and s.expires_at > ?2) ",
            $rest
        )
    };
}

fn read(row: &Row<'_>) -> Result<PushDevice> {
    Ok(PushDevice {
        id: row.next()?,
        author: row.next()?,
        endpoint: row.next()?,
        p256dh: row.next()?,
        auth: row.next()?,
        label: row.next()?,
        added_at: row.next()?,
    })
}

/// The device, its keys as they were told us.
fn unsealed(tx: &Tx<'_>, device: PushDevice) -> PushDevice {
    let unseal = |place, sealed: &[u8]| tx.seals().unseal(place, sealed).unwrap_or_default();
    PushDevice {
        p256dh: unseal(P256DH, &device.p256dh),
        auth: unseal(AUTH, &device.auth),
        ..device
    }
}

/// Let `author` be told in the browser that shows `session`. Said again, it is the same device; what
/// another account was told there, it is told no more.
pub fn add(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
    session: &TokenHash,
    new: &NewDevice,
) -> Result<()> {
    let family: Option<Vec<u8>> = tx.one(
        sql!(
            "select coalesce(family, token_hash) from session
             where site_id = ?1 and author_id = ?2 and token_hash = ?3 and expires_at > ?4"
        ),
        params![site, author, &session.0, now],
        |row| row.next(),
    )?;
    let family = family.ok_or(Refusal::SignInNeeded)?;
    let new = &NewDevice {
        p256dh: tx.seals().seal(P256DH, &new.p256dh)?,
        auth: tx.seals().seal(AUTH, &new.auth)?,
        ..new.clone()
    };
    let again = tx.execute(
        sql!(
            "update device set family = ?4, p256dh = ?5, auth = ?6, label = ?7
             where site_id = ?1 and author_id = ?2 and endpoint = ?3"
        ),
        params![
            site,
            author,
            &new.endpoint,
            &family,
            &new.p256dh,
            &new.auth,
            new.label.as_deref()
        ],
    )?;
    if again > 0 {
        return Ok(());
    }
    forget_over(tx, now, site)?;
    let former: Vec<i64> = tx.all(
        sql!("select id from device where site_id = ?1 and endpoint = ?2"),
        params![site, &new.endpoint],
        |row| row.next(),
    )?;
    let oldest: Vec<i64> = tx.all(
        sql!(
            "select id from device where site_id = ?1 and author_id = ?2
             order by added_at desc, id desc"
        ),
        params![site, author],
        |row| row.next(),
    )?;
    for id in former.iter().chain(oldest.iter().skip(MAX_DEVICES - 1)) {
        remove_gone(tx, site, *id)?;
    }
    insert(tx, now, site, author, &family, new)
}

fn insert(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
    family: &[u8],
    new: &NewDevice,
) -> Result<()> {
    tx.execute(
        sql!(
            "insert into device (site_id, id, author_id, family, endpoint, p256dh, auth, label,
                 added_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        ),
        params![
            site,
            new.id,
            author,
            family,
            &new.endpoint,
            &new.p256dh,
            &new.auth,
            new.label.as_deref(),
            now
        ],
    )?;
    Ok(())
}

/// The devices of an account, the one that was added last first.
pub fn list(tx: &mut Tx<'_>, now: Time, site: SiteId, author: AuthorId) -> Result<Vec<PushDevice>> {
    let sealed = tx.all(
        sql!(device!(
            "and d.author_id = ?3 order by d.added_at desc, d.id desc"
        )),
        params![site, now, author],
        read,
    )?;
    let all = sealed.into_iter().map(|device| unsealed(tx, device));
    Ok(all.collect())
}

/// A device that may be told something, and can be.
pub(crate) fn by_id(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: i64,
) -> Result<Option<PushDevice>> {
    let sealed = tx.one(sql!(device!("and d.id = ?3")), params![site, now, id], read)?;
    let found = sealed.map(|device| unsealed(tx, device));
    Ok(found.filter(|device| !device.p256dh.is_empty() && !device.auth.is_empty()))
}

/// Tell an account nothing in one of its devices any more. Said again, nothing changes.
pub fn remove(tx: &mut Tx<'_>, site: SiteId, author: AuthorId, id: i64) -> Result<()> {
    let own: Option<i64> = tx.one(
        sql!("select id from device where site_id = ?1 and author_id = ?2 and id = ?3"),
        params![site, author, id],
        |row| row.next(),
    )?;
    own.map_or(Ok(()), |id| remove_gone(tx, site, id))
}

/// A device is not there any more.
pub fn remove_gone(tx: &mut Tx<'_>, site: SiteId, id: i64) -> Result<()> {
    for sql in [
        sql!("delete from push where site_id = ?1 and device_id = ?2"),
        sql!("delete from device where site_id = ?1 and id = ?2"),
    ] {
        tx.execute(sql, params![site, id])?;
    }
    Ok(())
}

/// Forget devices whose session is over.
fn forget_over(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    let over: Vec<i64> = tx.all(
        sql!(
            "select d.id from device d where d.site_id = ?1 and not exists (
                 select 1 from session s where s.site_id = ?1 and s.author_id = d.author_id
                   and coalesce(s.family, s.token_hash) = d.family and s.expires_at > ?2)"
        ),
        params![site, now],
        |row| row.next(),
    )?;
    over.into_iter()
        .try_for_each(|id| remove_gone(tx, site, id))
}

/// Forget the devices of an author.
pub(crate) fn forget(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<()> {
    for sql in [
        sql!(
            "delete from push where site_id = ?1 and device_id in
                 (select id from device where site_id = ?1 and author_id = ?2)"
        ),
        sql!("delete from device where site_id = ?1 and author_id = ?2"),
    ] {
        tx.execute(sql, params![site, author])?;
    }
    Ok(())
}

/// The private part of what push services know this installation by, once there is one. A browser has
/// one address for all sites of the installation, so there is one key.
pub fn key(tx: &mut Tx<'_>) -> Result<Option<Vec<u8>>> {
    let found: Option<Vec<u8>> = tx.one(
        sql!("select private_key from push_key where id = 1"),
        params![],
        |row| row.next(),
    )?;
    Ok(found.and_then(|key| tx.seals().unseal(SECRET, &key)))
}

/// Keep `drawn` as the key, unless there is one. Returns the one that counts.
pub fn key_or_insert(tx: &mut Tx<'_>, now: Time, drawn: &[u8]) -> Result<Vec<u8>> {
    if key(tx)?.is_none() {
        // There may be one that no key opens.
        tx.execute(sql!("delete from push_key where id = 1"), params![])?;
    }
    let sealed = tx.seals().seal(SECRET, drawn)?;
    tx.execute(
        sql!(
            "insert into push_key (id, private_key, made_at) values (1, ?1, ?2)
             on conflict (id) do nothing"
        ),
        params![&sealed, now],
    )?;
    Ok(key(tx)?.unwrap_or_else(|| drawn.to_vec()))
}
