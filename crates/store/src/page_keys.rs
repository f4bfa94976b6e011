//! Pages whose keys were made by older rules. Two that turn out to be one become one.

use rejoinder_core::{PageId, PageKey, SiteId};
use url::Url;

use crate::{Result, Tx, pages, params, sql};

/// Bring the key of every page that was named by its address to the rules of [`PageKey`]. The old
/// key leads to the page as an alias.
pub(crate) fn renew(tx: &mut Tx<'_>) -> Result<()> {
    let named = tx.all(
        sql!("select site_id, id, key, url from page where url is not null order by site_id, id"),
        params![],
        |row| {
            Ok((
                row.get::<SiteId>(0)?,
                row.get::<PageId>(1)?,
                row.get::<String>(2)?,
                row.get::<String>(3)?,
            ))
        },
    )?;
    for (site, id, old, url) in named {
        let new = PageKey::of_address(&url).filter(|new| new.as_str() != old);
        let Some(new) = new.filter(|_| first_key(&url).as_deref() == Some(&*old)) else {
            continue;
        };
        let kept = match pages::find(tx, site, &new)? {
            Some(other) if other.id != id => {
                merge(tx, site, id, other.id)?;
                other.id
            }
            _ => {
                rename(tx, site, id, &new)?;
                id
            }
        };
        pages::add_alias(tx, site, &PageKey::stored(old, None), kept)?;
    }
    Ok(())
}

/// What the first rules made of an address, up to version 0.1.
fn first_key(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let path = url.path().trim_end_matches("index.html");
    let host = url.host_str()?;
    let port = url.port().map(|port| format!(":{port}"));
    let query = url.query().map(|query| format!("?{query}"));
    Some(format!(
        "{host}{}{}{}",
        port.unwrap_or_default(),
        path.trim_end_matches('/'),
        query.unwrap_or_default()
    ))
}

fn rename(tx: &mut Tx<'_>, site: SiteId, page: PageId, key: &PageKey) -> Result<()> {
    tx.execute(
        sql!("delete from page_alias where site_id = ?1 and key = ?2"),
        params![site, key.as_str()],
    )?;
    tx.execute(
        sql!("update page set key = ?3, url = ?4 where site_id = ?1 and id = ?2"),
        params![site, page, key.as_str(), key.url()],
    )?;
    Ok(())
}

/// Move everything of the page `from` to the page `into`: its history follows the other's, and what
/// was closed stays closed.
fn merge(tx: &mut Tx<'_>, site: SiteId, from: PageId, into: PageId) -> Result<()> {
    move_log(tx, site, from, into)?;
    move_comments(tx, site, from, into)?;
    move_subscriptions(tx, site, from, into)?;
    tx.execute(
        sql!(
            "insert into group_page (site_id, group_id, page_id)
             select site_id, group_id, cast(?3 as bigint) from group_page
             where site_id = ?1 and page_id = ?2
             on conflict (site_id, page_id, group_id) do nothing"
        ),
        params![site, from, into],
    )?;
    tx.execute(
        sql!("delete from group_page where site_id = ?1 and page_id = ?2"),
        params![site, from],
    )?;
    tx.execute(
        sql!("update page_alias set page_id = ?3 where site_id = ?1 and page_id = ?2"),
        params![site, from, into],
    )?;
    tx.execute(
        sql!(
            "update page set version = page.version + old.version,
                 n_comments = page.n_comments + old.n_comments,
                 closed_at = coalesce(page.closed_at, old.closed_at),
                 mode = coalesce(page.mode, old.mode), title = coalesce(page.title, old.title),
                 created_at = case when old.created_at < page.created_at
                     then old.created_at else page.created_at end
             from page old
             where page.site_id = ?1 and page.id = ?3 and old.site_id = ?1 and old.id = ?2"
        ),
        params![site, from, into],
    )?;
    tx.execute(
        sql!("delete from page where site_id = ?1 and id = ?2"),
        params![site, from],
    )?;
    Ok(())
}

/// The versions of `from` go on where those of `into` end.
fn move_log(tx: &mut Tx<'_>, site: SiteId, from: PageId, into: PageId) -> Result<()> {
    let newest = pages::lock(tx, site, into)?.version;
    tx.execute(
        sql!(
            "update flag set ended_by = ended_by + ?3
             where site_id = ?1 and ended_by is not null and comment_id in
                 (select id from comment where site_id = ?1 and page_id = ?2)"
        ),
        params![site, from, newest],
    )?;
    tx.execute(
        sql!(
            "update decision set page_id = ?3, version = version + ?4, undoes = undoes + ?4,
                 undone_by = undone_by + ?4
             where site_id = ?1 and page_id = ?2"
        ),
        params![site, from, into, newest],
    )?;
    tx.execute(
        sql!(
            "update event set page_id = ?3, version = version + ?4
             where site_id = ?1 and page_id = ?2"
        ),
        params![site, from, into, newest],
    )?;
    tx.execute(
        sql!(
            "update delivery set page_id = ?3, version = version + ?4
             where site_id = ?1 and page_id = ?2
               and webhook_id in (select id from webhook where site_id = ?1)"
        ),
        params![site, from, into, newest],
    )?;
    Ok(())
}

/// What is pinned on `from` stands below what is pinned on `into`.
fn move_comments(tx: &mut Tx<'_>, site: SiteId, from: PageId, into: PageId) -> Result<()> {
    let lowest = tx.one(
        sql!("select coalesce(max(pin), 0) from comment where site_id = ?1 and page_id = ?2"),
        params![site, into],
        |row| row.get::<i64>(0),
    )?;
    tx.execute(
        sql!("update comment set page_id = ?3, pin = pin + ?4 where site_id = ?1 and page_id = ?2"),
        params![site, from, into, lowest.unwrap_or(0)],
    )?;
    Ok(())
}

/// A mailbox that asked for the same on both pages is told once.
fn move_subscriptions(tx: &mut Tx<'_>, site: SiteId, from: PageId, into: PageId) -> Result<()> {
    tx.execute(
        sql!(
            "update notice set subscription_id = kept.id
             from subscription old
             join subscription kept on kept.site_id = old.site_id and kept.page_id = ?3
                 and kept.mailbox = old.mailbox and kept.kind = old.kind
                 and kept.branch_id = old.branch_id
             where old.site_id = ?1 and old.page_id = ?2
               and notice.site_id = ?1 and notice.subscription_id = old.id
               and notice.mailed_at is null"
        ),
        params![site, from, into],
    )?;
    tx.execute(
        sql!(
            "delete from subscription where site_id = ?1 and page_id = ?2 and exists (
                 select 1 from subscription kept where kept.site_id = ?1 and kept.page_id = ?3
                   and kept.mailbox = subscription.mailbox and kept.kind = subscription.kind
                   and kept.branch_id = subscription.branch_id)"
        ),
        params![site, from, into],
    )?;
    tx.execute(
        sql!("update subscription set page_id = ?3 where site_id = ?1 and page_id = ?2"),
        params![site, from, into],
    )?;
    Ok(())
}
