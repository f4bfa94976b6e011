//! Comments that come from elsewhere, many at a time.
//!
//! A record is known by its format and its id there, so that an import that is run again, or goes on
//! after it was stopped, adds what is missing and touches nothing else: what was decided or edited
//! here since stays. Counters are made up for a whole page at a time, by [`recount`].
//!
//! What an import brings that an owner began is known by that import, too, so that it can be taken out
//! again ([`super::undoing`]).

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::moderation::AuthorRecord;
use rejoinder_core::passages::{Annotation, Question, Selector};
use rejoinder_core::{AuthorId, CommentId, Page, PageId, PageKey, QuestionId, SiteId, Time};

use crate::archive::arriving::{self, ArrivingAuthor, ArrivingComment, Parent};
pub use crate::archive::imported::{Counters, ImportedComment, KeptHtml, Origin, WrittenIn};
use crate::archive::imported::{id_for, kind};
use crate::archive::revealing;
use crate::database::error::StoreError;
use crate::database::recount;
use crate::database::sql::Dialect;
use crate::discussion::{events, pages};
use crate::identity::authors::GuestDetails;
use crate::moderation::standing::counting;
use crate::passages::{answering, asking, versions};
use crate::recordings::{citing, listing};
use crate::{Result, Tx, params, sql};

/// A page as an import brings it.
#[derive(Debug, Clone)]
pub struct ImportedPage {
    /// Its id in the source.
    pub source_id: String,
    /// What it is known by here.
    pub key: PageKey,
    /// Other addresses that lead to it.
    pub aliases: Vec<PageKey>,
    /// Its headline.
    pub title: Option<String>,
    /// When it was closed to new comments.
    pub closed_at: Option<Time>,
    /// When it was published.
    pub created_at: Time,
}

/// Where a new comment belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The comment that it replies to, already imported.
    pub parent: Option<CommentId>,
    /// Who wrote it.
    pub author: AuthorId,
}

/// Whether a record was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upserted<T> {
    /// It was added.
    Added(T),
    /// It was known, and was left as it is.
    Known(T),
}

impl<T> Upserted<T> {
    /// The record, new or not.
    pub fn into_inner(self) -> T {
        match self {
            Self::Added(inner) | Self::Known(inner) => inner,
        }
    }
}

/// A table of which PostgreSQL knows so many rows is looked at by the right indexes.
const MANY: i64 = 100_000;

/// Let PostgreSQL see how many rows there are by now, where it knows of few.
///
/// Until it looks by itself, it takes one index for as good as another, and finds the parent of each reply by
/// one that leads to all of the site.
pub fn measure(tx: &mut Tx<'_>) -> Result<()> {
    if tx.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    let known: Option<i64> = tx.one(
        sql!(@postgres
            "select cast(reltuples as bigint) from pg_class where oid = to_regclass('comment')"
        ),
        params![],
        |row| row.next(),
    )?;
    match known {
        Some(MANY..) => Ok(()),
        _ => tx.batch("analyze page, page_alias, author, comment, source"),
    }
}

/// Find or add a page, and let its other addresses lead to it.
///
/// One that stands here under another of its addresses gets this one, too. An address that only leads to a
/// page joins nothing: two pages that share one stay two.
pub fn upsert_page(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: PageId,
    page: &ImportedPage,
    origin: Origin<'_>,
) -> Result<Upserted<Page>> {
    let mut known = pages::find(tx, site, &page.key)?;
    let is_new = known.is_none();
    let mut unknown = Vec::new();
    for alias in page.aliases.iter().filter(|alias| **alias != page.key) {
        match pages::find(tx, site, alias)? {
            None => unknown.push(alias),
            Some(found) if is_new && found.key == *alias => known = known.or(Some(found)),
            Some(_) => {}
        }
    }
    let found = match known {
        Some(known) => Upserted::Known(pages::lock(tx, site, known.id)?),
        None => Upserted::Added(add_page(tx, site, id, page, origin)?),
    };
    let (Upserted::Added(at) | Upserted::Known(at)) = &found;
    if is_new && at.key != page.key {
        unknown.push(&page.key);
    }
    for alias in unknown {
        pages::add_alias(tx, site, alias, at.id)?;
        brought(tx, site, origin, kind::ALIAS, alias, at.id)?;
    }
    Ok(found)
}

fn add_page(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: PageId,
    page: &ImportedPage,
    origin: Origin<'_>,
) -> Result<Page> {
    let title = page.title.as_deref();
    let mut added = pages::add(tx, page.created_at, site, id, &page.key, title)?;
    if page.closed_at.is_some() {
        pages::set_closed(tx, site, added.id, page.closed_at)?;
        added.closed_at = page.closed_at;
    }
    brought(tx, site, origin, kind::PAGE, &added.key, added.id)?;
    Ok(added)
}

/// Find or add the author that `source_id` stands for in `format`.
pub fn upsert_author(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    origin: Origin<'_>,
    source_id: &str,
    details: &GuestDetails,
) -> Result<AuthorId> {
    let author = ArrivingAuthor {
        source_id,
        is_kept: true,
        at: now,
        details,
        counts_as: AuthorRecord::default(),
    };
    let ids = arriving::upsert_authors(tx, site, origin, &[author])?;
    ids.first().copied().ok_or_else(lost)
}

