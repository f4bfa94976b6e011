//! Finding the passages that are commented on in the newest version of their article.

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::passages::{Annotation, Report};
use rejoinder_core::{CommentId, CorrectionId, PageId, SiteId, Time};

use crate::discussion::{events, pages};
use crate::passages::{annotations, versions};
use crate::{Result, Tx, params, sql};

/// What a passage belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A comment on it.
    Comment(CommentId),
    /// A correction of it.
    Correction(CorrectionId),
}

/// All passages of a page that are commented on, whatever became of the comments, and those of corrections.
pub fn passages(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<Vec<(Holder, Annotation)>> {
    let comments = commented(tx, site, page)?.into_iter();
    let comments = comments.map(|(id, own)| (Holder::Comment(id), own));
    let corrections: Vec<(CorrectionId, Option<Box<Annotation>>)> = tx.all(
        sql!(
            "select id, annotation from correction
             where site_id = ?1 and page_id = ?2 and annotation is not null order by id"
        ),
        params![site, page],
        |row| Ok((row.next()?, annotations::read(row)?)),
    )?;
    let corrections = corrections
        .into_iter()
        .filter_map(|(id, own)| Some((Holder::Correction(id), *own?)));
    Ok(comments.chain(corrections).collect())
}

/// The passages of a page that are commented on, whatever became of the comments.
pub fn commented(
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
    found: &[(Holder, Annotation)],
    report: &Report,
) -> Result<bool> {
    let page = pages::lock(tx, site, page)?;
    if !versions::report(tx, site, page.id, number, report)? {
        return Ok(false);
    }
    for (holder, annotation) in found {
        let stored = annotations::stored(Some(annotation))?;
        match holder {
            Holder::Comment(comment) => tx.execute(
                sql!(
                    "update comment set annotation = ?3
                     where site_id = ?1 and id = ?2 and annotation is not null"
                ),
                params![site, *comment, stored],
            )?,
            Holder::Correction(correction) => tx.execute(
                sql!(
                    "update correction set annotation = ?3
                     where site_id = ?1 and id = ?2 and annotation is not null"
                ),
                params![site, *correction, stored],
            )?,
        };
    }
    // Nobody but the newsroom sees the passages of corrections.
    if found
        .iter()
        .any(|(holder, _)| matches!(holder, Holder::Comment(_)))
    {
        events::append(tx, now, &page, EventKind::PageChanged, None)?;
    }
    Ok(true)
}
