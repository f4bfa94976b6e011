//! What moderators decide, and the log of everything that changed where a comment stands.
//!
//! Each row of the log belongs to one event of its page and has that event's version: the order is
//! the page's, never the clock's. The newest row about a comment says where it stands; one without
//! rows stands where it was posted, published.

mod change;
mod log;
mod pins;

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::moderation::decision::{self, Decider};
use rejoinder_core::moderation::{
    CommentSnapshot, LogAction, ModerationAction, Reason, StateReason,
};
use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_core::{
    Author, Comment, CommentId, CommentState, Page, PageId, Refusal, SiteId, Time,
};

use crate::database::error::StoreError;
use crate::discussion::{comments, events, pages, versions};
use crate::moderation::reach::{self, Moderator};
use crate::moderation::{flags, groups};
use crate::{Result, Tx, params, sql};

pub(crate) use change::{LogEntry, change, note_findings, snapshot};
pub use log::{Actor, Decision, DecisionId, LogCursor, LogQuery, LogSubject, NotADecisionId, log};
pub(crate) use log::{findings_of, standing_judgement};

/// The most decisions that are made at once.
pub const MAX_AT_ONCE: usize = 100;

/// What a moderator wants to do with a comment.
#[derive(Debug, Clone)]
pub struct DecisionRequest {
    /// At which site.
    pub site: SiteId,
    /// Who decides.
    pub moderator: Author,
    /// On which comment.
    pub comment: CommentId,
    /// The revision that the moderator saw.
    pub revision: i64,
    /// What to do.
    pub action: ModerationAction,
    /// Why, where it is refused.
    pub reason: Option<Reason>,
    /// What the author is told besides.
    pub note: Option<String>,
}

/// What a decision left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionOutcome {
    /// The comment as it is now.
    pub comment: Comment,
    /// The decision, by which it can be undone; `None` when nothing had to change.
    pub decision: Option<DecisionId>,
}

/// Decide on a comment. Deciding the same again is the same as once, unless readers have flagged it
/// since: then it answers them.
pub fn decide(tx: &mut Tx<'_>, now: Time, request: &DecisionRequest) -> Result<DecisionOutcome> {
    let DecisionRequest { site, action, .. } = *request;
    decision::may_decide(request.moderator.role, action)?;
    decision::may_note(request.note.as_deref())?;
    let (page, comment, moderator) = reach::decided(tx, site, &request.moderator, request.comment)?;
    let before = snapshot(tx, site, comment.id)?;
    let is_root = comment.parent.is_none();
    let resolved = pins::resolve(tx, &page, comment.id, action)?;
    let after = match resolved {
        Some(action) => decision::after(action, &before, request.reason, is_root, now)?,
        None => before.clone(),
    };
    let answers_flags = action.judges()
        && before.state != CommentState::Removed
        && flags::are_open(tx, site, comment.id)?;
    if after == before && !answers_flags {
        return Ok(DecisionOutcome {
            comment,
            decision: None,
        });
    }
    if comment.revision != request.revision {
        return Err(Refusal::EditedMeanwhile {
            revision: comment.revision,
        }
        .into());
    }
    let after = pinned(tx, &page, comment.id, &before, after)?;
    let entry = LogEntry {
        by: Decider::Moderator(moderator.id()),
        action: action.into(),
        judges: action.judges(),
        reason: request
            .reason
            .map(|reason| StateReason::from(reason).into()),
        note: request.note.as_deref(),
        findings: &[],
        undoes: None,
    };
    let id = change(tx, now, &page, &comment, &before, &after, &entry)?;
    Ok(DecisionOutcome {
        comment: comments::expect(tx, site, comment.id)?,
        decision: Some(id),
    })
}

/// What a comment is to be, once the other pinned ones have made room for it.
fn pinned(
    tx: &mut Tx<'_>,
    page: &Page,
    id: CommentId,
    before: &CommentSnapshot,
    after: CommentSnapshot,
) -> Result<CommentSnapshot> {
    match after.pin {
        Some(place) if after.pin != before.pin => Ok(CommentSnapshot {
            pin: Some(pins::put(tx, page, id, place)?),
            ..after
        }),
        _ => Ok(after),
    }
}

