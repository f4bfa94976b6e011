//! Reading the log of decisions.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use rejoinder_core::moderation::{CommentSnapshot, Finding, LogAction, StateReason};
use rejoinder_core::{AuthorId, CommentId, PageId, SiteId, Time, Word};

use crate::database::error::StoreError;
use crate::moderation::groups::{Scope, in_scope};
use crate::{Result, Row, Tx, params, sql};

/// Names a decision: the page it belongs to, and the version of the page that it made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DecisionId {
    /// The page.
    pub page: PageId,
    /// The page's version.
    pub version: i64,
}

impl fmt::Display for DecisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.page, self.version)
    }
}

/// A text that names no decision.
#[derive(Debug, thiserror::Error)]
#[error("not the id of a decision")]
pub struct NotADecisionId;

impl FromStr for DecisionId {
    type Err = NotADecisionId;

    fn from_str(text: &str) -> std::result::Result<Self, NotADecisionId> {
        let (page, version) = text.split_once('-').ok_or(NotADecisionId)?;
        Ok(Self {
            page: page.parse().map_err(|_| NotADecisionId)?,
            version: version.parse().map_err(|_| NotADecisionId)?,
        })
    }
}

/// Who decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A moderator, and what they call themselves.
    Moderator(AuthorId, String),
    /// Whoever wrote the comment.
    Author,
    /// The rules.
    Rules,
}

/// One row of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Names it.
    pub id: DecisionId,
    /// The comment, unless it was about the page.
    pub comment: Option<CommentId>,
    /// The revision that was judged.
    pub revision: Option<i64>,
    /// Who decided.
    pub actor: Actor,
    /// What was done.
    pub action: Word<LogAction>,
    /// The comment before it.
    pub before: Option<CommentSnapshot>,
    /// The comment after it.
    pub after: Option<CommentSnapshot>,
    /// The reason that was given.
    pub reason: Option<Word<StateReason>>,
    /// What the author was told besides.
    pub note: Option<String>,
    /// What the rules found.
    pub findings: Vec<Finding>,
    /// When it was decided.
    pub at: Time,
    /// The version of the decision on the same page that it undid.
    pub undoes: Option<i64>,
    /// The version of the decision on the same page that undid it.
    pub undone_by: Option<i64>,
}

impl Decision {
    /// Whether a moderator took it, and it stands.
    pub fn can_be_undone(&self) -> bool {
        matches!(self.actor, Actor::Moderator(..))
            && self.undone_by.is_none()
            && self.undoes.is_none()
            && self.action.known() != Some(LogAction::RemovePicture)
    }

    /// Whether it says something of a page that another saying replaces, and nothing undoes.
    pub fn is_of_mode(&self) -> bool {
        matches!(
            self.action.known(),
            Some(
                LogAction::ModeBefore
                    | LogAction::ModeAfter
                    | LogAction::ModeOfSite
                    | LogAction::Invitation
            )
        )
    }

    /// Where the log goes on after it.
    pub const fn cursor(&self) -> LogCursor {
        LogCursor {
            at: self.at,
            id: self.id,
        }
    }
}

/// Where in the log a page of it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogCursor {
    /// The time of the last decision shown.
    pub at: Time,
    /// The last decision shown.
    pub id: DecisionId,
}

/// What a log is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogSubject {
    /// The whole site.
    #[default]
    Site,
    /// One page.
    Page(PageId),
    /// One comment.
    Comment(CommentId),
    /// What one moderator did.
    Moderator(AuthorId),
    /// The comments of one author.
    Author(AuthorId),
}

/// A part of the log.
#[derive(Debug, Clone, Default)]
pub struct LogQuery {
    /// What it is about.
    pub subject: LogSubject,
    /// Only on pages in this scope.
    pub scope: Scope,
    /// Go on after this.
    pub after: Option<LogCursor>,
    /// The most decisions that are returned.
    pub limit: usize,
}

/// Where the second is `d.at + 0`, SQLite goes by what is asked for and sorts; by `d.at` it goes through
/// the log of the whole site, from the newest.
macro_rules! decisions {
    ($where:literal, $at:literal) => {
        concat!(
            "select d.page_id, d.version, d.comment_id, d.revision, d.actor, d.moderator_id, \
                 coalesce(m.name, ''), d.action, d.before, d.after, d.reason, d.note, d.findings, \
                 d.at, d.undoes, d.undone_by \
             from decision d join page p on p.site_id = d.site_id and p.id = d.page_id \
             left join author m on m.site_id = d.site_id and m.id = d.moderator_id \
             where d.site_id = ?1 and ",
            $where,
            " and (",
            $at,
            ", d.page_id, d.version) < (?3, ?4, ?5) and ",
            in_scope!("?6", "?7"),
            " order by ",
            $at,
            " desc, d.page_id desc, d.version desc limit ?8"
        )
    };
}

