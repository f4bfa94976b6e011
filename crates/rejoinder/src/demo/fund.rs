//! The demo's campaign, with what has come in for it.

use std::time::Duration;

use rejoinder_core::funding::{
    CampaignDraft, CampaignMode, Currency, EntryKind, Milestone, Money, Movement,
};
use rejoinder_core::{CampaignId, EntryId, IdSource, SiteId, Time};
use serde::Deserialize;
use store::archive::imports;
use store::funding::gifts::{self, GiftWish};
use store::funding::ledger::{self, BY_HAND, NewEntry};
use store::identity::authors::{self, GuestDetails};
use store::{StoreError, Tx, funding::campaigns};

use super::FORMAT;
use crate::failure::Failure;

/// What `publication.toml` says of it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct CampaignFile {
    title: String,
    about: String,
    currency: String,
    goal: String,
    /// How long ago it began.
    days_ago: u64,
    /// How long it goes on.
    days: u64,
    milestones: Vec<MilestoneLine>,
    entries: Vec<LedgerLine>,
}

#[derive(Debug, Clone, Deserialize)]
struct MilestoneLine {
    amount: String,
    meaning: String,
}

#[derive(Debug, Clone, Deserialize)]
struct LedgerLine {
    amount: String,
    days_ago: u64,
    note: String,
    /// Who of the demo's readers gave it, and shows that with a badge and by name.
    by: Option<String>,
}

/// The campaign as it is kept, and the entries of its ledger.
pub(super) struct DemoCampaign {
    draft: CampaignDraft,
    entries: Vec<DemoEntry>,
}

/// An entry with its note, and who gave it.
struct DemoEntry {
    movement: Movement,
    note: String,
    by: Option<String>,
}

const fn days(n: u64) -> Duration {
    Duration::from_hours(24 * n)
}

/// The campaign as it is at `now`.
pub(super) fn made(fund: &CampaignFile, now: Time) -> Result<DemoCampaign, Failure> {
    let wrong = |what: &str| Failure::Failed(format!("the demo's campaign has a wrong {what}"));
    let currency: Currency = fund.currency.parse().map_err(|_| wrong("currency"))?;
    let amount = |text: &str| Money::parse(text, currency).map_err(|_| wrong("amount"));
    let mark = |own: &MilestoneLine| {
        Ok(Milestone {
            minor: amount(&own.amount)?.minor,
            meaning: own.meaning.clone(),
        })
    };
    let starts_at = now.before(days(fund.days_ago));
    let draft = CampaignDraft {
        title: fund.title.clone(),
        about: fund.about.trim().to_owned(),
        goal: amount(&fund.goal)?,
        mode: CampaignMode::Once,
        milestones: fund
            .milestones
            .iter()
            .map(mark)
            .collect::<Result<_, Failure>>()?,
        section: String::new(),
        url: None,
        starts_at,
        ends_at: Some(starts_at.after(days(fund.days))),
        names_supporters: fund.entries.iter().any(|own| own.by.is_some()),
    };
    let movement = |own: &LedgerLine| {
        let money = amount(&own.amount)?;
        let movement = Movement {
            kind: EntryKind::Manual,
            money,
            gifts: i64::from(money.minor > 0),
            occurred_at: now.before(days(own.days_ago)),
        };
        Ok(DemoEntry {
            movement,
            note: own.note.clone(),
            by: own.by.clone(),
        })
    };
    Ok(DemoCampaign {
        draft: draft.validated().map_err(|why| wrong(why.as_str()))?,
        entries: fund
            .entries
            .iter()
            .map(movement)
            .collect::<Result<_, Failure>>()?,
    })
}

/// Let the site raise money by it, unless it has campaigns.
pub(super) fn write(
    tx: &mut Tx<'_>,
    now: Time,
    ids: &IdSource,
    site: SiteId,
    made: &DemoCampaign,
) -> Result<(), StoreError> {
    if !campaigns::list(tx, site)?.is_empty() {
        return Ok(());
    }
    let campaign = CampaignId(ids.next(now));
    campaigns::add(tx, now, site, campaign, &made.draft)?;
    for own in &made.entries {
        let id = EntryId(ids.next(now));
        let entry = NewEntry {
            id,
            campaign,
            movement: own.movement,
            source: BY_HAND,
            external_id: &id.to_string(),
            payment: None,
            note: &own.note,
            made_by: None,
        };
        ledger::record(tx, now, site, &entry)?;
        if let Some(name) = &own.by {
            give_badge(tx, now, site, id, name)?;
        }
    }
    Ok(())
}

/// Let a gift be a reader's, as it is once they have shown the receipt.
fn give_badge(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    entry: EntryId,
    name: &str,
) -> Result<(), StoreError> {
    let details = GuestDetails {
        name: name.to_owned(),
        ..GuestDetails::default()
    };
    let id = imports::upsert_author(tx, now, site, FORMAT.into(), name, &details)?;
    let (author, entry) = (
        authors::by_id(tx, site, id)?,
        ledger::find(tx, site, entry)?,
    );
    let Some((author, entry)) = author.zip(entry) else {
        return Ok(());
    };
    let code = entry.id.to_string();
    gifts::add_code(tx, now, site, &entry, &code)?;
    let wish = GiftWish {
        badge: true,
        thanks: true,
    };
    gifts::claim(tx, now, site, &author, (&code, wish))?;
    Ok(())
}
