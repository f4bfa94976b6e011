//! Whether what is stored is what it should be: counts against recounts, links against what they
//! point to, versions against events.

use std::cmp::Reverse;
use std::collections::HashMap;

use rejoinder_core::discussion::agreement::{Agreement, SideTallies};
use rejoinder_core::discussion::ranking::best;
use rejoinder_core::{CommentId, CommentState, PageId, SiteId, VoteTally};

use crate::database::wrong;
use crate::passages::{answers, sources};
use crate::{Result, StoreError, Tx, params, sql};

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
    findings.extend(wrong_answers(tx)?);
    findings.extend(wrong_agreements(tx)?);
    Ok(findings)
}

/// The stored ranks against the votes that they follow from, each different one once.
fn wrong_ranks(tx: &mut Tx<'_>) -> Result<Option<Finding>> {
    let wrong = tx.all(
        sql!(
            "select up, down, liked, best, count(*) from comment
             group by up, down, liked, best"
        ),
        params![],
        |row| {
            let tally = VoteTally {
                up: row.next()?,
                down: row.next()?,
            };
            let is_right = best(tally, row.next()?) == row.next::<i64>()?;
            Ok(if is_right { 0 } else { row.next()? })
        },
    )?;
    let n_wrong: i64 = wrong.iter().sum();
    Ok((n_wrong > 0).then_some(Finding {
        check: "comments rank by their votes",
        n_wrong,
    }))
}

/// What was answered about the sources of comments against what is kept with them.
fn wrong_answers(tx: &mut Tx<'_>) -> Result<Option<Finding>> {
    // One statement sees one moment: readers may answer meanwhile.
    let are_wrong = tx.all(
        sql!(
            "select c.source_check,
                 coalesce(sum(case when o.says = 'yes' then 1 else 0 end), 0),
                 coalesce(sum(case when o.says = 'partly' then 1 else 0 end), 0),
                 coalesce(sum(case when o.says = 'no' then 1 else 0 end), 0),
                 coalesce(sum(case when o.relevant = 'yes' then 1 else 0 end), 0),
                 coalesce(sum(case when o.relevant = 'partly' then 1 else 0 end), 0),
                 coalesce(sum(case when o.relevant = 'no' then 1 else 0 end), 0)
             from comment c left join source_answer o
                 on o.site_id = c.site_id and o.comment_id = c.id
             where c.source_check is not null
             group by c.site_id, c.id, c.source_check"
        ),
        params![],
        |row| {
            let kept = sources::read(row)?.map(|own| (own.says, own.relevant));
            Ok(kept != Some((answers::answered(row)?, answers::answered(row)?)))
        },
    )?;
    let n_wrong = are_wrong.into_iter().map(i64::from).sum();
    Ok((n_wrong > 0).then_some(Finding {
        check: "answers about sources are counted right",
        n_wrong,
    }))
}

/// What is said of comments by the votes of both sides, against those votes.
fn wrong_agreements(tx: &mut Tx<'_>) -> Result<Option<Finding>> {
    let wrong = tx.all(
        sql!(
            "select up_a, down_a, up_b, down_b, rank, has_badge, count(*) from agreement_comment
             group by up_a, down_a, up_b, down_b, rank, has_badge"
        ),
        params![],
        |row| {
            let tally = || {
                Ok::<_, StoreError>(VoteTally {
                    up: row.next()?,
                    down: row.next()?,
                })
            };
            let divided = SideTallies {
                a: tally()?,
                b: tally()?,
            };
            let agreement = Agreement {
                rank: row.next()?,
                has_badge: row.next::<i64>()? == 1,
            };
            let is_right = divided.agreement(agreement.has_badge) == agreement;
            Ok(if is_right { 0 } else { row.next()? })
        },
    )?;
    let n_wrong: i64 = wrong.iter().sum();
    Ok((n_wrong > 0).then_some(Finding {
        check: "what both sides agree on follows from their votes",
        n_wrong,
    }))
}

