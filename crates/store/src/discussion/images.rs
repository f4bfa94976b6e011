//! The pictures that comments carry: sent before the comment, then part of it, and gone with it.

use std::time::Duration;

use rejoinder_core::discussion::image::Image;
use rejoinder_core::publication::settings::{Images, Settings};
use rejoinder_core::{AuthorId, CommentId, ImageId, Refusal, SiteId, Time, TokenHash};

use crate::database::error::StoreError;
use crate::{Result, Row, Tx, params, sql};

/// A picture that no comment carries is forgotten after so long.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// The most pictures at a site that no comment carries yet.
const MAX_LOOSE: i64 = 2_000;

/// A picture to be kept until a comment carries it.
#[derive(Debug, Clone)]
pub struct NewImage {
    /// Names it.
    pub id: ImageId,
    /// Whoever knows the secret puts it into a comment.
    pub secret: TokenHash,
    /// A JPEG that was made here.
    pub bytes: Vec<u8>,
    /// Its width in pixels.
    pub width: i64,
    /// Its height in pixels.
    pub height: i64,
}

/// A picture that a new comment is to carry.
#[derive(Debug, Clone)]
pub struct ClaimedImage {
    /// What was told to whoever sent it.
    pub secret: TokenHash,
    /// What it shows.
    pub alt: String,
}

/// Keep a picture for a comment to come. Returns whether there was room for it.
pub fn add(tx: &mut Tx<'_>, now: Time, site: SiteId, new: &NewImage) -> Result<bool> {
    let n_loose: Option<i64> = tx.one(
        sql!(
            "select count(*) from (select 1 from comment_image
                 where site_id = ?1 and comment_id is null limit ?2) as loose"
        ),
        params![site, MAX_LOOSE],
        |row| row.next(),
    )?;
    if n_loose >= Some(MAX_LOOSE) {
        return Ok(false);
    }
    tx.execute(
        sql!(
            "insert into comment_image (site_id, id, token_hash, bytes, width, height, made_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        ),
        params![
            site,
            new.id,
            &new.secret.0,
            &new.bytes,
            new.width,
            new.height,
            now
        ],
    )?;
    Ok(true)
}

/// The pictures that a new comment is to carry, in their order.
pub(crate) fn claimed(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    wanted: &[ClaimedImage],
) -> Result<Vec<Image>> {
    let mut images: Vec<Image> = Vec::with_capacity(wanted.len());
    for ClaimedImage { secret, alt } in wanted {
        let found = tx.one(
            sql!(
                "select id, width, height from comment_image
                 where site_id = ?1 and token_hash = ?2 and comment_id is null and made_at > ?3"
            ),
            params![site, &secret.0, now.before(KEPT)],
            |row| {
                Ok(Image {
                    id: row.next()?,
                    width: row.next()?,
                    height: row.next()?,
                    alt: alt.clone(),
                })
            },
        )?;
        let image = found.filter(|image| images.iter().all(|other| other.id != image.id));
        images.push(image.ok_or(Refusal::ImageUnknown)?);
    }
    Ok(images)
}

/// Let a comment carry pictures that were [`claimed`], which nobody else can claim any more.
pub(crate) fn attach(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
    images: &[Image],
) -> Result<()> {
    for image in images {
        let n = tx.execute(
            sql!(
                "update comment_image set comment_id = ?3, token_hash = null
                 where site_id = ?1 and id = ?2 and comment_id is null"
            ),
            params![site, image.id, comment],
        )?;
        if n == 0 {
            return Err(Refusal::ImageUnknown.into());
        }
    }
    Ok(())
}

/// Whether a comment with `images` is the first of its author that carries any, where that matters.
pub(crate) fn are_first(
    tx: &mut Tx<'_>,
    site: SiteId,
    settings: &Settings,
    author: AuthorId,
    images: &[Image],
) -> Result<bool> {
    if images.is_empty() || settings.images != Images::Hold {
        return Ok(false);
    }
    let earlier = tx.one(
        sql!(
            "select 1 from comment where site_id = ?1 and author_id = ?2 and images is not null
               and state = 'published' limit 1"
        ),
        params![site, author],
        |_| Ok(()),
    )?;
    Ok(earlier.is_none())
}

/// The pictures in a column.
pub(crate) fn read(row: &Row<'_>) -> Result<Vec<Image>> {
    let wrong = |error| StoreError::Internal(format!("pictures cannot be read: {error}").into());
    let stored: Option<String> = row.next()?;
    let images = stored.as_deref().map(serde_json::from_str).transpose();
    Ok(images.map_err(wrong)?.unwrap_or_default())
}

/// Pictures as they are kept.
pub(crate) fn stored(images: &[Image]) -> Result<Option<String>> {
    let wrong = |error| StoreError::Internal(format!("pictures cannot be kept: {error}").into());
    match images {
        [] => Ok(None),
        images => serde_json::to_string(images).map(Some).map_err(wrong),
    }
}

/// The bytes of a picture that a comment carries.
pub(crate) fn bytes(tx: &mut Tx<'_>, site: SiteId, id: ImageId) -> Result<Option<Vec<u8>>> {
    tx.one(
        sql!("select bytes from comment_image where site_id = ?1 and id = ?2"),
        params![site, id],
        |row| row.next(),
    )
}

/// The comment that carries a picture.
pub(crate) fn carrier(tx: &mut Tx<'_>, site: SiteId, id: ImageId) -> Result<Option<CommentId>> {
    let found: Option<Option<CommentId>> = tx.one(
        sql!("select comment_id from comment_image where site_id = ?1 and id = ?2"),
        params![site, id],
        |row| row.next(),
    )?;
    Ok(found.flatten())
}

/// Let a comment carry `left` of its pictures, and forget `gone`.
pub(crate) fn drop_one(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
    gone: ImageId,
    left: &[Image],
) -> Result<()> {
    tx.execute(
        sql!("update comment set images = ?3 where site_id = ?1 and id = ?2"),
        params![site, comment, stored(left)?],
    )?;
    tx.execute(
        sql!("delete from comment_image where site_id = ?1 and id = ?2 and comment_id = ?3"),
        params![site, gone, comment],
    )?;
    tx.erase();
    Ok(())
}

/// A comment carries none any more, and will not come back.
pub(crate) fn forget(tx: &mut Tx<'_>, site: SiteId, comment: CommentId) -> Result<()> {
    tx.execute(
        sql!(
            "update comment set images = null
             where site_id = ?1 and id = ?2 and images is not null"
        ),
        params![site, comment],
    )?;
    let gone = tx.execute(
        sql!("delete from comment_image where site_id = ?1 and comment_id = ?2"),
        params![site, comment],
    )?;
    if gone > 0 {
        tx.erase();
    }
    Ok(())
}

/// Forget pictures that came into no comment.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    tx.execute(
        sql!(
            "delete from comment_image
             where site_id = ?1 and comment_id is null and made_at <= ?2"
        ),
        params![site, now.before(KEPT)],
    )?;
    Ok(())
}
