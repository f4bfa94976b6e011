//! A reader says that a comment breaks the rules.

use std::time::Duration;

use rejoinder_core::moderation::{Finding, FlagReason, LateVerdict, Phase, StateReason, decision};
use rejoinder_core::{
    AuthorId, AuthorKind, Comment, CommentId, CommentState, Reader, Refusal, Site, SiteId, Time,
    TokenHash,
};

use crate::discussion::comments;
use crate::identity::{address_keys, authors};
use crate::moderation::standing::counting;
use crate::moderation::{flags, pipeline, standing};
use crate::{Result, Tx, params, sql};

/// For how long one address has one guest's flag on a comment.
const ADDRESS_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// A flag that a reader wants to raise.
#[derive(Debug, Clone)]
pub struct NewFlag {
    /// At which site.
    pub site: Site,
    /// On which comment.
    pub comment: CommentId,
    /// The reader who raises it.
    pub reader: Reader,
    /// Proves the reader from now on.
    pub token: TokenHash,
    /// The id for a reader who is not known yet.
    pub author: AuthorId,
    /// For a new address key.
    pub address_key: [u8; 32],
    /// What the reader says is wrong.
    pub reason: FlagReason,
    /// In the reader's words.
    pub note: Option<String>,
}

/// Raise a flag. Raising it again changes nothing. Returns the comment, which waits when enough readers
/// have flagged it and no moderator has decided on its text.
pub fn raise(tx: &mut Tx<'_>, now: Time, flag: &NewFlag) -> Result<Comment> {
    let site = flag.site.id;
    decision::may_note(flag.note.as_deref())?;
    let (page, comment) = comments::locked(tx, site, flag.comment)?;
    if comment.state != CommentState::Published {
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
    if insert(tx, now, flag, flagger, comment.revision)? {
        counting::flag(tx, site, comment.id, comment.author.id)?;
    }
    let n_flags = flags::recount(tx, site, comment.id)?;
    let threshold = i64::from(flag.site.settings.hold_after_flags);
    if threshold > 0 && n_flags >= threshold {
        let verdict = LateVerdict {
            phase: Phase::Flags,
            finding: Some(Finding::new(
                Phase::Flags,
                CommentState::Held,
                StateReason::Flags,
            )),
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

/// Returns whether the flag is new.
fn insert(
    tx: &mut Tx<'_>,
    now: Time,
    flag: &NewFlag,
    flagger: AuthorId,
    revision: i64,
) -> Result<bool> {
    let address = address_keys::hash(tx, now, flag.reader.network, &flag.address_key)?;
    let added = tx.execute(
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
    Ok(added == 1)
}
