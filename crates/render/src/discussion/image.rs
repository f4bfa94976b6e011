//! The pictures that a comment carries, as they stand below its text.

use rejoinder_core::discussion::image::Image;
use rejoinder_core::publication::settings::Images;
use rejoinder_core::{Comment, Settings, Site};
use serde::Serialize;
use utoipa::ToSchema;

use crate::links::Links;

/// A picture of a comment, and where it is.
pub(crate) struct ImageView<'a> {
    pub(crate) image: &'a Image,
    pub(crate) address: String,
}

/// The pictures of a comment, where the site shows any.
pub(crate) fn shown<'a>(
    settings: &Settings,
    links: &Links,
    comment: &'a Comment,
) -> Vec<ImageView<'a>> {
    if settings.images == Images::Off {
        return Vec::new();
    }
    let view = |image: &'a Image| ImageView {
        image,
        address: links.image(image.id),
    };
    comment.images.iter().map(view).collect()
}

/// The pictures of a comment as the form for editing holds them, where the site takes any.
pub(crate) fn fields(site: &Site, links: &Links, comment: &Comment) -> Option<String> {
    let all = ImageBody::all(&site.settings, links, comment);
    let takes = site.settings.images != Images::Off;
    takes.then(|| serde_json::to_string(&all).unwrap_or_default())
}

/// A picture that a comment carries.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImageBody {
    /// Names it.
    #[schema(example = "01jd3x8k2v7qb")]
    pub id: String,
    /// Where it is: a JPEG that was made here.
    pub url: String,
    /// Its width in pixels.
    pub width: i64,
    /// Its height in pixels.
    pub height: i64,
    /// What it shows, in its writer's words.
    pub alt: String,
}

impl ImageBody {
    /// The pictures of a comment, where the site shows any.
    pub(crate) fn all(settings: &Settings, links: &Links, comment: &Comment) -> Vec<Self> {
        let body = |shown: ImageView<'_>| Self {
            id: shown.image.id.to_string(),
            url: shown.address,
            width: shown.image.width,
            height: shown.image.height,
            alt: shown.image.alt.clone(),
        };
        shown(settings, links, comment)
            .into_iter()
            .map(body)
            .collect()
    }
}
