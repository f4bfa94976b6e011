//! What becomes of a message of a processor: an entry of the ledger, once, and a line of the log.

use rejoinder_core::funding::processors::{
    MessageRefusal, PaymentEvent, PaymentMovement, Processor, ReportedAmount,
};
use rejoinder_core::funding::{Currency, EntryKind, Money, Movement, PaymentTotals, due_entry};
use rejoinder_core::{EntryId, IdSource, Time};

use super::hooks::{self, ProcessorHook};
use super::ledger::{self, NewEntry, PaymentEntry};
pub use super::messages::{MessageOutcome, ReceivedMessage, log};
use super::messages::{became, write};
use super::{asking, gifts, lock, receipts};
use crate::{Result, Tx};

/// Take a message into the ledger and write down what became of it, both or neither.
pub fn receive(
    tx: &mut Tx<'_>,
    now: Time,
    ids: &IdSource,
    hook: &ProcessorHook,
    message: &ReceivedMessage,
) -> Result<MessageOutcome> {
    lock(tx, hook.site)?;
    let (event, outcome) = match &message.event {
        None => ("", MessageOutcome::NoSecret),
        Some(Err(why)) => ("", MessageOutcome::Refused(*why)),
        Some(Ok(own)) => {
            let outcome = match &own.question {
                Some(question) => {
                    asking::ask(tx, now, hook, message.id, question)?;
                    MessageOutcome::Waiting
                }
                None => count_all(tx, now, ids, hook, &own.movements)?,
            };
            (own.event.as_str(), outcome)
        }
    };
    write(tx, now, hook, message, (event, outcome))?;
    Ok(outcome)
}

/// Take what a processor answered into the ledger, and write down what became of the message that it was
/// asked about.
pub fn receive_answer(
    tx: &mut Tx<'_>,
    now: Time,
    ids: &IdSource,
    hook: &ProcessorHook,
    (message, answer): (i64, &std::result::Result<PaymentEvent, MessageRefusal>),
) -> Result<MessageOutcome> {
    lock(tx, hook.site)?;
    let (event, outcome) = match answer {
        Err(why) => ("", MessageOutcome::Refused(*why)),
        Ok(own) => {
            let outcome = count_all(tx, now, ids, hook, &own.movements)?;
            (own.event.as_str(), outcome)
        }
    };
    became(tx, hook, message, (event, outcome))?;
    Ok(outcome)
}

/// Write down that a processor did not answer, so far.
pub fn note_unanswered(tx: &mut Tx<'_>, hook: &ProcessorHook, message: i64) -> Result<()> {
    became(tx, hook, message, ("", MessageOutcome::Unanswered))
}

/// Write movements into the ledger, in their order.
fn count_all(
    tx: &mut Tx<'_>,
    now: Time,
    ids: &IdSource,
    hook: &ProcessorHook,
    movements: &[PaymentMovement],
) -> Result<MessageOutcome> {
    let mut outcome = match movements {
        [] => MessageOutcome::Ignored,
        _ => MessageOutcome::Known,
    };
    for moved in movements {
        if count(tx, now, ids, hook, moved)? {
            outcome = MessageOutcome::Counted;
        }
    }
    Ok(outcome)
}

/// Write a movement into the ledger. Returns whether it is new.
fn count(
    tx: &mut Tx<'_>,
    now: Time,
    ids: &IdSource,
    hook: &ProcessorHook,
    moved: &PaymentMovement,
) -> Result<bool> {
    let payment = scoped(hook, &moved.payment);
    let parts = ledger::of_payment(tx, hook.site, hook.processor.as_str(), &payment)?;
    let so_far = so_far(&parts, moved.amount.currency());
    let Some(due) = due_entry(moved.kind, moved.amount, so_far) else {
        return Ok(false);
    };
    let mut name = scoped(hook, &moved.name);
    if matches!(moved.amount, ReportedAmount::AsOf(_)) && so_far.n_entries > 0 {
        // A figure may come back to what it was.
        name = format!("{name}:{}", so_far.n_entries);
    }
    let is_payment = moved.kind == EntryKind::Payment;
    // What goes back of a payment goes back where that went.
    let home = parts.iter().find(|own| own.kind == EntryKind::Payment);
    let campaign = match home.map(|own| own.campaign) {
        Some(home) => home,
        None => hooks::meant(tx, hook, &moved.purposes)?.unwrap_or(hook.campaign),
    };
    let entry = NewEntry {
        id: EntryId(ids.next(now)),
        campaign,
        movement: Movement {
            kind: due.kind,
            money: due.money,
            gifts: due.gifts,
            // No clock of others decides on months that are still to come.
            occurred_at: moved.occurred_at.unwrap_or(now).min(now),
        },
        source: hook.processor.as_str(),
        external_id: &name,
        payment: Some(&payment),
        note: "",
        made_by: None,
    };
    if !ledger::record_of(tx, now, hook.site, &entry, Some(hook.id))? {
        return Ok(false);
    }
    if due.known.0 > 0 {
        give_back(tx, now, ids, hook, (&entry, due.known))?;
    }
    if is_payment && home.is_none() {
        bring(tx, now, ids, &entry, hook, &parts)?;
        gifts::keep(tx, now, hook.site, &entry, &moved.giver)?;
        receipts::want(tx, now, hook.site, entry.id, &moved.giver)?;
    } else {
        gifts::moved(tx, now, hook.site, (hook.processor.as_str(), &payment))?;
    }
    Ok(true)
}