/// The decisions of a site, newest first.
pub fn log(tx: &mut Tx<'_>, site: SiteId, query: &LogQuery) -> Result<Vec<Decision>> {
    let (sql, of) = match query.subject {
        LogSubject::Site => (sql!(decisions!("cast(?2 as bigint) = 0", "d.at")), 0),
        LogSubject::Page(page) => (sql!(decisions!("d.page_id = ?2", "d.at + 0")), page.0),
        LogSubject::Comment(comment) => {
            (sql!(decisions!("d.comment_id = ?2", "d.at + 0")), comment.0)
        }
        LogSubject::Moderator(moderator) => {
            (sql!(decisions!("d.moderator_id = ?2", "d.at")), moderator.0)
        }
        LogSubject::Author(author) => (
            sql!(decisions!(
                "d.comment_id in (select c.id from comment c
                     where c.site_id = ?1 and c.author_id = ?2)",
                "d.at + 0"
            )),
            author.0,
        ),
    };
    let end = LogCursor {
        at: Time::from_micros(i64::MAX),
        id: DecisionId {
            page: PageId(i64::MAX),
            version: i64::MAX,
        },
    };
    let after = query.after.unwrap_or(end);
    let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
    tx.all(
        sql,
        params![
            site,
            of,
            after.at,
            after.id.page,
            after.id.version,
            query.scope.is_all(),
            query.scope.list(),
            limit
        ],
        read,
    )
}

/// One row of the log.
pub(super) fn by_id(tx: &mut Tx<'_>, site: SiteId, id: DecisionId) -> Result<Option<Decision>> {
    tx.one(
        sql!(
            "select d.page_id, d.version, d.comment_id, d.revision, d.actor, d.moderator_id,
                 coalesce(m.name, ''), d.action, d.before, d.after, d.reason, d.note, d.findings,
                 d.at, d.undoes, d.undone_by
             from decision d
             left join author m on m.site_id = d.site_id and m.id = d.moderator_id
             where d.site_id = ?1 and d.page_id = ?2 and d.version = ?3"
        ),
        params![site, id.page, id.version],
        read,
    )
}

/// The newest judgement of a moderator on a comment that nobody has undone.
pub(crate) fn standing_judgement(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
) -> Result<Option<Decision>> {
    let newest: Option<DecisionId> = tx.one(
        sql!(
            "select page_id, version from decision
             where site_id = ?1 and comment_id = ?2 and actor = 'moderator' and undone_by is null
               and action in ('approve', 'reject', 'spam', 'remove')
             order by version desc limit 1"
        ),
        params![site, comment],
        |row| {
            Ok(DecisionId {
                page: row.next()?,
                version: row.next()?,
            })
        },
    )?;
    match newest {
        Some(id) => by_id(tx, site, id),
        None => Ok(None),
    }
}

/// Whether a judgement on a comment stands that is newer than the decision `id`.
pub(super) fn is_judged_after(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
    id: DecisionId,
) -> Result<bool> {
    let newest = standing_judgement(tx, site, comment)?;
    Ok(newest.is_some_and(|newest| newest.id.version > id.version))
}

fn read(row: &Row<'_>) -> Result<Decision> {
    Ok(Decision {
        id: DecisionId {
            page: row.next()?,
            version: row.next()?,
        },
        comment: row.next()?,
        revision: row.next()?,
        actor: actor(row)?,
        action: row.next()?,
        before: from_json(row.next()?)?,
        after: from_json(row.next()?)?,
        reason: row.next()?,
        note: row.next()?,
        findings: from_json(row.next()?)?.unwrap_or_default(),
        at: row.next()?,
        undoes: row.next()?,
        undone_by: row.next()?,
    })
}

fn actor(row: &Row<'_>) -> Result<Actor> {
    let (kind, moderator): (String, Option<AuthorId>) = (row.next()?, row.next()?);
    let name = row.next()?;
    Ok(match (kind.as_str(), moderator) {
        ("moderator", Some(id)) => Actor::Moderator(id, name),
        ("author", _) => Actor::Author,
        _ => Actor::Rules,
    })
}

fn from_json<T: serde::de::DeserializeOwned>(text: Option<String>) -> Result<Option<T>> {
    let parse = |text: String| serde_json::from_str(&text);
    let parsed = text.map(parse).transpose();
    parsed.map_err(|error| StoreError::Internal(error.into()))
}

/// What the rules found in the newest text of each of `comments`.
pub(crate) fn findings_of(
    tx: &mut Tx<'_>,
    site: SiteId,
    comments: &[CommentId],
) -> Result<HashMap<CommentId, Vec<Finding>>> {
    let ids: Vec<i64> = comments.iter().map(|id| id.0).collect();
    let rows: Vec<(CommentId, Option<String>)> = tx.all(
        sql!(
            "select d.comment_id, d.findings from list(?2) as l
             join comment c on c.site_id = ?1 and c.id = l.value
             join decision d on d.site_id = c.site_id and d.comment_id = c.id
               and d.findings is not null
               and d.revision = c.revision
             order by d.version"
        ),
        params![site, format!("{ids:?}")],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let mut found: HashMap<CommentId, Vec<Finding>> = HashMap::new();
    for (comment, findings) in rows {
        let findings: Option<Vec<Finding>> = from_json(findings)?;
        found
            .entry(comment)
            .or_default()
            .extend(findings.unwrap_or_default());
    }
    Ok(found)
}
