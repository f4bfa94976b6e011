//! Taking out again what an import brought, step by step, and nothing else.
//!
//! A comment goes with all that hangs on it, such as votes and flags, unless somebody replied to it here:
//! then it stays, with those that it stands under. Then go questions that nothing answers any more, pages
//! that were not there before and on which nothing else is, addresses that led nowhere before, and authors
//! of whom nothing is left. What stays goes on being known by its id in the source.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use rejoinder_core::archive::Import;
use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::{AuthorId, CommentId, ImportId, PageId, SiteId, Time};

use super::imported::kind;
use crate::database::recount;
use crate::database::sql::Sql;
use crate::discussion::{events, pages};
use crate::moderation::standing::counting;
use crate::{Change, Result, Tx, params, sql};

/// So many records go in one transaction.
const AT_ONCE: usize = 2_000;

/// The pages on which there are comments of an import.
pub fn pages(tx: &mut Tx<'_>, import: &Import) -> Result<Vec<PageId>> {
    tx.all(
        sql!(
            "select distinct c.page_id from source s cross join comment c
             where s.site_id = ?1 and s.import_id = ?2 and s.format = ?3
               and c.site_id = ?1 and c.id = s.target_id order by c.page_id"
        ),
        params![import.site, import.id, import.format.as_deref()],
        |row| row.next(),
    )
}

/// A comment of a page of which some may go.
struct Standing {
    id: CommentId,
    parent: Option<CommentId>,
    author: AuthorId,
    depth: i64,
    is_of_import: bool,
}

/// Take comments of an import out of a page, as many as go in one transaction. Returns whether there may
/// be more.
pub fn undo_comments(tx: &mut Tx<'_>, now: Time, import: &Import, page: PageId) -> Result<bool> {
    let site = import.site;
    if pages::by_id(tx, site, page)?.is_none() {
        return Ok(false);
    }
    let page = pages::lock(tx, site, page)?;
    let standing = standing(tx, import, page.id)?;
    let mut going = going(&standing);
    // What is below goes first: nothing is ever left without what it stands under.
    going.sort_by_key(|comment| Reverse(comment.depth));
    going.truncate(AT_ONCE);
    if going.is_empty() {
        return Ok(false);
    }
    let ids: Vec<i64> = going.iter().map(|comment| comment.id.0).collect();
    let authors: HashSet<i64> = going.iter().map(|comment| comment.author.0).collect();
    let (ids, authors) = (format!("{ids:?}"), list_of(authors));
    take_out(tx, site, page.id, &ids, &authors)?;
    tx.execute(
        sql!(
            "delete from source where site_id = ?1 and import_id = ?2 and format = ?3
               and target_id in (select l.value from list(?4) as l)"
        ),
        params![site, import.id, import.format.as_deref(), &ids],
    )?;
    let n_gone = i64::try_from(going.len()).unwrap_or(i64::MAX);
    tx.execute(
        sql!(
            "update import set n_undone = n_undone + ?3, n_done = n_done + ?3
             where site_id = ?1 and id = ?2"
        ),
        params![site, import.id, n_gone],
    )?;
    recount::recount(tx, site, page.id)?;
    // What was taken away is shown to nobody any more, and webhooks are told of no import either.
    events::append(tx, now, &page, EventKind::Removed, None)?;
    tx.erase();
    Ok(going.len() == AT_ONCE)
}

fn standing(tx: &mut Tx<'_>, import: &Import, page: PageId) -> Result<Vec<Standing>> {
    tx.all(
        sql!(
            "select c.id, c.parent_id, c.author_id, c.depth,
                 cast(case when s.target_id is null then 0 else 1 end as bigint)
             from comment c left join source s on s.site_id = c.site_id and s.import_id = ?3
                 and s.target_id = c.id and s.format = ?4
             where c.site_id = ?1 and c.page_id = ?2"
        ),
        params![import.site, page, import.id, import.format.as_deref()],
        |row| {
            Ok(Standing {
                id: row.next()?,
                parent: row.next()?,
                author: row.next()?,
                depth: row.next()?,
                is_of_import: row.next::<i64>()? == 1,
            })
        },
    )
}