macro_rules! checks {
    ($($check:literal => $sql:expr),* $(,)?) => {
        fn by_statements(tx: &mut Tx<'_>) -> Result<Vec<Finding>> {
            let mut findings = Vec::new();
            $(
                let n_wrong = tx.one(sql!($sql), params![], |row| row.next())?.unwrap_or(0);
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
        concat!("select count(*) ", wrong::votes!()),
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
    "the log of a page has no gap and ends with the page's version" =>
        "select count(*) from page p join (
             select site_id, page_id, count(*) as n, min(version) as oldest,
                 max(version) as newest from event group by site_id, page_id) e
             on e.site_id = p.site_id and e.page_id = p.id
         where p.version <> e.newest or e.newest - e.oldest + 1 <> e.n",
    "flags are counted right" =>
        concat!("select count(*) ", wrong::flags!()),
    "the log says where each comment stands" =>
        "select count(*) from (
             select site_id, comment_id, max(version) as version from decision
             where comment_id is not null group by site_id, comment_id) n
         join comment c on c.site_id = n.site_id and c.id = n.comment_id
         join decision d on d.site_id = c.site_id and d.page_id = c.page_id
             and d.version = n.version
         where d.after_state <> c.state",
    "only what is published is featured, and decisions are on the newest text" =>
        "select count(*) from comment
         where (featured_at is not null and state <> 'published') or decided_revision <> revision",
    "nobody votes on their own comment" =>
        "select count(*) from vote v join comment c on c.site_id = v.site_id and c.id = v.comment_id
         where c.author_id = v.author_id",
    "nobody answers about their own sources, and about none that are not there" =>
        "select count(*) from source_answer o
         join comment c on c.site_id = o.site_id and c.id = o.comment_id
         where c.author_id = o.author_id or c.source_check is null",
    "sources and passages are on roots, and sources on passages" =>
        "select count(*) from comment
         where (annotation is not null and parent_id is not null)
             or (source_check is not null and annotation is null)",
    "a correction that was decided on says when, and none that waits does" =>
        "select count(*) from correction
         where (state in ('accepted', 'declined')) <> (decided_at is not null)",
    "a line of a list of corrections follows from one that was accepted on its page" =>
        "select count(*) from erratum e
         join correction c on c.site_id = e.site_id and c.id = e.correction_id
         where c.page_id <> e.page_id or c.state <> 'accepted'",
    "those who gave, want it shown and have something left of it are shown as supporters" =>
        concat!("select count(*) ", wrong::supporters!()),
    "a mention leads to a comment on the same page of whom it mentions" =>
        "select count(*) from mention m
         join comment c on c.site_id = m.site_id and c.id = m.comment_id
         join comment t on t.site_id = m.site_id and t.id = m.target_id
         where c.page_id <> t.page_id or t.author_id <> m.author_id",
    "what an account shows as its picture is kept" =>
        "select count(*) from author a where a.picture is not null and not exists (
             select 1 from author_picture p where p.site_id = a.site_id and p.author_id = a.id
               and p.name = a.picture)",
    "reactions are counted right" =>
        concat!("select count(*) ", wrong::reactions!()),
    "nobody reacts to their own comment" =>
        "select count(*) from reaction r
         join comment c on c.site_id = r.site_id and c.id = r.comment_id
         where c.author_id = r.author_id",
    "votes are counted right for each side" =>
        "select count(*) from agreement_comment k left join (
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
             or k.up_b <> coalesce(n.up_b, 0) or k.down_b <> coalesce(n.down_b, 0)",
    "what came in for campaigns is summed up right" =>
        concat!("select count(*) ", wrong::sums!()),
}

/// A comment as the counters see it.
struct Counted {
    id: CommentId,
    parent: Option<CommentId>,
    root: CommentId,
    depth: i64,
    is_published: bool,
    n_replies: i64,
    n_descendants: i64,
}

/// Make up every counter of a page from what it counts, however deep the thread.
///
/// Counted here and not by the database: PostgreSQL knows nothing of rows that have just been
/// inserted, and chooses a plan that compares each with each.
pub(crate) fn recount(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<()> {
    let comments = counted(tx, site, page)?;
    let n_replies = shown_replies(&comments);
    let mut n_below: HashMap<CommentId, i64> = HashMap::new();
    let mut n_comments: i64 = 0;
    for comment in comments.iter().filter(|comment| comment.is_published) {
        n_comments += 1;
        if comment.parent.is_some() {
            *n_below.entry(comment.root).or_default() += 1;
        }
    }
    for comment in &comments {
        let right =
            |counts: &HashMap<CommentId, i64>| counts.get(&comment.id).copied().unwrap_or(0);
        let (n_replies, n_descendants) = (right(&n_replies), right(&n_below));
        if (comment.n_replies, comment.n_descendants) != (n_replies, n_descendants) {
            tx.execute(
                sql!(
                    "update comment set n_replies = ?3, n_descendants = ?4
                     where site_id = ?1 and id = ?2"
                ),
                params![site, comment.id, n_replies, n_descendants],
            )?;
        }
    }
    tx.execute(
        sql!("update page set n_comments = ?3 where site_id = ?1 and id = ?2"),
        params![site, page, n_comments],
    )?;
    Ok(())
}

fn counted(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<Vec<Counted>> {
    tx.all(
        sql!(
            "select id, parent_id, root_id, depth, state, n_replies, n_descendants from comment
             where site_id = ?1 and page_id = ?2"
        ),
        params![site, page],
        |row| {
            Ok(Counted {
                id: row.next()?,
                parent: row.next()?,
                root: row.next()?,
                depth: row.next()?,
                is_published: row.next::<String>()? == CommentState::Published.as_str(),
                n_replies: row.next()?,
                n_descendants: row.next()?,
            })
        },
    )
}

/// How many replies of each comment are shown: the published ones, and those that have shown replies
/// themselves, which is known when all that are deeper are counted.
fn shown_replies(comments: &[Counted]) -> HashMap<CommentId, i64> {
    let mut n_replies: HashMap<CommentId, i64> = HashMap::new();
    let (published, mut hidden): (Vec<_>, Vec<_>) =
        comments.iter().partition(|comment| comment.is_published);
    for parent in published.iter().filter_map(|comment| comment.parent) {
        *n_replies.entry(parent).or_default() += 1;
    }
    hidden.sort_by_key(|comment| Reverse(comment.depth));
    for comment in hidden {
        if let Some(parent) = comment.parent
            && n_replies.contains_key(&comment.id)
        {
            *n_replies.entry(parent).or_default() += 1;
        }
    }
    n_replies
}
