//! Mending what the doctor finds, where what is right follows from what is stored: counts, sums, and marks
//! that are made of other rows. Where it does not follow, nothing is touched.

use std::collections::BTreeSet;

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::discussion::ranking::best as rank;
use rejoinder_core::{AuthorId, CommentId, PageId, SiteId, Time, VoteTally};

use crate::database::{doctor, recount, wrong};
use crate::discussion::{comments, events, liking, pages};
use crate::identity::supporting;
use crate::publication::sites;
use crate::{Result, Tx, params, sql};

/// Something that was mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// What was done.
    pub what: &'static str,
    /// In how many rows.
    pub n_rows: i64,
}

/// The pages that look otherwise now.
type Pages = BTreeSet<(SiteId, PageId)>;

/// Mend what can be; pages that look otherwise then are told anew. Done again, it does nothing.
pub fn mend(tx: &mut Tx<'_>, now: Time) -> Result<Vec<Mended>> {
    let mut pages = Pages::new();
    let mended = [
        ("counted votes again", votes(tx, &mut pages)?),
        ("counted who likes comments again", likes(tx, &mut pages)?),
        (
            "ranked comments by their votes again",
            ranks(tx, &mut pages)?,
        ),
        (
            "counted comments of pages and branches again",
            counters(tx, &mut pages)?,
        ),
        ("counted flags again", flags(tx)?),
        ("counted reactions again", reactions(tx, &mut pages)?),
        ("counted what became of comments again", records(tx)?),
        ("summed up campaigns again", sums(tx)?),
        ("said again who supports the site", supporters(tx, now)?),
        ("listed the origins of sites again", origins(tx)?),
    ];
    for (site, page) in pages {
        let page = pages::lock(tx, site, page)?;
        events::append(tx, now, &page, EventKind::Imported, None)?;
    }
    let done = mended.into_iter().filter(|(_, n_rows)| *n_rows > 0);
    Ok(done.map(|(what, n_rows)| Mended { what, n_rows }).collect())
}

fn origins(tx: &mut Tx<'_>) -> Result<i64> {
    let wrong = doctor::unlisted_origins(tx)?;
    for (site, has) in &wrong {
        sites::set_origins(tx, *site, has)?;
    }
    Ok(n_of(&wrong))
}

/// A comment with how many readers liked it, and what its votes should be.
type Voted = (SiteId, CommentId, PageId, i64, VoteTally);

fn votes(tx: &mut Tx<'_>, pages: &mut Pages) -> Result<i64> {
    let wrong: Vec<Voted> = tx.all(
        sql!(concat!(
            "select c.site_id, c.id, c.page_id, c.liked, c.base_up + coalesce(v.up, 0),
                 c.base_down + coalesce(v.down, 0)
             ",
            wrong::votes!()
        )),
        params![],
        |row| {
            Ok((
                row.next()?,
                row.next()?,
                row.next()?,
                row.next()?,
                VoteTally {
                    up: row.next()?,
                    down: row.next()?,
                },
            ))
        },
    )?;
    for (site, id, page, liked, tally) in &wrong {
        tx.execute(
            sql!("update comment set up = ?3, down = ?4, best = ?5 where site_id = ?1 and id = ?2"),
            params![*site, *id, tally.up, tally.down, rank(*tally, *liked)],
        )?;
        pages.insert((*site, *page));
    }
    Ok(n_of(&wrong))
}

fn likes(tx: &mut Tx<'_>, pages: &mut Pages) -> Result<i64> {
    let wrong = doctor::miscounted_likes(tx)?;
    for (site, comment) in &wrong {
        let comment = CommentId(*comment);
        let keys = liking::keys(tx, *site)?;
        liking::recount(tx, *site, comment, &keys)?;
        pages.insert((*site, comments::expect(tx, *site, comment)?.page));
    }
    Ok(n_of(&wrong))
}

fn ranks(tx: &mut Tx<'_>, pages: &mut Pages) -> Result<i64> {
    let all: Vec<(VoteTally, i64, i64)> = tx.all(
        sql!("select up, down, liked, best from comment group by up, down, liked, best"),
        params![],
        |row| {
            let tally = VoteTally {
                up: row.next()?,
                down: row.next()?,
            };
            Ok((tally, row.next()?, row.next()?))
        },
    )?;
    let mut n_rows = 0;
    for (tally, liked, best) in all {
        let right = rank(tally, liked);
        if right == best {
            continue;
        }
        let touched: Vec<(SiteId, PageId)> = tx.all(
            sql!(
                "select distinct site_id, page_id from comment
                 where up = ?1 and down = ?2 and best = ?3 and liked = ?4"
            ),
            params![tally.up, tally.down, best, liked],
            |row| Ok((row.next()?, row.next()?)),
        )?;
        pages.extend(touched);
        let n_mended = tx.execute(
            sql!(
                "update comment set best = ?4
                 where up = ?1 and down = ?2 and best = ?3 and liked = ?5"
            ),
            params![tally.up, tally.down, best, right, liked],
        )?;
        n_rows += i64::try_from(n_mended).unwrap_or(i64::MAX);
    }
    Ok(n_rows)
}

