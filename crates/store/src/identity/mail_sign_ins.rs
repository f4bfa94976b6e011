//! Signing in by a link in a mail: who asked, from which browser, and what becomes of it.
//!
//! A link signs in the browser that asked for it, known by a cookie. In any other it needs the code
//! that the asking browser shows, so that nobody is signed in to a stranger's account by a link that
//! the stranger asked for.
//!
//! However many links strangers ask for, an address is never locked out: a browser that has signed in
//! with it gets one always, and where a mailbox had enough of them lately, those are good in every
//! browser that asks.

use std::time::Duration;

use rejoinder_core::identity::author;
use rejoinder_core::{Author, AuthorId, Refusal, Site, SiteId, Time, TokenHash};

use crate::identity::authors;
use crate::identity::sessions::{self, NewSession};
use crate::jobs::{self, NewJob};
use crate::moderation::naming;
use crate::{Result, Tx, params, sql};

/// How long a link works.
pub const LINK_LIFETIME: Duration = Duration::from_secs(15 * 60);

/// For how long wishes are remembered.
const REMEMBERED: Duration = Duration::from_secs(60 * 60);

/// The most mails to one mailbox in [`COUNTED`] for browsers that are not known there.
const MAX_MAILS: i64 = 2;

/// The time in which mails are counted. Whoever gets none has links that work for the rest of
/// [`LINK_LIFETIME`].
const COUNTED: Duration = Duration::from_secs(10 * 60);

/// A browser that has not signed in for so long is not known any more.
const KNOWN: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// After so many wrong codes a link works no more.
const MAX_WRONG: i64 = 5;

/// Someone's wish to sign in.
#[derive(Debug, Clone)]
pub struct SignInRequest {
    /// At which site.
    pub site: SiteId,
    /// The address that the mail goes to and that names the account.
    pub email: String,
    /// What is counted as one mailbox, however its address is written.
    pub mailbox: String,
    /// The hash of the secret in the link.
    pub token: TokenHash,
    /// The hash of the cookie of the browser that asks.
    pub browser: TokenHash,
    /// The hash of the cookie by which a browser is known that has signed in.
    pub known: Option<TokenHash>,
    /// What that browser shows.
    pub code: String,
    /// Sends the mail.
    pub mail: NewJob,
}

/// Send a link, unless the mailbox had enough of them lately and the browser is not known there. Whoever
/// asks is not told which.
pub fn ask(tx: &mut Tx<'_>, now: Time, request: &SignInRequest) -> Result<bool> {
    let site = request.site;
    forget_old(tx, now, site)?;
    let n_mails: Option<i64> = tx.one(
        sql!(
            "select count(*) from mail_sign_in
             where site_id = ?1 and mailbox = ?2 and created_at > ?3 and mailed_at is not null"
        ),
        params![site, &request.mailbox, now.before(COUNTED)],
        |row| row.next(),
    )?;
    let is_known = match &request.known {
        Some(known) => is_known(tx, now, site, &request.email, known)?,
        None => false,
    };
    let is_sent = is_known || n_mails.unwrap_or(0) < MAX_MAILS;
    tx.execute(
        sql!(
            "insert into mail_sign_in (site_id, token_hash, email, mailbox, browser_hash, code,
                 created_at, expires_at, mailed_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        ),
        params![
            site,
            &request.token.0,
            &request.email,
            &request.mailbox,
            &request.browser.0,
            &request.code,
            now,
            now.after(LINK_LIFETIME),
            is_sent.then_some(now)
        ],
    )?;
    if is_sent {
        jobs::add(tx, now, &request.mail)?;
    }
    Ok(is_sent)
}

