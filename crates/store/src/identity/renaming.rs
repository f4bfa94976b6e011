//! Calling oneself otherwise.

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::identity::author::Role;
use rejoinder_core::{Author, AuthorId, Page, PageId, Site, SiteId, Time};

use crate::discussion::{events, pages};
use crate::moderation::naming;
use crate::{Result, Tx, funding, params, sql};

/// Let an account call itself otherwise, in everything that it wrote.
pub fn rename(tx: &mut Tx<'_>, now: Time, site: &Site, author: &Author, name: &str) -> Result<()> {
    if author.name == name {
        return Ok(());
    }
    let is_thanked = is_thanked(tx, site.id, author.id)?;
    if is_thanked {
        // Whoever counts a gift waits for the same, in the same order.
        funding::lock(tx, site.id)?;
    }
    let pages = written_on(tx, site.id, author.id)?;
    if author.role == Role::Reader {
        naming::may_be_called(tx, site, name)?;
    }
    tx.execute(
        sql!("update author set name = ?3 where site_id = ?1 and id = ?2"),
        params![site.id, author.id, name],
    )?;
    if is_thanked {
        funding::changed(tx, site.id, true)?;
    }
    shown_anew(tx, now, &pages, author.id)
}

/// Whether a campaign's page may thank an author by name.
fn is_thanked(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<bool> {
    let found = tx.one(
        sql!("select 1 from gift where site_id = ?1 and author_id = ?2 and is_public = 1 limit 1"),
        params![site, author],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
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