/// Those that nothing else stands under.
fn going(standing: &[Standing]) -> Vec<&Standing> {
    let parents: HashMap<CommentId, Option<CommentId>> = standing
        .iter()
        .map(|comment| (comment.id, comment.parent))
        .collect();
    let mut stay = HashSet::new();
    for comment in standing.iter().filter(|comment| !comment.is_of_import) {
        let mut above = Some(comment.id);
        while let Some(id) = above.filter(|id| stay.insert(*id)) {
            above = parents.get(&id).copied().flatten();
        }
    }
    let goes = |comment: &&Standing| !stay.contains(&comment.id);
    standing.iter().filter(goes).collect()
}

fn list_of(ids: impl IntoIterator<Item = i64>) -> String {
    format!("{:?}", ids.into_iter().collect::<Vec<_>>())
}

macro_rules! of_comments {
    ($($table:literal),* $(,)?) => {
        [$(sql!(concat!(
            "delete from ", $table, " where site_id = ?1
               and comment_id in (select l.value from list(?2) as l)"
        ))),*]
    };
}

/// What hangs on comments, by the comment's id.
fn hanging() -> [&'static Sql; 17] {
    of_comments!(
        "agreement_comment",
        "answer",
        "bell",
        "comment_link",
        "comment_version",
        "decision",
        "flag",
        "late_verdict",
        "lesson",
        "mention",
        "notice",
        "push",
        "reaction",
        "reaction_count",
        "source_answer",
        "time_reference",
        "vote",
    )
}

/// Delete comments, with all that hangs on them. No other comment stands under one of them.
fn take_out(tx: &mut Tx<'_>, site: SiteId, page: PageId, ids: &str, authors: &str) -> Result<()> {
    counting::delete(tx, site, ids)?;
    for statement in hanging() {
        tx.execute(statement, params![site, ids])?;
    }
    tx.execute(
        sql!(
            "delete from mention where site_id = ?1
               and author_id in (select l.value from list(?3) as l)
               and target_id in (select l.value from list(?2) as l)"
        ),
        params![site, ids, authors],
    )?;
    tx.execute(
        sql!(
            "delete from subscription where site_id = ?1 and page_id = ?3
               and branch_id in (select l.value from list(?2) as l)"
        ),
        params![site, ids, page],
    )?;
    tx.execute(
        sql!(
            "delete from comment where site_id = ?1 and id in (select l.value from list(?2) as l)"
        ),
        params![site, ids],
    )?;
    Ok(())
}

/// What else an import brought, in the order in which it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Questions that nothing answers any more.
    Questions,
    /// Pages on which nothing else is.
    Pages,
    /// Addresses that led nowhere before.
    Addresses,
    /// Authors of whom nothing is left.
    Authors,
}

impl Rest {
    /// All of them, in that order.
    pub const ALL: [Self; 4] = [Self::Questions, Self::Pages, Self::Addresses, Self::Authors];

    const fn kind(self) -> &'static str {
        match self {
            Self::Questions => kind::QUESTION,
            Self::Pages => kind::PAGE,
            Self::Addresses => kind::ALIAS,
            Self::Authors => kind::AUTHOR,
        }
    }
}

/// Take out some of what else an import brought, after the record `after`. Returns where to go on.
pub fn undo_rest(
    tx: &mut Tx<'_>,
    now: Time,
    import: &Import,
    rest: Rest,
    after: i64,
) -> Result<Option<i64>> {
    let site = import.site;
    let format = format!(
        "{} {}",
        import.format.as_deref().unwrap_or_default(),
        rest.kind()
    );
    let limit = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
    let records: Vec<(i64, String)> = tx.all(
        sql!(
            "select target_id, source_id from source
             where site_id = ?1 and import_id = ?2 and target_id > ?3 and format = ?4
             order by target_id limit ?5"
        ),
        params![site, import.id, after, &format, limit],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let last = records.last().map(|(target, _)| *target);
    for (target, source_id) in &records {
        let is_gone = match rest {
            Rest::Questions => undo_question(tx, now, site, *target)?,
            Rest::Pages => undo_page(tx, site, PageId(*target))?,
            Rest::Addresses => undo_address(tx, site, source_id, PageId(*target))?,
            Rest::Authors => undo_author(tx, site, AuthorId(*target))?,
        };
        if is_gone {
            tx.execute(
                sql!("delete from source where site_id = ?1 and format = ?2 and source_id = ?3"),
                params![site, &format, source_id],
            )?;
        }
    }
    Ok(last)
}

fn undo_question(tx: &mut Tx<'_>, now: Time, site: SiteId, id: i64) -> Result<bool> {
    let page: Option<PageId> = tx.one(
        sql!("select page_id from question where site_id = ?1 and id = ?2"),
        params![site, id],
        |row| row.next(),
    )?;
    let gone = tx.execute(
        sql!(
            "delete from question where site_id = ?1 and id = ?2 and not exists (
                 select 1 from answer a where a.site_id = ?1 and a.question_id = ?2)"
        ),
        params![site, id],
    )?;
    if let Some(page) = page.filter(|_| gone == 1) {
        let page = pages::lock(tx, site, page)?;
        events::append(tx, now, &page, EventKind::Removed, None)?;
    }
    Ok(gone == 1 || page.is_none())
}

