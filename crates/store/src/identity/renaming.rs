//! Calling oneself otherwise.

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::identity::author::Role;
use rejoinder_core::{Author, AuthorId, Page, PageId, Site, SiteId, Time};

use crate::discussion::{events, pages};
use crate::moderation::naming;
use crate::{Result, Tx, params, sql};

/// Let an account call itself otherwise, in everything that it wrote.
pub fn rename(tx: &mut Tx<'_>, now: Time, site: &Site, author: &Author, name: &str) -> Result<()> {
    if author.name == name {
        return Ok(());
    }
    let pages = written_on(tx, site.id, author.id)?;
    if author.role == Role::Reader {
        naming::may_be_called(tx, site, name)?;
    }
    tx.execute(
        sql!("update author set name = ?3 where site_id = ?1 and id = ?2"),
        params![site.id, author.id, name],
    )?;
    shown_anew(tx, now, &pages, author.id)
}

/// Let what an author wrote on `pages` be shown anew.
pub(super) fn shown_anew(
    tx: &mut Tx<'_>,
    now: Time,
    pages: &[Page],
    author: AuthorId,
) -> Result<()> {
    for page in pages {
        let newest = tx.one(
            sql!(
                "select id from comment where site_id = ?1 and page_id = ?2 and author_id = ?3
                   and state = 'published' order by id desc limit 1"
            ),
            params![page.site, page.id, author],
            |row| row.next(),
        )?;
        match newest {
            Some(_) => events::append(tx, now, page, EventKind::Edited, newest)?,
            // What they ask there bears their name, too.
            None => events::append(tx, now, page, EventKind::PageChanged, None)?,
        };
    }
    Ok(())
}

/// The pages that an author wrote or asked on, locked in one order.
pub(super) fn written_on(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<Page>> {
    let pages: Vec<PageId> = tx.all(
        sql!(
            "select page_id from comment where site_id = ?1 and author_id = ?2
             union select page_id from question where site_id = ?1 and asked_by = ?2 order by 1"
        ),
        params![site, author],
        |row| row.next(),
    )?;
    pages
        .into_iter()
        .map(|page| pages::lock(tx, site, page))
        .collect()
}
