//! What owners do about campaigns, each with its row in the log of changes.

use rejoinder_core::funding::table::StatementRow;
use rejoinder_core::funding::{Campaign, CampaignDraft, EntryKind, Money, Movement};
use rejoinder_core::publication::audit::{AuditActor, AuditChange};
use rejoinder_core::{AuthorId, CampaignId, EntryId, IdSource, SiteId, Time};

use super::campaigns;
use super::hooks::{self, HookCredentials, NewHook, ProcessorHook};
use super::ledger::{self, BY_HAND, NewEntry};
use super::{gifts, reconciling};
use crate::publication::audit::{NewAuditEntry, note};
use crate::{Result, Tx};

/// Add a campaign. Returns whether there was room for it.
pub fn add(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    site: SiteId,
    (id, draft): (CampaignId, &CampaignDraft),
) -> Result<bool> {
    let added = campaigns::add(tx, now, site, id, draft)?;
    if added {
        let became = terms(draft);
        let values = (None, Some(became.as_str()));
        write(
            tx,
            now,
            by,
            site,
            (AuditChange::CampaignAdded, &draft.title),
            values,
        )?;
    }
    Ok(added)
}

/// Let a campaign say something else. Returns whether there is such a campaign.
pub fn change(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    site: SiteId,
    (id, draft): (CampaignId, &CampaignDraft),
) -> Result<bool> {
    let Some(known) = campaigns::find(tx, site, id)? else {
        return Ok(false);
    };
    if known.draft == *draft {
        return Ok(true);
    }
    let (was, became) = (terms(&known.draft), terms(draft));
    let values = (Some(was.as_str()), Some(became.as_str()));
    write(
        tx,
        now,
        by,
        site,
        (AuditChange::CampaignChanged, &draft.title),
        values,
    )?;
    campaigns::change(tx, site, id, draft)
}

/// Hide a campaign from readers, or show it again. Returns whether there is such a campaign.
pub fn hide(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    site: SiteId,
    (id, is_hidden): (CampaignId, bool),
) -> Result<bool> {
    let Some(known) = campaigns::find(tx, site, id)? else {
        return Ok(false);
    };
    if known.hidden_at.is_some() == is_hidden {
        return Ok(true);
    }
    let change = match is_hidden {
        true => AuditChange::CampaignHidden,
        false => AuditChange::CampaignShown,
    };
    write(
        tx,
        now,
        by,
        site,
        (change, &known.draft.title),
        (None, None),
    )?;
    campaigns::hide(tx, site, id, is_hidden.then_some(now))
}

/// What an owner writes into a ledger by hand.
#[derive(Debug, Clone)]
pub struct ManualEntry {
    /// Drawn for it.
    pub id: EntryId,
    /// How much came in; below zero where it went out.
    pub money: Money,
    /// When the money moved.
    pub occurred_at: Time,
    /// What it was.
    pub note: String,
    /// Drawn with the form, so that one that is sent twice counts once.
    pub once: String,
    /// Who writes it.
    pub by: AuthorId,
}

/// Write an entry by hand. Returns whether it is new.
pub fn write_down(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    campaign: &Campaign,
    own: &ManualEntry,
) -> Result<bool> {
    let entry = NewEntry {
        id: own.id,
        campaign: campaign.id,
        movement: Movement {
            kind: EntryKind::Manual,
            money: own.money,
            gifts: i64::from(own.money.minor > 0),
            occurred_at: own.occurred_at,
        },
        source: BY_HAND,
        external_id: &own.once,
        payment: None,
        note: &own.note,
        made_by: Some(own.by),
    };
    let is_new = ledger::record(tx, now, campaign.site, &entry)?;
    if is_new {
        let became = amount(own.money);
        let about = (AuditChange::EntryAdded, campaign.draft.title.as_str());
        write(tx, now, by, campaign.site, about, (None, Some(&became)))?;
    }
    Ok(is_new)
}

/// Take an entry of a campaign back. Returns whether there was one to take back.
pub fn take_back(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    campaign: &Campaign,
    (entry, new, author, why): (EntryId, EntryId, AuthorId, &str),
) -> Result<bool> {
    let known = ledger::find(tx, campaign.site, entry)?;
    let Some(known) = known.filter(|own| own.campaign == campaign.id) else {
        return Ok(false);
    };
    let back = (new, Some(author), why);
    let is_new = ledger::counter(tx, now, campaign.site, &known, back)?;
    if is_new {
        gifts::countered(tx, now, campaign.site, known.id)?;
        let was = amount(known.movement.money);
        let about = (AuditChange::EntryCountered, campaign.draft.title.as_str());
        write(tx, now, by, campaign.site, about, (Some(&was), None))?;
    }
    Ok(is_new)
}

/// Write rows of a statement down, each once. Returns how many are new.
pub fn write_statement(
    tx: &mut Tx<'_>,
    now: Time,
    ids: &IdSource,
    by: &AuditActor,
    (campaign, rows, author): (&Campaign, &[(String, StatementRow)], AuthorId),
) -> Result<usize> {
    let n_new = reconciling::write_down(tx, now, ids, campaign, (rows, author))?;
    if n_new > 0 {
        let became = n_new.to_string();
        let about = (AuditChange::StatementAdded, campaign.draft.title.as_str());
        write(tx, now, by, campaign.site, about, (None, Some(&became)))?;
    }
    Ok(n_new)
}

