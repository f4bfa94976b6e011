//! How imported comments stay hidden while their import is under way, and are shown when it is whole.

use std::collections::HashSet;

use rejoinder_core::archive::UNDER_WAY;
use rejoinder_core::moderation::AuthorRecord;
use rejoinder_core::{CommentId, CommentState, PageId, SiteId};
use rusqlite::Connection;
use serde::Serialize;

use crate::database::error::StoreError;
use crate::database::recount::{self, Counted};
use crate::database::sql::Dialect;
use crate::discussion::pages;
use crate::{Result, Tx, Value, params, sql};

/// So many comments are shown by one statement of PostgreSQL.
const AT_ONCE: usize = 5_000;

/// And by one of SQLite.
const ROWS_OF_STATEMENT: usize = 50;

/// One of them, in a statement of SQLite.
const ROW: &str = "(?, ?, ?, ?, ?, ?)";

/// The state and the reason of a comment that is not shown yet.
pub(super) fn unseen(
    state: CommentState,
    reason: Option<&'static str>,
) -> (CommentState, Option<&'static str>) {
    let held = match state {
        CommentState::Published => None,
        CommentState::Held => Some(reason.unwrap_or("imported")),
        CommentState::Rejected | CommentState::Spam | CommentState::Removed => {
            return (state, reason);
        }
    };
    let under_way = UNDER_WAY.iter().find(|(_, own)| *own == held);
    let under_way = under_way.map_or("importing:imported", |(reason, _)| reason);
    (CommentState::Removed, Some(under_way))
}

/// Show what imports brought to a page, each comment with its counters. Returns whether there was anything.
pub(super) fn reveal(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<bool> {
    pages::lock(tx, site, page)?;
    let mut comments = recount::counted(tx, site, page)?;
    let mut shown = Vec::new();
    for comment in &mut comments {
        let Some(reason) = comment.under_way() else {
            continue;
        };
        let state = match reason {
            None => CommentState::Published,
            Some(_) => CommentState::Held,
        };
        tx.count_for(site, comment.author, AuthorRecord::of(state, reason));
        shown.push(Shown {
            id: comment.id.0,
            state: state.as_str(),
            reason,
            decided_revision: (state == CommentState::Published).then_some(1),
            n_replies: 0,
            n_descendants: 0,
        });
        comment.is_published = state == CommentState::Published;
    }
    if shown.is_empty() {
        return Ok(false);
    }
    let counts = recount::counts(&comments);
    for comment in &mut shown {
        (comment.n_replies, comment.n_descendants) = counts.of(CommentId(comment.id));
    }
    show(tx, site, &shown)?;
    let ids: HashSet<i64> = shown.iter().map(|comment| comment.id).collect();
    comments.retain(|comment| !ids.contains(&comment.id.0));
    recount::set_counts(tx, (site, page), &comments, &counts)?;
    Ok(true)
}

impl Counted {
    /// Of a comment whose import is under way, why it will wait for a moderator, if it will.
    fn under_way(&self) -> Option<Option<&'static str>> {
        let is_removed = self.state == CommentState::Removed.as_str();
        let mut known = UNDER_WAY.iter().filter(|_| is_removed);
        let found = known.find(|(own, _)| Some(*own) == self.reason.as_deref());
        found.map(|(_, held)| *held)
    }
}

/// A comment as it is once it is shown.
#[derive(Debug, Serialize)]
struct Shown {
    id: i64,
    state: &'static str,
    reason: Option<&'static str>,
    decided_revision: Option<i64>,
    n_replies: i64,
    n_descendants: i64,
}

/// One statement for many: on PostgreSQL each is a message there and back, and SQLite opens all indexes of the
/// table for each.
fn show(tx: &mut Tx<'_>, site: SiteId, shown: &[Shown]) -> Result<()> {
    if let Some(connection) = tx.on_sqlite() {
        return show_on_sqlite(connection, site, shown);
    }
    for shown in shown.chunks(AT_ONCE) {
        let rows = serde_json::to_string(shown);
        let rows = rows.map_err(|error| StoreError::Internal(error.into()))?;
        tx.execute(
            sql!(@postgres
                "update comment c
                 set state = s.state, reason = s.reason, decided_revision = s.decided_revision,
                     n_replies = s.n_replies, n_descendants = s.n_descendants
                 from json_to_recordset(?2::text::json) as s(id bigint, state text, reason text,
                     decided_revision bigint, n_replies bigint, n_descendants bigint)
                 where c.site_id = ?1 and c.id = s.id"
            ),
            params![site, rows],
        )?;
    }
    Ok(())
}

fn show_on_sqlite(connection: &Connection, site: SiteId, shown: &[Shown]) -> Result<()> {
    let one = sql!(@sqlite
        "with shown (id, state, reason, decided_revision, n_replies, n_descendants) as (
             values (?, ?, ?, ?, ?, ?))
         update comment
         set state = s.state, reason = s.reason, decided_revision = s.decided_revision,
             n_replies = s.n_replies, n_descendants = s.n_descendants
         from shown s where comment.site_id = ? and comment.id = s.id"
    );
    let one = one.text(Dialect::Sqlite);
    let many = one.replace(ROW, &vec![ROW; ROWS_OF_STATEMENT].join(", "));
    let (chunks, rest) = shown.as_chunks::<ROWS_OF_STATEMENT>();
    let chunks = chunks.iter().map(|chunk| (&*many, &chunk[..]));
    let rest = rest.iter().map(|own| (one, std::slice::from_ref(own)));
    for (text, rows) in chunks.chain(rest) {
        let rows = rows.iter().flat_map(Shown::values);
        let values = rows.chain([Value::from(site)]);
        let mut statement = connection.prepare_cached(text)?;
        statement.execute(rusqlite::params_from_iter(values))?;
    }
    Ok(())
}

impl Shown {
    fn values(&self) -> [Value<'_>; 6] {
        [
            Value::from(self.id),
            Value::from(self.state),
            Value::from(self.reason),
            Value::from(self.decided_revision),
            Value::from(self.n_replies),
            Value::from(self.n_descendants),
        ]
    }
}
