//! The lists of what articles were corrected in.

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::passages::Erratum;
use rejoinder_core::passages::correction::may_list;
use rejoinder_core::{AuthorId, CorrectionId, ErratumId, Page, PageId, SiteId, Time};

use crate::discussion::{events, pages};
use crate::passages::{corrections, versions};
use crate::{Result, Row, Tx, params, sql};

/// So many lines of a page, or of a site, are shown at once: the newest.
pub const MAX_LISTED: i64 = 100;

/// When a line is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErratumTiming {
    /// At once: the article's newest version says it.
    Now,
    /// With the article's next version.
    NextVersion,
}

/// A line to be put into the list of a page.
#[derive(Debug, Clone)]
pub struct NewErratum {
    /// Drawn for it.
    pub id: ErratumId,
    /// What was changed.
    pub line: String,
    /// Who is thanked.
    pub thanks: Option<String>,
    /// The correction that it follows from.
    pub correction: Option<CorrectionId>,
    /// Who writes it.
    pub by: AuthorId,
    /// When it is shown.
    pub when: ErratumTiming,
}

macro_rules! erratum {
    ($rest:literal) => {
        concat!(
            "select e.site_id, e.id, e.page_id, e.line, e.thanks, e.correction_id, e.version, \
             e.published_at from erratum e ",
            $rest
        )
    };
}

fn read(row: &Row<'_>) -> Result<Erratum> {
    Ok(Erratum {
        site: row.next()?,
        id: row.next()?,
        page: row.next()?,
        line: row.next()?,
        thanks: row.next()?,
        correction: row.next()?,
        version: row.next()?,
        published_at: row.next()?,
    })
}

/// What readers see of a page, the newest first, at most [`MAX_LISTED`].
pub fn of_page(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<Vec<Erratum>> {
    tx.all(
        sql!(erratum!(
            "where e.site_id = ?1 and e.page_id = ?2 and e.published_at is not null
             order by e.published_at desc, e.id desc limit ?3"
        )),
        params![site, page, MAX_LISTED],
        read,
    )
}

/// What readers see of a site, with the pages, the newest first, at most [`MAX_LISTED`].
pub fn of_site(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<(Erratum, Page)>> {
    let errata = tx.all(
        sql!(erratum!(
            "where e.site_id = ?1 and e.published_at is not null
             order by e.published_at desc, e.id desc limit ?2"
        )),
        params![site, MAX_LISTED],
        read,
    )?;
    let ids: Vec<PageId> = errata.iter().map(|own| own.page).collect();
    let pages = pages::by_ids(tx, site, &ids)?;
    let with_page = |own: Erratum| {
        let page = pages.iter().find(|page| page.id == own.page)?.clone();
        Some((own, page))
    };
    Ok(errata.into_iter().filter_map(with_page).collect())
}

/// The line that follows from a correction.
pub fn of_correction(
    tx: &mut Tx<'_>,
    site: SiteId,
    correction: CorrectionId,
) -> Result<Option<Erratum>> {
    tx.one(
        sql!(erratum!("where e.site_id = ?1 and e.correction_id = ?2")),
        params![site, correction],
        read,
    )
}

/// The line with this id.
pub fn find(tx: &mut Tx<'_>, site: SiteId, id: ErratumId) -> Result<Option<Erratum>> {
    tx.one(
        sql!(erratum!("where e.site_id = ?1 and e.id = ?2")),
        params![site, id],
        read,
    )
}

/// Put a line into the list of a page, which is locked.
pub fn add(tx: &mut Tx<'_>, now: Time, page: &Page, new: &NewErratum) -> Result<()> {
    may_list(&new.line)?;
    let (version, published_at) = match new.when {
        ErratumTiming::Now => (versions::newest_number(tx, page.site, page.id)?, Some(now)),
        ErratumTiming::NextVersion => (None, None),
    };
    tx.execute(
        sql!(
            "insert into erratum (site_id, id, page_id, line, thanks, correction_id, version,
                 made_by, made_at, published_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
        ),
        params![
            page.site,
            new.id,
            page.id,
            &new.line,
            new.thanks.as_deref(),
            new.correction,
            version,
            new.by,
            now,
            published_at
        ],
    )?;
    tx.execute(
        sql!(
            "update erratum set thanked_id = (
                 select c.author_id from correction c where c.site_id = ?1 and c.id = erratum.correction_id)
             where site_id = ?1 and id = ?2 and thanks is not null"
        ),
        params![page.site, new.id],
    )?;
    if published_at.is_some() {
        events::append(tx, now, page, EventKind::PageChanged, None)?;
    }
    Ok(())
}

/// Take a line out of the list of its page, which is locked.
pub fn remove(tx: &mut Tx<'_>, now: Time, page: &Page, erratum: &Erratum) -> Result<()> {
    tx.execute(
        sql!("delete from erratum where site_id = ?1 and id = ?2"),
        params![erratum.site, erratum.id],
    )?;
    if erratum.published_at.is_some() {
        events::append(tx, now, page, EventKind::PageChanged, None)?;
    }
    Ok(())
}

/// Forget what an author sent, and thank them nowhere any more.
pub(crate) fn forget_author(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
) -> Result<()> {
    // Whoever decides meanwhile finds nothing more to thank for.
    for page in corrections::pages_of(tx, site, author)? {
        pages::lock(tx, site, page)?;
    }
    for page in corrections::thanked_on(tx, site, author)? {
        let page = pages::lock(tx, site, page)?;
        events::append(tx, now, &page, EventKind::PageChanged, None)?;
    }
    corrections::forget(tx, site, author)
}