/// How many pages were counted again.
fn counters(tx: &mut Tx<'_>, pages: &mut Pages) -> Result<i64> {
    let wrong: Vec<(SiteId, PageId)> = tx.all(
        sql!(
            "select c.site_id, c.page_id from comment c left join (
                 select site_id, parent_id, sum(shown) as n from comment
                 where parent_id is not null group by site_id, parent_id) r
                 on r.site_id = c.site_id and r.parent_id = c.id
             where c.n_replies <> coalesce(r.n, 0)
             union
             select c.site_id, c.page_id from comment c left join (
                 select site_id, root_id, count(*) as n from comment
                 where parent_id is not null and state = 'published' group by site_id, root_id) d
                 on d.site_id = c.site_id and d.root_id = c.id
             where c.n_descendants <> case when c.parent_id is null then coalesce(d.n, 0) else 0 end
             union
             select p.site_id, p.id from page p left join (
                 select site_id, page_id, count(*) as n from comment
                 where state = 'published' group by site_id, page_id) c
                 on c.site_id = p.site_id and c.page_id = p.id
             where p.n_comments <> coalesce(c.n, 0)"
        ),
        params![],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    for (site, page) in &wrong {
        recount::recount(tx, *site, *page)?;
        pages.insert((*site, *page));
    }
    Ok(n_of(&wrong))
}

fn flags(tx: &mut Tx<'_>) -> Result<i64> {
    let wrong: Vec<(SiteId, CommentId, i64)> = tx.all(
        sql!(concat!(
            "select c.site_id, c.id, coalesce(f.n, 0) ",
            wrong::flags!()
        )),
        params![],
        |row| Ok((row.next()?, row.next()?, row.next()?)),
    )?;
    for (site, id, n_flags) in &wrong {
        tx.execute(
            sql!("update comment set n_flags = ?3 where site_id = ?1 and id = ?2"),
            params![*site, *id, *n_flags],
        )?;
    }
    Ok(n_of(&wrong))
}

fn records(tx: &mut Tx<'_>) -> Result<i64> {
    let wrong: Vec<(SiteId, AuthorId, [i64; 6])> = tx.all(
        sql!(concat!(
            "select a.site_id, a.id, coalesce(r.published, 0), coalesce(r.held, 0),
                 coalesce(r.rejected, 0), coalesce(r.spam, 0), coalesce(r.removed, 0),
                 coalesce(f.flagged, 0) ",
            wrong::records!()
        )),
        params![],
        |row| {
            let (site, author) = (row.next()?, row.next()?);
            let counts = [
                row.next()?,
                row.next()?,
                row.next()?,
                row.next()?,
                row.next()?,
                row.next()?,
            ];
            Ok((site, author, counts))
        },
    )?;
    for (site, author, [published, held, rejected, spam, removed, flagged]) in &wrong {
        tx.execute(
            sql!(
                "update author set n_published = ?3, n_held = ?4, n_rejected = ?5, n_spam = ?6,
                     n_removed = ?7, n_flagged = ?8
                 where site_id = ?1 and id = ?2"
            ),
            params![
                *site, *author, *published, *held, *rejected, *spam, *removed, *flagged
            ],
        )?;
    }
    Ok(n_of(&wrong))
}

fn reactions(tx: &mut Tx<'_>, pages: &mut Pages) -> Result<i64> {
    let wrong: Vec<(SiteId, CommentId, PageId, String, i64, i64)> = tx.all(
        sql!(concat!(
            "select w.site_id, w.comment_id, c.page_id, w.key, w.n, w.base from (
                 select coalesce(r.site_id, k.site_id) as site_id,
                     coalesce(r.comment_id, k.comment_id) as comment_id,
                     coalesce(r.key, k.key) as key, coalesce(k.base, 0) + coalesce(r.n, 0) as n,
                     coalesce(k.base, 0) as base
                 ",
            wrong::reactions!(),
            ") w
             join comment c on c.site_id = w.site_id and c.id = w.comment_id"
        )),
        params![],
        |row| {
            Ok((
                row.next()?,
                row.next()?,
                row.next()?,
                row.next()?,
                row.next()?,
                row.next()?,
            ))
        },
    )?;
    for (site, comment, page, key, n, base) in &wrong {
        tx.execute(
            sql!("delete from reaction_count where site_id = ?1 and comment_id = ?2 and key = ?3"),
            params![*site, *comment, key],
        )?;
        if *n > 0 {
            tx.execute(
                sql!(
                    "insert into reaction_count (site_id, comment_id, key, n, base)
                     values (?1, ?2, ?3, ?4, ?5)"
                ),
                params![*site, *comment, key, *n, *base],
            )?;
        }
        pages.insert((*site, *page));
    }
    Ok(n_of(&wrong))
}

/// The ledger is what is right; its sums are made anew where one is not.
fn sums(tx: &mut Tx<'_>) -> Result<i64> {
    let wrong = tx.one(
        sql!(concat!("select count(*) ", wrong::sums!())),
        params![],
        |row| row.next::<i64>(),
    )?;
    let n_wrong = wrong.unwrap_or(0);
    if n_wrong > 0 {
        tx.execute(sql!("delete from campaign_sum"), params![])?;
        tx.execute(
            sql!(
                "insert into campaign_sum (site_id, campaign_id, currency, month, amount, gifts)
                 select site_id, campaign_id, currency, month, sum(amount), sum(gifts)
                 from ledger_entry group by site_id, campaign_id, currency, month"
            ),
            params![],
        )?;
    }
    Ok(n_wrong)
}

fn supporters(tx: &mut Tx<'_>, now: Time) -> Result<i64> {
    let wrong: Vec<(SiteId, AuthorId, i64)> = tx.all(
        sql!(concat!(
            "select a.site_id, a.id, a.is_supporter ",
            wrong::supporters!()
        )),
        params![],
        |row| Ok((row.next()?, row.next()?, row.next()?)),
    )?;
    for (site, author, was) in &wrong {
        supporting::set(tx, now, *site, *author, *was == 0)?;
    }
    Ok(n_of(&wrong))
}

fn n_of<T>(rows: &[T]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX)
}
