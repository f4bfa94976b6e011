//! Reading feeds: the newest published comments of a site, a page, a branch or the replies to an
//! author, with what they reply to.

use std::collections::{BTreeSet, HashMap};

use rejoinder_core::discussion::feed::{Feed, FeedItem, FeedScope, MAX_ITEMS};
use rejoinder_core::{AuthorId, Comment, CommentId, Page, PageId, PageKey, Refusal, SiteId};

use crate::discussion::comments::{self, comment_columns, read};
use crate::discussion::pages;
use crate::discussion::threads::blank;
use crate::{Result, Tx, params, sql};

/// The newest comments of a site.
pub fn of_site(tx: &mut Tx<'_>, site: SiteId) -> Result<Feed> {
    // What is published is in one of two small indexes.
    let newest = tx.all(
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.id in (
                 select n.id from (
                     select * from (select u.id from comment u
                         where u.site_id = ?1 and u.state = 'published' and u.decided_revision is null
                         order by u.id desc limit ?2) as unreviewed
                     union all
                     select * from (select v.id from comment v
                         where v.site_id = ?1 and v.state = 'published' and v.decided_revision is not null
                         order by v.id desc limit ?2) as approved
                 ) as n order by n.id desc limit ?2)
             order by c.id desc"
        )),
        params![site, limit()],
        read,
    )?;
    feed(tx, site, FeedScope::Site, newest)
}

/// The newest comments of a page. An unknown page has none.
pub fn of_page(tx: &mut Tx<'_>, site: SiteId, key: &PageKey) -> Result<Feed> {
    let Some(page) = pages::find(tx, site, key)? else {
        return feed(tx, site, FeedScope::Page, Vec::new());
    };
    let newest = tx.all(
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.page_id = ?2 and c.state = 'published'
             order by c.id desc limit ?3"
        )),
        params![site, page.id, limit()],
        read,
    )?;
    let feed = feed(tx, site, FeedScope::Page, newest)?;
    Ok(Feed {
        page: Some(page),
        ..feed
    })
}

/// The newest comments of a branch: a comment and all that is below it.
pub fn of_branch(tx: &mut Tx<'_>, site: SiteId, top: CommentId) -> Result<Feed> {
    let mut top = comments::by_id(tx, site, top)?
        .filter(|top| top.is_published() || top.n_replies > 0)
        .ok_or(Refusal::CommentUnknown)?;
    blank(&mut top);
    let newest = tx.all(
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.state = 'published' and c.id in (
                 with recursive below (id) as (
                     select t.id from comment t where t.site_id = ?1 and t.id = ?2
                     union all
                     select r.id from below b
                         join comment r on r.site_id = ?1 and r.parent_id = b.id and r.shown = 1)
                 select b.id from below b)
             order by c.id desc limit ?3"
        )),
        params![site, top.id, limit()],
        read,
    )?;
    let page = pages::by_id(tx, site, top.page)?;
    let feed = feed(tx, site, FeedScope::Branch(top.id), newest)?;
    Ok(Feed {
        page,
        top: Some(top),
        ..feed
    })
}

/// The newest direct replies of others to what an author wrote lately.
pub fn of_replies(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Feed> {
    let newest = tx.all(
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.state = 'published' and c.shown = 1 and c.author_id <> ?2
               and c.parent_id in (select p.id from comment p
                   where p.site_id = ?1 and p.author_id = ?2 order by p.id desc limit 1000)
             order by c.id desc limit ?3"
        )),
        params![site, author, limit()],
        read,
    )?;
    feed(tx, site, FeedScope::Replies(author), newest)
}

fn limit() -> i64 {
    i64::try_from(MAX_ITEMS).unwrap_or(i64::MAX)
}

/// The feed of `newest`, each with its page and with what it replies to.
fn feed(tx: &mut Tx<'_>, site: SiteId, of: FeedScope, newest: Vec<Comment>) -> Result<Feed> {
    let pages = pages_of(tx, site, &newest)?;
    let parents = parents_of(tx, site, &newest)?;
    let items = newest.into_iter().filter_map(|comment| {
        Some(FeedItem {
            page: pages.get(&comment.page)?.clone(),
            parent: comment.parent.and_then(|id| parents.get(&id)).cloned(),
            comment,
        })
    });
    Ok(Feed {
        scope: of,
        page: None,
        top: None,
        items: items.collect(),
    })
}

fn pages_of(tx: &mut Tx<'_>, site: SiteId, comments: &[Comment]) -> Result<HashMap<PageId, Page>> {
    let ids: BTreeSet<i64> = comments.iter().map(|comment| comment.page.0).collect();
    let ids: Vec<PageId> = ids.into_iter().map(PageId).collect();
    let pages = pages::by_ids(tx, site, &ids)?;
    Ok(pages.into_iter().map(|page| (page.id, page)).collect())
}

fn parents_of(
    tx: &mut Tx<'_>,
    site: SiteId,
    comments: &[Comment],
) -> Result<HashMap<CommentId, Comment>> {
    let ids = comments.iter().filter_map(|comment| comment.parent);
    let ids: BTreeSet<i64> = ids.map(|id| id.0).collect();
    let list = format!("{:?}", ids.into_iter().collect::<Vec<_>>());
    let mut parents = tx.all(
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.id in (select l.value from list(?2) as l)"
        )),
        params![site, list],
        read,
    )?;
    parents.iter_mut().for_each(blank);
    Ok(parents
        .into_iter()
        .map(|parent| (parent.id, parent))
        .collect())
}
