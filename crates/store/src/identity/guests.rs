//! Guests who want to see what is kept of them, or to take it back.
//!
//! A guest is known by the token of their browser, or by an address that they confirmed, to which a link
//! is sent. The link of a mailbox leads to every guest whose address it is known to be, and to what the
//! mailbox is told; who merely typed the address is not led to.

use std::time::Duration;

use rejoinder_core::identity::author;
use rejoinder_core::{Author, AuthorId, AuthorKind, SiteId, Time, TokenHash};
use serde::Serialize;

use crate::identity::personal::{self, Everything, Subscribed};
use crate::identity::{authors, erasures, mailboxes};
use crate::jobs::{self, NewJob};
use crate::notices::subscriptions;
use crate::{Result, Tx, params, sql};

/// How long a link works, and how long a mailbox gets no second one.
pub const LINK_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// A link that is to be sent by mail.
#[derive(Debug, Clone)]
pub struct Wish {
    /// At which site.
    pub site: SiteId,
    /// The address, as typed.
    pub email: String,
    /// What the link carries.
    pub token: TokenHash,
    /// Sends the link.
    pub mail: NewJob,
}

/// Send a link to an address that was confirmed, once an hour to its mailbox. Gives whether one is sent,
/// which is for no stranger to know.
pub fn ask(tx: &mut Tx<'_>, now: Time, wish: &Wish) -> Result<bool> {
    forget_old(tx, now, wish.site)?;
    let mailbox = author::mailbox(&wish.email);
    let confirmed: Vec<String> = tx.all(
        sql!(
            "select s.email from subscription s where s.site_id = ?1 and s.mailbox = ?2
               and s.confirmed_at is not null and not exists (
                   select 1 from guest_link l where l.site_id = ?1 and l.mailbox = ?2
                     and l.created_at > ?3)"
        ),
        params![wish.site, &mailbox, now.before(LINK_LIFETIME)],
        |row| row.next(),
    )?;
    let is_confirmed = |known: &String| subscriptions::is_same(known, &wish.email);
    if !confirmed.iter().any(is_confirmed) {
        return Ok(false);
    }
    add(tx, now, wish.site, &wish.token, None, Some(&mailbox))?;
    jobs::add(tx, now, &wish.mail)?;
    Ok(true)
}

/// Let a link lead to what is kept of a guest whose browser asks, for where that browser's cookie is not
/// shown. Gives whether they are one.
pub fn open(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    browser: &TokenHash,
    link: &TokenHash,
) -> Result<bool> {
    forget_old(tx, now, site)?;
    let guest = authors::by_token(tx, now, site, browser)?;
    let Some(guest) = guest.filter(|known| known.kind == AuthorKind::Guest) else {
        return Ok(false);
    };
    add(tx, now, site, link, Some(guest.id), None)?;
    Ok(true)
}

fn add(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    token: &TokenHash,
    author: Option<AuthorId>,
    mailbox: Option<&str>,
) -> Result<()> {
    tx.execute(
        sql!(
            "insert into guest_link (site_id, token_hash, author_id, mailbox, created_at, expires_at)
             values (?1, ?2, ?3, ?4, ?5, ?6)"
        ),
        params![site, &token.0, author, mailbox, now, now.after(LINK_LIFETIME)],
    )?;
    Ok(())
}

/// Forget what nobody used in time.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    tx.execute(
        sql!("delete from guest_link where site_id = ?1 and expires_at <= ?2"),
        params![site, now],
    )?;
    Ok(())
}

/// What a guest has proven to be theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// Whom they were; several where they wrote in several browsers.
    pub guests: Vec<AuthorId>,
    /// The mailbox that a link was sent to.
    pub mailbox: Option<String>,
}

impl Proven {
    /// What the token of a browser proves; nothing where it proves an account.
    pub fn by_author(author: Option<&Author>) -> Option<Self> {
        let guest = author.filter(|known| known.kind == AuthorKind::Guest)?;
        Some(Self {
            guests: vec![guest.id],
            mailbox: None,
        })
    }
}

/// What a link proves; `None` when it is too old or never was.
pub fn by_link(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    token: &TokenHash,
) -> Result<Option<Proven>> {
    let found: Option<(Option<AuthorId>, Option<String>)> = tx.one(
        sql!(
            "select author_id, mailbox from guest_link
             where site_id = ?1 and token_hash = ?2 and expires_at > ?3"
        ),
        params![site, &token.0, now],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let Some((author, mailbox)) = found else {
        return Ok(None);
    };
    let mut guests = Vec::from_iter(author);
    if let Some(mailbox) = &mailbox {
        guests = tx.all(
            sql!(
                "select distinct a.id from subscription s
                 join author a on a.site_id = s.site_id and a.id = s.author_id
                 where s.site_id = ?1 and s.mailbox = ?2 and s.confirmed_at is not null
                   and s.contested_at is null and a.kind = 'guest' and a.role = 'reader'
                 order by a.id limit 100"
            ),
            params![site, mailbox],
            |row| row.next(),
        )?;
    }
    Ok(Some(Proven { guests, mailbox }))
}

/// Everything that is kept of a guest at a site.
#[derive(Debug, Serialize)]
pub struct Kept {
    /// Of each browser in which they wrote.
    pub guests: Vec<Everything>,
    /// Of what their mailbox is told otherwise.
    pub subscriptions: Vec<Subscribed>,
}

/// Everything that is kept of what was proven.
pub fn kept(tx: &mut Tx<'_>, now: Time, site: SiteId, proven: &Proven) -> Result<Kept> {
    let mut guests = Vec::new();
    for guest in &proven.guests {
        if authors::by_id(tx, site, *guest)?.is_some() {
            guests.push(personal::everything(tx, now, site, *guest)?);
        }
    }
    let mut subscriptions = Vec::new();
    if let Some(mailbox) = &proven.mailbox {
        subscriptions = personal::told_elsewhere(tx, site, mailbox, &proven.guests)?;
    }
    Ok(Kept {
        guests,
        subscriptions,
    })
}

/// Delete everything that is kept of what was proven, at once; only what is too much for that is left to
/// a job. `nobody` is the id for whom tombstones are by from then on, where the site has none yet.
pub fn take_back(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    proven: &Proven,
    nobody: AuthorId,
) -> Result<()> {
    if let Some(mailbox) = &proven.mailbox {
        forget_mailbox(tx, now, site, mailbox)?;
    }
    for guest in &proven.guests {
        erasures::take_back(tx, now, site, *guest, nobody)?;
    }
    Ok(())
}

/// Forget an address that whoever asks has mails of. An account of theirs keeps what it is told of.
fn forget_mailbox(tx: &mut Tx<'_>, now: Time, site: SiteId, mailbox: &str) -> Result<()> {
    let addresses = mailboxes::forget_mailbox(tx, now, site, mailbox)?;
    for address in addresses {
        tx.execute(
            sql!(
                "update author set email = null
                 where site_id = ?1 and email = ?2 and kind = 'guest' and email is not null"
            ),
            params![site, &address],
        )?;
    }
    Ok(())
}
