//! The pictures that comments carry: sent before the comment, shown while it is, and taken away.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use rejoinder_core::discussion::image::{self, MAX_IMAGES};
use rejoinder_core::discussion::policy;
use rejoinder_core::publication::settings::Images;
use rejoinder_core::{ImageId, Reader, Refusal, Site, Token};
use serde::{Deserialize, Serialize};
use store::discussion::images::{self, ClaimedImage, EditedImage, ImagesChange, NewImage};
use store::discussion::{image_access, removing};
use store::{Tx, moderation::standing};
use utoipa::ToSchema;

use crate::http::error::{ApiError, Problem};
use crate::http::extract::{self, Params, Raw, Visitor};
use crate::http::limits::{Act, Who};
use crate::public::made;
use crate::reader::find;
use crate::state::{App, hash_of};

/// The largest file of a picture, in bytes.
pub(super) const MAX_FILE: usize = jobs::pictures::MAX_IMAGE_FILE;

/// For how long a picture that everyone sees is kept: it never changes, but it can be taken away.
const KEPT: &str = "public, max-age=86400, s-maxage=600, immutable";

/// What only its writer and moderators see is kept nowhere.
const UNKEPT: &str = "no-store";

/// For so long nobody sends more, where too many pictures wait for their comments.
const RETRY_SECONDS: u32 = 600;

/// A picture that was sent, and waits for a comment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SentImage {
    /// What it is named by in the comment that is to carry it, within a day. Whoever knows it can do so, once.
    image: String,
    /// Its width in pixels, as it was made anew.
    width: u32,
    /// Its height in pixels.
    height: u32,
}

/// A picture that a new comment carries.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostImage {
    /// What it was named when it was sent.
    image: String,
    /// What it shows, for those who cannot see it: at most 500 characters.
    alt: String,
}

impl PostImage {
    pub(super) fn claimed(self) -> Result<ClaimedImage, Refusal> {
        let secret: Token = self.image.parse().map_err(|_| Refusal::ImageUnknown)?;
        Ok(ClaimedImage {
            secret: hash_of(&secret),
            alt: image::alt(&self.alt),
        })
    }
}

/// A picture of a comment that is edited: one that it carries, by its `id`, or one that was sent, as `image`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditImage {
    /// The id of one that the comment carries.
    id: Option<String>,
    /// What another was named when it was sent.
    image: Option<String>,
    /// What it shows, for those who cannot see it: at most 500 characters.
    alt: String,
}

impl EditImage {
    fn edited(self) -> Result<EditedImage, ApiError> {
        match (self.id, self.image) {
            (Some(id), None) => Ok(EditedImage::Carried {
                id: id.parse().map_err(|_| Refusal::ImageUnknown)?,
                alt: image::alt(&self.alt),
            }),
            (None, Some(image)) => {
                let alt = self.alt;
                Ok(EditedImage::New(PostImage { image, alt }.claimed()?))
            }
            _ => {
                let detail = "Each of `images` has either an `id` or an `image`.";
                Err(ApiError::body(detail).field("images"))
            }
        }
    }
}

/// What becomes of the pictures of a comment; no more are looked at than one can carry.
pub(super) fn change(images: Option<Vec<EditImage>>) -> Result<ImagesChange, ApiError> {
    let Some(images) = images else {
        return Ok(ImagesChange::Same);
    };
    if images.len() > MAX_IMAGES {
        return Err(Refusal::TooManyImages { max: MAX_IMAGES }.into());
    }
    let images = images.into_iter().map(EditImage::edited);
    Ok(ImagesChange::These(images.collect::<Result<_, _>>()?))
}

/// Pictures that may wait for a comment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskImages {
    /// The site's host.
    site: String,
    /// What they were named when they were sent, at most four.
    images: Vec<String>,
}

/// Pictures that wait for a comment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaitingImages {
    /// Those of the names that were asked about.
    images: Vec<String>,
}

/// Ask which of some pictures that were sent still wait for a comment, as a draft does that is opened again.
#[utoipa::path(
    post, path = "/api/v1/images/waiting", tag = "writing", request_body = AskImages,
    responses((status = 200, body = WaitingImages), (status = "4XX", body = Problem)),
)]
pub(crate) async fn waiting(
    State(app): State<App>,
    visitor: Visitor,
    extract::Json(body): extract::Json<AskImages>,
) -> Result<Json<WaitingImages>, ApiError> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let site = visitor.acting_at(&app, &body.site).await?;
    if body.images.len() > MAX_IMAGES {
        return Err(Refusal::TooManyImages { max: MAX_IMAGES }.into());
    }
    let secret = |name: &String| Some(hash_of(&name.parse::<Token>().ok()?));
    let secrets: Vec<_> = body.images.iter().filter_map(secret).collect();
    let (now, id) = (app.now(), site.id);
    let look = move |tx: &mut Tx<'_>| images::waiting(tx, now, id, &secrets);
    let found = app.store.read(look).await?;
    let mut images = body.images;
    images.retain(|name| secret(name).is_some_and(|secret| found.contains(&secret)));
    Ok(Json(WaitingImages { images }))
}