/// Whether a browser has signed in with the address before.
pub fn is_known(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    email: &str,
    browser: &TokenHash,
) -> Result<bool> {
    let found = tx.one(
        sql!(
            "select 1 from mail_browser
             where site_id = ?1 and email = ?2 and browser_hash = ?3 and used_at > ?4"
        ),
        params![site, email, &browser.0, now.before(KNOWN)],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

fn know(tx: &mut Tx<'_>, now: Time, site: SiteId, email: &str, browser: &TokenHash) -> Result<()> {
    tx.execute(
        sql!("delete from mail_browser where site_id = ?1 and email = ?2 and used_at <= ?3"),
        params![site, email, now.before(KNOWN)],
    )?;
    tx.execute(
        sql!(
            "insert into mail_browser (site_id, email, browser_hash, used_at)
             values (?1, ?2, ?3, ?4)
             on conflict (site_id, email, browser_hash) do update set used_at = excluded.used_at"
        ),
        params![site, email, &browser.0, now],
    )?;
    Ok(())
}

/// Forget who asked for links to an address, and in which browsers it has signed in.
pub(crate) fn forget(tx: &mut Tx<'_>, site: SiteId, email: &str) -> Result<()> {
    for sql in [
        sql!("delete from mail_sign_in where site_id = ?1 and email = ?2"),
        sql!("delete from mail_browser where site_id = ?1 and email = ?2"),
    ] {
        tx.execute(sql, params![site, email])?;
    }
    Ok(())
}

/// What a link would do.
#[derive(Debug, Clone)]
pub struct PendingSignIn {
    /// The address that it was sent to.
    pub email: String,
    /// The account that there is already.
    pub account: Option<Author>,
    /// Whether the browser that opens it is one that asked for a link to that address lately.
    pub is_from_here: bool,
    n_wrong: i64,
}

/// What a link would do in `browser`; `None` when it was used, is too old, or never was.
pub fn pending(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    token: &TokenHash,
    browser: Option<&TokenHash>,
) -> Result<Option<PendingSignIn>> {
    let found = tx.one(
        sql!(
            "select email, n_wrong from mail_sign_in
             where site_id = ?1 and token_hash = ?2 and used_at is null and expires_at > ?3"
        ),
        params![site, &token.0, now],
        |row| Ok((row.next::<String>()?, row.next::<i64>()?)),
    )?;
    let Some((email, n_wrong)) = found else {
        return Ok(None);
    };
    let is_from_here = match browser {
        Some(browser) => has_asked(tx, now, site, &email, &RequesterKey::Browser(browser))?,
        None => false,
    };
    Ok(Some(PendingSignIn {
        account: authors::by_email(tx, site, &email)?,
        email,
        is_from_here,
        n_wrong,
    }))
}

/// By what one is known who has asked.
enum RequesterKey<'a> {
    Browser(&'a TokenHash),
    Code(&'a str),
}

/// Whether a link to `email` was asked for lately, sent or not.
fn has_asked(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    email: &str,
    asking: &RequesterKey<'_>,
) -> Result<bool> {
    let mailbox = author::mailbox(email);
    let found = match asking {
        RequesterKey::Browser(browser) => tx.one(
            sql!(
                "select 1 from mail_sign_in where site_id = ?1 and mailbox = ?2 and email = ?3
                   and expires_at > ?4 and browser_hash = ?5 limit 1"
            ),
            params![site, &mailbox, email, now, &browser.0],
            |_| Ok(()),
        )?,
        RequesterKey::Code(code) => tx.one(
            sql!(
                "select 1 from mail_sign_in where site_id = ?1 and mailbox = ?2 and email = ?3
                   and expires_at > ?4 and code = ?5 limit 1"
            ),
            params![site, &mailbox, email, now, *code],
            |_| Ok(()),
        )?,
    };
    Ok(found.is_some())
}

/// What the page of a link sends.
#[derive(Debug, Clone)]
pub struct LinkSignIn {
    /// At which site.
    pub site: Site,
    /// The hash of the secret in the link.
    pub token: TokenHash,
    /// The hash of this browser's cookie.
    pub browser: Option<TokenHash>,
    /// The hash of the cookie by which it is known from now on.
    pub known: TokenHash,
    /// The code, as typed.
    pub code: String,
    /// The id for an account that does not exist yet.
    pub author: AuthorId,
    /// What a new account calls itself, already checked.
    pub name: Option<String>,
    /// The session that begins.
    pub session: NewSession,
}

/// What a link did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkSignInOutcome {
    /// Signed this account in.
    As(Author),
    /// Nothing: the code is not the one that the asking browser shows.
    CodeWrong,
}

/// Use a link up and begin a session. A wrong code is counted.
pub fn sign_in(tx: &mut Tx<'_>, now: Time, link: &LinkSignIn) -> Result<LinkSignInOutcome> {
    let (site, token) = (link.site.id, &link.token);
    tx.one(
        sql!("select 1 from mail_sign_in where site_id = ?1 and token_hash = ?2 for update"),
        params![site, &token.0],
        |_| Ok(()),
    )?;
    let pending = pending(tx, now, site, token, link.browser.as_ref())?;
    let pending = pending.ok_or(Refusal::LinkUsed)?;
    let code = RequesterKey::Code(&link.code);
    if !pending.is_from_here && !has_asked(tx, now, site, &pending.email, &code)? {
        let is_last = pending.n_wrong + 1 >= MAX_WRONG;
        tx.execute(
            sql!(
                "update mail_sign_in set n_wrong = n_wrong + 1, used_at = ?3
                 where site_id = ?1 and token_hash = ?2"
            ),
            params![site, &token.0, is_last.then_some(now)],
        )?;
        return Ok(LinkSignInOutcome::CodeWrong);
    }
    let account = match pending.account {
        Some(known) => known,
        None => {
            let name = link.name.as_deref().ok_or(Refusal::NameMissing)?;
            naming::may_be_called(tx, &link.site, name)?;
            authors::add_account(tx, now, site, link.author, name, Some(&pending.email))?
        }
    };
    tx.execute(
        sql!("update mail_sign_in set used_at = ?3 where site_id = ?1 and token_hash = ?2"),
        params![site, &token.0, now],
    )?;
    know(tx, now, site, &pending.email, &link.known)?;
    sessions::begin(tx, now, site, account.id, &link.session)?;
    Ok(LinkSignInOutcome::As(account))
}

/// Forget the links that were sent long ago, and to whom.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    tx.execute(
        sql!("delete from mail_sign_in where site_id = ?1 and created_at <= ?2"),
        params![site, now.before(REMEMBERED)],
    )?;
    Ok(())
}
