//! Finding the passages that are commented on in the newest version of their article.

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::passages::{Annotation, Report};
use rejoinder_core::{CommentId, PageId, SiteId, Time};

use crate::discussion::{events, pages};
use crate::passages::{annotations, versions};
use crate::{Result, Tx, params, sql};

/// All passages of a page that are commented on, whatever became of the comments.
pub fn passages(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: PageId,
) -> Result<Vec<(CommentId, Annotation)>> {
    let read = tx.all(
        sql!(
            "select id, annotation from comment
             where site_id = ?1 and page_id = ?2 and annotation is not null order by id"
        ),
        params![site, page],
        |row| Ok((row.next()?, annotations::read(row)?)),
    )?;
    let own = |(id, annotation): (CommentId, Option<Box<Annotation>>)| Some((id, *annotation?));
    Ok(read.into_iter().filter_map(own).collect())
}

/// Keep where passages were found in version `number`, and show the page anew where that changed
/// anything. Gives whether it was still the newest.
pub fn save(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    page: PageId,
    number: i64,
    found: &[(CommentId, Annotation)],
    report: &Report,
) -> Result<bool> {
    let page = pages::lock(tx, site, page)?;
    if !versions::report(tx, site, page.id, number, report)? {
        return Ok(false);
    }
    for (comment, annotation) in found {
        tx.execute(
            sql!(
                "update comment set annotation = ?3
                 where site_id = ?1 and id = ?2 and annotation is not null"
            ),
            params![site, *comment, annotations::stored(Some(annotation))?],
        )?;
    }
    if !found.is_empty() {
        events::append(tx, now, &page, EventKind::PageChanged, None)?;
    }
    Ok(true)
}
