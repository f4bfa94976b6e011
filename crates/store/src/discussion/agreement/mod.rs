//! "Agreed across divides": votes counted for each of the two sides that a site's readers are on.
//!
//! A job finds the sides anew now and then (`fitting`). Between two fits a vote moves the counters of its
//! comment alone (`counting`). While a fit takes the place of another, rows of both are there: each row of
//! `agreement_comment` names the fit whose sides it counts, so that it is right at every moment.

pub mod counting;
pub mod fitting;

use rejoinder_core::discussion::agreement::Agreement;
use rejoinder_core::discussion::agreement::sides::NoSidesReason;
use rejoinder_core::{Comment, CommentId, Page, PageId, SiteId, Time};

use crate::discussion::pages;
use crate::moderation::groups::Scope;
use crate::{Result, Tx, params, sql};

/// What the last fit of a site found, for its owner. Nothing of single readers is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FitSummary {
    /// When it was; `None` while the first is under way.
    pub at: Option<Time>,
    /// Why there are no two sides, where there are none.
    pub why: Option<NoSidesReason>,
    /// A page that brought too many of the last night's votes, how many percent, and when that was found.
    pub crowd: Option<(Page, i64, Time)>,
}

/// What the last fit of a site found; `None` before the first, and where none is wanted.
pub fn last_fit(tx: &mut Tx<'_>, site: SiteId) -> Result<Option<FitSummary>> {
    type Crowd = (Option<PageId>, Option<i64>, Option<Time>);
    let found: Option<(Time, Option<String>, Crowd)> = tx.one(
        sql!(
            "select fitted_at, why, crowd_page_id, crowd_percent, crowd_at from agreement
             where site_id = ?1"
        ),
        params![site],
        |row| {
            let (at, why) = (row.next()?, row.next()?);
            Ok((at, why, (row.next()?, row.next()?, row.next()?)))
        },
    )?;
    let Some((at, why, crowd)) = found else {
        return Ok(None);
    };
    let crowd = match crowd {
        (Some(page), Some(percent), Some(at)) => {
            pages::by_id(tx, site, page)?.map(|page| (page, percent, at))
        }
        _ => None,
    };
    Ok(Some(FitSummary {
        at: Some(at).filter(|at| at.micros() > 0),
        why: why.as_deref().and_then(NoSidesReason::from_word),
        crowd,
    }))
}

/// A page that brought too many of the last night's votes, how many percent, and when that was found, where
/// `scope` may see it.
pub fn crowd(tx: &mut Tx<'_>, site: SiteId, scope: &Scope) -> Result<Option<(Page, i64, Time)>> {
    let found = last_fit(tx, site)?.and_then(|found| found.crowd);
    let Some((page, percent, at)) = found else {
        return Ok(None);
    };
    let seen = pages::in_scope(tx, site, page.id, scope)?;
    Ok(seen.map(|page| (page, percent, at)))
}

/// Of how many accounts a side is kept, counted once for each fit.
pub fn n_kept(tx: &mut Tx<'_>, site: SiteId) -> Result<i64> {
    let n = tx.one(
        sql!("select count(*) from agreement_side where site_id = ?1 and fit >= 0"),
        params![site],
        |row| row.next(),
    )?;
    Ok(n.unwrap_or(0))
}

/// Give each of `comments` that is published what it ranks by, and its badge.
pub(crate) fn fill<'c>(
    tx: &mut Tx<'_>,
    site: SiteId,
    comments: impl Iterator<Item = &'c mut Comment>,
) -> Result<()> {
    let mut shown: Vec<&mut Comment> = comments.filter(|comment| comment.is_published()).collect();
    if shown.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = shown.iter().map(|comment| comment.id.0).collect();
    let found = tx.all(
        sql!(
            "select k.comment_id, k.rank, k.has_badge from list(?2) as i
             join agreement_comment k on k.site_id = ?1 and k.comment_id = i.value"
        ),
        params![site, format!("{ids:?}")],
        |row| {
            let id: CommentId = row.next()?;
            let rank = row.next()?;
            let has_badge = row.next::<i64>()? == 1;
            Ok((id, Agreement { rank, has_badge }))
        },
    )?;
    for (id, agreement) in found {
        if let Some(comment) = shown.iter_mut().find(|comment| comment.id == id) {
            comment.agreement = agreement;
        }
    }
    Ok(())
}
