//! What owners take over from a bank's statement or a processor's own account, by entries.

use rejoinder_core::funding::reconciling::LedgerPayment;
use rejoinder_core::funding::table::StatementRow;
use rejoinder_core::funding::{Campaign, EntryKind, Money, Movement};
use rejoinder_core::{AuthorId, EntryId, IdSource, SiteId, Time};
use sha2::{Digest as _, Sha256};

use super::hooks::{self, ProcessorHook};
use super::intake::{scoped, unscoped};
use super::ledger::{self, NewEntry, PaymentEntry};
use super::{gifts, lock};
use crate::{Result, Tx, params, sql};

/// The source of what comes from statements.
pub const STATEMENT: &str = "statement";

/// What rows of a statement are called in the ledger: by day, amount and reference, and by how many such
/// rows stood above them, so that two like gifts are two and the same row is one.
pub fn names_of(lines: &[StatementRow]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut seen = std::collections::HashMap::new();
    for line in lines {
        let plain = format!(
            "{}|{}|{}|{}",
            line.day,
            line.money.plain(),
            line.money.currency,
            line.reference.to_lowercase()
        );
        let n_above: &mut u32 = seen.entry(plain.clone()).or_default();
        let hash = Sha256::digest(format!("{plain}|{n_above}"));
        *n_above += 1;
        names.push(
            hash[..16]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        );
    }
    names
}

/// Whether each of these rows is in the ledger already.
pub fn are_known(tx: &mut Tx<'_>, site: SiteId, names: &[String]) -> Result<Vec<bool>> {
    let mut known = Vec::new();
    for name in names {
        let found = tx.one(
            sql!(
                "select id from ledger_entry
                 where site_id = ?1 and source = 'statement' and kind = 'manual' and external_id = ?2"
            ),
            params![site, name],
            |row| row.next::<EntryId>(),
        )?;
        known.push(found.is_some());
    }
    Ok(known)
}

/// Write rows of a statement down, each once. Returns how many are new.
pub fn write_down(
    tx: &mut Tx<'_>,
    now: Time,
    ids: &IdSource,
    campaign: &Campaign,
    (rows, by): (&[(String, StatementRow)], AuthorId),
) -> Result<usize> {
    let mut n_new = 0;
    for (name, line) in rows {
        let entry = NewEntry {
            id: EntryId(ids.next(now)),
            campaign: campaign.id,
            movement: Movement {
                kind: EntryKind::Manual,
                money: line.money,
                gifts: i64::from(line.money.minor > 0),
                occurred_at: line.day.min(now),
            },
            source: STATEMENT,
            external_id: name,
            payment: None,
            note: "",
            made_by: Some(by),
        };
        if ledger::record(tx, now, campaign.site, &entry)? {
            n_new += 1;
            gifts::keep_name(tx, now, campaign.site, &entry, &line.name)?;
        }
    }
    Ok(n_new)
}

/// The payments of an account that `lines` name, and those of the days between them.
pub fn payments(
    tx: &mut Tx<'_>,
    hook: &ProcessorHook,
    lines: &[StatementRow],
) -> Result<Vec<LedgerPayment>> {
    const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;
    let days = || lines.iter().map(|line| line.day.micros());
    let (Some(first), Some(last)) = (days().min(), days().max()) else {
        return Ok(Vec::new());
    };
    let source = hook.processor.as_str();
    let mut names: Vec<String> = tx.all(
        sql!(
            "select e.payment from ledger_entry e
             where e.site_id = ?1 and e.source = ?2 and e.payment is not null
               and e.kind = 'payment' and e.occurred_at >= ?3 and e.occurred_at < ?4
             order by e.id limit 5000"
        ),
        params![
            hook.site,
            source,
            Time::from_micros(first),
            Time::from_micros(last + DAY_MICROS)
        ],
        |row| row.next(),
    )?;
    names.extend(lines.iter().map(|line| scoped(hook, &line.reference)));
    names.sort_unstable();
    names.dedup();
    let others = others(tx, hook)?;
    let mut found = Vec::new();
    for name in names {
        let parts = ledger::of_payment(tx, hook.site, source, &name)?;
        let Some(paid) = parts.iter().find(|own| own.kind == EntryKind::Payment) else {
            continue;
        };
        let Some(payment) = unscoped(hook, &name) else {
            continue;
        };
        found.push(LedgerPayment {
            entry: paid.id,
            payment: payment.to_owned(),
            campaign: paid.campaign,
            left: Money {
                minor: parts.iter().map(|own| own.money.minor).sum(),
                ..paid.money
            },
            occurred_at: paid.occurred_at,
            is_elsewhere: paid.hook.is_some_and(|own| others.contains(&own)),
        });
    }
    Ok(found)
}

