//! Deciding on corrections, and telling their senders.

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::moderation::decision;
use rejoinder_core::passages::correction::{CorrectionState, may_decide};
use rejoinder_core::passages::{Correction, CorrectionChange};
use rejoinder_core::publication::settings::{Passages, Questions};
use rejoinder_core::{AuthorId, CorrectionId, ErratumId, Page, Refusal, SiteId, Time};
use serde::{Deserialize, Serialize};

use crate::discussion::{events, pages};
use crate::jobs::{self, NewJob, Payload};
use crate::moderation::groups::Scope;
use crate::notices::outbox::UNDO_WINDOW;
use crate::passages::errata::{self, ErratumTiming, NewErratum};
use crate::passages::{allowed, corrections, versions};
use crate::{Result, Tx, params, sql};

/// Tells the sender of a correction by mail what became of it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct TellSender {
    /// Of which correction.
    pub correction: CorrectionId,
    /// Whether it was accepted.
    pub is_accepted: bool,
}

impl Payload for TellSender {
    const KIND: &'static str = corrections::MAIL;

    // What a mail server says of an address may repeat it.
    fn subject(&self) -> Option<String> {
        Some(self.correction.to_string())
    }
}

/// Who decides, and on what.
#[derive(Debug, Clone)]
pub struct CorrectionDecision {
    /// The site of the correction.
    pub site: SiteId,
    /// On which correction.
    pub id: CorrectionId,
    /// The editor who decides.
    pub by: AuthorId,
    /// Which pages they reach.
    pub scope: Scope,
    /// A word to the sender.
    pub reason: Option<String>,
}

/// How a correction is accepted.
#[derive(Debug, Clone)]
pub struct CorrectionAcceptance {
    /// Drawn for the line in the list of corrections.
    pub erratum: ErratumId,
    /// The line; nothing where the list says nothing of it.
    pub line: Option<String>,
    /// Whether the sender is thanked, as far as they agreed.
    pub is_thanked: bool,
    /// Which version of the article says it.
    pub when: ErratumTiming,
}

/// Accept a correction, and say so in the list of corrections.
pub fn accept(
    tx: &mut Tx<'_>,
    now: Time,
    decision: &CorrectionDecision,
    acceptance: &CorrectionAcceptance,
) -> Result<()> {
    let (page, own) = to_decide(tx, decision)?;
    may_decide(own.state)?;
    let version = match acceptance.when {
        ErratumTiming::Now => versions::newest_number(tx, decision.site, page.id)?,
        ErratumTiming::NextVersion => None,
    };
    decide(tx, now, decision, CorrectionState::Accepted)?;
    tx.execute(
        sql!(
            "update correction set version = ?3, awaits_version = ?4
             where site_id = ?1 and id = ?2"
        ),
        params![
            decision.site,
            decision.id,
            version,
            i64::from(acceptance.when == ErratumTiming::NextVersion)
        ],
    )?;
    if let Some(line) = &acceptance.line {
        let new = NewErratum {
            id: acceptance.erratum,
            line: line.clone(),
            thanks: own.thanks.clone().filter(|_| acceptance.is_thanked),
            correction: Some(decision.id),
            by: decision.by,
            when: acceptance.when,
        };
        errata::add(tx, now, &page, &new)?;
    }
    events::append_correction(tx, now, &page, decision.id, CorrectionChange::Decided)?;
    tell(tx, now, &own, true)
}

/// Decline a correction.
pub fn decline(tx: &mut Tx<'_>, now: Time, decision: &CorrectionDecision) -> Result<()> {
    let (page, own) = to_decide(tx, decision)?;
    may_decide(own.state)?;
    decide(tx, now, decision, CorrectionState::Declined)?;
    if own.state == CorrectionState::Open {
        events::append_correction(tx, now, &page, decision.id, CorrectionChange::Decided)?;
    }
    tell(tx, now, &own, false)
}

