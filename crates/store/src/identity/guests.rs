//! Guests who want to see what is kept of them, or to take it back.
//!
//! A guest is known by the token of their browser, or by an address that they confirmed, to which a link
//! is sent. Such a link leads to every guest who confirmed that address, and to what is told there; who
//! merely typed it is not led to. Other addresses of what counts as one mailbox are led to only where the
//! provider is known to bring their mail to the same person (`author::proven_by`): elsewhere `ann+eve@`
//! may be somebody else than `ann@`, and a link can delete what it leads to.

use std::time::Duration;

use rejoinder_core::identity::author;
use rejoinder_core::{Author, AuthorId, AuthorKind, SiteId, Time, TokenHash};
use serde::Serialize;

use crate::identity::personal::{self, PersonalData, PersonalSubscription};
use crate::identity::{authors, erasures, mailboxes};
use crate::jobs::{self, NewJob};
use crate::notices::subscriptions;
use crate::passages::corrections;
use crate::{Result, Tx, params, sql};

/// How long a link works, and how long a mailbox gets no second one.
pub const LINK_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// A link that is to be sent by mail.
#[derive(Debug, Clone)]
pub struct LinkRequest {
    /// At which site.
    pub site: SiteId,
    /// The address, as typed.
    pub email: String,
    /// What the link carries.
    pub token: TokenHash,
    /// Sends the link.
    pub mail: NewJob,
}

/// Send a link to an address that was confirmed, once an hour to its mailbox. Returns whether one is sent,
/// which is for no stranger to know.
pub fn ask(tx: &mut Tx<'_>, now: Time, request: &LinkRequest) -> Result<bool> {
    forget_old(tx, now, request.site)?;
    let mailbox = author::mailbox(&request.email);
    let confirmed: Vec<String> = tx.all(
        sql!(
            "select distinct s.email from subscription s where s.site_id = ?1 and s.mailbox = ?2
               and s.confirmed_at is not null"
        ),
        params![request.site, &mailbox],
        |row| row.next(),
    )?;
    let is_confirmed = |known: &String| subscriptions::is_same(known, &request.email);
    if !confirmed.iter().any(is_confirmed) {
        return Ok(false);
    }
    for email in &confirmed {
        if has_link(tx, now, request.site, &author::proven_by(email))? {
            return Ok(false);
        }
    }
    let proven = author::proven_by(&request.email);
    add(tx, now, request.site, &request.token, None, Some(&proven))?;
    jobs::add(tx, now, &request.mail)?;
    Ok(true)
}

/// Whether a link that proves `address` was sent within the hour.
fn has_link(tx: &mut Tx<'_>, now: Time, site: SiteId, address: &str) -> Result<bool> {
    let found = tx.one(
        sql!(
            "select 1 from guest_link
             where site_id = ?1 and mailbox = ?2 and created_at > ?3 limit 1"
        ),
        params![site, address, now.before(LINK_LIFETIME)],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Let a link lead to what is kept of a guest whose browser asks, for where that browser's cookie is not
/// shown. Returns whether they are one.
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
    address: Option<&str>,
) -> Result<()> {
    tx.execute(
        sql!(
            "insert into guest_link (site_id, token_hash, author_id, mailbox, created_at, expires_at)
             values (?1, ?2, ?3, ?4, ?5, ?6)"
        ),
        params![site, &token.0, author, address, now, now.after(LINK_LIFETIME)],
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
pub struct ProvenGuests {
    /// Whom they were; several where they wrote in several browsers.
    pub guests: Vec<AuthorId>,
    /// The address that a link was sent to, as [`author::proven_by`] writes it.
    pub address: Option<String>,
}

impl ProvenGuests {
    /// What the token of a browser proves; nothing where it proves an account.
    pub fn by_author(author: Option<&Author>) -> Option<Self> {
        let guest = author.filter(|known| known.kind == AuthorKind::Guest)?;
        Some(Self {
            guests: vec![guest.id],
            address: None,
        })
    }
}

/// What a link proves; `None` when it is too old or never was.
pub fn by_link(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    token: &TokenHash,
) -> Result<Option<ProvenGuests>> {
    let found: Option<(Option<AuthorId>, Option<String>)> = tx.one(
        sql!(
            "select author_id, mailbox from guest_link
             where site_id = ?1 and token_hash = ?2 and expires_at > ?3"
        ),
        params![site, &token.0, now],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let Some((author, address)) = found else {
        return Ok(None);
    };
    let mut guests = Vec::from_iter(author);
    if let Some(address) = &address {
        guests = guests_of(tx, site, address)?;
    }
    Ok(Some(ProvenGuests { guests, address }))
}

/// The guests who confirmed an address.
fn guests_of(tx: &mut Tx<'_>, site: SiteId, address: &str) -> Result<Vec<AuthorId>> {
    let found: Vec<(AuthorId, String)> = tx.all(
        sql!(
            "select distinct a.id, s.email from subscription s
             join author a on a.site_id = s.site_id and a.id = s.author_id
             where s.site_id = ?1 and s.mailbox = ?2 and s.confirmed_at is not null
               and s.contested_at is null and a.kind = 'guest' and a.role = 'reader'
             order by a.id, s.email limit 1000"
        ),
        params![site, author::mailbox(address)],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let own = found
        .into_iter()
        .filter(|(_, email)| author::proven_by(email) == address);
    let mut guests: Vec<AuthorId> = own.map(|(guest, _)| guest).collect();
    guests.dedup();
    guests.truncate(100);
    Ok(guests)
}

/// Everything that is kept of a guest at a site.
#[derive(Debug, Serialize)]
pub struct GuestData {
    /// Of each browser in which they wrote.
    pub guests: Vec<PersonalData>,
    /// Of what their address is told otherwise.
    pub subscriptions: Vec<PersonalSubscription>,
}

/// Everything that is kept of what was proven.
pub fn data_of(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    proven: &ProvenGuests,
) -> Result<GuestData> {
    let mut guests = Vec::new();
    for guest in &proven.guests {
        if authors::by_id(tx, site, *guest)?.is_some() {
            guests.push(personal::personal_data(tx, now, site, *guest)?);
        }
    }
    let mut subscriptions = Vec::new();
    if let Some(address) = &proven.address {
        subscriptions = personal::told_elsewhere(tx, site, address, &proven.guests)?;
    }
    Ok(GuestData {
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
    proven: &ProvenGuests,
    nobody: AuthorId,
) -> Result<()> {
    if let Some(address) = &proven.address {
        forget_address(tx, now, site, address)?;
    }
    for guest in &proven.guests {
        erasures::take_back(tx, now, site, *guest, nobody)?;
    }
    Ok(())
}

/// Forget an address that whoever asks has mails of. An account of theirs keeps what it is told of.
fn forget_address(tx: &mut Tx<'_>, now: Time, site: SiteId, address: &str) -> Result<()> {
    let addresses = mailboxes::forget_address(tx, now, site, address)?;
    for address in addresses {
        corrections::forget_address(tx, site, &address)?;
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
