//! Finding the passages that are commented on in the newest version of their article.

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::passages::{AnchoringReport, Annotation};
use rejoinder_core::{CommentId, CorrectionId, PageId, PassageId, QuestionId, SiteId, Time};

use crate::discussion::{events, pages};
use crate::passages::{annotations, questions, versions};
use crate::{Result, Tx, params, sql};

/// What a passage belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassageOwner {
    /// A comment on it.
    Comment(CommentId),
    /// A correction of it.
    Correction(CorrectionId),
    /// A question of it.
    Question(QuestionId),
}

impl PassageOwner {
    /// What names the passage; nothing where readers are not told of it.
    pub const fn passage(self) -> Option<PassageId> {
        match self {
            Self::Comment(id) => Some(PassageId(id.0)),
            Self::Question(id) => Some(PassageId(id.0)),
            Self::Correction(_) => None,
        }
    }
}

/// All passages of a page that are commented on, whatever became of the comments, and those of corrections
/// and of questions.
pub fn passages(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: PageId,
) -> Result<Vec<(PassageOwner, Annotation)>> {
    let comments = commented(tx, site, page)?.into_iter();
    let comments = comments.map(|(id, own)| (PassageOwner::Comment(id), own));
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
        .filter_map(|(id, own)| Some((PassageOwner::Correction(id), *own?)));
    let questions = questions::of_page(tx, site, page)?.into_iter();
    let questions = questions.map(|own| (PassageOwner::Question(own.id), own.annotation));
    Ok(comments.chain(corrections).chain(questions).collect())
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
/// anything. Returns whether it was still the newest.
pub fn save(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    page: PageId,
    number: i64,
    found: &[(PassageOwner, Annotation)],
    report: &AnchoringReport,
) -> Result<bool> {
    let page = pages::lock(tx, site, page)?;
    if !versions::report(tx, site, page.id, number, report)? {
        return Ok(false);
    }
    for (holder, annotation) in found {
        keep(tx, site, *holder, annotation)?;
    }
    // Nobody but the newsroom sees the passages of corrections.
    if found
        .iter()
        .any(|(holder, _)| !matches!(holder, PassageOwner::Correction(_)))
    {
        events::append(tx, now, &page, EventKind::PageChanged, None)?;
    }
    Ok(true)
}

/// Keep where one passage stands.
pub(super) fn keep(
    tx: &mut Tx<'_>,
    site: SiteId,
    holder: PassageOwner,
    annotation: &Annotation,
) -> Result<()> {
    let stored = annotations::stored(Some(annotation))?;
    match holder {
        PassageOwner::Comment(comment) => tx.execute(
            sql!(
                "update comment set annotation = ?3
                 where site_id = ?1 and id = ?2 and annotation is not null"
            ),
            params![site, comment, stored],
        )?,
        PassageOwner::Correction(correction) => tx.execute(
            sql!(
                "update correction set annotation = ?3
                 where site_id = ?1 and id = ?2 and annotation is not null"
            ),
            params![site, correction, stored],
        )?,
        PassageOwner::Question(question) => tx.execute(
            sql!("update question set annotation = ?3 where site_id = ?1 and id = ?2"),
            params![site, question, stored],
        )?,
    };
    Ok(())
}
