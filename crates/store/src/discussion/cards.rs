//! Cards: which links of published comments stand for what they lead to, and what that is.
//!
//! A comment's links are looked at when it is published or its published text changes, and never
//! before. A page is asked for once however many link to it; [`FetchCard`] is the job that asks.

mod unused;

use rejoinder_core::discussion::card::{Card, Icon, Picture, is_stale};
use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::{Comment, CommentId, PageId, Reader, SiteId, Time};
use serde::{Deserialize, Serialize};

use crate::discussion::comments::locked;
use crate::discussion::events;
use crate::jobs::{self, NewJob, Payload, derived_id};
use crate::moderation::reach;
use crate::recordings::citing;
use crate::{Result, Tx, params, sql};

pub(crate) use unused::forget_links;
pub use unused::{ForgetCard, forget, forget_unused};

/// Asks the page at `url` for its card.
#[derive(Debug, Serialize, Deserialize)]
pub struct FetchCard {
    /// The page's address.
    pub url: String,
    /// When it was asked for; it is asked for again when the card is old.
    pub asked_at: Time,
}

impl Payload for FetchCard {
    const KIND: &'static str = "card";

    fn subject(&self) -> Option<String> {
        Some(self.url.clone())
    }
}

/// Longer addresses, in bytes, do not unfold.
const MAX_URL: usize = 1_000;

/// So many comments hear at once that a card has come.
const MAX_TOLD: i64 = 100;

/// What a page was found to say about itself.
#[derive(Debug, Clone)]
pub struct FetchedCard {
    /// Its title.
    pub title: String,
    /// The name of the site that it is on.
    pub site: Option<String>,
    /// Who made what is there.
    pub author: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// Its picture, made small.
    pub picture: Option<NewCardPicture>,
    /// The sign of its site, made small.
    pub icon: Option<NewCardPicture>,
}

/// A picture to be kept.
#[derive(Debug, Clone)]
pub struct NewCardPicture {
    /// The picture as JPEG or, an icon, as PNG, made here.
    pub bytes: Vec<u8>,
    /// Its width in pixels.
    pub width: i64,
    /// Its height in pixels.
    pub height: i64,
}

