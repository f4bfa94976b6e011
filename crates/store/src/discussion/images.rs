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

/// What becomes of the pictures of a comment that is edited.
#[derive(Debug, Clone, Default)]
pub enum ImagesChange {
    /// They stay.
    #[default]
    Same,
    /// They are these, in this order.
    These(Vec<EditedImage>),
}

/// A picture of a comment that was edited.
#[derive(Debug, Clone)]
pub enum EditedImage {
    /// One that the comment carries.
    Carried {
        /// Its id.
        id: ImageId,
        /// What it shows.
        alt: String,
    },
    /// One that was sent for it.
    New(ClaimedImage),
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
    for wanted in wanted {
        let found = claim(tx, now, site, wanted)?;
        images.push(once(found, &images)?);
    }
    Ok(images)
}

/// The pictures that a comment with `before` is to carry once it is edited, in their order.
pub(crate) fn edited(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    before: &[Image],
    wanted: &[EditedImage],
) -> Result<Vec<Image>> {
    let mut images: Vec<Image> = Vec::with_capacity(wanted.len());
    for wanted in wanted {
        let found = match wanted {
            EditedImage::New(claimed) => claim(tx, now, site, claimed)?,
            EditedImage::Carried { id, alt } => {
                let own = before.iter().find(|own| own.id == *id);
                own.map(|own| Image {
                    alt: alt.clone(),
                    ..own.clone()
                })
            }
        };
        images.push(once(found, &images)?);
    }
    Ok(images)
}

/// A picture that was found and is not among `others`.
fn once(found: Option<Image>, others: &[Image]) -> Result<Image> {
    let image = found.filter(|image| others.iter().all(|other| other.id != image.id));
    Ok(image.ok_or(Refusal::ImageUnknown)?)
}

/// The picture that was sent under a secret, while no comment carries it.
fn claim(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    ClaimedImage { secret, alt }: &ClaimedImage,
) -> Result<Option<Image>> {
    tx.one(
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
    )
}

/// Which of `secrets` pictures wait under that no comment carries yet.
pub fn waiting(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    secrets: &[TokenHash],
) -> Result<Vec<TokenHash>> {
    let mut found = Vec::with_capacity(secrets.len());
    for secret in secrets {
        let wanted = ClaimedImage {
            secret: *secret,
            alt: String::new(),
        };
        found.extend(claim(tx, now, site, &wanted)?.map(|_| *secret));
    }
    Ok(found)
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

/// Let a comment that carries `before` carry `images` instead: new ones that were claimed, and of its own
/// those that are among them. The others are forgotten.
pub(crate) fn replace(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
    before: &[Image],
    images: &[Image],
) -> Result<()> {
    let is_of = |image: &Image, others: &[Image]| others.iter().any(|own| own.id == image.id);
    tx.execute(
        sql!("update comment set images = ?3 where site_id = ?1 and id = ?2"),
        params![site, comment, stored(images)?],
    )?;
    let new = images.iter().filter(|image| !is_of(image, before));
    attach(tx, site, comment, &new.cloned().collect::<Vec<_>>())?;
    for gone in before.iter().filter(|image| !is_of(image, images)) {
        tx.execute(
            sql!("delete from comment_image where site_id = ?1 and id = ?2 and comment_id = ?3"),
            params![site, gone.id, comment],
        )?;
        tx.erase();
    }
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
