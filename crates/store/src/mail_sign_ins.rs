//! Signing in by a link in a mail: who asked, from which browser, and what becomes of it.
//!
//! A link signs in the browser that asked for it, known by a cookie. In any other it needs the code
//! that the asking browser shows, so that nobody is signed in to a stranger's account by a link that
//! the stranger asked for.

use std::time::Duration;

use rejoinder_core::{Author, AuthorId, Refusal, Site, SiteId, Time, TokenHash};

use crate::jobs::{self, NewJob};
use crate::sessions::{self, NewSession};
use crate::{Result, Tx, authors, params, sql};

/// How long a link works.
pub const LINK_LIFETIME: Duration = Duration::from_secs(15 * 60);

/// For how long wishes are remembered, and the time in which mails to one mailbox are counted.
const REMEMBERED: Duration = Duration::from_secs(60 * 60);

/// The most mails to one mailbox in that time.
const MAX_MAILS: i64 = 5;

/// After so many wrong codes a link works no more.
const MAX_WRONG: i64 = 5;

/// Someone's wish to sign in.
#[derive(Debug, Clone)]
pub struct Wish {
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
    /// What that browser shows.
    pub code: String,
    /// Sends the mail.
    pub mail: NewJob,
}

/// Send a link, unless the mailbox had enough mails lately. Whoever asks is not told which.
pub fn ask(tx: &mut Tx<'_>, now: Time, wish: &Wish) -> Result<bool> {
    let site = wish.site;
    forget_old(tx, now, site)?;
    let n_mails: Option<i64> = tx.one(
        sql!("select count(*) from mail_sign_in where site_id = ?1 and mailbox = ?2"),
        params![site, &wish.mailbox],
        |row| row.get(0),
    )?;
    if n_mails.unwrap_or(0) >= MAX_MAILS {
        return Ok(false);
    }
    tx.execute(
        sql!(
            "insert into mail_sign_in (site_id, token_hash, email, mailbox, browser_hash, code,
                 created_at, expires_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        ),
        params![
            site,
            &wish.token.0,
            &wish.email,
            &wish.mailbox,
            &wish.browser.0,
            &wish.code,
            now,
            now.after(LINK_LIFETIME)
        ],
    )?;
    jobs::add(tx, now, &wish.mail)?;
    Ok(true)
}

/// What a link would do.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The address that it was sent to.
    pub email: String,
    /// The account that there is already.
    pub account: Option<Author>,
    browser: TokenHash,
    code: String,
    n_wrong: i64,
}

impl Pending {
    /// Whether the browser that shows this cookie is the one that asked.
    pub fn is_from(&self, browser: Option<&TokenHash>) -> bool {
        browser == Some(&self.browser)
    }
}

/// What a link would do; `None` when it was used, is too old, or never was.
pub fn pending(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    token: &TokenHash,
) -> Result<Option<Pending>> {
    let found = tx.one(
        sql!(
            "select email, browser_hash, code, n_wrong from mail_sign_in
             where site_id = ?1 and token_hash = ?2 and used_at is null and expires_at > ?3"
        ),
        params![site, &token.0, now],
        |row| {
            Ok((
                row.get::<String>(0)?,
                row.get::<Vec<u8>>(1)?,
                row.get::<String>(2)?,
                row.get::<i64>(3)?,
            ))
        },
    )?;
    let Some((email, browser, code, n_wrong)) = found else {
        return Ok(None);
    };
    let Ok(browser) = browser.try_into() else {
        return Ok(None);
    };
    Ok(Some(Pending {
        account: authors::by_email(tx, site, &email)?,
        email,
        browser: TokenHash(browser),
        code,
        n_wrong,
    }))
}

/// What the page of a link sends.
#[derive(Debug, Clone)]
pub struct Opened {
    /// At which site.
    pub site: Site,
    /// The hash of the secret in the link.
    pub token: TokenHash,
    /// The hash of this browser's cookie.
    pub browser: Option<TokenHash>,
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
pub enum Entered {
    /// Signed this account in.
    As(Author),
    /// Nothing: the code is not the one that the asking browser shows.
    CodeWrong,
}

/// Use a link up and begin a session. A wrong code is counted.
pub fn enter(tx: &mut Tx<'_>, now: Time, opened: &Opened) -> Result<Entered> {
    let (site, token) = (opened.site.id, &opened.token);
    tx.one(
        sql!("select 1 from mail_sign_in where site_id = ?1 and token_hash = ?2 for update"),
        params![site, &token.0],
        |_| Ok(()),
    )?;
    let pending = pending(tx, now, site, token)?.ok_or(Refusal::LinkUsed)?;
    if !pending.is_from(opened.browser.as_ref()) && opened.code != pending.code {
        let is_last = pending.n_wrong + 1 >= MAX_WRONG;
        tx.execute(
            sql!(
                "update mail_sign_in set n_wrong = n_wrong + 1, used_at = ?3
                 where site_id = ?1 and token_hash = ?2"
            ),
            params![site, &token.0, is_last.then_some(now)],
        )?;
        return Ok(Entered::CodeWrong);
    }
    let account = match pending.account {
        Some(known) => known,
        None => {
            let name = opened.name.as_deref().ok_or(Refusal::NameMissing)?;
            authors::may_be_called(tx, &opened.site, name)?;
            authors::add_account(tx, now, site, opened.author, name, Some(&pending.email))?
        }
    };
    tx.execute(
        sql!("update mail_sign_in set used_at = ?3 where site_id = ?1 and token_hash = ?2"),
        params![site, &token.0, now],
    )?;
    sessions::begin(tx, now, site, account.id, &opened.session)?;
    Ok(Entered::As(account))
}

/// Forget the links that were sent long ago, and to whom.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    tx.execute(
        sql!("delete from mail_sign_in where site_id = ?1 and created_at <= ?2"),
        params![site, now.before(REMEMBERED)],
    )?;
    Ok(())
}