/// Have a correction wait again, whatever was decided. What the list of corrections says of it goes.
pub fn reopen(tx: &mut Tx<'_>, now: Time, decision: &CorrectionDecision) -> Result<()> {
    let (page, _) = to_decide(tx, decision)?;
    // The same may be decided again, and is told anew.
    corrections::forget_mails(tx, decision.site, &[decision.id])?;
    tx.execute(
        sql!(
            "update correction set state = 'open', decided_by = null, decided_at = null,
                 reason = null, version = null, awaits_version = 0, seen_at = null
             where site_id = ?1 and id = ?2"
        ),
        params![decision.site, decision.id],
    )?;
    if let Some(erratum) = errata::of_correction(tx, decision.site, decision.id)? {
        errata::remove(tx, now, &page, &erratum)?;
    }
    events::append_correction(tx, now, &page, decision.id, CorrectionChange::Received)?;
    Ok(())
}

/// Say of a page itself what its readers may do with passages.
pub fn allow(tx: &mut Tx<'_>, now: Time, page: &Page, passages: Option<Passages>) -> Result<()> {
    let page = pages::lock(tx, page.site, page.id)?;
    allowed::set(tx, page.site, page.id, passages)?;
    events::append(tx, now, &page, EventKind::PageChanged, None)?;
    Ok(())
}

/// Say of a page itself whether editors ask questions of its passages.
pub fn allow_questions(
    tx: &mut Tx<'_>,
    now: Time,
    page: &Page,
    questions: Option<Questions>,
) -> Result<()> {
    let page = pages::lock(tx, page.site, page.id)?;
    allowed::set_questions(tx, page.site, page.id, questions)?;
    events::append(tx, now, &page, EventKind::PageChanged, None)?;
    Ok(())
}

/// The correction with its page, which is locked, where they are in reach.
fn to_decide(tx: &mut Tx<'_>, decision: &CorrectionDecision) -> Result<(Page, Correction)> {
    decision::may_note(decision.reason.as_deref())?;
    let found =
        corrections::find(tx, decision.site, decision.id)?.ok_or(Refusal::CorrectionUnknown)?;
    let page = pages::in_scope(tx, decision.site, found.page, &decision.scope)?;
    let page = page.ok_or(Refusal::CorrectionUnknown)?;
    let page = pages::lock(tx, decision.site, page.id)?;
    let own =
        corrections::find(tx, decision.site, decision.id)?.ok_or(Refusal::CorrectionUnknown)?;
    Ok((page, own))
}

fn decide(
    tx: &mut Tx<'_>,
    now: Time,
    decision: &CorrectionDecision,
    state: CorrectionState,
) -> Result<()> {
    tx.execute(
        sql!(
            "update correction set state = ?3, decided_by = ?4, decided_at = ?5, reason = ?6
             where site_id = ?1 and id = ?2"
        ),
        params![
            decision.site,
            decision.id,
            state.as_str(),
            decision.by,
            now,
            decision.reason.as_deref()
        ],
    )?;
    Ok(())
}

/// Tell the sender by mail, once it can no longer be a slip.
fn tell(tx: &mut Tx<'_>, now: Time, own: &Correction, is_accepted: bool) -> Result<()> {
    // What the rules set aside may bear the address of somebody who knows nothing of it.
    if !own.has_email || own.state == CorrectionState::Held {
        return Ok(());
    }
    let tell = TellSender {
        correction: own.id,
        is_accepted,
    };
    let job = NewJob::new(own.site, &tell, now.after(UNDO_WINDOW))?;
    jobs::add(tx, now, &job)?;
    Ok(())
}

/// What a sender is told, where it is still so: the correction, its page, and the address.
pub fn due(
    tx: &mut Tx<'_>,
    site: SiteId,
    job: TellSender,
) -> Result<Option<(Correction, Page, String)>> {
    let state = match job.is_accepted {
        true => CorrectionState::Accepted,
        false => CorrectionState::Declined,
    };
    let own = corrections::find(tx, site, job.correction)?;
    let Some(own) = own.filter(|own| own.state == state) else {
        return Ok(None);
    };
    let email: Option<Option<String>> = tx.one(
        sql!("select email from correction where site_id = ?1 and id = ?2"),
        params![site, own.id],
        |row| row.next(),
    )?;
    let page = pages::by_id(tx, site, own.page)?;
    let due = page.zip(email.flatten());
    Ok(due.map(|(page, email)| (own, page, email)))
}

/// The sender was told: their address is of no more use.
pub fn mark_told(tx: &mut Tx<'_>, site: SiteId, id: CorrectionId) -> Result<()> {
    tx.execute(
        sql!("update correction set email = null where site_id = ?1 and id = ?2"),
        params![site, id],
    )?;
    Ok(())
}
