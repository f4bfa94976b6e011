//! Pages, by what they are known by.

use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_core::{Page, PageId, PageKey, SiteId, Time};

use crate::database::error::StoreError;
use crate::moderation::groups::{self, Scope, in_scope};
use crate::{Result, Row, Tx, params, sql};

macro_rules! page {
    ($rest:literal) => {
        concat!(
            "select p.id, p.site_id, p.key, p.url, p.title, p.version, p.n_comments, p.closed_at, \
             p.created_at from page p ",
            $rest
        )
    };
}

/// The page known by `key`, or by an alias of it.
pub fn find(tx: &mut Tx<'_>, site: SiteId, key: &PageKey) -> Result<Option<Page>> {
    let by_key = tx.one(
        sql!(page!("where p.site_id = ?1 and p.key = ?2")),
        params![site, key.as_str()],
        read,
    )?;
    match by_key {
        Some(page) => Ok(Some(page)),
        None => by_alias(tx, site, key),
    }
}

fn by_alias(tx: &mut Tx<'_>, site: SiteId, alias: &PageKey) -> Result<Option<Page>> {
    tx.one(
        sql!(page!(
            "join page_alias a on a.site_id = p.site_id and a.page_id = p.id
             where a.site_id = ?1 and a.key = ?2"
        )),
        params![site, alias.as_str()],
        read,
    )
}

/// The page with this id.
pub fn by_id(tx: &mut Tx<'_>, site: SiteId, id: PageId) -> Result<Option<Page>> {
    tx.one(
        sql!(page!("where p.site_id = ?1 and p.id = ?2")),
        params![site, id],
        read,
    )
}

/// The pages with these ids, in no order.
pub fn by_ids(tx: &mut Tx<'_>, site: SiteId, ids: &[PageId]) -> Result<Vec<Page>> {
    let list = format!("{:?}", ids.iter().map(|id| id.0).collect::<Vec<_>>());
    tx.all(
        sql!(page!(
            "join list(?2) as l on l.value = p.id where p.site_id = ?1"
        )),
        params![site, list],
        read,
    )
}

/// The page known by `key`, added as `id` when there is none.
pub fn find_or_add(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: PageId,
    key: &PageKey,
    title: Option<&str>,
) -> Result<Page> {
    if let Some(page) = find(tx, site, key)? {
        return Ok(page);
    }
    add(tx, now, site, id, key, title)
}

/// The page known by `key`, which was not there a moment ago, locked.
pub(crate) fn add(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: PageId,
    key: &PageKey,
    title: Option<&str>,
) -> Result<Page> {
    tx.execute(
        sql!(
            "insert into page (site_id, id, key, url, title, created_at) values (?1, ?2, ?3, ?4, ?5, ?6)
             on conflict (site_id, key) do nothing"
        ),
        params![site, id, key.as_str(), key.url(), title, now],
    )?;
    locked_by_key(tx, site, key)?.ok_or(StoreError::Collision)
}

fn locked_by_key(tx: &mut Tx<'_>, site: SiteId, key: &PageKey) -> Result<Option<Page>> {
    tx.one(
        sql!(page!("where p.site_id = ?1 and p.key = ?2 for update")),
        params![site, key.as_str()],
        read,
    )
}

/// The page known by `key`, locked; added as `id` when there is none.
pub(crate) fn locked_or_added(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: PageId,
    key: &PageKey,
) -> Result<Page> {
    if let Some(page) = locked_by_key(tx, site, key)? {
        return Ok(page);
    }
    match by_alias(tx, site, key)? {
        Some(page) => lock(tx, site, page.id),
        None => add(tx, now, site, id, key, None),
    }
}

/// The page, locked until the transaction ends: whoever changes a page locks it first, so that its
/// changes have one order.
pub fn lock(tx: &mut Tx<'_>, site: SiteId, id: PageId) -> Result<Page> {
    let page = tx.one(
        sql!(page!("where p.site_id = ?1 and p.id = ?2 for update")),
        params![site, id],
        read,
    )?;
    page.ok_or_else(|| StoreError::Internal("a comment stands on no page".into()))
}

