//! Questions to processors: what they are asked about, and when.

use std::time::Duration;

use rejoinder_core::funding::processors::ProcessorQuery;
use rejoinder_core::{SiteId, Time};
use serde::{Deserialize, Serialize};

use super::gifts::RETENTION;
use super::hooks::{self, ProcessorHook};
use super::messages::{self, MessageOutcome, ReceivedMessage};
use crate::jobs::{self, NewJob, Payload};
use crate::{Result, Tx};

/// A processor that tells of nothing by itself is asked no more often.
const INTERVAL: Duration = Duration::from_secs(60 * 60);

/// However many hints come, an account is asked once in so long.
const PAUSE: Duration = Duration::from_secs(60);

/// Asks a processor.
#[derive(Debug, Serialize, Deserialize)]
pub struct AskProcessor {
    /// With which of the site's accounts.
    pub hook: i64,
    /// The line of the log that tells what became of it.
    pub message: i64,
    /// What it is asked about.
    pub about: ProcessorQueryJson,
    /// When an account may be asked about everything again.
    pub slot: i64,
}

/// What a processor is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcessorQueryJson {
    /// What an invoice came to.
    Invoice(String),
    /// What was paid out of a pull payment.
    Payout {
        /// The pull payment.
        pull_payment: String,
        /// The payout.
        payout: String,
    },
    /// Whether it sent this message.
    Message(String),
    /// What it knows of the account.
    Account,
}

impl Payload for AskProcessor {
    const KIND: &'static str = "ask_processor";

    /// Never with what a message said.
    fn dedup_key(&self) -> Option<String> {
        Some(match self.about {
            ProcessorQueryJson::Account => format!("{}:account:{}", self.hook, self.slot),
            _ => format!("{}:{}", self.hook, self.message),
        })
    }
}

/// Ask the processor of `hook` about the message that the log calls `message`.
pub(super) fn ask(
    tx: &mut Tx<'_>,
    now: Time,
    hook: &ProcessorHook,
    message: i64,
    question: &ProcessorQuery,
) -> Result<()> {
    let (about, at) = match question {
        ProcessorQuery::Invoice(id) => (ProcessorQueryJson::Invoice(id.clone()), now),
        ProcessorQuery::Payout {
            pull_payment,
            payout,
        } => {
            let (pull_payment, payout) = (pull_payment.clone(), payout.clone());
            let about = ProcessorQueryJson::Payout {
                pull_payment,
                payout,
            };
            (about, now)
        }
        ProcessorQuery::Message(text) => (ProcessorQueryJson::Message(text.clone()), now),
        // Whatever has become of the account by the end of the pause is in the answer.
        ProcessorQuery::Account => (ProcessorQueryJson::Account, end_of_pause(now)),
    };
    let payload = AskProcessor {
        hook: hook.id,
        message,
        about,
        slot: at.seconds(),
    };
    let job = NewJob::new(hook.site, &payload, at)?.in_lane(hook.id);
    jobs::add(tx, now, &job)?;
    Ok(())
}

fn end_of_pause(now: Time) -> Time {
    let pause = i64::try_from(PAUSE.as_secs()).unwrap_or(i64::MAX);
    let slot = now.seconds().div_euclid(pause) + 1;
    Time::from_micros(slot.saturating_mul(pause).saturating_mul(1_000_000))
}

/// The id of the line about a question at `at`, in the order of other ids.
fn line_of(hook: &ProcessorHook, at: Time) -> i64 {
    const BITS: u32 = 21;
    let millis = at.micros().div_euclid(1_000);
    (millis << BITS) | (hook.id & ((1 << BITS) - 1))
}

/// Ask what is to be asked by the clock at a site.
pub(crate) fn ask_by_the_clock(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    for hook in hooks::to_be_asked(tx, now.before(INTERVAL), site)? {
        ask_about_all(tx, now, &hook)?;
    }
    Ok(())
}

/// Forget the messages that no processor was ever asked about: they say who gave, and more than is kept of
/// that.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    let before = now.before(RETENTION);
    jobs::drop_old_parked(tx, now, site, (AskProcessor::KIND, before))
}

/// Ask what has become of an account.
pub fn ask_about_all(tx: &mut Tx<'_>, now: Time, hook: &ProcessorHook) -> Result<()> {
    // One line for each pause: whoever asks again waits for the same answer.
    let at = end_of_pause(now);
    let id = line_of(hook, at);
    let is_known = messages::is_logged(tx, hook.site, id)?;
    if !is_known {
        let asked = ReceivedMessage {
            id,
            event: None,
            hash: [0; 32],
        };
        messages::write(tx, now, hook, &asked, ("", MessageOutcome::Waiting))?;
        ask(tx, now, hook, id, &ProcessorQuery::Account)?;
    }
    hooks::asked(tx, now, hook)
}