/// Send a picture that a comment is to carry: a JPEG, PNG, WebP or GIF as the body.
///
/// It is made anew, without what the file says of place and time, and forgotten after a day if no comment
/// carries it.
#[utoipa::path(
    post, path = "/api/v1/images", tag = "writing",
    request_body(content = Vec<u8>, content_type = "image/jpeg", description = "The file, of at most 8 MB and 16 million pixels"),
    params(("site" = String, Query, description = "The site's host")),
    responses((status = 201, body = SentImage), (status = "4XX", body = Problem)),
)]
pub(crate) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
    headers: HeaderMap,
    Raw(bytes): Raw,
) -> Result<(StatusCode, Json<SentImage>), ApiError> {
    let site = visitor.acting_at(&app, params.site()?).await?;
    let now = app.now();
    app.limits.take(Act::Upload, &visitor, app.steady())?;
    let reader = visitor.reader(&app, &site).await?;
    may_send(&app, &site, &reader, &headers)?;
    let work = move || jobs::pictures::image(&bytes);
    let made = app.slots.run(Who::of(&visitor), work).await?;
    let made = made.ok_or(Refusal::ImageUnusable)?;
    let secret = Token::new(&*app.random);
    let (width, height) = (made.width, made.height);
    let new = NewImage {
        id: ImageId(app.ids.next(now)),
        secret: hash_of(&secret),
        bytes: made.bytes,
        width: width.into(),
        height: height.into(),
    };
    let (id, author) = (site.id, reader.author);
    let (token, network) = (visitor.token_hash(), visitor.network);
    let add = move |tx: &mut Tx<'_>| {
        if let Some(token) = &token {
            standing::may_write(tx, now, id, author.as_ref(), token, network)?;
        }
        images::add(tx, now, id, &new)
    };
    if !app.store.write(add).await? {
        return Err(ApiError::rate_limited(RETRY_SECONDS));
    }
    let image = secret.reveal();
    let sent = SentImage {
        image,
        width,
        height,
    };
    Ok((StatusCode::CREATED, Json(sent)))
}

/// Whether `reader` may send pictures, and these say that they are some: a plain form of another page cannot.
fn may_send(app: &App, site: &Site, reader: &Reader, headers: &HeaderMap) -> Result<(), ApiError> {
    if site.settings.images == Images::Off {
        return Err(Refusal::ImagesOff.into());
    }
    policy::may_comment(&site.settings, None, reader, app.now())?;
    let kind = headers.get(header::CONTENT_TYPE);
    let is_image = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"image/"));
    match is_image {
        true => Ok(()),
        false => Err(Refusal::ImageUnusable.into()),
    }
}

/// Take a picture away from a comment; its text stays.
#[utoipa::path(
    delete, path = "/api/v1/comments/{id}/images", tag = "writing",
    params(
        ("id" = String, Path, description = "The comment's id"),
        ("image" = String, Query, description = "The picture's id"),
        ("site" = Option<String>, Query, description = "The site's host; needed unless the page that asks belongs to one site alone, or there is only one"),
    ),
    responses((status = 204, description = "It is gone"), (status = "4XX", body = Problem)),
)]
pub(crate) async fn remove(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
) -> Result<StatusCode, ApiError> {
    take_away(&app, &visitor, &id, &params).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take the picture that `params` name away from the comment of an id.
pub(super) async fn take_away(
    app: &App,
    visitor: &Visitor,
    id: &str,
    params: &Params,
) -> Result<(), ApiError> {
    let missing = || ApiError::query("image", "The parameter `image` names no picture.");
    let image = params.get("image").and_then(|image| image.parse().ok());
    let image: ImageId = image.ok_or_else(missing)?;
    let (site, comment) = find(app, visitor, id, params.get("site")).await?;
    let now = app.now();
    app.limits.take(Act::Post, visitor, app.steady())?;
    let visitor = visitor.clone().for_author_of(&comment);
    let reader = visitor.reader(app, &site).await?;
    let (site, id) = (site.id, comment.id);
    let remove = move |tx: &mut Tx<'_>| removing::remove_image(tx, now, site, id, image, &reader);
    Ok(app.store.write(remove).await?)
}

/// `GET /comment-images/{site}/{file}`: a picture that was made here.
///
/// Everyone is given it while its comment is published; else its writer and the moderators alone.
pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, file)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let site = visitor.at(&app, &host).await?;
    let id = file.strip_suffix(".jpg").and_then(|id| id.parse().ok());
    let id: ImageId = id.ok_or_else(ApiError::not_found)?;
    let reader = visitor.reader(&app, &site).await?;
    let see = move |tx: &mut Tx<'_>| image_access::see(tx, &site, &reader, id);
    let seen = app.store.read(see).await?.ok_or_else(ApiError::not_found)?;
    let kept = if seen.is_public { KEPT } else { UNKEPT };
    made::picture(seen.bytes, "image/jpeg", kept)
}