/// Decide on many comments, each with its own result; the rest goes on when one is refused, of which
/// nothing is left.
pub fn decide_all(
    tx: &mut Tx<'_>,
    now: Time,
    requests: &[DecisionRequest],
) -> Result<Vec<std::result::Result<DecisionOutcome, Refusal>>> {
    let mut results = Vec::with_capacity(requests.len().min(MAX_AT_ONCE));
    for one in requests.iter().take(MAX_AT_ONCE) {
        results.push(match tx.attempt(|tx| decide(tx, now, one)) {
            Ok(decided) => Ok(decided),
            Err(StoreError::Refused(refusal)) => Err(refusal),
            Err(error) => return Err(error),
        });
    }
    Ok(results)
}

/// Undo a moderator's decision, while what it changed still stands and nobody has judged the comment
/// since. Returns the comment, or `None` where the decision was about a page.
pub fn undo(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    moderator: &Author,
    id: DecisionId,
) -> Result<Option<Comment>> {
    let decision = log::by_id(tx, site, id)?.ok_or(Refusal::NotUndoable)?;
    match decision.comment {
        Some(comment) => undo_of_comment(tx, now, site, moderator, id, comment).map(Some),
        None => {
            undo_of_page(tx, now, site, moderator, &decision)?;
            Ok(None)
        }
    }
}

/// A decision out of reach is as unknown as one that was never made.
fn nothing_to_undo(error: StoreError) -> StoreError {
    match error {
        StoreError::Refused(Refusal::CommentUnknown | Refusal::PageMissing) => {
            Refusal::NotUndoable.into()
        }
        other => other,
    }
}

fn undo_of_page(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    moderator: &Author,
    decision: &Decision,
) -> Result<()> {
    let (page, moderator) =
        reach_page(tx, site, moderator, decision.id.page).map_err(nothing_to_undo)?;
    let closes = match decision.action.known() {
        Some(LogAction::ClosePage) => false,
        Some(LogAction::OpenPage) => true,
        _ => return Err(Refusal::NotUndoable.into()),
    };
    let decision = log::by_id(tx, site, decision.id)?.ok_or(Refusal::NotUndoable)?;
    if !decision.can_be_undone() {
        return Err(Refusal::NotUndoable.into());
    }
    if page.closed_at.is_some() == closes {
        return Err(Refusal::DecidedMeanwhile.into());
    }
    pages::set_closed(tx, site, page.id, closes.then_some(now))?;
    page_decision(
        tx,
        now,
        moderator,
        &page,
        LogAction::Undo,
        None,
        Some(decision.id.version),
    )?;
    Ok(())
}

fn undo_of_comment(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    moderator: &Author,
    id: DecisionId,
    comment: CommentId,
) -> Result<Comment> {
    let (page, comment, who) =
        reach::decided(tx, site, moderator, comment).map_err(nothing_to_undo)?;
    let decision = log::by_id(tx, site, id)?.ok_or(Refusal::NotUndoable)?;
    if !decision.can_be_undone() {
        return Err(Refusal::NotUndoable.into());
    }
    let (Some(before), Some(after)) = (&decision.before, &decision.after) else {
        return Err(Refusal::NotUndoable.into());
    };
    if let Some(action) = decision
        .action
        .known()
        .and_then(LogAction::moderation_action)
    {
        decision::may_decide(moderator.role, action)?;
        if action.judges() && log::is_judged_after(tx, site, comment.id, id)? {
            return Err(Refusal::DecidedMeanwhile.into());
        }
    }
    let current = snapshot(tx, site, comment.id)?;
    let undone = decision::undo(&current, before, after)?;
    if before.revision != after.revision
        && !versions::can_bring_back(tx, site, comment.id, before.revision)?
    {
        return Err(Refusal::NotUndoable.into());
    }
    let entry = LogEntry {
        by: Decider::Moderator(who.id()),
        action: LogAction::Undo,
        judges: false,
        reason: None,
        note: None,
        findings: &[],
        undoes: Some(id.version),
    };
    let undone = pinned(tx, &page, comment.id, &current, undone)?;
    change(tx, now, &page, &comment, &current, &undone, &entry)?;
    comments::expect(tx, site, comment.id)
}

