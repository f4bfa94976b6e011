//! Bodies: how large they may be.
//!
//! How long one may take is bounded where connections are (`serve`).

use axum::extract::{FromRequestParts, Request};
use axum::http::header;
use futures_util::StreamExt;
use rejoinder_core::discussion::image::{MAX_ALT, MAX_IMAGES};
use rejoinder_core::discussion::text::MAX_BYTES_EACH;
use rejoinder_core::publication::settings::{MAX_GRAPHEMES, MAX_MARKDOWN, MAX_TEXT};
use store::moderation::word_lists;

use super::Visitor;
use crate::http::error::ApiError;
use crate::http::limits::Who;
use crate::state::App;

/// The largest body of a route that says nothing else, in bytes.
pub(crate) const MAX_BODY: usize = 64 * 1_024;

/// Forms and JSON write a byte as three at most.
const WRITTEN: usize = 3;

/// The largest body with the text of a comment and of its pictures, or with a note, beside what else there is.
pub(crate) const MAX_TEXT_BODY: usize =
    MAX_BODY + (MAX_GRAPHEMES + MAX_IMAGES * MAX_ALT) * MAX_BYTES_EACH * WRITTEN;

/// The largest body with every setting that is a text.
pub(crate) const MAX_SETTINGS_BODY: usize =
    MAX_BODY + (2 * MAX_MARKDOWN + 4 * MAX_TEXT) * MAX_BYTES_EACH * WRITTEN;

/// The largest body with both of a site's word lists.
pub(crate) const MAX_WORDS_BODY: usize = MAX_BODY + 2 * word_lists::MAX_LIST_BYTES * WRITTEN;

/// The largest body that a route reads, as its row in the table says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MaxBody(pub(crate) usize);

/// All of a request's body, unless it is too large, or too many large ones arrive.
pub(super) async fn read_body(app: &App, request: Request) -> Result<Vec<u8>, ApiError> {
    let (mut parts, body) = request.into_parts();
    let max = parts
        .extensions
        .get::<MaxBody>()
        .map_or(MAX_BODY, |max| max.0);
    let length = parts.headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > max) {
        return Err(ApiError::body_too_large(max));
    }
    let mut large = None;
    let mut read = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| ApiError::body_broken())?;
        if read.len() + chunk.len() > max {
            return Err(ApiError::body_too_large(max));
        }
        if large.is_none() && read.len() + chunk.len() > MAX_BODY {
            let visitor = Visitor::from_request_parts(&mut parts, app).await?;
            large = Some(app.bodies.enter(Who::of(&visitor))?);
        }
        read.extend_from_slice(&chunk);
    }
    Ok(read)
}