/// Let what is left of payments be what their processor says. Returns how many were something else before.
pub fn settle(
    tx: &mut Tx<'_>,
    now: Time,
    ids: &IdSource,
    by: &AuditActor,
    (hook, lines, author): (&ProcessorHook, &[StatementRow], AuthorId),
) -> Result<usize> {
    let mut n_settled = 0;
    for line in lines {
        n_settled += usize::from(reconciling::settle(tx, now, ids, hook, (line, author))?);
    }
    if n_settled > 0 {
        let became = n_settled.to_string();
        let about = (AuditChange::Reconciled, hook.processor.as_str());
        write(tx, now, by, hook.site, about, (None, Some(&became)))?;
    }
    Ok(n_settled)
}

/// Let whoever is told `code` show that they gave what an entry of a campaign says. Returns whether it is a
/// gift at all that nobody has made their own.
pub fn add_code(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    campaign: &Campaign,
    (entry, code): (EntryId, &str),
) -> Result<bool> {
    let known = ledger::find(tx, campaign.site, entry)?;
    let Some(known) = known.filter(|own| own.campaign == campaign.id) else {
        return Ok(false);
    };
    let is_gift = gifts::add_code(tx, now, campaign.site, &known, code)?;
    if is_gift {
        let of = amount(known.movement.money);
        let about = (AuditChange::GiftCode, campaign.draft.title.as_str());
        write(tx, now, by, campaign.site, about, (None, Some(&of)))?;
    }
    Ok(is_gift)
}

/// Name whoever gave what an entry of a campaign says no more. Returns whether they were named.
pub fn hide_giver(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    campaign: &Campaign,
    entry: EntryId,
) -> Result<bool> {
    let known = ledger::find(tx, campaign.site, entry)?;
    if known.is_none_or(|own| own.campaign != campaign.id) {
        return Ok(false);
    }
    let was_named = gifts::hide_giver(tx, campaign.site, entry)?;
    if was_named {
        let about = (AuditChange::GiverUnnamed, campaign.draft.title.as_str());
        write(tx, now, by, campaign.site, about, (None, None))?;
    }
    Ok(was_named)
}

/// Let a processor tell of payments. Returns whether there was room for one more address.
pub fn add_hook(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    campaign: &Campaign,
    new: &NewHook,
) -> Result<bool> {
    let added = hooks::add(tx, now, campaign.site, new)?;
    if added {
        let became = (None, Some(campaign.draft.title.as_str()));
        let about = (AuditChange::HookAdded, new.processor.as_str());
        write(tx, now, by, campaign.site, about, became)?;
    }
    Ok(added)
}

/// Let an account at a processor be known otherwise, or by more.
pub fn set_hook_access(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    hook: &ProcessorHook,
    access: &HookCredentials,
) -> Result<()> {
    let about = (AuditChange::HookSecret, hook.processor.as_str());
    write(
        tx,
        now,
        by,
        hook.site,
        about,
        (None, access.account.as_deref()),
    )?;
    hooks::set_access(tx, hook, access)
}

/// Let payments that say `word` be for `campaign`; for none, they go where those without a word go. Returns
/// whether there was room for one more word.
pub fn set_purpose(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    hook: &ProcessorHook,
    (word, campaign): (&str, Option<&Campaign>),
) -> Result<bool> {
    let is_set = hooks::set_purpose(tx, hook, word, campaign.map(|own| own.id))?;
    if is_set {
        let title = campaign.map(|own| own.draft.title.as_str());
        let about = (AuditChange::HookPurpose, hook.processor.as_str());
        write(tx, now, by, hook.site, about, (Some(word), title))?;
    }
    Ok(is_set)
}

/// Forget an address. What was counted stays.
pub fn remove_hook(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    hook: &ProcessorHook,
) -> Result<()> {
    let about = (AuditChange::HookRemoved, hook.processor.as_str());
    write(tx, now, by, hook.site, about, (None, None))?;
    hooks::remove(tx, hook)
}

fn amount(money: Money) -> String {
    format!("{} {}", money.plain(), money.currency)
}

/// What a campaign comes down to, for the log.
fn terms(draft: &CampaignDraft) -> String {
    let ends = draft.ends_at.map(|ends| format!(" – {ends}"));
    format!(
        "{}: {}, {}, {}{}",
        draft.title,
        amount(draft.goal),
        draft.mode.as_str(),
        draft.starts_at,
        ends.unwrap_or_default()
    )
}

fn write(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    site: SiteId,
    (change, subject): (AuditChange, &str),
    (was, became): (Option<&str>, Option<&str>),
) -> Result<()> {
    let told = NewAuditEntry {
        change,
        subject,
        about: None,
        was,
        became,
    };
    note(tx, now, site, by, &told)
}
