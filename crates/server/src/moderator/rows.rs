//! Comments of a list with all that their rows show.

use std::collections::HashMap;

use rejoinder_core::moderation::AuthorRecord;
use rejoinder_core::{AuthorId, Comment, CommentId, Page, Site, SiteId, Time};
use render::moderation::{CommentList, CommentRow, FlagRow, Judgement, RecordCounts};
use store::discussion::versions;
use store::moderation::decisions::{Actor, Decision};
use store::moderation::flags::Flag;
use store::moderation::groups::Scope;
use store::moderation::queues::{QueueItem, QueueSlice};
use store::{
    Result, Tx,
    moderation::{inside, queues, standing},
};

use crate::http::error::ApiError;
use crate::http::extract::Params;

/// How many comments a list shows at once.
pub(super) const AT_ONCE: usize = 50;

/// A comment that a moderator judged, and the revision that they saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SeenRevision {
    pub(super) comment: CommentId,
    pub(super) revision: i64,
}

impl SeenRevision {
    /// `ID.REVISION`, as forms name it.
    pub(super) fn parse(text: &str) -> std::result::Result<Self, ApiError> {
        let read = |(comment, revision): (&str, &str)| {
            Some(Self {
                comment: comment.parse().ok()?,
                revision: revision.parse().ok()?,
            })
        };
        let parts = text.split_once('.').and_then(read);
        parts.ok_or_else(|| ApiError::query("comment", "This names no comment and its revision."))
    }
}

/// What was judged and then edited, as an address names it. What cannot be read is passed over.
pub(super) fn edited(params: &Params) -> Vec<SeenRevision> {
    let named = params.get("edited").unwrap_or_default().split(',');
    named
        .filter_map(|one| SeenRevision::parse(one).ok())
        .take(AT_ONCE)
        .collect()
}

/// A comment of a list.
pub(super) struct LoadedRow {
    item: QueueItem,
    flags: Vec<FlagRow>,
    judgement: Option<Judgement>,
    record: RecordCounts,
    judged: Option<String>,
}

/// What the rows of `listed` show besides; `judged` are those that were edited meanwhile.
pub(super) fn load(
    tx: &mut Tx<'_>,
    site: SiteId,
    listed: QueueSlice,
    judged: &[SeenRevision],
) -> Result<(Vec<LoadedRow>, Option<CommentId>)> {
    let authors: Vec<AuthorId> = listed
        .items
        .iter()
        .map(|item| item.comment.author.id)
        .collect();
    let records = standing::records(tx, site, &authors)?;
    let mut rows = Vec::with_capacity(listed.items.len());
    for item in listed.items {
        rows.push(complete(tx, item, &records, judged)?);
    }
    Ok((rows, listed.next))
}

fn complete(
    tx: &mut Tx<'_>,
    item: QueueItem,
    records: &HashMap<AuthorId, AuthorRecord>,
    judged: &[SeenRevision],
) -> Result<LoadedRow> {
    let comment = &item.comment;
    let flags = match item.n_flags {
        0 => Vec::new(),
        _ => inside::flags(tx, &item)?,
    };
    let decision = match item.is_decided && item.n_flags > 0 {
        true => inside::judgement(tx, &item)?,
        false => None,
    };
    let seen = judged
        .iter()
        .find(|seen| seen.comment == comment.id && seen.revision != comment.revision);
    let versions = match seen {
        Some(_) => inside::versions(tx, &item)?,
        None => Vec::new(),
    };
    let is_seen = |version: &versions::CommentVersion| {
        seen.is_some_and(|seen| seen.revision == version.revision)
    };
    let was = versions
        .into_iter()
        .find(is_seen)
        .map(|version| version.text);
    let record = records.get(&comment.author.id).copied().unwrap_or_default();
    Ok(LoadedRow {
        flags: flags
            .into_iter()
            .filter(|flag| flag.ended_at.is_none())
            .map(flagged)
            .collect(),
        judgement: decision.and_then(judgement),
        record: self::record(record),
        judged: was,
        item,
    })
}

pub(super) fn flagged(flag: Flag) -> FlagRow {
    FlagRow {
        name: flag.name,
        reason: flag.reason,
        note: flag.note,
        at: flag.at,
        is_open: flag.ended_at.is_none(),
    }
}

fn judgement(decision: Decision) -> Option<Judgement> {
    match decision.actor {
        Actor::Moderator(_, by) => Some(Judgement {
            action: decision.action,
            by,
            at: decision.at,
        }),
        Actor::Author | Actor::Rules => None,
    }
}

pub(super) const fn record(record: AuthorRecord) -> RecordCounts {
    RecordCounts {
        published: record.published,
        rejected: record.rejected,
        spam: record.spam,
        removed: record.removed,
        flagged: record.flagged,
    }
}

/// The rows of `wanted`, those that `scope` covers.
pub(super) fn some(
    tx: &mut Tx<'_>,
    site: SiteId,
    scope: &Scope,
    wanted: &[CommentId],
    judged: &[SeenRevision],
) -> Result<Vec<LoadedRow>> {
    let mut items = Vec::new();
    for comment in wanted {
        items.extend(queues::item(tx, site, scope, *comment)?);
    }
    let listed = QueueSlice { items, next: None };
    Ok(load(tx, site, listed, judged)?.0)
}

impl LoadedRow {
    /// The proof that who looks reaches the comment.
    pub(super) const fn item(&self) -> &QueueItem {
        &self.item
    }

    pub(super) const fn id(&self) -> CommentId {
        self.item.comment.id
    }

    pub(super) const fn comment(&self) -> &Comment {
        &self.item.comment
    }

    pub(super) const fn page(&self) -> &Page {
        &self.item.page
    }

    pub(super) fn row<'a>(&'a self, at: RowContext<'a>) -> CommentRow<'a> {
        CommentRow {
            site: at.site,
            desk: at.desk,
            back: at.back,
            now: at.now,
            comment: &self.item.comment,
            page: &self.item.page,
            parent: self.item.parent.as_ref(),
            findings: &self.item.findings,
            flags: &self.flags,
            judgement: self.judgement.as_ref(),
            record: self.record,
            is_decided: self.item.is_decided,
            judged: self.judged.as_deref(),
        }
    }
}

/// Where rows are shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowContext<'a> {
    pub(super) site: &'a Site,
    /// The start of every address of the desk.
    pub(super) desk: &'a str,
    /// Where decisions come back to.
    pub(super) back: &'a str,
    pub(super) now: Time,
}

/// The list of `rows`.
pub(super) fn list<'a>(
    queue: &'a str,
    rows: &'a [LoadedRow],
    next: Option<String>,
    at: RowContext<'a>,
    empty: &'a str,
) -> CommentList<'a> {
    CommentList {
        site: at.site,
        desk: at.desk,
        back: at.back,
        queue,
        rows: rows.iter().map(|row| row.row(at)).collect(),
        next,
        is_single: false,
        empty,
    }
}
