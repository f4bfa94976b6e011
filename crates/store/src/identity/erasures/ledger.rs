//! The ledger of what was erased, by which a backup that still holds it is put right.
//!
//! It holds ids and times, and nothing of what was erased. A guest who became an account is in it from
//! then on, because a backup from before knows them as a guest.

use std::fmt;
use std::str::FromStr;

use rejoinder_core::{AuthorId, CommentId, SiteId, Time};

use super::CommentErasure;
use crate::database::error::StoreError;
use crate::{Result, Tx, params, sql};

/// What was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErasedSubject {
    /// An author, with what was to become of the comments.
    Author(AuthorId, CommentErasure),
    /// A comment that its author deleted.
    Comment(CommentId),
    /// What an address was told, and with the last of it the address.
    Subscription(i64),
}

/// A line of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErasureLine {
    /// At which site.
    pub site: SiteId,
    /// What was erased.
    pub subject: ErasedSubject,
    /// When that began.
    pub at: Time,
}

/// A text that is no line of a ledger.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a line of a ledger of erasures")]
pub struct NotALine(String);

/// The whole ledger.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<ErasureLine>> {
    const STEP: i64 = 1_000;
    let mut all: Vec<ErasureLine> = Vec::new();
    loop {
        let more = list(tx, all.last(), STEP)?;
        if more.is_empty() {
            return Ok(all);
        }
        all.extend(more);
    }
}

impl ErasedSubject {
    const fn parts(self) -> (&'static str, i64) {
        match self {
            Self::Author(id, _) => ("author", id.0),
            Self::Comment(id) => ("comment", id.0),
            Self::Subscription(id) => ("subscription", id),
        }
    }

    fn of(kind: &str, id: i64, fate: Option<&str>) -> Option<Self> {
        match (kind, fate) {
            ("author", Some(fate)) => {
                Some(Self::Author(AuthorId(id), CommentErasure::from_word(fate)?))
            }
            ("comment", None) => Some(Self::Comment(CommentId(id))),
            ("subscription", None) => Some(Self::Subscription(id)),
            _ => None,
        }
    }
}

/// As it stands in a file: the time, the site, what, its id, and the fate of an author's comments.
impl fmt::Display for ErasureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, id) = self.subject.parts();
        write!(f, "{} {} {kind} {}", self.at, self.site, CommentId(id))?;
        match self.subject {
            ErasedSubject::Author(_, fate) => write!(f, " {}", fate.as_str()),
            ErasedSubject::Comment(_) | ErasedSubject::Subscription(_) => Ok(()),
        }
    }
}

impl FromStr for ErasureLine {
    type Err = NotALine;

    fn from_str(line: &str) -> std::result::Result<Self, NotALine> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let read = || {
            let [at, site, kind, id, rest @ ..] = &words[..] else {
                return None;
            };
            let fate = match rest {
                [] => None,
                [fate] => Some(*fate),
                _ => return None,
            };
            let id: CommentId = id.parse().ok()?;
            Some(Self {
                site: site.parse().ok()?,
                subject: ErasedSubject::of(kind, id.0, fate)?,
                at: at.parse().ok()?,
            })
        };
        read().ok_or_else(|| NotALine(line.chars().take(80).collect()))
    }
}

/// Write down that an author, and who they were as a guest, is erased.
pub(crate) fn author(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: AuthorId,
    fate: CommentErasure,
) -> Result<()> {
    tx.execute(
        sql!(
            "insert into erased (site_id, kind, id, comments, at) values (?1, 'author', ?2, ?3, ?4)
             on conflict (site_id, kind, id) do nothing"
        ),
        params![site, id, fate.as_str(), now],
    )?;
    tx.execute(
        sql!(
            "insert into erased (site_id, kind, id, comments, at)
             select site_id, 'author', id, ?3, cast(?4 as bigint) from erased
             where site_id = ?1 and into_id = ?2 and into_id is not null
             on conflict (site_id, kind, id) do nothing"
        ),
        params![site, id, fate.as_str(), now],
    )?;
    tx.execute(
        sql!("delete from erased where site_id = ?1 and into_id = ?2 and into_id is not null"),
        params![site, id],
    )?;
    Ok(())
}

/// Write down that a guest is an account from now on.
pub(crate) fn joined(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    guest: AuthorId,
    account: AuthorId,
) -> Result<()> {
    tx.execute(
        sql!(
            "insert into erased (site_id, kind, id, into_id, at) values (?1, 'joined', ?2, ?3, ?4)
             on conflict (site_id, kind, id) do nothing"
        ),
        params![site, guest, account, now],
    )?;
    Ok(())
}

/// Write down that a comment was deleted by its author.
pub(crate) fn comment(tx: &mut Tx<'_>, now: Time, site: SiteId, id: CommentId) -> Result<()> {
    note(tx, now, site, "comment", id.0)
}

/// Write down that an address is told of something no more.
pub(crate) fn subscription(tx: &mut Tx<'_>, now: Time, site: SiteId, id: i64) -> Result<()> {
    note(tx, now, site, "subscription", id)
}

fn note(tx: &mut Tx<'_>, now: Time, site: SiteId, kind: &str, id: i64) -> Result<()> {
    tx.erase();
    tx.execute(
        sql!(
            "insert into erased (site_id, kind, id, at) values (?1, ?2, ?3, ?4)
             on conflict (site_id, kind, id) do nothing"
        ),
        params![site, kind, id, now],
    )?;
    Ok(())
}

/// Up to `limit` lines of the ledger after `after`, in the order of their sites, kinds and ids.
pub fn list(tx: &mut Tx<'_>, after: Option<&ErasureLine>, limit: i64) -> Result<Vec<ErasureLine>> {
    let (site, kind, id) = after.map_or((SiteId(0), "", 0), |last| {
        let (kind, id) = last.subject.parts();
        (last.site, kind, id)
    });
    tx.all(
        sql!(
            "select site_id, kind, comments, id, at from erased
             where (site_id, kind, id) > (?1, ?2, ?3) and kind <> 'joined'
             order by site_id, kind, id limit ?4"
        ),
        params![site, kind, id, limit],
        |row| {
            let site = row.next()?;
            let (kind, fate): (String, Option<String>) = (row.next()?, row.next()?);
            let unknown = || StoreError::Internal("an erasure of an unknown kind".into());
            Ok(ErasureLine {
                site,
                subject: ErasedSubject::of(&kind, row.next()?, fate.as_deref())
                    .ok_or_else(unknown)?,
                at: row.next()?,
            })
        },
    )
}