/// Find or add a comment. One that is known is left as it is; `place` is asked about a new one.
pub fn upsert_comment(
    tx: &mut Tx<'_>,
    site: SiteId,
    origin: Origin<'_>,
    new: &ImportedComment,
    place: impl FnOnce(&mut Tx<'_>) -> Result<Place>,
) -> Result<Upserted<CommentId>> {
    if let Some(known) = comment(tx, site, origin.format, &new.source_id)? {
        return Ok(Upserted::Known(known));
    }
    let Place { parent, author } = place(tx)?;
    let comment = ArrivingComment {
        comment: new,
        page: new.page,
        parent: parent.map(Parent::Here),
        author,
        is_counted: false,
    };
    let ids = arriving::add_comments(tx, site, origin, &[comment])?;
    ids.first().copied().map(Upserted::Added).ok_or_else(lost)
}

fn lost() -> StoreError {
    StoreError::Internal("what was added has no id".into())
}

/// A question of a passage, on its way in.
#[derive(Debug, Clone)]
pub struct ImportedQuestion {
    /// The page.
    pub page: PageId,
    /// Its id in the source.
    pub source_id: String,
    /// What is asked.
    pub text: String,
    /// The passage.
    pub selector: Selector,
    /// When it was asked.
    pub asked_at: Time,
    /// The comments that answer it, by their ids in the source.
    pub answers: Vec<String>,
}

/// Find or add a question of a passage, with what answers it. One that is known is left as it is.
pub fn upsert_question(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    origin: Origin<'_>,
    new: &ImportedQuestion,
) -> Result<()> {
    let format = origin.format;
    let kind = format!("{format} {}", kind::QUESTION);
    let id = id_for(new.asked_at, &kind, &new.source_id);
    let named = Origin {
        format: &kind,
        ..origin
    };
    if !remember(tx, site, named, &new.source_id, id)? {
        return Ok(());
    }
    let page = pages::lock(tx, site, new.page)?;
    let question = Question {
        site,
        id: QuestionId(id),
        page: page.id,
        annotation: Annotation::new(new.selector.clone()),
        text: new.text.clone(),
        by: None,
        made_at: new.asked_at,
        edited_at: None,
        closed_at: None,
        n_answers: 0,
    };
    asking::keep(tx, &question)?;
    for source_id in &new.answers {
        if let Some(comment) = comment(tx, site, format, source_id)? {
            answering::adopt(tx, comment, &question)?;
        }
    }
    versions::follow(tx, now, site, page.id, None)?;
    events::append(tx, now, &page, EventKind::Imported, None)?;
    Ok(())
}

/// The comment that `source_id` of `format` became.
pub fn comment(
    tx: &mut Tx<'_>,
    site: SiteId,
    format: &str,
    source_id: &str,
) -> Result<Option<CommentId>> {
    Ok(target(tx, site, format, source_id)?.map(CommentId))
}

/// Show what imports brought to a page, now that they are whole; whether there was anything.
pub fn reveal(tx: &mut Tx<'_>, now: Time, site: SiteId, page: PageId) -> Result<bool> {
    let is_changed = revealing::reveal(tx, site, page)?;
    if is_changed {
        log(tx, now, site, page)?;
    }
    Ok(is_changed)
}

/// All comments of a page came with their counters, `n_published` of them for everyone: log the import.
pub fn complete(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    page: PageId,
    n_published: i64,
) -> Result<()> {
    recount::set_total(tx, site, page, n_published)?;
    log(tx, now, site, page)
}

/// So many authors are counted in memory.
const MAX_COUNTED: usize = 100_000;

/// Write what was counted for authors so far, where a long transaction has counted for many.
pub fn flush(tx: &mut Tx<'_>) -> Result<()> {
    match tx.n_counted() {
        MAX_COUNTED.. => counting::write(tx),
        _ => Ok(()),
    }
}

/// Make up the counters of a page after comments were imported to it, and log the import.
pub fn recount(tx: &mut Tx<'_>, now: Time, site: SiteId, page: PageId) -> Result<()> {
    recount::recount(tx, site, page)?;
    log(tx, now, site, page)
}

/// Log that comments were imported to a page.
fn log(tx: &mut Tx<'_>, now: Time, site: SiteId, page: PageId) -> Result<()> {
    let page = pages::lock(tx, site, page)?;
    if !listing::of_page(tx, site, page.id)?.is_empty() {
        citing::want(tx, now, site, page.id)?;
    }
    events::append(tx, now, &page, EventKind::Imported, None)?;
    Ok(())
}

fn target(tx: &mut Tx<'_>, site: SiteId, format: &str, source_id: &str) -> Result<Option<i64>> {
    tx.one(
        sql!("select target_id from source where site_id = ?1 and format = ?2 and source_id = ?3"),
        params![site, format, source_id],
        |row| row.next(),
    )
}

/// Gives whether the record was new.
fn remember(
    tx: &mut Tx<'_>,
    site: SiteId,
    origin: Origin<'_>,
    source_id: &str,
    id: i64,
) -> Result<bool> {
    let added = tx.execute(
        sql!(
            "insert into source (site_id, format, source_id, target_id, import_id)
             values (?1, ?2, ?3, ?4, ?5)
             on conflict (site_id, format, source_id) do nothing"
        ),
        params![site, origin.format, source_id, id, origin.import],
    )?;
    Ok(added == 1)
}

/// A page, or an address of one, was not there before an owner's import.
fn brought(
    tx: &mut Tx<'_>,
    site: SiteId,
    origin: Origin<'_>,
    kind: &str,
    key: &PageKey,
    page: PageId,
) -> Result<()> {
    let Origin {
        format,
        import: Some(import),
    } = origin
    else {
        return Ok(());
    };
    tx.execute(
        sql!(
            "insert into source (site_id, format, source_id, target_id, import_id)
             values (?1, ?2, ?3, ?4, ?5)
             on conflict (site_id, format, source_id) do update
             set target_id = excluded.target_id, import_id = excluded.import_id"
        ),
        params![site, format!("{format} {kind}"), key.as_str(), page, import],
    )?;
    Ok(())
}
