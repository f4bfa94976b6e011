//! Whether what is stored is what it should be: counts against recounts, links against what they
//! point to, versions against events.

use std::collections::HashMap;

use rejoinder_core::ranking::wilson_lower_bound;
use rejoinder_core::{CommentId, PageId, SiteId, Tally};

use crate::{Result, Tx, params, sql};

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub check: &'static str,
    /// How many are wrong.
    pub n_wrong: i64,
}

/// Look at everything; nothing found means that all is well.
pub fn check(tx: &mut Tx<'_>) -> Result<Vec<Finding>> {
    let mut findings = by_statements(tx)?;
    findings.extend(wrong_ranks(tx)?);
    Ok(findings)
}

/// The stored ranks against the votes that they follow from, each different one once.
fn wrong_ranks(tx: &mut Tx<'_>) -> Result<Option<Finding>> {
    let wrong = tx.all(
        sql!("select up, down, best, count(*) from comment group by up, down, best"),
        params![],
        |row| {
            let tally = Tally {
                up: row.get(0)?,
                down: row.get(1)?,
            };
            let is_right = wilson_lower_bound(tally) == row.get::<i64>(2)?;
            Ok(if is_right { 0 } else { row.get(3)? })
        },
    )?;
    let n_wrong: i64 = wrong.iter().sum();
    Ok((n_wrong > 0).then_some(Finding {
        check: "comments rank by their votes",
        n_wrong,
    }))
}

macro_rules! checks {
    ($($check:literal => $sql:literal),* $(,)?) => {
        fn by_statements(tx: &mut Tx<'_>) -> Result<Vec<Finding>> {
            let mut findings = Vec::new();
            $(
                let n_wrong = tx.one(sql!($sql), params![], |row| row.get(0))?.unwrap_or(0);
                if n_wrong > 0 {
                    findings.push(Finding { check: $check, n_wrong });
                }
            )*
            Ok(findings)
        }
    };
}

checks! {
    "a reply stands on its parent's page, one level below it, in the same branch" =>
        "select count(*) from comment c
         left join comment p on p.site_id = c.site_id and p.id = c.parent_id
         where c.parent_id is not null and (p.id is null or p.page_id <> c.page_id
             or p.depth + 1 <> c.depth or p.root_id <> c.root_id)",
    "a root is its own root" =>
        "select count(*) from comment where parent_id is null and (root_id <> id or depth <> 0)",
    "votes are counted right" =>
        "select count(*) from comment c left join (
             select site_id, comment_id, sum(case when value = 1 then 1 else 0 end) as up,
                 sum(case when value = -1 then 1 else 0 end) as down
             from vote group by site_id, comment_id) v
             on v.site_id = c.site_id and v.comment_id = c.id
         where c.up <> c.base_up + coalesce(v.up, 0) or c.down <> c.base_down + coalesce(v.down, 0)",
    "shown replies are counted right" =>
        "select count(*) from comment c left join (
             select site_id, parent_id, sum(shown) as n from comment
             where parent_id is not null group by site_id, parent_id) r
             on r.site_id = c.site_id and r.parent_id = c.id
         where c.n_replies <> coalesce(r.n, 0)",
    "branches are counted right" =>
        "select count(*) from comment c left join (
             select site_id, root_id, count(*) as n from comment
             where parent_id is not null and state = 'published' group by site_id, root_id) d
             on d.site_id = c.site_id and d.root_id = c.id
         where c.n_descendants <> case when c.parent_id is null then coalesce(d.n, 0) else 0 end",
    "published comments of a page are counted right" =>
        "select count(*) from page p left join (
             select site_id, page_id, count(*) as n from comment
             where state = 'published' group by site_id, page_id) c
             on c.site_id = p.site_id and c.page_id = p.id
         where p.n_comments <> coalesce(c.n, 0)",
    "every version of a page has its event" =>
        "select count(*) from page p left join (
             select site_id, page_id, count(*) as n, max(version) as newest from event
             group by site_id, page_id) e on e.site_id = p.site_id and e.page_id = p.id
         where p.version <> coalesce(e.newest, 0) or p.version <> coalesce(e.n, 0)",
    "nobody votes on their own comment" =>
        "select count(*) from vote v join comment c on c.site_id = v.site_id and c.id = v.comment_id
         where c.author_id = v.author_id",
}

/// Make up every counter of a page from what it counts, however deep the thread.
pub(crate) fn recount(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<()> {
    tx.execute(
        sql!(
            "update comment set n_replies = coalesce(n.replies, 0), n_descendants = coalesce(n.below, 0)
             from (
                 select c.id, r.n as replies, d.n as below from comment c
                 left join (select parent_id, count(*) as n from comment
                     where site_id = ?1 and page_id = ?2 and state = 'published'
                     group by parent_id) r on r.parent_id = c.id
                 left join (select root_id, count(*) as n from comment
                     where site_id = ?1 and page_id = ?2 and state = 'published'
                       and parent_id is not null group by root_id) d on d.root_id = c.id
                 where c.site_id = ?1 and c.page_id = ?2) n
             where comment.site_id = ?1 and comment.id = n.id
               and (comment.n_replies <> coalesce(n.replies, 0)
                   or comment.n_descendants <> coalesce(n.below, 0))"
        ),
        params![site, page],
    )?;
    tombstones(tx, site, page)?;
    tx.execute(
        sql!(
            "update page set n_comments = (
                 select count(*) from comment c where c.site_id = ?1 and c.page_id = ?2
                   and c.state = 'published')
             where site_id = ?1 and id = ?2"
        ),
        params![site, page],
    )?;
    Ok(())
}

/// Count the replies that are shown only for their own replies, the deepest first: each adds one to
/// its parent, which may thereby be shown itself.
fn tombstones(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<()> {
    let hidden: Vec<(CommentId, Option<CommentId>, i64)> = tx.all(
        sql!(
            "select id, parent_id, n_replies from comment
             where site_id = ?1 and page_id = ?2 and state <> 'published' order by depth desc"
        ),
        params![site, page],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let mut more: HashMap<CommentId, i64> = HashMap::new();
    for (id, parent, n_replies) in hidden {
        let is_shown = n_replies > 0 || more.contains_key(&id);
        if let Some(parent) = parent.filter(|_| is_shown) {
            *more.entry(parent).or_default() += 1;
        }
    }
    for (id, n_replies) in more {
        tx.execute(
            sql!("update comment set n_replies = n_replies + ?3 where site_id = ?1 and id = ?2"),
            params![site, id, n_replies],
        )?;
    }
    Ok(())
}
