//! What accounts show of themselves: a picture, and a page with what they wrote.

use rejoinder_core::publication::settings::{Pictures, ReaderPages};
use rejoinder_core::{
    Author, AuthorId, AuthorKind, Comment, CommentId, Page, PageId, Refusal, Site, SiteId, Time,
};

use super::renaming::{shown_anew, written_on};
use crate::discussion::comments::{comment_columns, read};
use crate::discussion::pages;
use crate::identity::authors;
use crate::{Result, Tx, params, sql};

/// A picture of an account, as it is kept.
#[derive(Debug, Clone)]
pub struct NewProfilePicture {
    /// What it is called: a hash of its bytes.
    pub name: String,
    /// A JPEG that was made here.
    pub bytes: Vec<u8>,
}

/// Let an account have a page that everyone may read, or no more.
pub fn set_has_page(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: &Author,
    has_page: bool,
) -> Result<()> {
    if author.kind != AuthorKind::Account || author.profile.has_page == has_page {
        return Ok(());
    }
    let pages = written_on(tx, site, author.id)?;
    tx.execute(
        sql!("update author set has_page = ?3 where site_id = ?1 and id = ?2"),
        params![site, author.id, i64::from(has_page)],
    )?;
    shown_anew(tx, now, &pages, author.id)
}

/// Show a picture beside what an account writes.
pub fn set_picture(
    tx: &mut Tx<'_>,
    now: Time,
    site: &Site,
    author: &Author,
    new: &NewProfilePicture,
) -> Result<()> {
    if site.settings.pictures == Pictures::Off || author.kind != AuthorKind::Account {
        return Err(Refusal::PicturesOff.into());
    }
    let pages = written_on(tx, site.id, author.id)?;
    tx.execute(
        sql!(
            "insert into author_picture (site_id, author_id, name, bytes, made_at)
             values (?1, ?2, ?3, ?4, ?5)
             on conflict (site_id, author_id) do update set name = excluded.name,
                 bytes = excluded.bytes, made_at = excluded.made_at"
        ),
        params![site.id, author.id, &new.name, &new.bytes, now],
    )?;
    tx.execute(
        sql!("update author set picture = ?3 where site_id = ?1 and id = ?2"),
        params![site.id, author.id, &new.name],
    )?;
    shown_anew(tx, now, &pages, author.id)
}

/// Take the picture of an account away, where it has one. Returns whether it had.
pub fn drop_picture(tx: &mut Tx<'_>, now: Time, site: SiteId, author: AuthorId) -> Result<bool> {
    let pages = written_on(tx, site, author)?;
    if !forget_picture(tx, site, author)? {
        return Ok(false);
    }
    shown_anew(tx, now, &pages, author)?;
    Ok(true)
}

fn forget_picture(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<bool> {
    tx.execute(
        sql!("update author set picture = null where site_id = ?1 and id = ?2"),
        params![site, author],
    )?;
    let gone = tx.execute(
        sql!("delete from author_picture where site_id = ?1 and author_id = ?2"),
        params![site, author],
    )?;
    Ok(gone > 0)
}

/// Show nothing of an account that is deleted any more; its comments are shown anew when they lose it.
pub(crate) fn forget(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<()> {
    tx.execute(
        sql!("update author set has_page = 0 where site_id = ?1 and id = ?2"),
        params![site, author],
    )?;
    forget_picture(tx, site, author)?;
    Ok(())
}

/// The bytes of a picture that some account shows.
pub fn picture(tx: &mut Tx<'_>, site: SiteId, name: &str) -> Result<Option<Vec<u8>>> {
    tx.one(
        sql!("select bytes from author_picture where site_id = ?1 and name = ?2 limit 1"),
        params![site, name],
        |row| row.next(),
    )
}

/// The picture of an account.
pub(crate) fn picture_of(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: AuthorId,
) -> Result<Option<Vec<u8>>> {
    tx.one(
        sql!("select bytes from author_picture where site_id = ?1 and author_id = ?2"),
        params![site, author],
        |row| row.next(),
    )
}

/// What a reader's page shows.
#[derive(Debug, Clone)]
pub struct ReaderProfile {
    /// Whose it is.
    pub author: Author,
    /// What they wrote and everyone may read, newest first, with where it stands.
    pub comments: Vec<(Comment, Page)>,
}

/// The page of an account, with at most `limit` comments that are older than `before`. None where the
/// site has no such pages, or the account wants none.
pub fn page(
    tx: &mut Tx<'_>,
    site: &Site,
    author: AuthorId,
    before: Option<CommentId>,
    limit: i64,
) -> Result<Option<ReaderProfile>> {
    if site.settings.reader_pages == ReaderPages::Off {
        return Ok(None);
    }
    let known = authors::by_id(tx, site.id, author)?;
    let shows = |known: &Author| known.kind == AuthorKind::Account && known.profile.has_page;
    let Some(author) = known.filter(shows) else {
        return Ok(None);
    };
    let comments = tx.all(
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.author_id = ?2 and c.id < ?3 and c.state = 'published'
             order by c.id desc limit ?4"
        )),
        params![
            site.id,
            author.id,
            before.unwrap_or(CommentId(i64::MAX)),
            limit
        ],
        read,
    )?;
    let comments = with_pages(tx, site.id, comments)?;
    Ok(Some(ReaderProfile { author, comments }))
}

fn with_pages(
    tx: &mut Tx<'_>,
    site: SiteId,
    comments: Vec<Comment>,
) -> Result<Vec<(Comment, Page)>> {
    let mut ids: Vec<PageId> = comments.iter().map(|comment| comment.page).collect();
    ids.sort_unstable();
    ids.dedup();
    let pages = pages::by_ids(tx, site, &ids)?;
    let placed = comments.into_iter().filter_map(|comment| {
        let page = pages.iter().find(|page| page.id == comment.page)?;
        Some((comment, page.clone()))
    });
    Ok(placed.collect())
}
