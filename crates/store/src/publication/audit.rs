//! The audit log: one row for each thing that an owner, or whoever works at the machine, changes.
//!
//! A row is written in the transaction of its change, and nothing takes it away. When an account is
//! deleted, its name goes from the rows, and the rows stay.

use rejoinder_core::publication::audit::{AuditActor, AuditChange, short};
use rejoinder_core::{AuthorId, SiteId, Time, Word};

use crate::{Result, Row, Tx, params, sql};

/// What a row tells, apart from when, where and who. Never a secret.
#[derive(Debug, Clone)]
pub struct NewAuditEntry<'a> {
    /// What was changed.
    pub change: AuditChange,
    /// Of what: a setting's key, a name, a host.
    pub subject: &'a str,
    /// The author whom the subject names, if it is one.
    pub about: Option<AuthorId>,
    /// How it was.
    pub was: Option<&'a str>,
    /// How it is now.
    pub became: Option<&'a str>,
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Names it; later rows have greater ones.
    pub id: i64,
    /// When it was changed.
    pub at: Time,
    /// Who; without a name when the account was deleted.
    pub by: AuditActor,
    /// What was changed.
    pub change: Word<AuditChange>,
    /// The subject of the change: a setting's key, a name, a host.
    pub subject: String,
    /// How it was.
    pub was: Option<String>,
    /// How it is since then.
    pub became: Option<String>,
}

/// A part of the log.
#[derive(Debug, Clone, Copy)]
pub struct AuditQuery {
    /// Only this.
    pub change: Option<AuditChange>,
    /// Only what is older than this row.
    pub before: Option<i64>,
    /// How many rows.
    pub limit: i64,
}

/// Write a row.
pub fn note(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    by: &AuditActor,
    note: &NewAuditEntry<'_>,
) -> Result<()> {
    let (author, name) = match by {
        AuditActor::Console => (None, None),
        AuditActor::Owner(id, name) => (Some(*id), Some(name.as_str())),
    };
    let (was, became) = (note.was.map(short), note.became.map(short));
    tx.execute(
        sql!(
            "insert into audit (site_id, at, author_id, author_name, change, subject, subject_id,
                 was, became)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        ),
        params![
            site,
            now,
            author,
            name,
            note.change.as_str(),
            short(note.subject),
            note.about,
            was.as_deref(),
            became.as_deref()
        ],
    )?;
    Ok(())
}

/// The rows of a site, newest first.
pub fn list(tx: &mut Tx<'_>, site: SiteId, query: &AuditQuery) -> Result<Vec<AuditEntry>> {
    tx.all(
        sql!(
            "select author_id, author_name, id, at, change, subject, was, became from audit
             where site_id = ?1 and id < ?2 and (?3 = '' or change = ?3)
             order by id desc limit ?4"
        ),
        params![
            site,
            query.before.unwrap_or(i64::MAX),
            query.change.map_or("", AuditChange::as_str),
            query.limit
        ],
        read,
    )
}

/// Take the name of a deleted account out of the rows.
pub(crate) fn forget(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<()> {
    tx.execute(
        sql!("update audit set author_name = '' where site_id = ?1 and author_id = ?2"),
        params![site, author],
    )?;
    tx.execute(
        sql!("update audit set subject = '' where site_id = ?1 and subject_id = ?2"),
        params![site, author],
    )?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<AuditEntry> {
    let author: Option<AuthorId> = row.next()?;
    let name: Option<String> = row.next()?;
    Ok(AuditEntry {
        id: row.next()?,
        at: row.next()?,
        by: author.map_or(AuditActor::Console, |id| {
            AuditActor::Owner(id, name.unwrap_or_default())
        }),
        change: row.next()?,
        subject: row.next()?,
        was: row.next()?,
        became: row.next()?,
    })
}
