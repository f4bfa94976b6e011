//! Providers of OpenID Connect, and browsers that were sent to one and are to come back.

use std::time::Duration;

use rejoinder_core::{SiteId, Time, TokenHash};

use crate::publication::sites;
use crate::{Result, Tx, params, sql};

/// The most providers of a site.
pub const MAX_PROVIDERS: i64 = 5;

/// How long a browser may be away.
pub const AWAY: Duration = Duration::from_secs(10 * 60);

/// For so long it is known that a browser came back twice, or too late.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// Where secrets are, for their seals.
const SECRET: &str = "openid_provider.client_secret";

/// Who else signs the readers of a site in.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenidProvider {
    /// Names it at its site.
    pub id: i64,
    /// What readers know it by.
    pub label: String,
    /// Its address, exactly as it calls itself.
    pub issuer: String,
    /// What it knows this server by.
    pub client_id: String,
    /// What proves that to it; empty where it asks for none.
    pub client_secret: String,
    /// Since when it signs in.
    pub created_at: Time,
}

/// The providers of a site, the oldest first.
pub fn list(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<OpenidProvider>> {
    let mut all = tx.all(
        sql!(
            "select id, label, issuer, client_id, client_secret, created_at from openid_provider
             where site_id = ?1 order by created_at, id"
        ),
        params![site],
        |row| {
            Ok(OpenidProvider {
                id: row.next()?,
                label: row.next()?,
                issuer: row.next()?,
                client_id: row.next()?,
                client_secret: row.next()?,
                created_at: row.next()?,
            })
        },
    )?;
    for provider in &mut all {
        // Without it the provider says that it does not know us.
        let secret = tx.unseal_text(SECRET, &provider.client_secret);
        provider.client_secret = secret.unwrap_or_default();
    }
    Ok(all)
}

/// One provider of a site.
pub fn by_id(tx: &mut Tx<'_>, site: SiteId, id: i64) -> Result<Option<OpenidProvider>> {
    let all = list(tx, site)?;
    Ok(all.into_iter().find(|provider| provider.id == id))
}

/// Add a provider. Returns whether there was room for one more.
pub fn add(tx: &mut Tx<'_>, site: SiteId, provider: &OpenidProvider) -> Result<bool> {
    let added = tx.execute(
        sql!(
            "insert into openid_provider (site_id, id, label, issuer, client_id, client_secret,
                 created_at)
             select cast(?1 as bigint), cast(?2 as bigint), cast(?3 as text), cast(?4 as text),
                 cast(?5 as text), cast(?6 as text), cast(?7 as bigint)
             where (select count(*) from openid_provider p where p.site_id = ?1) < ?8"
        ),
        params![
            site,
            provider.id,
            &provider.label,
            &provider.issuer,
            &provider.client_id,
            tx.seal_text(SECRET, &provider.client_secret)?,
            provider.created_at,
            MAX_PROVIDERS
        ],
    )?;
    if added == 1 {
        sites::changed(tx, site)?;
    }
    Ok(added == 1)
}

/// Let a provider sign nobody in any more, not those either whom it has with it now. Sessions that
/// it began go on. Returns whether there was one.
pub fn remove(tx: &mut Tx<'_>, site: SiteId, id: i64) -> Result<bool> {
    tx.execute(
        sql!("delete from openid_sign_in where site_id = ?1 and provider_id = ?2"),
        params![site, id],
    )?;
    let removed = tx.execute(
        sql!("delete from openid_provider where site_id = ?1 and id = ?2"),
        params![site, id],
    )?;
    if removed == 1 {
        sites::changed(tx, site)?;
    }
    Ok(removed == 1)
}

/// A browser that is sent to a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenidRequest {
    /// The provider.
    pub provider: i64,
    /// What the provider must say again in what it signs.
    pub nonce: String,
    /// What proves that the one who comes back with a code is the one who was sent (PKCE).
    pub verifier: String,
    /// The path on the server's own origin that the reader wants to go to.
    pub to: Option<String>,
    /// The origin of the page that opened the window.
    pub origin: Option<String>,
}

/// Wait for a browser, known by the hash of its cookie, to come back with a secret.
pub fn send(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    state: &TokenHash,
    browser: &TokenHash,
    request: &OpenidRequest,
) -> Result<()> {
    forget_old(tx, now, site)?;
    tx.execute(
        sql!(
            "insert into openid_sign_in (site_id, state_hash, browser_hash, provider_id, nonce,
                 verifier, way, opener, expires_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        ),
        params![
            site,
            &state.0,
            &browser.0,
            request.provider,
            &request.nonce,
            &request.verifier,
            request.to.as_deref(),
            request.origin.as_deref(),
            now.after(AWAY)
        ],
    )?;
    Ok(())
}

/// How someone comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenidReturn {
    /// As they were sent, for the first time.
    As(OpenidRequest),
    /// Once more.
    Twice,
    /// Too late.
    Late,
    /// In another browser; the one that was sent can still come.
    Elsewhere,
    /// Nobody was sent, or nobody knows any more.
    Unknown,
}

/// Take someone back, once: whatever becomes of it, there is no second time.
pub fn take_back(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    state: &TokenHash,
    browser: Option<&TokenHash>,
) -> Result<OpenidReturn> {
    let found: Option<(Vec<u8>, Time, Option<Time>)> = tx.one(
        sql!(
            "select browser_hash, expires_at, used_at from openid_sign_in
             where site_id = ?1 and state_hash = ?2 for update"
        ),
        params![site, &state.0],
        |row| Ok((row.next()?, row.next()?, row.next()?)),
    )?;
    let Some((sent_browser, expires_at, used_at)) = found else {
        return Ok(OpenidReturn::Unknown);
    };
    if browser.is_none_or(|browser| browser.0[..] != sent_browser) {
        return Ok(OpenidReturn::Elsewhere);
    }
    if used_at.is_some() {
        return Ok(OpenidReturn::Twice);
    }
    if expires_at <= now {
        return Ok(OpenidReturn::Late);
    }
    let sent = tx.one(
        sql!(
            "update openid_sign_in set used_at = ?3 where site_id = ?1 and state_hash = ?2
             returning provider_id, nonce, verifier, way, opener"
        ),
        params![site, &state.0, now],
        |row| {
            Ok(OpenidRequest {
                provider: row.next()?,
                nonce: row.next()?,
                verifier: row.next()?,
                to: row.next()?,
                origin: row.next()?,
            })
        },
    )?;
    Ok(sent.map_or(OpenidReturn::Unknown, OpenidReturn::As))
}

/// Forget the browsers that did not come back in time.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    tx.execute(
        sql!("delete from openid_sign_in where site_id = ?1 and expires_at <= ?2"),
        params![site, now.before(REMEMBERED)],
    )?;
    Ok(())
}
