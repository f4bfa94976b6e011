//! What becomes of a message of a processor: an entry of the ledger, once, and a line of the log.

use rejoinder_core::funding::processors::{
    Amount, PaymentEvent, PaymentMovement, Processor, Refused,
};
use rejoinder_core::funding::{EntryKind, Money, Movement};
use rejoinder_core::{CampaignId, EntryId, SiteId, Time};

use super::hooks::Hook;
use super::ledger::{self, NewEntry};
use crate::{Result, Row, Tx, params, sql};

/// So many messages of an address stay in the log.
const MAX_KEPT: i64 = 200;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is in the ledger now.
    Counted,
    /// It had been told before.
    Known,
    /// It is about something else than money that moved.
    Ignored,
    /// It was not taken.
    Refused(Refused),
    /// Nobody has said yet what messages are signed with.
    NoSecret,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Counted,
        Self::Known,
        Self::Ignored,
        Self::Refused(Refused::Signature),
        Self::Refused(Refused::Time),
        Self::Refused(Refused::Test),
        Self::Refused(Refused::Unreadable),
        Self::NoSecret,
    ];

    /// The word that is stored; it never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Known => "known",
            Self::Ignored => "ignored",
            Self::Refused(Refused::Signature) => "signature",
            Self::Refused(Refused::Time) => "time",
            Self::Refused(Refused::Test) => "test",
            Self::Refused(Refused::Unreadable) => "unreadable",
            Self::NoSecret => "no_secret",
        }
    }

    /// Whether its sender need not send it again.
    pub const fn is_taken(self) -> bool {
        matches!(self, Self::Counted | Self::Known | Self::Ignored)
    }
}

/// A message that was read, or could not be; without what it said.
#[derive(Debug, Clone)]
pub struct ReceivedMessage {
    /// Drawn for the log.
    pub id: i64,
    /// Drawn for the ledger.
    pub entry: EntryId,
    /// What it tells; nothing where no secret is known.
    pub event: Option<std::result::Result<PaymentEvent, Refused>>,
    /// The hash of its bytes.
    pub hash: [u8; 32],
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Where it came.
    pub hook: i64,
    /// When.
    pub received_at: Time,
    /// What its processor calls it; empty where it was not read.
    pub event: String,
    /// The word of what became of it.
    pub outcome: String,
}

/// Take a message into the ledger and write down what became of it, both or neither.
pub fn take(tx: &mut Tx<'_>, now: Time, hook: &Hook, arrived: &ReceivedMessage) -> Result<Outcome> {
    // What went back so far is read before more is written.
    tx.one(
        sql!("select version from funding where site_id = ?1 for update"),
        params![hook.site],
        |row| row.next::<i64>(),
    )?;
    let (event, outcome) = match &arrived.event {
        None => ("", Outcome::NoSecret),
        Some(Err(why)) => ("", Outcome::Refused(*why)),
        Some(Ok(payment)) => {
            let outcome = match &payment.movement {
                None => Outcome::Ignored,
                Some(moved) => match count(tx, now, hook, arrived.entry, moved)? {
                    true => Outcome::Counted,
                    false => Outcome::Known,
                },
            };
            (payment.event.as_str(), outcome)
        }
    };
    tx.execute(
        sql!(
            "insert into payment_message
                 (site_id, id, hook_id, received_at, event, outcome, body_hash)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        ),
        params![
            hook.site,
            arrived.id,
            hook.id,
            now,
            event,
            outcome.as_str(),
            &arrived.hash
        ],
    )?;
    tx.execute(
        sql!(
            "delete from payment_message where site_id = ?1 and hook_id = ?2 and id <= (
                 select id from payment_message where site_id = ?1 and hook_id = ?2
                 order by id desc limit 1 offset ?3)"
        ),
        params![hook.site, hook.id, MAX_KEPT],
    )?;
    Ok(outcome)
}

/// Write a movement into the ledger. Gives whether it is new.
fn count(
    tx: &mut Tx<'_>,
    now: Time,
    hook: &Hook,
    id: EntryId,
    moved: &PaymentMovement,
) -> Result<bool> {
    let (name, payment) = (scoped(hook, &moved.name), scoped(hook, &moved.payment));
    let (left, gone) = so_far(tx, hook, &payment)?;
    let money = match moved.amount {
        Amount::Each(money) => money,
        Amount::SoFar(back) => Money {
            minor: back.minor - gone,
            ..back
        },
    };
    // One that tells of less came late.
    if money.minor <= 0 {
        return Ok(false);
    }
    let sign = match moved.kind {
        EntryKind::Payment | EntryKind::DisputeWon => 1,
        EntryKind::Refund | EntryKind::Dispute => -1,
        EntryKind::Manual | EntryKind::Correction => return Ok(false),
    };
    // A payment is a gift as long as something of it is left, in whatever order it is told.
    let now_left = left + sign * money.minor;
    let gifts = i64::from(now_left > 0) - i64::from(left > 0);
    let entry = NewEntry {
        id,
        campaign: hook.campaign,
        movement: Movement {
            kind: moved.kind,
            money: Money {
                minor: sign * money.minor,
                ..money
            },
            gifts,
            // No clock of others decides on months that are still to come.
            occurred_at: moved.occurred_at.unwrap_or(now).min(now),
        },
        source: hook.processor.as_str(),
        external_id: &name,
        payment: Some(&payment),
        note: "",
        made_by: None,
    };
    ledger::record(tx, now, hook.site, &entry)
}

/// An id as the ledger keeps it: those of Standard Webhooks are its sender's own, and two senders may
/// call their payments alike.
fn scoped(hook: &Hook, id: &str) -> String {
    match hook.processor {
        Processor::Generic => format!("{}:{id}", hook.campaign),
        Processor::Stripe | Processor::Kofi => id.to_owned(),
    }
}

/// How much of a payment is left, and how much of it was refunded so far.
fn so_far(tx: &mut Tx<'_>, hook: &Hook, payment: &str) -> Result<(i64, i64)> {
    let sums = tx.one(
        sql!(
            "select cast(coalesce(sum(amount), 0) as bigint),
                    cast(coalesce(sum(case when kind = 'refund' then -amount else 0 end), 0) as bigint)
             from ledger_entry where site_id = ?1 and source = ?2 and payment = ?3"
        ),
        params![hook.site, hook.processor.as_str(), payment],
        |row| Ok((row.next::<i64>()?, row.next::<i64>()?)),
    )?;
    Ok(sums.unwrap_or_default())
}

/// What came lately for a campaign, the newest first.
pub fn log(tx: &mut Tx<'_>, site: SiteId, campaign: CampaignId, limit: i64) -> Result<Vec<Logged>> {
    tx.all(
        sql!(
            "select m.hook_id, m.received_at, m.event, m.outcome from payment_message m
             join payment_hook h on h.site_id = m.site_id and h.id = m.hook_id
             where m.site_id = ?1 and h.campaign_id = ?2 order by m.id desc limit ?3"
        ),
        params![site, campaign, limit],
        |row: &Row<'_>| {
            Ok(Logged {
                hook: row.next()?,
                received_at: row.next()?,
                event: row.next()?,
                outcome: row.next()?,
            })
        },
    )
}
