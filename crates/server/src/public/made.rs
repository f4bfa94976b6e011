//! Pictures that were made here, from whatever came, under names that say what they show.

use std::fmt::Write as _;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};
use store::publication::logos;

use crate::http::error::ApiError;
use crate::http::extract::Visitor;
use crate::http::limits::Act;
use crate::http::middleware::headers::complete;
use crate::state::App;

/// So many letters of a picture's hash name it.
const NAME_BYTES: usize = 16;

/// For how long what never changes may be kept.
pub(crate) const WEEK: &str = "public, max-age=604800, immutable";

/// What a picture is called, by what it shows.
pub(crate) fn name(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let letters = hash.iter().take(NAME_BYTES);
    letters.fold(String::new(), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    })
}

/// A picture, where it is of the kind that it is asked for as.
pub(crate) fn picture(
    bytes: Vec<u8>,
    kind: &'static str,
    kept: &'static str,
) -> Result<Response, ApiError> {
    let is_right = match kind {
        "image/jpeg" => bytes.starts_with(b"\xff\xd8\xff"),
        _ => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
    };
    if !is_right {
        return Err(ApiError::not_found());
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    complete(&mut headers, true);
    Ok((headers, Bytes::from(bytes)).into_response())
}

/// `GET /site-logos/{site}/{file}`: the logo that a site wears.
pub(crate) async fn logo(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, file)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let site = visitor.at(&app, &host).await?.id;
    let name = file.strip_suffix(".png").ok_or_else(ApiError::not_found)?;
    let name = name.to_owned();
    let read = app.store.read(move |tx| logos::bytes(tx, site, &name));
    let bytes = read.await?.ok_or_else(ApiError::not_found)?;
    picture(bytes, "image/png", WEEK)
}
