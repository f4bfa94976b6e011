//! Changing where a comment stands: its row, the counters, the event and the log.

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::moderation::decision::{Decider, DecisionChange};
use rejoinder_core::moderation::{AuthorRecord, CommentSnapshot, Finding, LogAction, StateReason};
use rejoinder_core::{Comment, CommentId, CommentState, Page, Refusal, SiteId, Time, Word};

use super::log::DecisionId;
use super::mark_undone;
use crate::database::error::StoreError;
use crate::discussion::{counters, events, forgetting, versions};
use crate::moderation::flags;
use crate::{Result, Tx, params, sql};

/// What the log says of a change.
pub(crate) struct LogEntry<'a> {
    pub(crate) by: Decider,
    pub(crate) action: LogAction,
    /// Whether it says of the text that it is fit to be read or not, which ends flags.
    pub(crate) judges: bool,
    pub(crate) reason: Option<Word<StateReason>>,
    pub(crate) note: Option<&'a str>,
    pub(crate) findings: &'a [Finding],
    /// The version of the decision that is undone.
    pub(crate) undoes: Option<i64>,
}

/// Everything of a comment that a decision can change.
pub(crate) fn snapshot(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<CommentSnapshot> {
    let found = tx.one(
        sql!(
            "select state, reason, revision, decided_revision, pin, featured_at, closed_at
             from comment where site_id = ?1 and id = ?2"
        ),
        params![site, id],
        |row| {
            let state: String = row.next()?;
            let unknown = || StoreError::Internal("a comment is in an unknown state".into());
            Ok(CommentSnapshot {
                state: CommentState::from_word(&state).ok_or_else(unknown)?,
                reason: row.next()?,
                revision: row.next()?,
                decided_revision: row.next()?,
                pin: row.next()?,
                featured_at: row.next()?,
                closed_at: row.next()?,
            })
        },
    )?;
    found.ok_or_else(|| Refusal::CommentUnknown.into())
}

/// Take `comment` of the locked `page` from `before` to `after`, and log it.
pub(crate) fn change(
    tx: &mut Tx<'_>,
    now: Time,
    page: &Page,
    comment: &Comment,
    before: &CommentSnapshot,
    after: &CommentSnapshot,
    entry: &LogEntry<'_>,
) -> Result<DecisionId> {
    let is_removed = |snapshot: &CommentSnapshot| snapshot.state == CommentState::Removed;
    match (is_removed(before), is_removed(after)) {
        (false, true) if entry.by != Decider::Author => {
            versions::put_away(tx, now, page.site, comment)?;
        }
        (true, false) => versions::bring_back(tx, page.site, comment.id, before.revision - 1)?,
        _ => {}
    }
    write(tx, page.site, comment.id, after)?;
    let counts_as =
        |as_of: &CommentSnapshot| AuthorRecord::of(as_of.state, as_of.reason.as_deref());
    let counts_otherwise = counts_as(after) - counts_as(before);
    tx.count_for(page.site, comment.author.id, counts_otherwise);
    match (before.state, after.state) {
        (CommentState::Published, CommentState::Published) => {}
        (CommentState::Published, _) => counters::vanish(tx, page, comment)?,
        (_, CommentState::Published) => counters::appear(tx, page, comment)?,
        _ => {}
    }
    let new = events::NewEvent {
        decided: Some(DecisionChange {
            by: entry.by,
            before: before.clone(),
            after: after.clone(),
            judges: entry.judges,
            undoes: entry.undoes.is_some(),
        }),
        ..events::NewEvent::of(event_of(before, after), Some(comment.id))
    };
    let version = events::append_new(tx, now, page, new)?;
    if entry.judges {
        flags::end(tx, now, page.site, comment.id, version)?;
    }
    if let Some(undone) = entry.undoes {
        flags::reopen(tx, page.site, comment.id, undone)?;
        mark_undone(tx, page, undone, version)?;
    }
    insert(
        tx,
        now,
        page,
        comment.id,
        version,
        Some(before),
        after,
        entry,
    )?;
    if entry.by == Decider::Author {
        forgetting::forget(tx, page.site, comment.id)?;
    }
    Ok(DecisionId {
        page: page.id,
        version,
    })
}

/// Log what the rules found in a text, under the event `version` that told of it.
pub(crate) fn note_findings(
    tx: &mut Tx<'_>,
    now: Time,
    page: &Page,
    comment: CommentId,
    version: i64,
    before: Option<&CommentSnapshot>,
    findings: &[Finding],
) -> Result<()> {
    let after = snapshot(tx, page.site, comment)?;
    let entry = LogEntry {
        by: Decider::Rules,
        action: LogAction::Judge,
        judges: false,
        reason: after.reason.clone(),
        note: None,
        findings,
        undoes: None,
    };
    insert(tx, now, page, comment, version, before, &after, &entry)
}

fn write(tx: &mut Tx<'_>, site: SiteId, id: CommentId, to: &CommentSnapshot) -> Result<()> {
    tx.execute(
        sql!(
            "update comment set state = ?3, reason = ?4, revision = ?5, decided_revision = ?6,
                 pin = ?7, featured_at = ?8, closed_at = ?9
             where site_id = ?1 and id = ?2"
        ),
        params![
            site,
            id,
            to.state.as_str(),
            to.reason.as_deref(),
            to.revision,
            to.decided_revision,
            to.pin,
            to.featured_at,
            to.closed_at
        ],
    )?;
    Ok(())
}

fn event_of(before: &CommentSnapshot, after: &CommentSnapshot) -> EventKind {
    let moved = before.state != after.state;
    match (before.state, after.state) {
        (_, CommentState::Removed) if moved => EventKind::Removed,
        (_, CommentState::Published) if moved => EventKind::Published,
        (CommentState::Published, _) if moved => EventKind::Hidden,
        _ if moved => EventKind::Withheld,
        _ if before.featured_at != after.featured_at => EventKind::Featured,
        _ if before.pin != after.pin => EventKind::Pinned,
        _ if before.closed_at != after.closed_at => EventKind::BranchChanged,
        _ => EventKind::Reviewed,
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "a row of the log, and where it belongs"
)]
fn insert(
    tx: &mut Tx<'_>,
    now: Time,
    page: &Page,
    comment: CommentId,
    version: i64,
    before: Option<&CommentSnapshot>,
    after: &CommentSnapshot,
    entry: &LogEntry<'_>,
) -> Result<()> {
    let judged = before.filter(|_| after.state == CommentState::Removed);
    let before_json = before.map(as_json).transpose()?;
    let findings = match entry.findings {
        [] => None,
        findings => Some(as_json(&findings)?),
    };
    tx.execute(
        sql!(
            "insert into decision (site_id, page_id, version, comment_id, revision, actor,
                 moderator_id, action, before, after, after_state, reason, note, findings, at, undoes)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
        ),
        params![
            page.site,
            page.id,
            version,
            comment,
            judged.map_or(after.revision, |before| before.revision),
            entry.by.as_str(),
            entry.by.moderator(),
            entry.action.as_str(),
            before_json,
            as_json(after)?,
            after.state.as_str(),
            entry.reason.as_deref(),
            entry.note,
            findings,
            now,
            entry.undoes
        ],
    )?;
    Ok(())
}

fn as_json(value: &(impl serde::Serialize + ?Sized)) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Internal(error.into()))
}
