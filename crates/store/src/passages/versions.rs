//! The versions of an article's text.

use rejoinder_core::passages::{AnchoringReport, Selector};
use rejoinder_core::{PageId, PageKey, SiteId, Time};
use sha2::{Digest as _, Sha256};

use crate::database::error::StoreError;
use crate::discussion::pages;
use crate::moderation::groups::{Scope, in_scope};
use crate::passages::{awaiting, wanted};
use crate::{Result, Row, Tx, params, sql};

/// So many versions of an article are kept.
const MAX_KEPT: i64 = 20;

/// A version of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleVersion {
    /// Counts the versions of a page, from 1.
    pub number: i64,
    /// The text.
    pub text: String,
    /// When it came.
    pub made_at: Time,
    /// What became of the passages that are commented on, once they were looked for.
    pub report: Option<AnchoringReport>,
}

/// Keep `text` as the newest version of a page's article, and have its passages looked for; its number,
/// and whether it is new: the text that the newest has already is no other version.
pub fn keep(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    page: PageId,
    text: &str,
) -> Result<(i64, bool)> {
    let hash: [u8; 32] = Sha256::digest(text).into();
    let newest: Option<(i64, Vec<u8>)> = tx.one(
        sql!(
            "select number, hash from article_version where site_id = ?1 and page_id = ?2
             order by number desc limit 1"
        ),
        params![site, page],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let number = match newest {
        Some((number, known)) if known == hash => return Ok((number, false)),
        Some((number, _)) => number + 1,
        None => 1,
    };
    tx.execute(
        sql!(
            "insert into article_version (site_id, page_id, number, hash, text, made_at)
             values (?1, ?2, ?3, ?4, ?5, ?6)"
        ),
        params![site, page, number, &hash, text, now],
    )?;
    tx.execute(
        sql!("delete from article_version where site_id = ?1 and page_id = ?2 and number <= ?3"),
        params![site, page, number - MAX_KEPT],
    )?;
    wanted::want(tx, now, site, page)?;
    awaiting::arrived(tx, now, site, page, number)?;
    Ok((number, true))
}

/// Have a new passage of a page looked for, where the article's text is known. `article` is the text where
/// the server itself serves it.
pub(crate) fn follow(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    page: PageId,
    article: Option<&str>,
) -> Result<()> {
    let is_new = match article {
        Some(text) => keep(tx, now, site, page, text)?.1,
        None => false,
    };
    if !is_new && exists(tx, site, page)? {
        wanted::want(tx, now, site, page)?;
    }
    Ok(())
}

/// A passage, with what stands beside it where somebody pasted its words alone: as `article` says, else the
/// newest version.
pub(crate) fn completed(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: PageId,
    article: Option<&str>,
    selector: &Selector,
) -> Result<Selector> {
    let selector = selector.clone();
    if let Some(text) = article {
        return Ok(selector.completed(text));
    }
    Ok(match newest(tx, site, page)? {
        Some(version) => selector.completed(&version.text),
        None => selector,
    })
}

/// Keep the text of an article that the server itself serves, where it is another one by now than that of
/// the newest version. An article of which nobody has commented on a passage has none.
pub fn renew(tx: &mut Tx<'_>, now: Time, site: SiteId, key: &PageKey, text: &str) -> Result<()> {
    let Some(page) = pages::find(tx, site, key)? else {
        return Ok(());
    };
    if exists(tx, site, page.id)? {
        let page = pages::lock(tx, site, page.id)?;
        keep(tx, now, site, page.id, text)?;
    }
    Ok(())
}

/// The newest version of a page's article.
pub fn newest(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<Option<ArticleVersion>> {
    tx.one(
        sql!(
            "select number, text, made_at, report from article_version
             where site_id = ?1 and page_id = ?2 order by number desc limit 1"
        ),
        params![site, page],
        read,
    )
}

/// The newest version of each article of `scope`, without its text: that whose article changed last
/// first, at most `limit`.
pub fn of_scope(
    tx: &mut Tx<'_>,
    site: SiteId,
    scope: &Scope,
    limit: i64,
) -> Result<Vec<(PageId, ArticleVersion)>> {
    tx.all(
        sql!(concat!(
            "select v.page_id, v.number, '', v.made_at, v.report from article_version v
             join page p on p.site_id = v.site_id and p.id = v.page_id
             where v.site_id = ?1 and not exists (
                 select 1 from article_version newer
                 where newer.site_id = v.site_id and newer.page_id = v.page_id
                   and newer.number > v.number) and ",
            in_scope!("?2", "?3"),
            " order by v.made_at desc, v.page_id desc limit ?4"
        )),
        params![site, scope.is_all(), scope.list(), limit],
        |row| Ok((row.next()?, read(row)?)),
    )
}

/// The number of the newest version of a page's article; nothing where its text is not known.
pub fn newest_number(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<Option<i64>> {
    Ok(numbers(tx, site, page)?.first().copied())
}

/// Which versions of a page's article are kept, the newest first.
pub fn numbers(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<Vec<i64>> {
    tx.all(
        sql!(
            "select number from article_version where site_id = ?1 and page_id = ?2
             order by number desc"
        ),
        params![site, page],
        |row| row.next(),
    )
}

fn read(row: &Row<'_>) -> Result<ArticleVersion> {
    let wrong = |error: serde_json::Error| StoreError::Internal(error.into());
    let report = |stored: Option<String>| stored.as_deref().map(serde_json::from_str).transpose();
    Ok(ArticleVersion {
        number: row.next()?,
        text: row.next()?,
        made_at: row.next()?,
        report: report(row.next()?).map_err(wrong)?,
    })
}

/// Whether there is any version of a page's article.
pub(crate) fn exists(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<bool> {
    let found = tx.one(
        sql!("select 1 from article_version where site_id = ?1 and page_id = ?2 limit 1"),
        params![site, page],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Keep what became of the passages with a version. Not with one that another has followed.
pub(crate) fn report(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: PageId,
    number: i64,
    report: &AnchoringReport,
) -> Result<bool> {
    let wrong = |error: serde_json::Error| StoreError::Internal(error.into());
    let report = serde_json::to_string(report).map_err(wrong)?;
    let n = tx.execute(
        sql!(
            "update article_version set report = ?4
             where site_id = ?1 and page_id = ?2 and number = ?3 and not exists (
                 select 1 from article_version newer
                 where newer.site_id = ?1 and newer.page_id = ?2 and newer.number > ?3)"
        ),
        params![site, page, number, &report],
    )?;
    Ok(n > 0)
}
