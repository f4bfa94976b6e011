//! The rules that one statement can tell.

use super::{Finding, Key, finding};
use crate::database::wrong;
use crate::{Result, Tx, params, sql};

/// Each rule, what its rows are called and known by, and the rows that break it.
macro_rules! rules {
    ($($check:literal => $kind:literal, $site:literal, $id:literal, $wrong:expr;)*) => {
        /// The rules that are broken.
        pub(super) fn broken(tx: &mut Tx<'_>) -> Result<Vec<Finding>> {
            let mut findings = Vec::new();
            $(
                let count = sql!(concat!("select count(*) ", $wrong));
                let n_wrong = tx.one(count, params![], |row| row.next())?.unwrap_or(0);
                if n_wrong > 0 {
                    let first = sql!(concat!("select ", $site, ", ", $id, " ", $wrong, " limit 5"));
                    let rows: Vec<Key> =
                        tx.all(first, params![], |row| Ok((row.next()?, row.next()?)))?;
                    findings.extend(finding(tx, $check, $kind, n_wrong, &rows)?);
                }
            )*
            Ok(findings)
        }
    };
}

rules! {
    "a reply stands on its parent's page, one level below it, in the same branch" =>
        "comment", "c.site_id", "c.id",
        "from comment c
         left join comment p on p.site_id = c.site_id and p.id = c.parent_id
         where c.parent_id is not null and (p.id is null or p.page_id <> c.page_id
             or p.depth + 1 <> c.depth or p.root_id <> c.root_id)";
    "a root is its own root" =>
        "comment", "site_id", "id",
        "from comment where parent_id is null and (root_id <> id or depth <> 0)";
    "votes are counted right" =>
        "comment", "c.site_id", "c.id",
        wrong::votes!();
    "shown replies are counted right" =>
        "comment", "c.site_id", "c.id",
        "from comment c left join (
             select site_id, parent_id, sum(shown) as n from comment
             where parent_id is not null group by site_id, parent_id) r
             on r.site_id = c.site_id and r.parent_id = c.id
         where c.n_replies <> coalesce(r.n, 0)";
    "branches are counted right" =>
        "comment", "c.site_id", "c.id",
        "from comment c left join (
             select site_id, root_id, count(*) as n from comment
             where parent_id is not null and state = 'published' group by site_id, root_id) d
             on d.site_id = c.site_id and d.root_id = c.id
         where c.n_descendants <> case when c.parent_id is null then coalesce(d.n, 0) else 0 end";
    "published comments of a page are counted right" =>
        "page", "p.site_id", "p.id",
        "from page p left join (
             select site_id, page_id, count(*) as n from comment
             where state = 'published' group by site_id, page_id) c
             on c.site_id = p.site_id and c.page_id = p.id
         where p.n_comments <> coalesce(c.n, 0)";
    "the log of a page has no gap and ends with the page's version" =>
        "page", "p.site_id", "p.id",
        "from page p join (
             select site_id, page_id, count(*) as n, min(version) as oldest,
                 max(version) as newest from event group by site_id, page_id) e
             on e.site_id = p.site_id and e.page_id = p.id
         where p.version <> e.newest or e.newest - e.oldest + 1 <> e.n";
    "flags are counted right" =>
        "comment", "c.site_id", "c.id",
        wrong::flags!();
    "the log says where each comment stands" =>
        "comment", "c.site_id", "c.id",
        "from (
             select site_id, comment_id, max(version) as version from decision
             where comment_id is not null group by site_id, comment_id) n
         join comment c on c.site_id = n.site_id and c.id = n.comment_id
         join decision d on d.site_id = c.site_id and d.page_id = c.page_id
             and d.version = n.version
         where d.after_state <> c.state";
    "only what is published is featured, and decisions are on the newest text" =>
        "comment", "site_id", "id",
        "from comment
         where (featured_at is not null and state <> 'published') or decided_revision <> revision";
    "nobody votes on their own comment" =>
        "comment", "c.site_id", "c.id",
        "from vote v join comment c on c.site_id = v.site_id and c.id = v.comment_id
         where c.author_id = v.author_id";
    "nobody answers about their own sources, and about none that are not there" =>
        "comment", "c.site_id", "c.id",
        "from source_answer o
         join comment c on c.site_id = o.site_id and c.id = o.comment_id
         where c.author_id = o.author_id or c.source_check is null";
    "sources and passages are on roots, and sources on passages" =>
        "comment", "site_id", "id",
        "from comment
         where (annotation is not null and parent_id is not null)
             or (source_check is not null and annotation is null)";
    "a correction that was decided on says when, and none that waits does" =>
        "correction", "site_id", "id",
        "from correction
         where (state in ('accepted', 'declined')) <> (decided_at is not null)";
    "a line of a list of corrections follows from one that was accepted on its page" =>
        "correction", "c.site_id", "c.id",
        "from erratum e
         join correction c on c.site_id = e.site_id and c.id = e.correction_id
         where c.page_id <> e.page_id or c.state <> 'accepted'";
    "those who gave, want it shown and have something left of it are shown as supporters" =>
        "author", "a.site_id", "a.id",
        wrong::supporters!();
    "a mention leads to a comment on the same page of whom it mentions" =>
        "comment", "c.site_id", "c.id",
        "from mention m
         join comment c on c.site_id = m.site_id and c.id = m.comment_id
         join comment t on t.site_id = m.site_id and t.id = m.target_id
         where c.page_id <> t.page_id or t.author_id <> m.author_id";
    "what an account shows as its picture is kept" =>
        "author", "a.site_id", "a.id",
        "from author a where a.picture is not null and not exists (
             select 1 from author_picture p where p.site_id = a.site_id and p.author_id = a.id
               and p.name = a.picture)";
    "reactions are counted right" =>
        "comment", "coalesce(k.site_id, r.site_id)", "coalesce(k.comment_id, r.comment_id)",
        wrong::reactions!();
    "nobody reacts to their own comment" =>
        "comment", "c.site_id", "c.id",
        "from reaction r
         join comment c on c.site_id = r.site_id and c.id = r.comment_id
         where c.author_id = r.author_id";
    "votes are counted right for each side" =>
        "comment", "k.site_id", "k.comment_id",
        "from agreement_comment k left join (
             select v.site_id, v.comment_id, s.fit,
                 sum(case when s.side = 0 and v.value = 1 then 1 else 0 end) as up_a,
                 sum(case when s.side = 0 and v.value = -1 then 1 else 0 end) as down_a,
                 sum(case when s.side = 1 and v.value = 1 then 1 else 0 end) as up_b,
                 sum(case when s.side = 1 and v.value = -1 then 1 else 0 end) as down_b
             from agreement_side s
             join vote v on v.site_id = s.site_id and v.author_id = s.author_id
             group by v.site_id, v.comment_id, s.fit) n
             on n.site_id = k.site_id and n.comment_id = k.comment_id and n.fit = k.fit
         where k.up_a <> coalesce(n.up_a, 0) or k.down_a <> coalesce(n.down_a, 0)
             or k.up_b <> coalesce(n.up_b, 0) or k.down_b <> coalesce(n.down_b, 0)";
    "what came in for campaigns is summed up right" =>
        "campaign", "coalesce(s.site_id, e.site_id)", "coalesce(s.campaign_id, e.campaign_id)",
        wrong::sums!();
    "what became of an author's comments is counted right" =>
        "author", "a.site_id", "a.id",
        wrong::records!();
    "a comment is in a state that there is" =>
        "comment", "site_id", "id",
        "from comment where state not in ('published', 'held', 'rejected', 'spam', 'removed')";
    "no page goes by the name of another" =>
        "page", "a.site_id", "a.page_id",
        "from page_alias a join page p on p.site_id = a.site_id and p.key = a.key
         where p.id <> a.page_id";
    "an earlier text of a comment is older than its newest" =>
        "comment", "c.site_id", "c.id",
        "from comment_version v
         join comment c on c.site_id = v.site_id and c.id = v.comment_id
         where v.revision >= c.revision";
    "each comment stands on a page and is by somebody" =>
        "comment", "c.site_id", "c.id",
        "from comment c
         left join page p on p.site_id = c.site_id and p.id = c.page_id
         left join author a on a.site_id = c.site_id and a.id = c.author_id
         where p.id is null or a.id is null";
    "each vote is of somebody on a comment that is there" =>
        "comment", "v.site_id", "v.comment_id",
        "from vote v
         left join comment c on c.site_id = v.site_id and c.id = v.comment_id
         left join author a on a.site_id = v.site_id and a.id = v.author_id
         where c.id is null or a.id is null";
    "each flag is of somebody on a comment that is there" =>
        "comment", "f.site_id", "f.comment_id",
        "from flag f
         left join comment c on c.site_id = f.site_id and c.id = f.comment_id
         left join author a on a.site_id = f.site_id and a.id = f.author_id
         where c.id is null or a.id is null";
    "what happened and what was decided is about comments of the same page" =>
        "page", "e.site_id", "e.page_id",
        "from (
             select site_id, page_id, comment_id from event where comment_id is not null
             union all
             select site_id, page_id, comment_id from decision where comment_id is not null) e
         left join comment c on c.site_id = e.site_id and c.id = e.comment_id
         where c.id is null or c.page_id <> e.page_id";
    "a session is of somebody who is there" =>
        "author", "s.site_id", "s.author_id",
        "from session s left join author a on a.site_id = s.site_id and a.id = s.author_id
         where a.id is null";
}
