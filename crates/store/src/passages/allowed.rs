//! What readers may do with the passages of a page, and whether editors ask questions of them.

use rejoinder_core::publication::settings::{Passages, Questions};
use rejoinder_core::{PageId, Site, SiteId};

use crate::{Result, Tx, params, sql};

/// What readers of a page may do: as was said of the page itself, else as the site's setting says.
pub fn passages(tx: &mut Tx<'_>, site: &Site, page: PageId) -> Result<Passages> {
    Ok(of_page(tx, site.id, page)?.unwrap_or(site.settings.passages))
}

/// What was said of the page itself.
pub fn of_page(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<Option<Passages>> {
    let word: Option<Option<String>> = tx.one(
        sql!("select passages from page where site_id = ?1 and id = ?2"),
        params![site, page],
        |row| row.next(),
    )?;
    Ok(word.flatten().as_deref().and_then(Passages::from_word))
}

/// Say it of the page itself; nothing goes back to the site's setting. The page is locked.
pub(crate) fn set(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: PageId,
    passages: Option<Passages>,
) -> Result<()> {
    tx.execute(
        sql!("update page set passages = ?3 where site_id = ?1 and id = ?2"),
        params![site, page, passages.map(Passages::as_str)],
    )?;
    Ok(())
}

/// Whether editors ask questions of a page: as was said of the page itself, else as the site's setting says.
pub fn questions(tx: &mut Tx<'_>, site: &Site, page: PageId) -> Result<Questions> {
    let own = questions_of_page(tx, site.id, page)?;
    Ok(own.unwrap_or(site.settings.questions))
}

/// The same, where it was said of the page itself.
pub fn questions_of_page(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<Option<Questions>> {
    let word: Option<Option<String>> = tx.one(
        sql!("select questions from page where site_id = ?1 and id = ?2"),
        params![site, page],
        |row| row.next(),
    )?;
    Ok(word.flatten().as_deref().and_then(Questions::from_word))
}

/// Say it of the page itself; nothing goes back to the site's setting. The page is locked.
pub(crate) fn set_questions(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: PageId,
    questions: Option<Questions>,
) -> Result<()> {
    tx.execute(
        sql!("update page set questions = ?3 where site_id = ?1 and id = ?2"),
        params![site, page, questions.map(Questions::as_str)],
    )?;
    Ok(())
}
