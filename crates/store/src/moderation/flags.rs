//! Flags: what readers say breaks the rules; `flagging` raises them.
//!
//! One reader has one flag on each text of a comment. A decision ends the flags that are open; an edit
//! ends none. A flag after a decision asks again and waits for the next one, but however many there
//! are, they hold nothing: only a person undoes what a person decided about a text.

use rejoinder_core::moderation::FlagReason;
use rejoinder_core::{AuthorId, CommentId, SiteId, Time, Word};

use crate::{Result, Tx, params, sql};

/// Make up the number of readers whose flags on a comment are open.
pub(crate) fn recount(tx: &mut Tx<'_>, site: SiteId, comment: CommentId) -> Result<i64> {
    let n_flags = tx.one(
        sql!(
            "update comment set n_flags = (
                 select count(distinct f.author_id) from flag f where f.site_id = ?1
                   and f.comment_id = ?2 and f.ended_at is null)
             where site_id = ?1 and id = ?2 returning n_flags"
        ),
        params![site, comment],
        |row| row.next(),
    )?;
    Ok(n_flags.unwrap_or(0))
}

/// Whether flags on a comment wait for an answer.
pub(crate) fn are_open(tx: &mut Tx<'_>, site: SiteId, comment: CommentId) -> Result<bool> {
    let n_flags: Option<i64> = tx.one(
        sql!("select n_flags from comment where site_id = ?1 and id = ?2"),
        params![site, comment],
        |row| row.next(),
    )?;
    Ok(n_flags.is_some_and(|n_flags| n_flags > 0))
}

/// The decision `version` ends the open flags on a comment.
pub(crate) fn end(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: CommentId,
    version: i64,
) -> Result<()> {
    let ended = tx.execute(
        sql!(
            "update flag set ended_at = ?3, ended_by = ?4
             where site_id = ?1 and comment_id = ?2 and ended_at is null"
        ),
        params![site, comment, now, version],
    )?;
    if ended > 0 {
        recount(tx, site, comment)?;
    }
    Ok(())
}

/// The decision `version` was undone, and the flags that it ended are open again.
pub(crate) fn reopen(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
    version: i64,
) -> Result<()> {
    let opened = tx.execute(
        sql!(
            "update flag set ended_at = null, ended_by = null
             where site_id = ?1 and comment_id = ?2 and ended_by = ?3"
        ),
        params![site, comment, version],
    )?;
    if opened > 0 {
        recount(tx, site, comment)?;
    }
    Ok(())
}

/// A flag, for the moderators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// Who raised it.
    pub author: AuthorId,
    /// As they call themselves; empty for someone who never wrote.
    pub name: String,
    /// What the reader says is wrong.
    pub reason: Word<FlagReason>,
    /// In the reader's words.
    pub note: Option<String>,
    /// The text that it is about.
    pub revision: i64,
    /// When it was raised.
    pub at: Time,
    /// When a decision ended it.
    pub ended_at: Option<Time>,
}

/// The flags on a comment, newest first, at most 200.
pub(crate) fn of_comment(tx: &mut Tx<'_>, site: SiteId, comment: CommentId) -> Result<Vec<Flag>> {
    tx.all(
        sql!(
            "select f.author_id, a.name, f.reason, f.note, f.revision, f.at, f.ended_at
             from flag f join author a on a.site_id = f.site_id and a.id = f.author_id
             where f.site_id = ?1 and f.comment_id = ?2 order by f.at desc, f.author_id limit 200"
        ),
        params![site, comment],
        |row| {
            Ok(Flag {
                author: row.next()?,
                name: row.next()?,
                reason: row.next()?,
                note: row.next()?,
                revision: row.next()?,
                at: row.next()?,
                ended_at: row.next()?,
            })
        },
    )
}
