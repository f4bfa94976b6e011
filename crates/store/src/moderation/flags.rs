//! Flags: what readers say breaks the rules.
//!
//! One reader has one flag on each text of a comment. A decision ends the flags that are open; an edit
//! ends none. A flag after a decision asks again and waits for the next one, but however many there
//! are, they hold nothing: only a person undoes what a person decided about a text.

use std::time::Duration;

use rejoinder_core::moderation::{Finding, FlagReason, LateVerdict, Phase, decision};
use rejoinder_core::{
    AuthorId, AuthorKind, Comment, CommentId, Reader, Refusal, Site, SiteId, State, Time, TokenHash,
};

use crate::{
    Result, Tx,
    discussion::comments,
    identity::{address_keys, authors},
    moderation::{pipeline, standing},
    params, sql,
};

/// For how long one address has one guest's flag on a comment.
const ADDRESS_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// A flag that a reader wants to raise.
#[derive(Debug, Clone)]
pub struct NewFlag {
    /// At which site.
    pub site: Site,
    /// On which comment.
    pub comment: CommentId,
    /// By whom.
    pub reader: Reader,
    /// Proves the reader from now on.
    pub token: TokenHash,
    /// The id for a reader who is not known yet.
    pub author: AuthorId,
    /// For a new address key.
    pub address_key: [u8; 32],
    /// Why.
    pub reason: FlagReason,
    /// In the reader's words.
    pub note: Option<String>,
}

/// Raise a flag. Raising it again changes nothing. Gives the comment, which waits when enough readers
/// have flagged it and no moderator has decided on its text.
pub fn raise(tx: &mut Tx<'_>, now: Time, flag: &NewFlag) -> Result<Comment> {
    let site = flag.site.id;
    decision::may_note(flag.note.as_deref())?;
    let (page, comment) = comments::locked(tx, site, flag.comment)?;
    if comment.state != State::Published {
        return Err(Refusal::CommentUnknown.into());
    }
    let known = authors::by_token(tx, now, site, &flag.token)?;
    if known
        .as_ref()
        .is_some_and(|own| own.id == comment.author.id)
    {
        return Err(Refusal::OwnFlag.into());
    }
    let network = flag.reader.network;
    standing::may_write(tx, now, site, known.as_ref(), &flag.token, network)?;
    let is_guest = known
        .as_ref()
        .is_none_or(|own| own.kind != AuthorKind::Account);
    if is_guest && address_has_flagged(tx, now, site, comment.id, flag)? {
        return Ok(comment);
    }
    let flagger = authors::by_token_or_new(tx, now, site, flag.author, &flag.token)?.id;
    insert(tx, now, flag, flagger, comment.revision)?;
    let n_flags = recount(tx, site, comment.id)?;
    let threshold = i64::from(flag.site.settings.hold_after_flags);
    if threshold > 0 && n_flags >= threshold {
        let verdict = LateVerdict {
            phase: Phase::Flags,
            finding: Some(Finding::new(Phase::Flags, State::Held, "flags")),
        };
        pipeline::follow(tx, now, &page, &comment, comment.revision, &verdict)?;
    }
    comments::expect(tx, site, comment.id)
}

fn address_has_flagged(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: CommentId,
    flag: &NewFlag,
) -> Result<bool> {
    for hash in address_keys::hashes(tx, flag.reader.network)? {
        let seen = tx.one(
            sql!(
                "select 1 from flag where site_id = ?1 and comment_id = ?2 and address_hash = ?3
                   and at > ?4 limit 1"
            ),
            params![site, comment, &hash, now.before(ADDRESS_WINDOW)],
            |_| Ok(()),
        )?;
        if seen.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn insert(
    tx: &mut Tx<'_>,
    now: Time,
    flag: &NewFlag,
    flagger: AuthorId,
    revision: i64,
) -> Result<()> {
    let address = address_keys::hash(tx, now, flag.reader.network, &flag.address_key)?;
    tx.execute(
        sql!(
            "insert into flag (site_id, comment_id, author_id, revision, reason, note,
                 address_hash, at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             on conflict (site_id, comment_id, author_id, revision) do nothing"
        ),
        params![
            flag.site.id,
            flag.comment,
            flagger,
            revision,
            flag.reason.as_str(),
            flag.note.as_deref(),
            &address,
            now
        ],
    )?;
    Ok(())
}

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
        |row| row.get(0),
    )?;
    Ok(n_flags.unwrap_or(0))
}

/// Whether flags on a comment wait for an answer.
pub(crate) fn are_open(tx: &mut Tx<'_>, site: SiteId, comment: CommentId) -> Result<bool> {
    let n_flags: Option<i64> = tx.one(
        sql!("select n_flags from comment where site_id = ?1 and id = ?2"),
        params![site, comment],
        |row| row.get(0),
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
    /// Why, as a stable word.
    pub reason: String,
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
                author: row.get(0)?,
                name: row.get(1)?,
                reason: row.get(2)?,
                note: row.get(3)?,
                revision: row.get(4)?,
                at: row.get(5)?,
                ended_at: row.get(6)?,
            })
        },
    )
}
