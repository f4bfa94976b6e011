//! The log of what processors told, without what it said.

use rejoinder_core::funding::processors::{MessageRefusal, PaymentEvent};
use rejoinder_core::{CampaignId, SiteId, Time};

use super::hooks::ProcessorHook;
use crate::{Result, Row, Tx, params, sql};

/// So many messages of an address stay in the log.
const MAX_KEPT: i64 = 200;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageOutcome {
    /// It is in the ledger now.
    Counted,
    /// Its processor is asked first.
    Waiting,
    /// Its processor was asked, and has not answered so far.
    Unanswered,
    /// It had been told before.
    Known,
    /// It is about something else than money that moved.
    Ignored,
    /// It was not taken.
    Refused(MessageRefusal),
    /// Nobody has said yet what messages are signed with.
    NoSecret,
}

impl MessageOutcome {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Counted,
        Self::Waiting,
        Self::Unanswered,
        Self::Known,
        Self::Ignored,
        Self::Refused(MessageRefusal::Signature),
        Self::Refused(MessageRefusal::Time),
        Self::Refused(MessageRefusal::Test),
        Self::Refused(MessageRefusal::Unreadable),
        Self::NoSecret,
    ];

    /// The word that is stored; it never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Waiting => "waiting",
            Self::Unanswered => "unanswered",
            Self::Known => "known",
            Self::Ignored => "ignored",
            Self::Refused(MessageRefusal::Signature) => "signature",
            Self::Refused(MessageRefusal::Time) => "time",
            Self::Refused(MessageRefusal::Test) => "test",
            Self::Refused(MessageRefusal::Unreadable) => "unreadable",
            Self::NoSecret => "no_secret",
        }
    }

    /// Whether its sender need not send it again.
    pub const fn is_taken(self) -> bool {
        !matches!(self, Self::Refused(_) | Self::NoSecret)
    }
}

/// A message that was read, or could not be; without what it said.
#[derive(Debug, Clone)]
pub struct ReceivedMessage {
    /// Drawn for the log.
    pub id: i64,
    /// What it tells; nothing where no secret is known.
    pub event: Option<std::result::Result<PaymentEvent, MessageRefusal>>,
    /// The hash of its bytes.
    pub hash: [u8; 32],
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageLogEntry {
    /// Where it came.
    pub hook: i64,
    /// When it arrived.
    pub received_at: Time,
    /// What its processor calls it; empty where it was not read.
    pub event: String,
    /// The word of what became of it.
    pub outcome: String,
}

/// Write a line of the log; what is older than the newest is forgotten.
pub(super) fn write(
    tx: &mut Tx<'_>,
    now: Time,
    hook: &ProcessorHook,
    arrived: &ReceivedMessage,
    (event, outcome): (&str, MessageOutcome),
) -> Result<()> {
    tx.execute(
        sql!(
            "insert into payment_message
                 (site_id, id, hook_id, received_at, event, outcome, body_hash)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7) on conflict (site_id, id) do nothing"
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
    Ok(())
}

/// Whether there is a line of the log with this id.
pub(super) fn is_logged(tx: &mut Tx<'_>, site: SiteId, id: i64) -> Result<bool> {
    let found = tx.one(
        sql!("select id from payment_message where site_id = ?1 and id = ?2"),
        params![site, id],
        |row| row.next::<i64>(),
    )?;
    Ok(found.is_some())
}

pub(super) fn became(
    tx: &mut Tx<'_>,
    hook: &ProcessorHook,
    message: i64,
    (event, outcome): (&str, MessageOutcome),
) -> Result<()> {
    tx.execute(
        sql!(
            "update payment_message set outcome = ?3,
                 event = case when ?4 = '' then event else ?4 end
             where site_id = ?1 and id = ?2"
        ),
        params![hook.site, message, outcome.as_str(), event],
    )?;
    Ok(())
}

/// What came lately for a campaign, the newest first.
pub fn log(
    tx: &mut Tx<'_>,
    site: SiteId,
    campaign: CampaignId,
    limit: i64,
) -> Result<Vec<MessageLogEntry>> {
    tx.all(
        sql!(
            "select m.hook_id, m.received_at, m.event, m.outcome from payment_message m
             join payment_hook h on h.site_id = m.site_id and h.id = m.hook_id
             where m.site_id = ?1 and h.campaign_id = ?2 order by m.id desc limit ?3"
        ),
        params![site, campaign, limit],
        |row: &Row<'_>| {
            Ok(MessageLogEntry {
                hook: row.next()?,
                received_at: row.next()?,
                event: row.next()?,
                outcome: row.next()?,
            })
        },
    )
}
