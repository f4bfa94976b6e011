//! Cards that no comment shows any more, and their pictures.

use std::time::Duration;

use rejoinder_core::{CommentId, SiteId, Time};
use serde::{Deserialize, Serialize};

use super::{FetchCard, is_wanted};
use crate::jobs::{self, NewJob, Payload};
use crate::{Result, Tx, params, sql};

/// Forgets the card of `url`, if no comment shows it by then.
#[derive(Debug, Serialize, Deserialize)]
pub struct ForgetCard {
    /// The page's address.
    pub url: String,
    /// The day since 1970 on which a comment ceased to show it: once a day is enough.
    pub day: i64,
}

impl Payload for ForgetCard {
    const KIND: &'static str = "forget_card";

    fn subject(&self) -> Option<String> {
        Some(self.url.clone())
    }
}

/// So long a card outlives the comment that showed it, which may come back.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;

/// A comment shows the card of `url` no longer: let it be forgotten unless another does.
pub(super) fn release(tx: &mut Tx<'_>, now: Time, site: SiteId, url: &str) -> Result<()> {
    let forget = ForgetCard {
        url: url.to_owned(),
        day: now.micros() / DAY_MICROS,
    };
    jobs::add(tx, now, &NewJob::new(site, &forget, now.after(KEPT))?)?;
    Ok(())
}

/// A comment is no longer shown, nor are its cards.
pub(super) fn release_all(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: CommentId,
) -> Result<()> {
    let urls: Vec<String> = tx.all(
        sql!("select url from comment_link where site_id = ?1 and comment_id = ?2"),
        params![site, comment],
        |row| row.next(),
    )?;
    for url in urls {
        release(tx, now, site, &url)?;
    }
    Ok(())
}

/// A comment links to nothing any more, and will not come back: what no other shows goes at once, with
/// the jobs that would name it.
pub(crate) fn forget_links(tx: &mut Tx<'_>, site: SiteId, comment: CommentId) -> Result<()> {
    let urls: Vec<String> = tx.all(
        sql!("delete from comment_link where site_id = ?1 and comment_id = ?2 returning url"),
        params![site, comment],
        |row| row.next(),
    )?;
    for url in urls {
        if is_wanted(tx, site, &url)? {
            continue;
        }
        forget(tx, site, &url)?;
        jobs::erase(tx, site, FetchCard::KIND, &url)?;
        jobs::erase(tx, site, ForgetCard::KIND, &url)?;
    }
    Ok(())
}

/// Keep nothing of `url` that no published comment shows; whoever links to it next asks anew.
pub fn forget_unused(tx: &mut Tx<'_>, site: SiteId, url: &str) -> Result<()> {
    tx.execute(
        sql!(
            "delete from comment_link where site_id = ?1 and url = ?2 and exists (
                 select 1 from comment c where c.site_id = ?1 and c.id = comment_link.comment_id
                   and c.state = 'removed')"
        ),
        params![site, url],
    )?;
    match is_wanted(tx, site, url)? {
        true => Ok(()),
        false => forget(tx, site, url),
    }
}

/// Keep nothing of `url`: whoever links to it next asks anew.
pub fn forget(tx: &mut Tx<'_>, site: SiteId, url: &str) -> Result<()> {
    let pictures: Option<[Option<i64>; 2]> = tx.one(
        sql!("delete from link_card where site_id = ?1 and url = ?2 returning picture_id, icon_id"),
        params![site, url],
        |row| Ok([row.next()?, row.next()?]),
    )?;
    drop_pictures(tx, site, pictures)
}

/// Drop the pictures that a card had, if no card has them any more.
pub(super) fn drop_pictures(
    tx: &mut Tx<'_>,
    site: SiteId,
    pictures: Option<[Option<i64>; 2]>,
) -> Result<()> {
    for picture in pictures.into_iter().flatten().flatten() {
        tx.execute(
            sql!(
                "delete from link_picture where site_id = ?1 and id = ?2 and not exists (
                     select 1 from link_card k
                     where k.site_id = ?1 and (k.picture_id = ?2 or k.icon_id = ?2))"
            ),
            params![site, picture],
        )?;
    }
    Ok(())
}
