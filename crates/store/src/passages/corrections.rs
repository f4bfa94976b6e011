//! Which corrections were sent, and how they are forgotten.

use std::time::Duration;

use rejoinder_core::passages::Correction;
use rejoinder_core::passages::correction::CorrectionState;
use rejoinder_core::{AuthorId, CorrectionId, Page, PageId, SiteId, Time};

use crate::database::error::StoreError;
use crate::discussion::pages;
use crate::moderation::groups::{Scope, in_scope};
use crate::passages::{annotations, sources};
use crate::{Result, Row, Tx, jobs, params, sql};

/// How long what was decided on is kept for its sender to see.
const RETENTION: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// The kind of the jobs that tell senders what became of theirs.
pub(super) const MAIL: &str = "correction_mail";

macro_rules! correction {
    ($($rest:expr),+ $(,)?) => {
        concat!(
            "select c.annotation, c.sources, c.state, c.site_id, c.id, c.page_id, c.text, c.proposed, \
             c.author_id, c.thanks, cast(case when c.email is null then 0 else 1 end as bigint), \
             c.made_at, c.decided_at, c.reason from correction c ",
            $($rest),+
        )
    };
}

fn read(row: &Row<'_>) -> Result<Correction> {
    let unknown = || StoreError::Internal("a correction has an unknown state".into());
    let annotation = annotations::read(row)?.map(|own| *own);
    let sources = sources::read_sources(row)?;
    let state: String = row.next()?;
    Ok(Correction {
        annotation,
        sources,
        state: CorrectionState::parse(&state).ok_or_else(unknown)?,
        site: row.next()?,
        id: row.next()?,
        page: row.next()?,
        text: row.next()?,
        proposed: row.next()?,
        author: row.next()?,
        thanks: row.next()?,
        has_email: row.next::<i64>()? == 1,
        made_at: row.next()?,
        decided_at: row.next()?,
        reason: row.next()?,
    })
}

/// The correction with this id.
pub fn find(tx: &mut Tx<'_>, site: SiteId, id: CorrectionId) -> Result<Option<Correction>> {
    tx.one(
        sql!(correction!("where c.site_id = ?1 and c.id = ?2")),
        params![site, id],
        read,
    )
}

/// A part of the newsroom's list.
#[derive(Debug, Clone)]
pub struct CorrectionQuery {
    /// What became of them.
    pub state: CorrectionState,
    /// Only those of pages in this scope.
    pub scope: Scope,
    /// Go on behind this one.
    pub after: Option<CorrectionId>,
    /// The most corrections that are returned.
    pub limit: i64,
}

/// Corrections with their pages, the oldest first where they wait, else the newest.
pub fn list(
    tx: &mut Tx<'_>,
    site: SiteId,
    query: &CorrectionQuery,
) -> Result<Vec<(Correction, Page)>> {
    let (all, groups) = (query.scope.is_all(), query.scope.list());
    let (state, limit) = (query.state.as_str(), query.limit);
    let found = match query.state.is_undecided() {
        true => tx.all(
            sql!(correction!(
                "join page p on p.site_id = c.site_id and p.id = c.page_id
                 where c.site_id = ?1 and c.state = ?2 and c.id > ?3 and ",
                in_scope!("?4", "?5"),
                " order by c.id limit ?6"
            )),
            params![
                site,
                state,
                query.after.unwrap_or(CorrectionId(0)),
                all,
                groups,
                limit
            ],
            read,
        )?,
        false => tx.all(
            sql!(correction!(
                "join page p on p.site_id = c.site_id and p.id = c.page_id
                 where c.site_id = ?1 and c.state = ?2 and c.id < ?3 and ",
                in_scope!("?4", "?5"),
                " order by c.id desc limit ?6"
            )),
            params![
                site,
                state,
                query.after.unwrap_or(CorrectionId(i64::MAX)),
                all,
                groups,
                limit
            ],
            read,
        )?,
    };
    let ids: Vec<PageId> = found.iter().map(|own| own.page).collect();
    let pages = pages::by_ids(tx, site, &ids)?;
    let with_page = |own: Correction| {
        let page = pages.iter().find(|page| page.id == own.page)?.clone();
        Some((own, page))
    };
    Ok(found.into_iter().filter_map(with_page).collect())
}

/// How many of a scope wait for a decision, in the order of their coming, at most 1,000.
pub fn n_open(tx: &mut Tx<'_>, site: SiteId, scope: &Scope) -> Result<i64> {
    let counted = tx.one(
        sql!(concat!(
            "select count(*) from (select c.id from correction c
                 join page p on p.site_id = c.site_id and p.id = c.page_id
                 where c.site_id = ?1 and c.state = 'open' and ",
            in_scope!("?2", "?3"),
            " limit 1000) as open"
        )),
        params![site, scope.is_all(), scope.list()],
        |row| row.next(),
    )?;
    Ok(counted.unwrap_or(0))
}

/// What an account sent and was decided on, the newest first.
pub fn decided_of(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: AuthorId,
    limit: i64,
) -> Result<Vec<(Correction, Page, bool)>> {
    let found: Vec<(CorrectionId, Option<Time>)> = tx.all(
        sql!(
            "select id, seen_at from correction
             where site_id = ?1 and author_id = ?2 and state in ('accepted', 'declined')
             order by decided_at desc limit ?3"
        ),
        params![site, author, limit],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let mut told = Vec::with_capacity(found.len());
    for (id, read_at) in found {
        let Some(own) = find(tx, site, id)? else {
            continue;
        };
        if let Some(page) = pages::by_id(tx, site, own.page)? {
            told.push((own, page, read_at.is_some()));
        }
    }
    Ok(told)
}

/// How many of an account's were decided on and not read since, at most `max`.
pub(crate) fn n_unread(tx: &mut Tx<'_>, site: SiteId, author: AuthorId, max: i64) -> Result<i64> {
    let counted = tx.one(
        sql!(
            "select count(*) from (select id from correction
                 where site_id = ?1 and author_id = ?2 and state in ('accepted', 'declined')
                   and seen_at is null limit ?3) as unread"
        ),
        params![site, author, max],
        |row| row.next(),
    )?;
    Ok(counted.unwrap_or(0))
}

