//! Pages whose keys were made by older rules. Two that turn out to be one become one.

use rejoinder_core::moderation::decision::MAX_PINS;
use rejoinder_core::{CommentId, PageId, PageKey, SiteId, Time};
use url::Url;

use crate::discussion::{page_authors, pages};
use crate::notices::outbox::{self, PendingNotice};
use crate::passages::{corrections, fetching, questions, versions};
use crate::{Result, Tx, params, sql};

/// Pages that are looked at in one step.
const STEP: i64 = 1_000;

/// A page whose key is another by today's rules.
struct Stale {
    site: SiteId,
    page: PageId,
    old: String,
    new: PageKey,
}

/// Bring the key of every page that was named by its address to the rules of [`PageKey`]. The old
/// key leads to the page as an alias, unless it is the key of another page now.
pub fn renew(tx: &mut Tx<'_>) -> Result<()> {
    let mut doubles = Vec::new();
    let mut aliases = Vec::new();
    for stale in stale(tx)? {
        // By its key, and not by an alias: aliases come when all keys are right.
        if page_of(tx, &stale)?.is_none() {
            rename(tx, stale.site, stale.page, &stale.new)?;
            aliases.push((stale.site, stale.old, stale.page));
        } else {
            doubles.push(stale);
        }
    }
    for double in doubles {
        if let Some(kept) = page_of(tx, &double)? {
            merge(tx, double.site, double.page, kept)?;
            aliases.push((double.site, double.old, kept));
        }
    }
    for (site, old, page) in aliases {
        pages::add_alias(tx, site, &PageKey::stored(old, None), page)?;
    }
    Ok(())
}

fn stale(tx: &mut Tx<'_>) -> Result<Vec<Stale>> {
    let mut found = Vec::new();
    let mut after = (SiteId(0), PageId(0));
    loop {
        let step = tx.all(
            sql!(
                "select site_id, id, key, url from page
                 where (site_id, id) > (?1, ?2) and url is not null
                 order by site_id, id limit ?3"
            ),
            params![after.0, after.1, STEP],
            |row| {
                let (site, page) = (row.next()?, row.next()?);
                Ok((site, page, row.next::<String>()?, row.next::<String>()?))
            },
        )?;
        let Some((site, page, ..)) = step.last() else {
            return Ok(found);
        };
        after = (*site, *page);
        for (site, page, old, url) in step {
            let is_derived = first_key(&url).as_deref() == Some(&*old);
            let new = PageKey::of_address(&url).filter(|new| is_derived && new.as_str() != old);
            found.extend(new.map(|new| Stale {
                site,
                page,
                old,
                new,
            }));
        }
    }
}

/// The page that has the key which `stale` should have.
fn page_of(tx: &mut Tx<'_>, stale: &Stale) -> Result<Option<PageId>> {
    tx.one(
        sql!("select id from page where site_id = ?1 and key = ?2"),
        params![stale.site, stale.new.as_str()],
        |row| row.next(),
    )
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

/// Move everything of the page `from` to the page `into`: its history follows the other's, and of what
/// moderators set the stricter holds.
fn merge(tx: &mut Tx<'_>, site: SiteId, from: PageId, into: PageId) -> Result<()> {
    move_log(tx, site, from, into)?;
    move_comments(tx, site, from, into)?;
    move_subscriptions(tx, site, from, into)?;
    versions::forget(tx, site, from)?;
    fetching::forget(tx, site, from)?;
    corrections::move_page(tx, site, from, into)?;
    questions::move_page(tx, site, from, into)?;
    page_authors::move_page(tx, site, from, into)?;
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
                 mode = case when 'before' in (page.mode, old.mode) then 'before'
                     when page.mode = old.mode then page.mode end,
                 title = coalesce(page.title, old.title),
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

/// What is pinned on `from` stands below what is pinned on `into`, as far as there is room.
fn move_comments(tx: &mut Tx<'_>, site: SiteId, from: PageId, into: PageId) -> Result<()> {
    let lowest = tx.one(
        sql!("select coalesce(max(pin), 0) from comment where site_id = ?1 and page_id = ?2"),
        params![site, into],
        |row| row.next::<i64>(),
    )?;
    tx.execute(
        sql!(
            "update comment set page_id = ?3, pin = case when pin + ?4 <= ?5 then pin + ?4 end
             where site_id = ?1 and page_id = ?2"
        ),
        params![site, from, into, lowest.unwrap_or(0), MAX_PINS],
    )?;
    tx.execute(
        sql!("update agreement_comment set page_id = ?3 where site_id = ?1 and page_id = ?2"),
        params![site, from, into],
    )?;
    tx.execute(
        sql!("update agreement set crowd_page_id = ?3 where site_id = ?1 and crowd_page_id = ?2"),
        params![site, from, into],
    )?;
    Ok(())
}

/// A mailbox that asked for the same on both pages is told once, by the subscription that counts. A
/// push that waits for the other one is not sent; its mail is.
fn move_subscriptions(tx: &mut Tx<'_>, site: SiteId, from: PageId, into: PageId) -> Result<()> {
    let doubles: Vec<(i64, i64, bool)> = tx.all(
        sql!(
            "select old.id, kept.id,
                 cast(case when old.confirmed_at is not null and kept.confirmed_at is null
                     then 1 else 0 end as bigint)
             from subscription old
             join subscription kept on kept.site_id = old.site_id and kept.page_id = ?3
                 and kept.mailbox = old.mailbox and kept.kind = old.kind
                 and kept.branch_id = old.branch_id
             where old.site_id = ?1 and old.page_id = ?2"
        ),
        params![site, from, into],
        |row| Ok((row.next()?, row.next()?, row.next::<i64>()? == 1)),
    )?;
    for (old, kept, old_counts) in doubles {
        let (gone, stays) = if old_counts { (kept, old) } else { (old, kept) };
        hand_over(tx, site, gone, stays)?;
        tx.execute(
            sql!("delete from subscription where site_id = ?1 and id = ?2"),
            params![site, gone],
        )?;
    }
    tx.execute(
        sql!("update subscription set page_id = ?3 where site_id = ?1 and page_id = ?2"),
        params![site, from, into],
    )?;
    Ok(())
}

/// Let the subscription `stays` tell what `gone` was still to tell.
fn hand_over(tx: &mut Tx<'_>, site: SiteId, gone: i64, stays: i64) -> Result<()> {
    let waiting: Vec<(CommentId, Option<Time>, Time)> = tx.all(
        sql!(
            "update notice set subscription_id = ?3
             where site_id = ?1 and subscription_id = ?2 and mailed_at is null
             returning comment_id, digest_at, made_at"
        ),
        params![site, gone, stays],
        |row| Ok((row.next()?, row.next()?, row.next()?)),
    )?;
    for (comment, digest_at, made_at) in waiting {
        let told = match digest_at {
            Some(at) => PendingNotice::Digest(stays, at),
            None => PendingNotice::Comment(stays, comment),
        };
        outbox::add_mail(tx, made_at, site, &told)?;
    }
    Ok(())
}