/// Close a page to new comments, or open it again.
pub fn set_closed(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: PageId,
    closed_at: Option<Time>,
) -> Result<()> {
    tx.execute(
        sql!("update page set closed_at = ?3 where site_id = ?1 and id = ?2"),
        params![site, id, closed_at],
    )?;
    Ok(())
}

/// Give a page its headline.
pub fn set_title(tx: &mut Tx<'_>, site: SiteId, id: PageId, title: &str) -> Result<()> {
    tx.execute(
        sql!("update page set title = ?3 where site_id = ?1 and id = ?2"),
        params![site, id, title],
    )?;
    Ok(())
}

/// Make `alias` lead to the page. A key that is a page of its own stays that page.
pub fn add_alias(tx: &mut Tx<'_>, site: SiteId, alias: &PageKey, page: PageId) -> Result<()> {
    tx.execute(
        sql!(
            "insert into page_alias (site_id, key, page_id) values (?1, ?2, ?3)
             on conflict (site_id, key) do nothing"
        ),
        params![site, alias.as_str(), page],
    )?;
    Ok(())
}

/// What the page asks while nobody has commented, where an editor wrote that.
pub fn invitation(tx: &mut Tx<'_>, site: SiteId, id: PageId) -> Result<Option<String>> {
    let text: Option<Option<String>> = tx.one(
        sql!("select invitation from page where site_id = ?1 and id = ?2"),
        params![site, id],
        |row| row.next(),
    )?;
    Ok(text.flatten())
}

/// A part of the list of a site's pages.
#[derive(Debug, Clone, Default)]
pub struct PageQuery {
    /// Only pages in this scope.
    pub scope: Scope,
    /// Only pages whose key or headline holds this; everything when empty.
    pub typed: String,
    /// Go on after this page.
    pub after: Option<PageId>,
    /// The most pages that are returned.
    pub limit: i64,
}

/// The pages of a site, those first that were seen last.
pub fn list(tx: &mut Tx<'_>, site: SiteId, query: &PageQuery) -> Result<Vec<Page>> {
    let escaped = query.typed.to_lowercase();
    let escaped = escaped
        .replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_");
    tx.all(
        sql!(concat!(
            page!(
                "where p.site_id = ?1 and p.id < ?2
                   and (lower(p.key) like ?3 escape '!'
                       or lower(coalesce(p.title, '')) like ?3 escape '!') and "
            ),
            in_scope!("?4", "?5"),
            " order by p.id desc limit ?6"
        )),
        params![
            site,
            query.after.unwrap_or(PageId(i64::MAX)),
            format!("%{escaped}%"),
            query.scope.is_all(),
            query.scope.list(),
            query.limit
        ],
        read,
    )
}

/// A page, where it is in scope.
pub fn in_scope(tx: &mut Tx<'_>, site: SiteId, id: PageId, scope: &Scope) -> Result<Option<Page>> {
    tx.one(
        sql!(concat!(
            page!("where p.site_id = ?1 and p.id = ?2 and "),
            in_scope!("?3", "?4")
        )),
        params![site, id, scope.is_all(), scope.list()],
        read,
    )
}

/// When comments appear on a page, where that was said of the page itself.
pub fn mode(tx: &mut Tx<'_>, site: SiteId, id: PageId) -> Result<Option<ModerationMode>> {
    let word: Option<Option<String>> = tx.one(
        sql!("select mode from page where site_id = ?1 and id = ?2"),
        params![site, id],
        |row| row.next(),
    )?;
    Ok(groups::mode(word.flatten().as_deref()))
}

/// How many comments are published on each of `keys`, in their order; 0 for an unknown page.
pub fn counts(tx: &mut Tx<'_>, site: SiteId, keys: &[PageKey]) -> Result<Vec<i64>> {
    keys.iter()
        .map(|key| Ok(find(tx, site, key)?.map_or(0, |page| page.n_comments)))
        .collect()
}

pub(crate) fn read(row: &Row<'_>) -> Result<Page> {
    Ok(Page {
        id: row.next()?,
        site: row.next()?,
        key: PageKey::stored(row.next()?, row.next()?),
        title: row.next()?,
        version: row.next()?,
        n_comments: row.next()?,
        closed_at: row.next()?,
        created_at: row.next()?,
    })
}