/// Mark what was decided on up to `until` as read. The column `seen_at` holds what is `read_at` elsewhere.
pub(crate) fn mark_read(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
    until: Time,
) -> Result<()> {
    tx.execute(
        sql!(
            "update correction set seen_at = ?4
             where site_id = ?1 and author_id = ?2 and state in ('accepted', 'declined')
               and seen_at is null and decided_at <= ?3"
        ),
        params![site, author, until, now],
    )?;
    Ok(())
}

/// How many are open of an author anywhere, and of a page.
pub(super) fn n_undecided(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: Option<AuthorId>,
    page: PageId,
) -> Result<(usize, usize)> {
    let counted: Option<(i64, i64)> = tx.one(
        sql!(
            "select (select count(*) from correction
                 where site_id = ?1 and author_id = ?2 and state in ('held', 'open')),
               (select count(*) from correction
                 where site_id = ?1 and page_id = ?3 and state in ('held', 'open'))"
        ),
        params![site, author, page],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let (of_author, of_page) = counted.unwrap_or_default();
    let n = |n| usize::try_from(n).unwrap_or(0);
    Ok((n(of_author), n(of_page)))
}

/// Forget what an author sent. What the newsroom says of it in the list of corrections stays, without
/// their name.
pub(crate) fn forget(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<()> {
    let sent: Vec<CorrectionId> = tx.all(
        sql!("select id from correction where site_id = ?1 and author_id = ?2"),
        params![site, author],
        |row| row.next(),
    )?;
    forget_mails(tx, site, &sent)?;
    for sql in [
        sql!(
            "update erratum set thanks = null, thanked_id = null
             where site_id = ?1 and thanked_id = ?2"
        ),
        sql!(
            "update erratum set correction_id = null
             where site_id = ?1 and correction_id in (
                 select id from correction where site_id = ?1 and author_id = ?2)"
        ),
        sql!("delete from correction where site_id = ?1 and author_id = ?2"),
        sql!("update correction set decided_by = null where site_id = ?1 and decided_by = ?2"),
        sql!("update erratum set made_by = null where site_id = ?1 and made_by = ?2"),
    ] {
        tx.execute(sql, params![site, author])?;
    }
    Ok(())
}

/// The pages whose list of corrections thanks an author, in one order.
pub(crate) fn thanked_on(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<PageId>> {
    tx.all(
        sql!(
            "select distinct page_id from erratum where site_id = ?1 and thanked_id = ?2 order by 1"
        ),
        params![site, author],
        |row| row.next(),
    )
}

/// The pages of which `author` has sent corrections, or where they are thanked, in one order for all.
pub(crate) fn pages_of(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<PageId>> {
    tx.all(
        sql!(
            "select page_id from correction where site_id = ?1 and author_id = ?2
             union select page_id from erratum where site_id = ?1 and thanked_id = ?2 order by 1"
        ),
        params![site, author],
        |row| row.next(),
    )
}

/// Forget an address at which somebody was to be told what became of what they sent.
pub(crate) fn forget_address(tx: &mut Tx<'_>, site: SiteId, address: &str) -> Result<()> {
    let sent: Vec<CorrectionId> = tx.all(
        sql!("update correction set email = null where site_id = ?1 and email = ?2 returning id"),
        params![site, address],
        |row| row.next(),
    )?;
    forget_mails(tx, site, &sent)
}

/// How many undecided corrections are to be told of to an address.
pub(super) fn n_to_tell(tx: &mut Tx<'_>, site: SiteId, email: &str) -> Result<i64> {
    let n = tx.one(
        sql!(
            "select count(*) from correction
             where site_id = ?1 and email = ?2 and state in ('held', 'open')"
        ),
        params![site, email],
        |row| row.next(),
    )?;
    Ok(n.unwrap_or(0))
}

/// Forget the mails that were to tell what became of these.
pub(super) fn forget_mails(tx: &mut Tx<'_>, site: SiteId, sent: &[CorrectionId]) -> Result<()> {
    for id in sent {
        jobs::erase(tx, site, MAIL, &id.to_string())?;
    }
    Ok(())
}

/// What a guest sent becomes the account's.
pub(crate) fn claim(
    tx: &mut Tx<'_>,
    site: SiteId,
    guest: AuthorId,
    account: AuthorId,
) -> Result<()> {
    for sql in [
        sql!("update correction set author_id = ?3 where site_id = ?1 and author_id = ?2"),
        sql!("update erratum set thanked_id = ?3 where site_id = ?1 and thanked_id = ?2"),
    ] {
        tx.execute(sql, params![site, guest, account])?;
    }
    Ok(())
}

/// Forget what was decided on long ago. The list of corrections stays.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    let old = now.before(RETENTION);
    for sql in [
        sql!(
            "update erratum set correction_id = null where site_id = ?1 and correction_id in (
                 select id from correction where site_id = ?1
                   and state in ('accepted', 'declined') and decided_at <= ?2)"
        ),
        sql!(
            "delete from correction where site_id = ?1
               and state in ('accepted', 'declined') and decided_at <= ?2"
        ),
    ] {
        tx.execute(sql, params![site, old])?;
    }
    Ok(())
}
