//! Authors as moderators look them up: one with everything about them, and all whom a ban stops.

use rejoinder_core::moderation::{AuthorRecord, Ban, LogAction, Standing, Trust};
use rejoinder_core::{Author, AuthorId, SiteId, Time, Word};

use super::account;
use super::record::record;
use crate::identity::authors;
use crate::{Result, Row, Tx, params, sql};

/// The most notes and changes that a drawer shows.
const MAX_SHOWN: i64 = 50;

/// One entry of an author's history with the moderators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingChange {
    /// Names it at its site.
    pub id: i64,
    /// What was done.
    pub action: Word<LogAction>,
    /// Until when it holds.
    pub until: Option<Time>,
    /// Why; of a note, the note.
    pub reason: Option<String>,
    /// Which moderator did it.
    pub moderator: String,
    /// When it was made.
    pub at: Time,
}

/// Everything about an author that a moderator needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorProfile {
    /// The author.
    pub author: Author,
    /// When they were first seen.
    pub created_at: Time,
    /// How they stand.
    pub standing: Standing,
    /// What became of their comments.
    pub record: AuthorRecord,
    /// Their history with the moderators, newest first, notes included.
    pub history: Vec<StandingChange>,
}

/// Everything about an author that a moderator needs to know.
pub fn author_profile(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
) -> Result<Option<AuthorProfile>> {
    let known = tx.one(
        sql!(
            "select a.id, a.name, a.kind, a.role, a.website, a.is_supporter, a.has_page, a.picture,
                 a.created_at, t.trust, t.suspended_until
             from author a left join standing t on t.site_id = a.site_id and t.author_id = a.id
             where a.site_id = ?1 and a.id = ?2"
        ),
        params![site, author],
        |row| {
            let (author, created_at) = (authors::read(row)?, row.next()?);
            let trust: Option<String> = row.next()?;
            let standing = Standing {
                trust: trust
                    .as_deref()
                    .and_then(Trust::from_word)
                    .unwrap_or_default(),
                suspended_until: row.next()?,
                ban: None,
            };
            Ok((author, created_at, standing))
        },
    )?;
    let Some((known, created_at, standing)) = known else {
        return Ok(None);
    };
    let ban = tx.one(
        sql!(
            "select until, reason from ban where site_id = ?1 and kind = 'account' and value = ?2
               and (until is null or until > ?3)"
        ),
        params![site, &account(author), now],
        |row| {
            Ok(Ban {
                until: row.next()?,
                reason: row.next()?,
            })
        },
    )?;
    Ok(Some(AuthorProfile {
        author: known,
        created_at,
        standing: Standing { ban, ..standing },
        record: record(tx, site, author)?,
        history: history(tx, site, author)?,
    }))
}

fn history(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<StandingChange>> {
    tx.all(
        sql!(
            "select h.id, h.action, h.until, h.reason, coalesce(m.name, ''), h.at
             from standing_change h
             left join author m on m.site_id = h.site_id and m.id = h.moderator_id
             where h.site_id = ?1 and h.author_id = ?2 order by h.id desc limit ?3"
        ),
        params![site, author, MAX_SHOWN],
        changed,
    )
}

fn changed(row: &Row<'_>) -> Result<StandingChange> {
    Ok(StandingChange {
        id: row.next()?,
        action: row.next()?,
        until: row.next()?,
        reason: row.next()?,
        moderator: row.next()?,
        at: row.next()?,
    })
}

/// An author whom a ban stops now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BannedAuthor {
    /// The author who is banned.
    pub author: Author,
    /// Until when and why.
    pub ban: Ban,
    /// When the ban began.
    pub at: Time,
}

/// The authors whom a ban stops now, by id, those after `after`.
pub fn banned(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    after: Option<AuthorId>,
    limit: i64,
) -> Result<Vec<BannedAuthor>> {
    tx.all(
        sql!(
            "select a.id, a.name, a.kind, a.role, a.website, a.is_supporter, a.has_page, a.picture,
                 b.until, b.reason, b.at
             from ban b join author a on a.site_id = b.site_id and a.id = b.author_id
             where b.site_id = ?1 and b.kind = 'account' and (b.until is null or b.until > ?2)
               and b.author_id > ?3
             order by b.author_id limit ?4"
        ),
        params![site, now, after.unwrap_or(AuthorId(0)), limit],
        |row| {
            Ok(BannedAuthor {
                author: authors::read(row)?,
                ban: Ban {
                    until: row.next()?,
                    reason: row.next()?,
                },
                at: row.next()?,
            })
        },
    )
}