/// Delete a page on which there is nothing, with its own log and its other addresses.
fn undo_page(tx: &mut Tx<'_>, site: SiteId, id: PageId) -> Result<bool> {
    if pages::by_id(tx, site, id)?.is_none() {
        return Ok(true);
    }
    let page = pages::lock(tx, site, id)?;
    let is_used: Option<i64> = tx.one(
        sql!(
            "select cast(1 as bigint) from page p where p.site_id = ?1 and p.id = ?2 and (
                 p.mode is not null or p.passages is not null or p.questions is not null
                 or p.invitation is not null
                 or exists (select 1 from comment o where o.site_id = ?1 and o.page_id = ?2)
                 or exists (select 1 from decision o where o.site_id = ?1 and o.page_id = ?2)
                 or exists (select 1 from group_page o where o.site_id = ?1 and o.page_id = ?2)
                 or exists (select 1 from subscription o where o.site_id = ?1 and o.page_id = ?2)
                 or exists (select 1 from recording o where o.site_id = ?1 and o.page_id = ?2)
                 or exists (select 1 from article_version o
                     where o.site_id = ?1 and o.page_id = ?2)
                 or exists (select 1 from article_fetch o where o.site_id = ?1 and o.page_id = ?2)
                 or exists (select 1 from correction o where o.site_id = ?1 and o.page_id = ?2)
                 or exists (select 1 from erratum o where o.site_id = ?1 and o.page_id = ?2)
                 or exists (select 1 from question o where o.site_id = ?1 and o.page_id = ?2)
                 or exists (select 1 from page_author o where o.site_id = ?1 and o.page_id = ?2))"
        ),
        params![site, id],
        |row| row.next(),
    )?;
    if is_used.is_some() {
        return Ok(false);
    }
    for statement in [
        sql!("delete from page_alias where site_id = ?1 and page_id = ?2"),
        sql!("delete from event where site_id = ?1 and page_id = ?2"),
        sql!("delete from page where site_id = ?1 and id = ?2"),
    ] {
        tx.execute(statement, params![site, id])?;
    }
    // Whoever keeps what was rendered of it hears that it is no more.
    tx.touch(Change {
        site,
        page: id,
        key: page.key,
        version: page.version + 1,
        urgent: true,
        is_own: true,
    });
    Ok(true)
}

fn undo_address(tx: &mut Tx<'_>, site: SiteId, key: &str, page: PageId) -> Result<bool> {
    tx.execute(
        sql!("delete from page_alias where site_id = ?1 and key = ?2 and page_id = ?3"),
        params![site, key, page],
    )?;
    Ok(true)
}

/// Delete an author of another system who has written nothing that is left, and of whom nobody has said
/// anything here.
fn undo_author(tx: &mut Tx<'_>, site: SiteId, id: AuthorId) -> Result<bool> {
    let gone = tx.execute(
        sql!(
            "delete from author where site_id = ?1 and id = ?2 and kind = 'imported'
               and not exists (select 1 from comment o where o.site_id = ?1 and o.author_id = ?2)
               and not exists (select 1 from standing o where o.site_id = ?1 and o.author_id = ?2)
               and not exists (
                   select 1 from standing_change o where o.site_id = ?1 and o.author_id = ?2)
               and not exists (select 1 from mention o where o.site_id = ?1 and o.author_id = ?2)
               and not exists (select 1 from nobody where nobody.site_id = ?1 and nobody.author_id = ?2)"
        ),
        params![site, id],
    )?;
    Ok(gone == 1)
}

/// All is out that can be: count what stays.
pub fn finish(tx: &mut Tx<'_>, site: SiteId, id: ImportId) -> Result<()> {
    tx.execute(
        sql!(
            "update import set n_kept = (select count(*) from source s
                 where s.site_id = ?1 and s.import_id = ?2 and s.format = import.format)
             where site_id = ?1 and id = ?2"
        ),
        params![site, id],
    )?;
    Ok(())
}
