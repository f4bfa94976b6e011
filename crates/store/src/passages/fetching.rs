//! Fetching the text of articles because the newsroom asks for it, and what came of it.

use std::time::Duration;

use rejoinder_core::passages::fetching::{FetchOutcome, FetchProblem, may_fetch};
use rejoinder_core::{Page, PageId, Site, SiteId, Time};
use serde::{Deserialize, Serialize};

use crate::database::error::StoreError;
use crate::discussion::pages;
use crate::jobs::{self, NewJob, Payload};
use crate::moderation::groups::{Scope, in_scope};
use crate::passages::versions;
use crate::{Result, Row, Tx, params, sql};

/// What has not ended after so long is asked for anew.
const MAX_WAIT: Duration = Duration::from_secs(10 * 60);

/// Fetches the text of an article from its page.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct FetchArticle {
    /// The page.
    pub page: PageId,
    /// When somebody asked.
    pub asked_at: Time,
}

impl Payload for FetchArticle {
    const KIND: &'static str = "fetch_article";
}

/// The last time that the text of an article was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleFetch {
    /// When it was asked for.
    pub asked_at: Time,
    /// When it ended, and how; nothing while it is under way.
    pub ended: Option<(Time, FetchOutcome)>,
    /// The article's newest version after it.
    pub version: Option<i64>,
}

macro_rules! fetch {
    ($($rest:expr),+ $(,)?) => {
        concat!(
            "select f.asked_at, f.ended_at, f.outcome, f.status, f.version",
            $($rest),+
        )
    };
}

fn read(row: &Row<'_>) -> Result<ArticleFetch> {
    let unknown = || StoreError::Internal("a fetch of an article ended in an unknown way".into());
    let asked_at = row.next()?;
    let ended_at: Option<Time> = row.next()?;
    let (word, status): (Option<String>, Option<i64>) = (row.next()?, row.next()?);
    let status = status.and_then(|status| u16::try_from(status).ok());
    let ended = match ended_at.zip(word) {
        Some((at, word)) => Some((at, FetchOutcome::parse(&word, status).ok_or_else(unknown)?)),
        None => None,
    };
    Ok(ArticleFetch {
        asked_at,
        ended,
        version: row.next()?,
    })
}

/// Have the text of a page's article fetched; the page is locked. What is under way is not asked for again.
pub fn request_fetch(tx: &mut Tx<'_>, now: Time, site: &Site, page: &Page) -> Result<ArticleFetch> {
    may_fetch(site, &page.key)?;
    if let Some(known) = find(tx, site.id, page.id)?
        && known.ended.is_none()
        && now.since(known.asked_at) < MAX_WAIT
    {
        return Ok(known);
    }
    begin(tx, now, page)?;
    let fetch = FetchArticle {
        page: page.id,
        asked_at: now,
    };
    // A site's own server is asked for one article at a time.
    let job = NewJob::new(site.id, &fetch, now)?.in_lane(0);
    jobs::add(tx, now, &job)?;
    Ok(ArticleFetch {
        asked_at: now,
        ended: None,
        version: None,
    })
}

/// Keep the text of an article that this server itself serves, as if it had been fetched; the page is locked.
pub fn keep_own(tx: &mut Tx<'_>, now: Time, page: &Page, text: &str) -> Result<ArticleFetch> {
    begin(tx, now, page)?;
    let ended = end(tx, now, page, now, Ok(text))?;
    Ok(ArticleFetch {
        asked_at: now,
        ended: ended.map(|ended| (now, ended)),
        version: versions::newest_number(tx, page.site, page.id)?,
    })
}

fn begin(tx: &mut Tx<'_>, now: Time, page: &Page) -> Result<()> {
    tx.execute(
        sql!(
            "insert into article_fetch (site_id, page_id, asked_at) values (?1, ?2, ?3)
             on conflict (site_id, page_id) do update set asked_at = excluded.asked_at,
                 ended_at = null, outcome = null, status = null, version = null"
        ),
        params![page.site, page.id, now],
    )?;
    Ok(())
}

/// What came of the last time that a page's article was asked for.
pub fn find(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<Option<ArticleFetch>> {
    tx.one(
        sql!(fetch!(
            " from article_fetch f where f.site_id = ?1 and f.page_id = ?2"
        )),
        params![site, page],
        read,
    )
}

/// The articles of `scope` that were asked for last, the newest first, with what came of it.
pub fn of_scope(
    tx: &mut Tx<'_>,
    site: SiteId,
    scope: &Scope,
    limit: i64,
) -> Result<Vec<(Page, ArticleFetch)>> {
    let found: Vec<(ArticleFetch, PageId)> = tx.all(
        sql!(fetch!(
            ", f.page_id from article_fetch f
             join page p on p.site_id = f.site_id and p.id = f.page_id
             where f.site_id = ?1 and ",
            in_scope!("?2", "?3"),
            " order by f.asked_at desc, f.page_id desc limit ?4"
        )),
        params![site, scope.is_all(), scope.list(), limit],
        |row| Ok((read(row)?, row.next()?)),
    )?;
    let ids: Vec<PageId> = found.iter().map(|(_, page)| *page).collect();
    let pages = pages::by_ids(tx, site, &ids)?;
    let with_page = |(fetch, id): (ArticleFetch, PageId)| {
        let page = pages.iter().find(|page| page.id == id)?.clone();
        Some((page, fetch))
    };
    Ok(found.into_iter().filter_map(with_page).collect())
}

/// The page whose article is to be fetched, where that is still asked for.
pub fn due(tx: &mut Tx<'_>, site: SiteId, fetch: FetchArticle) -> Result<Option<Page>> {
    let known = find(tx, site, fetch.page)?;
    let is_due = known.is_some_and(|own| own.ended.is_none() && own.asked_at == fetch.asked_at);
    match is_due {
        true => pages::by_id(tx, site, fetch.page),
        false => Ok(None),
    }
}

/// Keep the text that was found, or why there is none; the page is locked. Returns how it ended, where it was
/// still asked for.
pub fn end(
    tx: &mut Tx<'_>,
    now: Time,
    page: &Page,
    asked_at: Time,
    found: std::result::Result<&str, FetchProblem>,
) -> Result<Option<FetchOutcome>> {
    let fetch = FetchArticle {
        page: page.id,
        asked_at,
    };
    if due(tx, page.site, fetch)?.is_none() {
        return Ok(None);
    }
    let (ended, version, status) = match found {
        Ok(text) => match versions::keep(tx, now, page.site, page.id, text)? {
            (number, true) => (FetchOutcome::New, Some(number), None),
            (number, false) => (FetchOutcome::Same, Some(number), None),
        },
        Err(problem) => (FetchOutcome::Failed(problem), None, problem.status()),
    };
    tx.execute(
        sql!(
            "update article_fetch set ended_at = ?3, outcome = ?4, status = ?5, version = ?6
             where site_id = ?1 and page_id = ?2"
        ),
        params![
            page.site,
            page.id,
            now,
            ended.as_str(),
            status.map(i64::from),
            version
        ],
    )?;
    Ok(Some(ended))
}
