//! Sessions of accounts: how they begin, are handed to another browser's jar, and end.
//!
//! A session is known by the hash of a token that only its browser has. The store is asked on every
//! personal request, so a session that has ended here has ended on every node.

use std::time::Duration;

use rejoinder_core::{Author, AuthorId, Refusal, SiteId, Time, TokenHash};

use crate::identity::{authors, claims};
use crate::{Result, Tx, params, sql};

/// How long an account stays signed in.
const LIFETIME: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// How long a code that hands a session over can be taken up.
const HAND_OVER: Duration = Duration::from_secs(60);

/// A session that begins.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Proves the account from now on; nobody knew it before.
    pub token: TokenHash,
    /// What this browser showed until now, which proves nothing any more.
    pub replaces: Option<TokenHash>,
    /// The browser in a word or two, for its owner to tell it from others.
    pub label: Option<String>,
}

/// Begin a session of `account`. What this browser's guest wrote and voted here becomes the account's,
/// and what it proved at other sites moves to the new token.
pub(crate) fn begin(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    account: AuthorId,
    new: &NewSession,
) -> Result<()> {
    begin_in(tx, now, site, account, new, &new.token.0)
}

fn begin_in(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    account: AuthorId,
    new: &NewSession,
    family: &[u8],
) -> Result<()> {
    if let Some(old) = &new.replaces {
        if let Some(guest) = authors::by_token(tx, now, site, old)? {
            claims::claim(tx, now, site, &guest, account)?;
        }
        tx.execute(
            sql!("delete from session where site_id = ?1 and token_hash = ?2"),
            params![site, &old.0],
        )?;
        tx.execute(
            sql!(
                "update session set token_hash = ?3
                 where site_id <> ?1 and token_hash = ?2"
            ),
            params![site, &old.0, &new.token.0],
        )?;
    }
    tx.execute(
        sql!(
            "insert into session (site_id, token_hash, author_id, created_at, expires_at, label,
                 family)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        ),
        params![
            site,
            &new.token.0,
            account,
            now,
            now.after(LIFETIME),
            new.label.as_deref(),
            family
        ],
    )?;
    Ok(())
}

/// Let the page of `origin` that takes up a code begin a session beside the one that `token` proves,
/// once.
pub fn offer_code(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    token: &TokenHash,
    code: &TokenHash,
    origin: &str,
) -> Result<()> {
    forget_offers(tx, now, site)?;
    let offered = tx.execute(
        sql!(
            "insert into hand_over (site_id, code_hash, author_id, family, origin, expires_at)
             select s.site_id, ?3, s.author_id, coalesce(s.family, s.token_hash), ?4, ?5
             from session s join author a on a.site_id = s.site_id and a.id = s.author_id
             where s.site_id = ?1 and s.token_hash = ?2 and s.expires_at > ?6
               and a.kind = 'account'"
        ),
        params![site, &token.0, &code.0, origin, now.after(HAND_OVER), now],
    )?;
    match offered {
        0 => Err(Refusal::SignInNeeded.into()),
        _ => Ok(()),
    }
}

/// Whom a code that was taken up has signed in.
#[derive(Debug, Clone)]
pub struct HandedOverAccount {
    /// The account.
    pub account: Author,
    /// Whether a session began; not where the browser had proven to be the account already.
    pub is_new: bool,
}

/// Take a code up from a page of `origin`.
pub fn redeem_code(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    code: &TokenHash,
    origin: &str,
    new: &NewSession,
) -> Result<HandedOverAccount> {
    let offered: Option<(AuthorId, Vec<u8>)> = tx.one(
        sql!(
            "delete from hand_over
             where site_id = ?1 and code_hash = ?2 and origin = ?3 and expires_at > ?4
             returning author_id, family"
        ),
        params![site, &code.0, origin, now],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let (account, family) = offered.ok_or(Refusal::LinkUsed)?;
    let account = authors::by_id(tx, site, account)?.ok_or(Refusal::LinkUsed)?;
    let known = match &new.replaces {
        Some(old) => authors::by_token(tx, now, site, old)?,
        None => None,
    };
    let is_new = known.is_none_or(|known| known.id != account.id);
    if is_new {
        begin_in(tx, now, site, account.id, new, &family)?;
    }
    Ok(HandedOverAccount { account, is_new })
}

/// A signed-in browser, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Names it to its owner; worth nothing to others.
    pub token: TokenHash,
    /// The browser in a word or two.
    pub label: Option<String>,
    /// When it signed in.
    pub created_at: Time,
    /// Whether it is the one that asks.
    pub is_own: bool,
}