/// The other accounts of the site. What one told of that was removed since may be of any.
fn others(tx: &mut Tx<'_>, hook: &ProcessorHook) -> Result<Vec<i64>> {
    let mut numbers = hooks::numbers(tx, hook.site)?;
    numbers.retain(|own| *own != hook.id);
    Ok(numbers)
}

/// Let what is left of a payment be what its processor says, by one more entry, or two where both a payment
/// and its refund are new. Returns whether it was something else before.
pub fn settle(
    tx: &mut Tx<'_>,
    now: Time,
    ids: &IdSource,
    hook: &ProcessorHook,
    (line, by): (&StatementRow, AuthorId),
) -> Result<bool> {
    lock(tx, hook.site)?;
    let payment = scoped(hook, &line.reference);
    let source = hook.processor.as_str();
    let parts = ledger::of_payment(tx, hook.site, source, &payment)?;
    let left: i64 = parts.iter().map(|own| own.money.minor).sum();
    let paid = parts.iter().find(|own| own.kind == EntryKind::Payment);
    let minor = line.money.minor - left;
    let others = others(tx, hook)?;
    let is_of_another = |own: &PaymentEntry| {
        let is_elsewhere = own.hook.is_some_and(|own| others.contains(&own));
        own.money.currency != line.money.currency || is_elsewhere
    };
    if minor == 0 || paid.is_some_and(is_of_another) {
        return Ok(false);
    }
    // What went back of a payment that is new is taken off by an entry of its own: it may be told of still.
    let (first, then) = match paid {
        Some(_) => (minor, 0),
        None => (line.money.minor + line.back, -line.back - left),
    };
    let is_gift = |left: i64| i64::from(left > 0);
    let kind = match paid {
        Some(_) => EntryKind::Correction,
        None => EntryKind::Payment,
    };
    let name = match paid {
        Some(_) => format!("{payment}:{}", parts.len()),
        None => payment.clone(),
    };
    let entry = NewEntry {
        id: EntryId(ids.next(now)),
        campaign: paid.map_or(hook.campaign, |own| own.campaign),
        movement: Movement {
            kind,
            money: Money {
                minor: first,
                ..line.money
            },
            gifts: is_gift(left + first) - is_gift(left),
            occurred_at: line.day.min(now),
        },
        source,
        external_id: &name,
        payment: Some(&payment),
        note: "",
        made_by: Some(by),
    };
    let is_new = ledger::record_of(tx, now, hook.site, &entry, Some(hook.id))?;
    if is_new && then != 0 {
        let rest = NewEntry {
            id: EntryId(ids.next(now)),
            movement: Movement {
                kind: EntryKind::Correction,
                money: Money {
                    minor: then,
                    ..line.money
                },
                gifts: is_gift(line.money.minor) - is_gift(left + first),
                ..entry.movement
            },
            external_id: &format!("{payment}:back"),
            ..entry.clone()
        };
        ledger::record_of(tx, now, hook.site, &rest, Some(hook.id))?;
    }
    gifts::moved(tx, now, hook.site, (source, &payment))?;
    Ok(is_new)
}