/// Follow a comment that was just published or edited: its links are those of its text by now. What a
/// comment that went away linked to may be forgotten.
pub(crate) fn follow(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: CommentId,
    event: EventKind,
) -> Result<()> {
    match event {
        EventKind::Published | EventKind::Edited => {}
        EventKind::Hidden | EventKind::Removed => {
            return unused::release_all(tx, now, site, comment);
        }
        _ => return Ok(()),
    }
    let found: Option<(String, PageId)> = tx.one(
        sql!(
            "select text, page_id from comment
             where site_id = ?1 and id = ?2 and state = 'published' and text like '%://%'"
        ),
        params![site, comment],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let mut links = match found {
        // What leads into a recording of the page stays a link.
        Some((text, page)) => markup::bare_links_beside(&text, &citing::citable(tx, site, page)?),
        None => Vec::new(),
    };
    links.retain(|link| link.len() <= MAX_URL);
    if event == EventKind::Edited {
        forget_others(tx, now, site, comment, &links)?;
    }
    for (place, link) in (0..).zip(&links) {
        tx.execute(
            sql!(
                "insert into comment_link (site_id, comment_id, url, place) values (?1, ?2, ?3, ?4)
                 on conflict (site_id, comment_id, url) do update set place = excluded.place"
            ),
            params![site, comment, link, i64::from(place)],
        )?;
        want(tx, now, site, link)?;
    }
    Ok(())
}

fn forget_others(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: CommentId,
    links: &[String],
) -> Result<()> {
    let known: Vec<String> = tx.all(
        sql!("select url from comment_link where site_id = ?1 and comment_id = ?2"),
        params![site, comment],
        |row| row.next(),
    )?;
    for url in known.iter().filter(|url| !links.contains(url)) {
        tx.execute(
            sql!("delete from comment_link where site_id = ?1 and comment_id = ?2 and url = ?3"),
            params![site, comment, url],
        )?;
        unused::release(tx, now, site, url)?;
    }
    Ok(())
}

/// Have the page of `url` asked for, unless that was done lately.
fn want(tx: &mut Tx<'_>, now: Time, site: SiteId, url: &str) -> Result<()> {
    let known: Option<(String, Option<Time>)> = tx.one(
        sql!("select state, fetched_at from link_card where site_id = ?1 and url = ?2"),
        params![site, url],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    match known {
        None => {
            tx.execute(
                sql!("insert into link_card (site_id, url) values (?1, ?2)"),
                params![site, url],
            )?;
        }
        Some((state, Some(fetched_at))) if is_stale(state == "good", fetched_at, now) => {
            // What is known stays shown until something newer is.
            tx.execute(
                sql!("update link_card set fetched_at = ?3 where site_id = ?1 and url = ?2"),
                params![site, url, now],
            )?;
        }
        Some(_) => return Ok(()),
    }
    let fetch = FetchCard {
        url: url.to_owned(),
        asked_at: now,
    };
    jobs::add(tx, now, &NewJob::new(site, &fetch, now)?)?;
    Ok(())
}

/// Whether a published comment links to `url`, whose writer has not said that it is only a link.
pub fn is_wanted(tx: &mut Tx<'_>, site: SiteId, url: &str) -> Result<bool> {
    let found = tx.one(
        sql!(
            "select 1 from comment_link l
             join comment c on c.site_id = l.site_id and c.id = l.comment_id
             where l.site_id = ?1 and l.url = ?2 and l.is_off = 0 and c.state = 'published' limit 1"
        ),
        params![site, url],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Keep what the page of `url` was found to say, or that it said nothing, and let the comments show
/// it that link to it. A page that says nothing by now keeps the card that it has.
pub fn save(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    url: &str,
    found: Option<&FetchedCard>,
) -> Result<()> {
    let Some(found) = found else {
        tx.execute(
            sql!(
                "update link_card set fetched_at = ?3,
                     state = case when state = 'good' then 'good' else 'bad' end
                 where site_id = ?1 and url = ?2"
            ),
            params![site, url, now],
        )?;
        return Ok(());
    };
    let picture = match &found.picture {
        Some(picture) => Some(keep_picture(tx, site, picture)?),
        None => None,
    };
    let icon = match &found.icon {
        Some(icon) => Some(keep_picture(tx, site, icon)?.id),
        None => None,
    };
    let before: Option<[Option<i64>; 2]> = tx.one(
        sql!("select picture_id, icon_id from link_card where site_id = ?1 and url = ?2"),
        params![site, url],
        |row| Ok([row.next()?, row.next()?]),
    )?;
    tx.execute(
        sql!(
            "update link_card set state = 'good', title = ?3, name = ?4, description = ?5,
                 picture_id = ?6, width = ?7, height = ?8, fetched_at = ?9, author = ?10,
                 icon_id = ?11
             where site_id = ?1 and url = ?2"
        ),
        params![
            site,
            url,
            &found.title,
            found.site.as_deref(),
            found.description.as_deref(),
            picture.map(|picture| picture.id),
            picture.map(|picture| picture.width),
            picture.map(|picture| picture.height),
            now,
            found.author.as_deref(),
            icon
        ],
    )?;
    unused::drop_pictures(tx, site, before)?;
    let told: Vec<CommentId> = tx.all(
        sql!(
            "select l.comment_id from comment_link l
             join comment c on c.site_id = l.site_id and c.id = l.comment_id
             where l.site_id = ?1 and l.url = ?2 and l.is_off = 0 and c.state = 'published'
             order by l.comment_id desc limit ?3"
        ),
        params![site, url, MAX_TOLD],
        |row| row.next(),
    )?;
    for comment in told {
        let (page, _) = locked(tx, site, comment)?;
        events::append(tx, now, &page, EventKind::CardsChanged, Some(comment))?;
    }
    Ok(())
}

/// A picture is known by what it shows, so the same one is kept once.
fn keep_picture(tx: &mut Tx<'_>, site: SiteId, picture: &NewCardPicture) -> Result<Picture> {
    let id = derived_id(&[&picture.bytes]);
    tx.execute(
        sql!(
            "insert into link_picture (site_id, id, bytes) values (?1, ?2, ?3)
             on conflict (site_id, id) do nothing"
        ),
        params![site, id, &picture.bytes],
    )?;
    Ok(Picture {
        id,
        width: picture.width,
        height: picture.height,
    })
}

/// A picture that a card of a published comment shows.
pub fn picture(tx: &mut Tx<'_>, site: SiteId, id: i64) -> Result<Option<Vec<u8>>> {
    tx.one(
        sql!(
            "select p.bytes from link_picture p where p.site_id = ?1 and p.id = ?2 and exists (
                 select 1 from link_card k
                 join comment_link l on l.site_id = k.site_id and l.url = k.url and l.is_off = 0
                 join comment c on c.site_id = l.site_id and c.id = l.comment_id
                 where k.site_id = ?1 and (k.picture_id = ?2 or k.icon_id = ?2)
                   and c.state = 'published')"
        ),
        params![site, id],
        |row| row.next(),
    )
}

/// The writer of a comment, or a moderator, says that one of its links is only a link.
pub fn turn_off(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: CommentId,
    url: &str,
    reader: &Reader,
) -> Result<()> {
    let (page, known, _) = reach::changed(tx, site, reader, comment)?;
    let changed = tx.execute(
        sql!(
            "update comment_link set is_off = 1
             where site_id = ?1 and comment_id = ?2 and url = ?3 and is_off = 0"
        ),
        params![site, comment, url],
    )?;
    if changed == 1 && known.is_published() {
        unused::release(tx, now, site, url)?;
        events::append(tx, now, &page, EventKind::CardsChanged, Some(comment))?;
    }
    Ok(())
}

/// Give each of `comments` that is published its cards.
pub(crate) fn fill<'c>(
    tx: &mut Tx<'_>,
    site: SiteId,
    comments: impl Iterator<Item = &'c mut Comment>,
) -> Result<()> {
    // A card needs a link, which is seen in the text.
    let mut shown: Vec<&mut Comment> = comments
        .filter(|comment| {
            comment.is_published() && comment.html.as_str().contains("<a href=\"http")
        })
        .collect();
    if shown.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = shown.iter().map(|comment| comment.id.0).collect();
    let found = tx.all(
        sql!(
            "select l.comment_id, k.picture_id, k.width, k.height, k.url, k.title, k.name, k.author,
                 k.description, k.icon_id
             from list(?2) as i
             join comment_link l on l.site_id = ?1 and l.comment_id = i.value and l.is_off = 0
             join link_card k on k.site_id = l.site_id and k.url = l.url and k.state = 'good'
             order by l.comment_id, l.place"
        ),
        params![site, format!("{ids:?}")],
        |row| {
            let comment: CommentId = row.next()?;
            let picture: (Option<i64>, Option<i64>, Option<i64>) =
                (row.next()?, row.next()?, row.next()?);
            let picture = match picture {
                (Some(id), Some(width), Some(height)) => Some(Picture { id, width, height }),
                _ => None,
            };
            Ok((
                comment,
                Card {
                    url: row.next()?,
                    title: row.next()?,
                    site: row.next()?,
                    author: row.next()?,
                    description: row.next()?,
                    picture,
                    icon: row.next::<Option<i64>>()?.map(Icon),
                },
            ))
        },
    )?;
    for (id, card) in found {
        if let Some(comment) = shown.iter_mut().find(|comment| comment.id == id) {
            comment.cards.push(card);
        }
    }
    Ok(())
}

/// A comment as everyone may see it, with its cards.
pub fn filled(tx: &mut Tx<'_>, site: SiteId, mut comment: Comment) -> Result<Comment> {
    comment.cards.clear();
    fill(tx, site, std::iter::once(&mut comment))?;
    Ok(comment)
}
