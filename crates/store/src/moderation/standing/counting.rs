//! Keeping with each author what became of their comments.
//!
//! Whoever writes comments or flags says what changes by [`Tx::count_for`], and [`write()`] writes it when the
//! operation has ended well: each author's row is locked once, behind all pages, in the order of the ids, and
//! for as short as it can be.

use std::collections::BTreeMap;

use rejoinder_core::moderation::AuthorRecord;
use rejoinder_core::{AuthorId, CommentId, CommentState, SiteId};
use serde::Serialize;

use super::record::record;
use crate::database::error::StoreError;
use crate::{Dialect, Result, Row, Tx, params, sql};

/// So many authors are counted by one statement of PostgreSQL.
const AT_ONCE: usize = 5_000;

/// How the record of an author changes.
#[derive(Debug, Serialize)]
struct RecordChange {
    id: i64,
    #[serde(flatten)]
    by: AuthorRecord,
}

/// Write what was counted in this transaction.
pub(crate) fn write(tx: &mut Tx<'_>) -> Result<()> {
    let counted = tx.take_counted().into_iter();
    let counted = counted.filter(|(_, by)| *by != AuthorRecord::default());
    let counted = counted.map(|((site, author), by)| (site, RecordChange { id: author.0, by }));
    if tx.dialect() == Dialect::Sqlite {
        let mut counted = counted;
        return counted.try_for_each(|(site, change)| add(tx, site, &change));
    }
    let mut sites: BTreeMap<SiteId, Vec<RecordChange>> = BTreeMap::new();
    for (site, change) in counted {
        sites.entry(site).or_default().push(change);
    }
    for (site, changes) in sites {
        match &changes[..] {
            [one] => add(tx, site, one)?,
            many => {
                let mut chunks = many.chunks(AT_ONCE);
                chunks.try_for_each(|some| add_all(tx, site, some))?;
            }
        }
    }
    Ok(())
}

fn add(tx: &mut Tx<'_>, site: SiteId, RecordChange { id, by }: &RecordChange) -> Result<()> {
    tx.execute(
        sql!(
            "update author set n_published = n_published + ?3, n_held = n_held + ?4,
                 n_rejected = n_rejected + ?5, n_spam = n_spam + ?6, n_removed = n_removed + ?7,
                 n_flagged = n_flagged + ?8
             where site_id = ?1 and id = ?2"
        ),
        params![
            site,
            *id,
            by.published,
            by.held,
            by.rejected,
            by.spam,
            by.removed,
            by.flagged
        ],
    )?;
    Ok(())
}

/// One statement for many on PostgreSQL, where each is a message there and back. It may take the rows in any
/// order, so that they are locked before.
fn add_all(tx: &mut Tx<'_>, site: SiteId, changes: &[RecordChange]) -> Result<()> {
    let ids: Vec<i64> = changes.iter().map(|change| change.id).collect();
    tx.execute(
        sql!(@postgres
            "select a.id from author a
             where a.site_id = ?1 and a.id in (select l.value from list(?2) as l)
             order by a.id for no key update"
        ),
        params![site, format!("{ids:?}")],
    )?;
    let rows = serde_json::to_string(changes);
    let rows = rows.map_err(|error| StoreError::Internal(error.into()))?;
    tx.execute(
        sql!(@postgres
            "update author a
             set n_published = a.n_published + s.published, n_held = a.n_held + s.held,
                 n_rejected = a.n_rejected + s.rejected, n_spam = a.n_spam + s.spam,
                 n_removed = a.n_removed + s.removed, n_flagged = a.n_flagged + s.flagged
             from json_to_recordset(?2::text::json) as s(id bigint, published bigint, held bigint,
                 rejected bigint, spam bigint, removed bigint, flagged bigint)
             where a.site_id = ?1 and a.id = s.id"
        ),
        params![site, rows],
    )?;
    Ok(())
}

/// Comments are about to be deleted, with their flags.
pub(crate) fn delete(tx: &mut Tx<'_>, site: SiteId, ids: &str) -> Result<()> {
    for (author, own) in of_comments(tx, site, ids)? {
        tx.count_for(site, author, -own);
    }
    Ok(())
}

