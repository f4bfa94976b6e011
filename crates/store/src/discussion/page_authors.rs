//! Who wrote the article of a page: accounts that the newsroom has linked to it, never a name.

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::{Author, AuthorId, AuthorKind, Page, PageId, Refusal, SiteId, Time};

use crate::discussion::events;
use crate::identity::authors;
use crate::{Result, Tx, params, sql};

/// So many accounts one article can be by.
pub const MAX_AUTHORS: usize = 10;

/// The accounts that the article of a page is by, in the order in which they were linked.
pub fn list(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<Vec<Author>> {
    let ids: Vec<AuthorId> = tx.all(
        sql!(
            "select author_id from page_author where site_id = ?1 and page_id = ?2
             order by linked_at, author_id"
        ),
        params![site, page],
        |row| row.next(),
    )?;
    let mut authors = Vec::with_capacity(ids.len());
    for id in ids {
        authors.extend(authors::by_id(tx, site, id)?);
    }
    Ok(authors)
}

/// Whether the article of a page is by `author`; of who has no account it never is.
pub(crate) fn is_one(tx: &mut Tx<'_>, site: SiteId, page: PageId, author: &Author) -> Result<bool> {
    if author.kind != AuthorKind::Account {
        return Ok(false);
    }
    let found = tx.one(
        sql!("select 1 from page_author where site_id = ?1 and page_id = ?2 and author_id = ?3"),
        params![site, page, author.id],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// The account that `named` names, by its e-mail address or its id.
pub fn account(tx: &mut Tx<'_>, site: SiteId, named: &str) -> Result<Author> {
    let found = match named.parse() {
        Ok(id) => authors::by_id(tx, site, id)?,
        Err(_) => authors::by_email(tx, site, named)?,
    };
    let found = found.filter(|found| found.kind == AuthorKind::Account);
    found.ok_or_else(|| Refusal::AuthorUnknown.into())
}

/// Let the article of a locked page be by `authors` and nobody else. The same again is no change.
pub fn set(tx: &mut Tx<'_>, now: Time, page: &Page, authors: &[AuthorId]) -> Result<()> {
    let known: Vec<AuthorId> = list(tx, page.site, page.id)?
        .iter()
        .map(|author| author.id)
        .collect();
    let gone = known.iter().filter(|known| !authors.contains(known));
    let new = authors.iter().filter(|author| !known.contains(author));
    let (gone, new): (Vec<_>, Vec<_>) = (gone.collect(), new.collect());
    if gone.is_empty() && new.is_empty() {
        return Ok(());
    }
    for author in gone {
        tx.execute(
            sql!("delete from page_author where site_id = ?1 and page_id = ?2 and author_id = ?3"),
            params![page.site, page.id, *author],
        )?;
    }
    for author in new {
        tx.execute(
            sql!(
                "insert into page_author (site_id, page_id, author_id, linked_at)
                 values (?1, ?2, ?3, ?4) on conflict (site_id, page_id, author_id) do nothing"
            ),
            params![page.site, page.id, *author, now],
        )?;
    }
    events::append(tx, now, page, EventKind::PageChanged, None)?;
    Ok(())
}

/// Let one more account be an author of the article of a locked page.
pub fn add(tx: &mut Tx<'_>, now: Time, page: &Page, author: AuthorId) -> Result<()> {
    let mut all = ids(tx, page)?;
    if all.len() == MAX_AUTHORS && !all.contains(&author) {
        return Err(Refusal::TooManyPageAuthors { max: MAX_AUTHORS }.into());
    }
    all.push(author);
    set(tx, now, page, &all)
}

/// Let an account be an author of the article of a locked page no more.
pub fn remove(tx: &mut Tx<'_>, now: Time, page: &Page, author: AuthorId) -> Result<()> {
    let mut all = ids(tx, page)?;
    all.retain(|known| *known != author);
    set(tx, now, page, &all)
}

fn ids(tx: &mut Tx<'_>, page: &Page) -> Result<Vec<AuthorId>> {
    let known = list(tx, page.site, page.id)?;
    Ok(known.iter().map(|author| author.id).collect())
}