/// Close a page to new comments, or open it. `None` when it was so already.
pub fn set_page_closed(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    moderator: &Author,
    page: PageId,
    closes: bool,
    note: Option<&str>,
) -> Result<Option<DecisionId>> {
    decision::may_note(note)?;
    let (page, moderator) = reach_page(tx, site, moderator, page)?;
    if page.closed_at.is_some() == closes {
        return Ok(None);
    }
    pages::set_closed(tx, site, page.id, closes.then_some(now))?;
    let action = match closes {
        true => LogAction::ClosePage,
        false => LogAction::OpenPage,
    };
    page_decision(tx, now, moderator, &page, action, note, None).map(Some)
}

/// Let comments on a page appear at once or after approval, whatever the site says; `None` leaves it
/// to the page's groups and the site. Returns `None` when it was so already.
pub fn set_page_mode(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    moderator: &Author,
    page: PageId,
    mode: Option<ModerationMode>,
) -> Result<Option<DecisionId>> {
    let (page, moderator) = reach_page(tx, site, moderator, page)?;
    let word = groups::mode_word(mode);
    let n_changed = tx.execute(
        sql!(
            "update page set mode = ?3 where site_id = ?1 and id = ?2
               and coalesce(mode, '') <> coalesce(cast(?3 as text), '')"
        ),
        params![site, page.id, word],
    )?;
    if n_changed == 0 {
        return Ok(None);
    }
    let action = match mode {
        Some(ModerationMode::Before) => LogAction::ModeBefore,
        Some(ModerationMode::After) => LogAction::ModeAfter,
        Some(ModerationMode::Closed) | None => LogAction::ModeOfSite,
    };
    page_decision(tx, now, moderator, &page, action, None, None).map(Some)
}

/// Say what a page asks its readers while nobody has commented; nothing takes the question away. Returns
/// `None` when it was so already.
pub fn set_invitation(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    moderator: &Author,
    page: PageId,
    invitation: Option<&str>,
) -> Result<Option<DecisionId>> {
    let (page, moderator) = reach_page(tx, site, moderator, page)?;
    let n_changed = tx.execute(
        sql!(
            "update page set invitation = ?3 where site_id = ?1 and id = ?2
               and coalesce(invitation, '') <> coalesce(cast(?3 as text), '')"
        ),
        params![site, page.id, invitation],
    )?;
    if n_changed == 0 {
        return Ok(None);
    }
    page_decision(
        tx,
        now,
        moderator,
        &page,
        LogAction::Invitation,
        invitation,
        None,
    )
    .map(Some)
}

fn reach_page(
    tx: &mut Tx<'_>,
    site: SiteId,
    moderator: &Author,
    page: PageId,
) -> Result<(Page, Moderator)> {
    decision::may_decide(moderator.role, ModerationAction::CloseBranch)?;
    reach::page(tx, site, moderator, page)
}

fn page_decision(
    tx: &mut Tx<'_>,
    now: Time,
    moderator: Moderator,
    page: &Page,
    action: LogAction,
    note: Option<&str>,
    undoes: Option<i64>,
) -> Result<DecisionId> {
    let version = events::append(tx, now, page, EventKind::PageChanged, None)?;
    tx.execute(
        sql!(
            "insert into decision
                 (site_id, page_id, version, actor, moderator_id, action, note, at, undoes)
             values (?1, ?2, ?3, 'moderator', ?4, ?5, ?6, ?7, ?8)"
        ),
        params![
            page.site,
            page.id,
            version,
            moderator.id(),
            action.as_str(),
            note,
            now,
            undoes
        ],
    )?;
    if let Some(undone) = undoes {
        mark_undone(tx, page, undone, version)?;
    }
    Ok(DecisionId {
        page: page.id,
        version,
    })
}

pub(crate) fn mark_undone(tx: &mut Tx<'_>, page: &Page, undone: i64, by: i64) -> Result<()> {
    tx.execute(
        sql!(
            "update decision set undone_by = ?4
             where site_id = ?1 and page_id = ?2 and version = ?3"
        ),
        params![page.site, page.id, undone, by],
    )?;
    Ok(())
}

/// Where a comment stands, for the rules.
pub(crate) fn outcome(snapshot: &CommentSnapshot) -> rejoinder_core::moderation::ReasonedState {
    rejoinder_core::moderation::ReasonedState {
        state: snapshot.state,
        reason: snapshot.reason.clone(),
    }
}
