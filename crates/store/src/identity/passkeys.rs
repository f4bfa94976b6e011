//! Passkeys of accounts, and what a browser was asked to sign.
//!
//! The store is asked whenever one is used, so a passkey that was removed works on no node.

use std::time::Duration;

use rejoinder_core::{Author, AuthorId, SiteId, Time, TokenHash};

use crate::identity::authors;
use crate::identity::sessions::{self, NewSession};
use crate::{Result, Tx, params, sql};

/// How long a browser has to answer.
pub const CEREMONY_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// The most passkeys of one account.
pub const MAX_PASSKEYS: i64 = 20;

/// What a browser was asked to sign.
#[derive(Debug, Clone)]
pub struct Ceremony {
    /// At which site.
    pub site: SiteId,
    /// The hash of the secret that names it.
    pub token: TokenHash,
    /// The hash of the cookie of the browser that asks.
    pub browser: TokenHash,
    /// Whose passkey is added; nobody where someone signs in.
    pub account: Option<AuthorId>,
    /// What the answer is checked against. It stays here.
    pub state: String,
}

/// Wait for the answer of a browser.
pub fn begin(tx: &mut Tx<'_>, now: Time, ceremony: &Ceremony) -> Result<()> {
    forget_old(tx, now, ceremony.site)?;
    tx.execute(
        sql!(
            "insert into passkey_ceremony (site_id, token_hash, browser_hash, author_id, state,
                 expires_at)
             values (?1, ?2, ?3, ?4, ?5, ?6)"
        ),
        params![
            ceremony.site,
            &ceremony.token.0,
            &ceremony.browser.0,
            ceremony.account,
            &ceremony.state,
            now.after(CEREMONY_LIFETIME)
        ],
    )?;
    Ok(())
}

/// What the answer is checked against, once: whatever becomes of this answer, there is no second.
/// `None` when there was one, when it comes too late, from another browser or for someone else.
pub fn take(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    token: &TokenHash,
    browser: &TokenHash,
    account: Option<AuthorId>,
) -> Result<Option<String>> {
    tx.one(
        sql!(
            "delete from passkey_ceremony
             where site_id = ?1 and token_hash = ?2 and browser_hash = ?3
               and author_id is not distinct from ?4 and expires_at > ?5
             returning state"
        ),
        params![site, &token.0, &browser.0, account, now],
        |row| row.next(),
    )
}

/// A passkey that was proven.
#[derive(Debug, Clone)]
pub struct NewPasskey {
    /// What its authenticator calls it.
    pub credential: Vec<u8>,
    /// What its owner calls it.
    pub name: String,
    /// What checks its signatures, as JSON.
    pub public_key: String,
    /// How often it has signed.
    pub sign_count: i64,
}

/// Let a passkey sign an account in. Returns whether it does: not where it is known already, or where
/// the account has enough of them.
pub fn add(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    account: AuthorId,
    new: &NewPasskey,
) -> Result<bool> {
    let added = tx.execute(
        sql!(
            "insert into passkey (site_id, credential_id, author_id, name, public_key, sign_count,
                 created_at)
             select ?1, ?2, id, ?4, ?5, ?6, ?7 from author
             where site_id = ?1 and id = ?3 and kind = 'account'
               and (select count(*) from passkey p where p.site_id = ?1 and p.author_id = ?3) < ?8
             on conflict (site_id, credential_id) do nothing"
        ),
        params![
            site,
            &new.credential,
            account,
            &new.name,
            &new.public_key,
            new.sign_count,
            now,
            MAX_PASSKEYS
        ],
    )?;
    Ok(added > 0)
}

/// A passkey, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// What its authenticator calls it.
    pub credential: Vec<u8>,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Time,
    /// When it last signed in.
    pub used_at: Option<Time>,
}

/// The passkeys of an account, oldest first.
pub fn of_account(tx: &mut Tx<'_>, site: SiteId, account: AuthorId) -> Result<Vec<Passkey>> {
    tx.all(
        sql!(
            "select credential_id, name, created_at, used_at from passkey
             where site_id = ?1 and author_id = ?2 order by created_at, credential_id"
        ),
        params![site, account],
        |row| {
            Ok(Passkey {
                credential: row.next()?,
                name: row.next()?,
                created_at: row.next()?,
                used_at: row.next()?,
            })
        },
    )
}

/// Whom a passkey would sign in, and what checks its signature.
pub fn by_credential(
    tx: &mut Tx<'_>,
    site: SiteId,
    credential: &[u8],
) -> Result<Option<(Author, String)>> {
    let credential = credential.to_vec();
    tx.one(
        sql!(
            "select a.id, a.name, a.kind, a.role, a.website, a.is_supporter, a.has_page, a.picture,
                 p.public_key
             from passkey p
             join author a on a.site_id = p.site_id and a.id = p.author_id
             where p.site_id = ?1 and p.credential_id = ?2 and a.kind = 'account'"
        ),
        params![site, &credential],
        |row| Ok((authors::read(row)?, row.next()?)),
    )
}

/// A passkey whose signature was checked.
#[derive(Debug, Clone)]
pub struct PasskeySignIn {
    /// What its authenticator calls it.
    pub credential: Vec<u8>,
    /// Whom it signs in.
    pub account: AuthorId,
    /// What checks its signatures from now on, as JSON.
    pub public_key: String,
    /// How often it has signed by now.
    pub sign_count: i64,
    /// The session that begins.
    pub session: NewSession,
}

/// Begin a session by a passkey. Returns whether it did: not where the passkey was removed meanwhile,
/// or has counted as far elsewhere, which tells of a copy.
pub fn sign_in(tx: &mut Tx<'_>, now: Time, site: SiteId, passkey: &PasskeySignIn) -> Result<bool> {
    let updated = tx.execute(
        sql!(
            "update passkey set public_key = ?4, sign_count = ?5, used_at = ?6
             where site_id = ?1 and credential_id = ?2 and author_id = ?3
               and (sign_count < ?5 or (sign_count = 0 and ?5 = 0))"
        ),
        params![
            site,
            &passkey.credential,
            passkey.account,
            &passkey.public_key,
            passkey.sign_count,
            now
        ],
    )?;
    if updated == 0 {
        return Ok(false);
    }
    sessions::begin(tx, now, site, passkey.account, &passkey.session)?;
    Ok(true)
}

/// Let a passkey of an account sign nobody in any more. Removing it twice is the same as once.
pub fn remove(tx: &mut Tx<'_>, site: SiteId, account: AuthorId, credential: &[u8]) -> Result<()> {
    let credential = credential.to_vec();
    tx.execute(
        sql!("delete from passkey where site_id = ?1 and author_id = ?2 and credential_id = ?3"),
        params![site, account, &credential],
    )?;
    Ok(())
}

/// Let no passkey of an account sign anybody in any more.
pub(crate) fn forget(tx: &mut Tx<'_>, site: SiteId, account: AuthorId) -> Result<()> {
    for sql in [
        sql!("delete from passkey where site_id = ?1 and author_id = ?2"),
        sql!("delete from passkey_ceremony where site_id = ?1 and author_id = ?2"),
    ] {
        tx.execute(sql, params![site, account])?;
    }
    Ok(())
}

/// Forget what browsers were asked and did not answer in time.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    tx.execute(
        sql!("delete from passkey_ceremony where site_id = ?1 and expires_at <= ?2"),
        params![site, now],
    )?;
    Ok(())
}
