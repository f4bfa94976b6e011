//! The counters of a comment, as votes on it change. Whoever changes them holds its page locked.

use rejoinder_core::discussion::agreement::{Side, SideTallies};
use rejoinder_core::{AuthorId, CommentId, PageId, SiteId, Vote, VoteTally};

use crate::{Result, Row, Tx, params, sql};

/// What is counted of a comment.
struct CommentScore {
    fit: i64,
    divided: SideTallies,
    has_badge: bool,
}

/// Count that the vote of `voter` on a comment changed from `before` to `after`, which is written
/// already.
pub(crate) fn changed(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
    voter: AuthorId,
    (before, after): (Option<Vote>, Option<Vote>),
) -> Result<()> {
    let sides = sides(tx, site, voter)?;
    if sides.is_empty() {
        return Ok(());
    }
    let Some(counted) = counted(tx, site, comment)? else {
        return recount(tx, site, comment);
    };
    let of_row = sides.iter().find(|(fit, _)| *fit == counted.fit);
    let Some((_, side)) = of_row else {
        return Ok(());
    };
    let divided = counted.divided.changed(*side, before, after);
    save(tx, site, comment, &CommentScore { divided, ..counted })
}

/// Whether somebody is on a side.
pub(crate) fn has_side(tx: &mut Tx<'_>, site: SiteId, voter: AuthorId) -> Result<bool> {
    Ok(!sides(tx, site, voter)?.is_empty())
}

/// The side of somebody by each fit that is there: one, and two while one takes the place of the other.
fn sides(tx: &mut Tx<'_>, site: SiteId, voter: AuthorId) -> Result<Vec<(i64, Side)>> {
    let found = tx.all(
        sql!("select fit, side from agreement_side where site_id = ?1 and author_id = ?2"),
        params![site, voter],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let known = |(fit, side)| Some((fit, Side::from_number(side)?));
    Ok(found.into_iter().filter_map(known).collect())
}

/// Count a comment anew, by the fit that it was counted by, or else by the one in use.
pub(crate) fn recount(tx: &mut Tx<'_>, site: SiteId, comment: CommentId) -> Result<()> {
    let known = counted(tx, site, comment)?.map(|counted| counted.fit);
    let fit = match known {
        Some(fit) => Some(fit),
        None => tx.one(
            sql!("select fit from agreement where site_id = ?1"),
            params![site],
            |row| row.next(),
        )?,
    };
    match fit {
        Some(fit) => recount_by(tx, site, comment, fit),
        None => Ok(()),
    }
}

/// Count a comment anew, by the sides of `fit`.
pub(crate) fn recount_by(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
    fit: i64,
) -> Result<()> {
    let divided = tx.one(
        sql!(
            "select coalesce(cast(sum(case when s.side = 0 and v.value = 1 then 1 else 0 end) as bigint), 0),
                 coalesce(cast(sum(case when s.side = 0 and v.value = -1 then 1 else 0 end) as bigint), 0),
                 coalesce(cast(sum(case when s.side = 1 and v.value = 1 then 1 else 0 end) as bigint), 0),
                 coalesce(cast(sum(case when s.side = 1 and v.value = -1 then 1 else 0 end) as bigint), 0)
             from vote v join agreement_side s
                 on s.site_id = v.site_id and s.author_id = v.author_id and s.fit = ?3
             where v.site_id = ?1 and v.comment_id = ?2"
        ),
        params![site, comment, fit],
        read,
    )?;
    let had_badge = counted(tx, site, comment)?.is_some_and(|counted| counted.has_badge);
    let counted = CommentScore {
        fit,
        divided: divided.unwrap_or_default(),
        has_badge: had_badge,
    };
    save(tx, site, comment, &counted)
}

fn read(row: &Row<'_>) -> Result<SideTallies> {
    let tally = || {
        Ok::<_, crate::StoreError>(VoteTally {
            up: row.next()?,
            down: row.next()?,
        })
    };
    Ok(SideTallies {
        a: tally()?,
        b: tally()?,
    })
}

fn counted(tx: &mut Tx<'_>, site: SiteId, comment: CommentId) -> Result<Option<CommentScore>> {
    tx.one(
        sql!(
            "select up_a, down_a, up_b, down_b, fit, has_badge from agreement_comment
             where site_id = ?1 and comment_id = ?2"
        ),
        params![site, comment],
        |row| {
            Ok(CommentScore {
                divided: read(row)?,
                fit: row.next()?,
                has_badge: row.next::<i64>()? == 1,
            })
        },
    )
}

/// Keep the counters, and what follows from them. What nobody of either side voted on has none.
fn save(tx: &mut Tx<'_>, site: SiteId, comment: CommentId, counted: &CommentScore) -> Result<()> {
    let CommentScore {
        fit,
        ref divided,
        has_badge,
    } = *counted;
    if divided.is_empty() {
        tx.execute(
            sql!("delete from agreement_comment where site_id = ?1 and comment_id = ?2"),
            params![site, comment],
        )?;
        return Ok(());
    }
    let agreement = divided.agreement(has_badge);
    let page: Option<PageId> = tx.one(
        sql!("select page_id from comment where site_id = ?1 and id = ?2"),
        params![site, comment],
        |row| row.next(),
    )?;
    let Some(page) = page else { return Ok(()) };
    tx.execute(
        sql!(
            "insert into agreement_comment (site_id, comment_id, page_id, fit, up_a, down_a, up_b, down_b,
                 rank, has_badge)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             on conflict (site_id, comment_id) do update set page_id = excluded.page_id,
                 fit = excluded.fit, up_a = excluded.up_a, down_a = excluded.down_a,
                 up_b = excluded.up_b, down_b = excluded.down_b, rank = excluded.rank,
                 has_badge = excluded.has_badge"
        ),
        params![
            site,
            comment,
            page,
            fit,
            divided.a.up,
            divided.a.down,
            divided.b.up,
            divided.b.down,
            agreement.rank,
            i64::from(agreement.has_badge)
        ],
    )?;
    Ok(())
}