/// The browsers in which an author is signed in, the latest first, at most 100; `own` is what the one
/// that asks shows.
pub fn list(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
    own: Option<&TokenHash>,
) -> Result<Vec<Session>> {
    let own = own.map(|token| token.0.to_vec()).unwrap_or_default();
    let found = tx.all(
        sql!(
            "select s.token_hash, s.label, s.created_at, cast(case when s.token_hash = ?4
                 or s.family = (select o.family from session o where o.site_id = ?1
                     and o.token_hash = ?4) then 1 else 0 end as bigint)
             from session s
             where s.site_id = ?1 and s.author_id = ?2 and s.expires_at > ?3 and not exists (
                 select 1 from session e where e.site_id = ?1 and e.author_id = ?2
                   and e.family = s.family and e.expires_at > ?3 and (e.created_at < s.created_at
                       or (e.created_at = s.created_at and e.token_hash < s.token_hash)))
             order by s.created_at desc, s.token_hash limit 100"
        ),
        params![site, author, now, &own],
        |row| {
            Ok((
                row.next::<Vec<u8>>()?,
                row.next()?,
                row.next()?,
                row.next::<i64>()? == 1,
            ))
        },
    )?;
    let known = found
        .into_iter()
        .filter_map(|(token, label, created_at, is_own)| {
            Some(Session {
                token: TokenHash(token.try_into().ok()?),
                label,
                created_at,
                is_own,
            })
        });
    Ok(known.collect())
}

/// When the browser of one session signed in, or the one that handed its session over to it.
pub fn signed_in_at(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
    token: &TokenHash,
) -> Result<Option<Time>> {
    let began = tx.one(
        sql!(
            "select min(e.created_at) from session s
             join session e on e.site_id = s.site_id and e.author_id = s.author_id
               and (e.token_hash = s.token_hash or e.family = s.family)
             where s.site_id = ?1 and s.author_id = ?2 and s.token_hash = ?3 and s.expires_at > ?4"
        ),
        params![site, author, &token.0, now],
        |row| row.next(),
    )?;
    Ok(began.flatten())
}

/// Sign an author out in the browser of one session.
pub fn end(tx: &mut Tx<'_>, site: SiteId, author: AuthorId, token: &TokenHash) -> Result<()> {
    let family = family_of(tx, site, author, token)?;
    end_family(tx, site, author, token, family.as_deref())
}

/// Sign this browser out, at every site.
pub fn sign_out(tx: &mut Tx<'_>, token: &TokenHash) -> Result<()> {
    let known: Vec<(SiteId, AuthorId, Option<Vec<u8>>)> = tx.all(
        sql!("select site_id, author_id, family from session where token_hash = ?1"),
        params![&token.0],
        |row| Ok((row.next()?, row.next()?, row.next()?)),
    )?;
    for (site, author, family) in known {
        end_family(tx, site, author, token, family.as_deref())?;
    }
    Ok(())
}

fn family_of(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: AuthorId,
    token: &TokenHash,
) -> Result<Option<Vec<u8>>> {
    let family = tx.one(
        sql!(
            "select family from session where site_id = ?1 and author_id = ?2 and token_hash = ?3"
        ),
        params![site, author, &token.0],
        |row| row.next(),
    )?;
    Ok(family.flatten())
}

fn end_family(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: AuthorId,
    token: &TokenHash,
    family: Option<&[u8]>,
) -> Result<()> {
    tx.execute(
        sql!(
            "delete from session
             where site_id = ?1 and author_id = ?2 and (token_hash = ?3 or family = ?4)"
        ),
        params![site, author, &token.0, family],
    )?;
    tx.execute(
        sql!("delete from hand_over where site_id = ?1 and author_id = ?2 and family = ?3"),
        params![site, author, family],
    )?;
    Ok(())
}

/// End all sessions of an author but the one that `kept` proves, and every code that would begin one.
pub fn end_others(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: AuthorId,
    kept: Option<&TokenHash>,
) -> Result<()> {
    let family = match kept {
        Some(kept) => family_of(tx, site, author, kept)?.unwrap_or_default(),
        None => Vec::new(),
    };
    let kept = kept.map(|token| token.0.to_vec()).unwrap_or_default();
    tx.execute(
        sql!(
            "delete from session where site_id = ?1 and author_id = ?2 and token_hash <> ?3
               and (family is null or family <> ?4)"
        ),
        params![site, author, &kept, &family],
    )?;
    tx.execute(
        sql!("delete from hand_over where site_id = ?1 and author_id = ?2"),
        params![site, author],
    )?;
    Ok(())
}

/// Forget codes that nobody took up in time.
pub(crate) fn forget_offers(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    tx.execute(
        sql!("delete from hand_over where site_id = ?1 and expires_at <= ?2"),
        params![site, now],
    )?;
    Ok(())
}

/// Forget the sessions that prove nobody any more.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    forget_offers(tx, now, site)?;
    tx.execute(
        sql!("delete from session where site_id = ?1 and expires_at <= ?2"),
        params![site, now],
    )?;
    Ok(())
}