/// Give back what was taken over from a processor's own account, now that the processor tells of it.
fn give_back(
    tx: &mut Tx<'_>,
    now: Time,
    ids: &IdSource,
    hook: &ProcessorHook,
    (told, (minor, gifts)): (&NewEntry<'_>, (i64, i64)),
) -> Result<()> {
    let back = NewEntry {
        id: EntryId(ids.next(now)),
        movement: Movement {
            kind: EntryKind::Correction,
            money: Money {
                minor,
                ..told.movement.money
            },
            gifts,
            ..told.movement
        },
        external_id: &format!("{}:known", told.external_id),
        ..told.clone()
    };
    ledger::record_of(tx, now, hook.site, &back, Some(hook.id))?;
    Ok(())
}

/// Bring what was told of a payment before it to the campaign that it is for, by counter-entries.
fn bring(
    tx: &mut Tx<'_>,
    now: Time,
    ids: &IdSource,
    entry: &NewEntry<'_>,
    hook: &ProcessorHook,
    parts: &[PaymentEntry],
) -> Result<()> {
    for part in parts.iter().filter(|own| own.campaign != entry.campaign) {
        for (sign, campaign, way) in [(-1, part.campaign, "from"), (1, entry.campaign, "to")] {
            let moved = NewEntry {
                id: EntryId(ids.next(now)),
                campaign,
                movement: Movement {
                    kind: EntryKind::Correction,
                    money: Money {
                        minor: sign * part.money.minor,
                        ..part.money
                    },
                    gifts: sign * part.gifts,
                    occurred_at: part.occurred_at,
                },
                external_id: &format!("{}:{way}", part.id),
                ..entry.clone()
            };
            ledger::record_of(tx, now, hook.site, &moved, Some(hook.id))?;
        }
    }
    Ok(())
}

/// An id as the ledger keeps it: those of Standard Webhooks are its sender's own, and two senders may
/// call their payments alike.
pub(super) fn scoped(hook: &ProcessorHook, id: &str) -> String {
    match hook.processor {
        Processor::Generic => format!("{}:{id}", hook.campaign),
        _ => id.to_owned(),
    }
}

/// What a processor itself calls what the ledger keeps as `name`; nothing where it is another account's.
pub(super) fn unscoped<'a>(hook: &ProcessorHook, name: &'a str) -> Option<&'a str> {
    match hook.processor {
        Processor::Generic => name
            .strip_prefix(&hook.campaign.to_string())?
            .strip_prefix(':'),
        _ => Some(name),
    }
}

/// What is known of a payment in `currency`.
fn so_far(parts: &[PaymentEntry], currency: Currency) -> PaymentTotals {
    let parts = || parts.iter().filter(|own| own.money.currency == currency);
    let sum =
        |of: fn(&&PaymentEntry) -> bool| parts().filter(of).map(|own| own.money.minor).sum::<i64>();
    PaymentTotals {
        n_entries: parts().count(),
        is_paid: parts().any(|own| own.kind == EntryKind::Payment),
        left: sum(|_| true),
        refunded: -sum(|own| own.kind == EntryKind::Refund),
        disputed: -sum(|own| own.kind == EntryKind::Dispute),
        reversed: -sum(|own| own.kind == EntryKind::Reversal),
        // What is brought from one campaign to another comes to nothing here.
        taken_back: -sum(|own| own.kind == EntryKind::Correction),
    }
}
