//! Reading the questions that editors ask of passages.

use rejoinder_core::passages::Question;
use rejoinder_core::{Author, Page, PageId, QuestionId, SiteId};

use crate::database::error::StoreError;
use crate::discussion::pages;
use crate::identity::authors;
use crate::moderation::groups::{Scope, in_scope};
use crate::passages::annotations;
use crate::{Result, Row, Tx, params, sql};

/// Of an asker whose account is gone, all is nothing.
macro_rules! question {
    ($($rest:expr),+ $(,)?) => {
        concat!(
            "select q.annotation, q.site_id, q.id, q.page_id, q.text, q.made_at, q.edited_at, q.closed_at, \
             (select count(*) from answer w join comment c on c.site_id = w.site_id and c.id = w.comment_id \
                 where w.site_id = ?1 and w.question_id = q.id and c.state = 'published'), \
             cast(case when a.id is null then 0 else 1 end as bigint), coalesce(a.id, 0), \
             coalesce(a.name, ''), coalesce(a.kind, 'guest'), coalesce(a.role, 'reader'), a.website, \
             cast(coalesce(a.is_supporter, 0) as bigint), cast(coalesce(a.has_page, 0) as bigint), a.picture \
             from question q left join author a on a.site_id = q.site_id and a.id = q.asked_by ",
            $($rest),+
        )
    };
}

fn read(row: &Row<'_>) -> Result<Question> {
    let missing = || StoreError::Internal("a question has no passage".into());
    Ok(Question {
        annotation: *annotations::read(row)?.ok_or_else(missing)?,
        site: row.next()?,
        id: row.next()?,
        page: row.next()?,
        text: row.next()?,
        made_at: row.next()?,
        edited_at: row.next()?,
        closed_at: row.next()?,
        n_answers: row.next()?,
        by: asker(row)?,
    })
}

fn asker(row: &Row<'_>) -> Result<Option<Author>> {
    let is_known = row.next::<i64>()? == 1;
    let author = authors::read(row)?;
    Ok(is_known.then_some(author))
}

/// The question with this id.
pub fn find(tx: &mut Tx<'_>, site: SiteId, id: QuestionId) -> Result<Option<Question>> {
    tx.one(
        sql!(question!("where q.site_id = ?1 and q.id = ?2")),
        params![site, id],
        read,
    )
}

/// The questions of a page, the oldest first.
pub fn of_page(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<Vec<Question>> {
    tx.all(
        sql!(question!(
            "where q.site_id = ?1 and q.page_id = ?2 order by q.id"
        )),
        params![site, page],
        read,
    )
}

/// How many questions a page has.
pub(super) fn n_of_page(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<i64> {
    let n = tx.one(
        sql!("select count(*) from question where site_id = ?1 and page_id = ?2"),
        params![site, page],
        |row| row.next(),
    )?;
    Ok(n.unwrap_or(0))
}

/// A part of the newsroom's list.
#[derive(Debug, Clone)]
pub struct QuestionQuery {
    /// Whether those that take no more answers are listed, or the others.
    pub is_closed: bool,
    /// Only those of pages in this scope.
    pub scope: Scope,
    /// Go on behind this one.
    pub after: Option<QuestionId>,
    /// The most questions that are returned.
    pub limit: i64,
}

/// The questions of a site with their pages, the newest first.
pub fn list(tx: &mut Tx<'_>, site: SiteId, query: &QuestionQuery) -> Result<Vec<(Question, Page)>> {
    let after = query.after.unwrap_or(QuestionId(i64::MAX));
    let found = tx.all(
        sql!(question!(
            "join page p on p.site_id = q.site_id and p.id = q.page_id
             where q.site_id = ?1 and q.id < ?2
               and cast(case when q.closed_at is null then 0 else 1 end as bigint) = ?3 and ",
            in_scope!("?4", "?5"),
            " order by q.id desc limit ?6"
        )),
        params![
            site,
            after,
            i64::from(query.is_closed),
            query.scope.is_all(),
            query.scope.list(),
            query.limit
        ],
        read,
    )?;
    let ids: Vec<PageId> = found.iter().map(|own| own.page).collect();
    let pages = pages::by_ids(tx, site, &ids)?;
    let with_page = |own: Question| {
        let page = pages.iter().find(|page| page.id == own.page)?.clone();
        Some((own, page))
    };
    Ok(found.into_iter().filter_map(with_page).collect())
}
