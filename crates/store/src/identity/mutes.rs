//! Whom a reader does not want to read. Only that reader ever learns of it.

use rejoinder_core::identity::policy;
use rejoinder_core::{AuthorId, Comment, CommentId, Refusal, SiteId, Time, TokenHash};

use crate::discussion::comments;
use crate::identity::authors;
use crate::{Result, Tx, params, sql};

/// So many authors one reader can mute; the first ones give way.
const MAX_MUTED: i64 = 500;

/// That a reader wants to see an author's comments no more, or wants to again.
#[derive(Debug, Clone)]
pub struct NewMute {
    /// At which site.
    pub site: SiteId,
    /// One of the author's comments.
    pub comment: CommentId,
    /// Proves the reader from now on.
    pub token: TokenHash,
    /// The id for a reader who is not known yet.
    pub author: AuthorId,
    /// Whether the author is muted from now on.
    pub is_muted: bool,
}

/// Someone who is muted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MutedAuthorName {
    /// The author who is muted.
    pub author: AuthorId,
    /// As they call themselves now.
    pub name: String,
}

/// Mute the author of a comment, or no longer. Said again, nothing changes. Returns who that is.
pub fn set(tx: &mut Tx<'_>, now: Time, mute: &NewMute) -> Result<AuthorId> {
    let comment = comments::by_id(tx, mute.site, mute.comment)?;
    let comment = comment.filter(Comment::is_published);
    let muted = comment.ok_or(Refusal::CommentUnknown)?.author;
    let reader = authors::by_token_or_new(tx, now, mute.site, mute.author, &mute.token)?.id;
    if !mute.is_muted {
        end(tx, mute.site, reader, muted.id)?;
        return Ok(muted.id);
    }
    policy::may_mute(reader, &muted)?;
    tx.execute(
        sql!(
            "insert into mute (site_id, author_id, muted_id, at) values (?1, ?2, ?3, ?4)
             on conflict (site_id, author_id, muted_id) do nothing"
        ),
        params![mute.site, reader, muted.id, now],
    )?;
    tx.execute(
        sql!(
            "delete from mute where site_id = ?1 and author_id = ?2 and muted_id in (
                 select muted_id from mute where site_id = ?1 and author_id = ?2
                 order by at desc, muted_id desc limit 1000 offset ?3)"
        ),
        params![mute.site, reader, MAX_MUTED],
    )?;
    Ok(muted.id)
}

/// Let `reader` see the comments of `muted` again.
pub fn end(tx: &mut Tx<'_>, site: SiteId, reader: AuthorId, muted: AuthorId) -> Result<()> {
    tx.execute(
        sql!("delete from mute where site_id = ?1 and author_id = ?2 and muted_id = ?3"),
        params![site, reader, muted],
    )?;
    Ok(())
}

/// Whom a reader has muted, by name.
pub fn list(tx: &mut Tx<'_>, site: SiteId, reader: AuthorId) -> Result<Vec<MutedAuthorName>> {
    tx.all(
        sql!(
            "select a.id, a.name from mute m
             join author a on a.site_id = m.site_id and a.id = m.muted_id
             where m.site_id = ?1 and m.author_id = ?2 order by a.name, a.id"
        ),
        params![site, reader],
        |row| {
            Ok(MutedAuthorName {
                author: row.next()?,
                name: row.next()?,
            })
        },
    )
}

/// A guest has got an account.
pub(crate) fn claim(
    tx: &mut Tx<'_>,
    site: SiteId,
    guest: AuthorId,
    account: AuthorId,
) -> Result<()> {
    for sql in [
        sql!(
            "insert into mute (site_id, author_id, muted_id, at)
             select site_id, ?3, muted_id, at from mute
             where site_id = ?1 and author_id = ?2 and muted_id <> ?3
             on conflict (site_id, author_id, muted_id) do nothing"
        ),
        sql!(
            "insert into mute (site_id, author_id, muted_id, at)
             select site_id, author_id, ?3, at from mute
             where site_id = ?1 and muted_id = ?2 and author_id <> ?3
             on conflict (site_id, author_id, muted_id) do nothing"
        ),
    ] {
        tx.execute(sql, params![site, guest, account])?;
    }
    forget(tx, site, guest)
}

/// Someone is gone.
pub(crate) fn forget(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<()> {
    for sql in [
        sql!("delete from mute where site_id = ?1 and author_id = ?2"),
        sql!("delete from mute where site_id = ?1 and muted_id = ?2"),
    ] {
        tx.execute(sql, params![site, author])?;
    }
    Ok(())
}