/// Comments that one author wrote have become another's.
pub(crate) fn move_some(tx: &mut Tx<'_>, site: SiteId, ids: &str, from: AuthorId) -> Result<()> {
    for (to, own) in of_comments(tx, site, ids)? {
        tx.count_for(site, from, -own);
        tx.count_for(site, to, own);
    }
    Ok(())
}

/// All comments of one author, who is about to be deleted, have become another's.
pub(crate) fn move_all(tx: &mut Tx<'_>, site: SiteId, from: AuthorId, to: AuthorId) -> Result<()> {
    let all = record(tx, site, from)?;
    tx.count_for(site, to, all);
    Ok(())
}

/// A flag was raised on a comment by `author`. The first one makes it one that was flagged.
pub(crate) fn flag(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
    author: AuthorId,
) -> Result<()> {
    let n_flags: Option<i64> = tx.one(
        sql!("select count(*) from flag where site_id = ?1 and comment_id = ?2"),
        params![site, comment],
        |row| row.next(),
    )?;
    if n_flags == Some(1) {
        tx.count_for(site, author, AuthorRecord::FLAGGED);
    }
    Ok(())
}

/// Flags on these comments of locked pages were deleted. Those that have none left count as flagged no longer.
pub(crate) fn unflag(tx: &mut Tx<'_>, site: SiteId, comments: &[CommentId]) -> Result<()> {
    let mut ids: Vec<i64> = comments.iter().map(|comment| comment.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let unflagged: Vec<(AuthorId, i64)> = tx.all(
        sql!(
            "select c.author_id, count(*) from list(?2) as l cross join comment c
             where c.site_id = ?1 and c.id = l.value and not exists (
                 select 1 from flag f where f.site_id = ?1 and f.comment_id = c.id)
             group by c.author_id"
        ),
        params![site, format!("{ids:?}")],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    for (author, n) in unflagged {
        tx.count_for(site, author, AuthorRecord::FLAGGED * -n);
    }
    Ok(())
}

/// All comments of a site have just been written, and none of them is counted.
pub(crate) fn count_all(tx: &mut Tx<'_>, site: SiteId) -> Result<()> {
    let groups = tx.all(
        sql!(
            "select c.author_id, c.state, c.reason, count(*),
                 count(case when exists (select 1 from flag f
                     where f.site_id = ?1 and f.comment_id = c.id) then 1 end)
             from comment c where c.site_id = ?1 group by c.author_id, c.state, c.reason"
        ),
        params![site],
        counted,
    )?;
    for (author, own) in groups {
        tx.count_for(site, author, own);
    }
    write(tx)
}

/// What these comments count as, for whom; an author may be named more than once.
fn of_comments(tx: &mut Tx<'_>, site: SiteId, ids: &str) -> Result<Vec<(AuthorId, AuthorRecord)>> {
    tx.all(
        sql!(
            "select c.author_id, c.state, c.reason, count(*),
                 count(case when exists (select 1 from flag f
                     where f.site_id = ?1 and f.comment_id = c.id) then 1 end)
             from list(?2) as l cross join comment c where c.site_id = ?1 and c.id = l.value
             group by c.author_id, c.state, c.reason"
        ),
        params![site, ids],
        counted,
    )
}

/// What comments in the same state, for the same reason, count as for their author.
fn counted(row: &Row<'_>) -> Result<(AuthorId, AuthorRecord)> {
    let author = row.next()?;
    let (state, reason): (String, Option<String>) = (row.next()?, row.next()?);
    let state = CommentState::from_word(&state);
    let state =
        state.ok_or_else(|| StoreError::Internal("a comment is in an unknown state".into()))?;
    let (n, n_flagged): (i64, i64) = (row.next()?, row.next()?);
    let own = AuthorRecord::of(state, reason.as_deref()) * n + AuthorRecord::FLAGGED * n_flagged;
    Ok((author, own))
}
