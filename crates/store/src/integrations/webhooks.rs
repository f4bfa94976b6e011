//! Webhooks: the endpoints of a site, and what is delivered to them.
//!
//! A delivery is added in the transaction of the event that it tells of, one for each endpoint that
//! wants it, with the job that makes it. It holds nothing of a comment but its id: what is sent is
//! read when it is sent, so that what was taken away meanwhile is not.

mod deliveries;
mod delivery;

use rejoinder_core::integrations::webhook::{OVERLAP, WebhookEvent, WebhookSecret};
use rejoinder_core::{SiteId, Time};

use crate::database::error::StoreError;
use crate::{Result, Row, Tx, params, sql};

pub(crate) use deliveries::announce;
pub use deliveries::{Deliver, deliveries, due, record, replay, replay_since};
pub use delivery::{
    AttemptOutcome, Delivery, DeliveryCursor, DeliveryState, DueCorrection, DueDelivery,
    DueRecording, MessageId,
};

/// Where secrets are, for their seals.
const SECRET: &str = "webhook.secret";
const OLD_SECRET: &str = "webhook.old_secret";

/// A site has so many endpoints at most.
pub const MAX_WEBHOOKS: usize = 20;

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Names it at its site.
    pub id: i64,
    /// Where it is.
    pub url: String,
    /// What it is told of.
    pub kinds: Vec<WebhookEvent>,
    /// When it was added.
    pub created_at: Time,
    /// Until when the secret before still signs.
    pub old_secret_until: Option<Time>,
    /// Since when it has taken nothing.
    pub failing_since: Option<Time>,
    /// When it last did not take something.
    pub failed_at: Option<Time>,
    /// Since when it is off.
    pub off_since: Option<Time>,
    /// Why it was turned off, when nobody did.
    pub off_reason: Option<String>,
}

/// An endpoint to be added.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// Drawn for it.
    pub id: i64,
    /// Where it is, already checked.
    pub url: String,
    /// What it is told of.
    pub kinds: Vec<WebhookEvent>,
    /// What its messages are signed with.
    pub secret: WebhookSecret,
}

/// Add an endpoint. Returns whether there was room for it.
pub fn add(tx: &mut Tx<'_>, now: Time, site: SiteId, new: &NewWebhook) -> Result<bool> {
    if list(tx, site)?.len() >= MAX_WEBHOOKS {
        return Ok(false);
    }
    tx.execute(
        sql!(
            "insert into webhook (site_id, id, url, kinds, secret, created_at)
             values (?1, ?2, ?3, ?4, ?5, ?6)"
        ),
        params![
            site,
            new.id,
            &new.url,
            words(&new.kinds),
            tx.seal_text(SECRET, &new.secret.reveal())?,
            now
        ],
    )?;
    Ok(true)
}

macro_rules! webhook {
    ($rest:literal) => {
        concat!(
            "select w.id, w.url, w.kinds, w.created_at, w.old_secret_until, w.failing_since, \
             w.failed_at, w.off_since, w.off_reason from webhook w ",
            $rest
        )
    };
}

/// The endpoints of a site, oldest first.
pub fn list(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<Webhook>> {
    tx.all(
        sql!(webhook!("where w.site_id = ?1 order by w.id")),
        params![site],
        read,
    )
}

/// One endpoint.
pub fn find(tx: &mut Tx<'_>, site: SiteId, id: i64) -> Result<Option<Webhook>> {
    tx.one(
        sql!(webhook!("where w.site_id = ?1 and w.id = ?2")),
        params![site, id],
        read,
    )
}

/// Tell an endpoint of other kinds of events from now on. Returns whether there is such an endpoint.
pub fn set_kinds(tx: &mut Tx<'_>, site: SiteId, id: i64, kinds: &[WebhookEvent]) -> Result<bool> {
    let changed = tx.execute(
        sql!("update webhook set kinds = ?3 where site_id = ?1 and id = ?2"),
        params![site, id, words(kinds)],
    )?;
    Ok(changed == 1)
}

/// Give an endpoint a new secret; the one before signs too for a while. Returns whether there is such
/// an endpoint.
pub fn rotate(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: i64,
    secret: &WebhookSecret,
) -> Result<bool> {
    // A sealed secret belongs to its column.
    let old: Option<String> = tx.one(
        sql!("select secret from webhook where site_id = ?1 and id = ?2"),
        params![site, id],
        |row| row.next(),
    )?;
    let old = old.and_then(|old| tx.unseal_text(SECRET, &old));
    let old = old.map(|old| tx.seal_text(OLD_SECRET, &old)).transpose()?;
    let changed = tx.execute(
        sql!(
            "update webhook set old_secret = ?5, old_secret_until = ?3, secret = ?4
             where site_id = ?1 and id = ?2"
        ),
        params![
            site,
            id,
            now.after(OVERLAP),
            tx.seal_text(SECRET, &secret.reveal())?,
            old
        ],
    )?;
    Ok(changed == 1)
}

/// Turn an endpoint on, with its failures forgotten. Returns whether there is such an endpoint.
pub fn turn_on(tx: &mut Tx<'_>, site: SiteId, id: i64) -> Result<bool> {
    let changed = tx.execute(
        sql!(
            "update webhook set off_since = null, off_reason = null, failing_since = null,
                 failed_at = null
             where site_id = ?1 and id = ?2"
        ),
        params![site, id],
    )?;
    Ok(changed == 1)
}

/// Turn an endpoint off. Returns whether there is such an endpoint.
pub fn turn_off(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: i64,
    reason: Option<&str>,
) -> Result<bool> {
    let changed = tx.execute(
        sql!(
            "update webhook set off_since = coalesce(off_since, ?3), off_reason = ?4
             where site_id = ?1 and id = ?2"
        ),
        params![site, id, now, reason],
    )?;
    Ok(changed == 1)
}

/// Forget an endpoint and what was delivered to it. Returns whether there was such an endpoint.
pub fn remove(tx: &mut Tx<'_>, site: SiteId, id: i64) -> Result<bool> {
    tx.execute(
        sql!("delete from delivery where site_id = ?1 and webhook_id = ?2"),
        params![site, id],
    )?;
    let removed = tx.execute(
        sql!("delete from webhook where site_id = ?1 and id = ?2"),
        params![site, id],
    )?;
    Ok(removed == 1)
}

fn words(kinds: &[WebhookEvent]) -> String {
    let words: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    words.join(" ")
}

fn kinds(words: &str) -> Vec<WebhookEvent> {
    words
        .split(' ')
        .filter_map(WebhookEvent::from_word)
        .collect()
}

fn read(row: &Row<'_>) -> Result<Webhook> {
    Ok(Webhook {
        id: row.next()?,
        url: row.next()?,
        kinds: kinds(&row.next::<String>()?),
        created_at: row.next()?,
        old_secret_until: row.next()?,
        failing_since: row.next()?,
        failed_at: row.next()?,
        off_since: row.next()?,
        off_reason: row.next()?,
    })
}

fn secret(text: &str) -> Result<WebhookSecret> {
    let broken = |_| StoreError::Internal("the secret of a webhook cannot be read".into());
    text.parse().map_err(broken)
}
