//! `GET /link-pictures/{site}/{file}`: the small pictures of pages that comments link to.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use store::discussion::cards;

use crate::http::error::ApiError;
use crate::http::extract::Visitor;
use crate::http::limits::Act;
use crate::http::middleware::headers::complete;
use crate::state::App;

/// A picture or an icon that a card of a published comment shows. It was made here, from whatever came.
pub(crate) async fn picture(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, file)): Path<(String, String)>,
    asked: HeaderMap,
) -> Result<Response, ApiError> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let site = visitor.at(&app, &host).await?.id;
    let (id, ending) = file.split_once('.').ok_or_else(ApiError::not_found)?;
    let id: i64 = id.parse().map_err(|_| ApiError::not_found())?;
    let found = app
        .store
        .read(move |tx| cards::picture(tx, site, id))
        .await?;
    let found = found.and_then(|bytes| Some((kind(&bytes, ending)?, bytes)));
    let (kind, bytes) = found.ok_or_else(ApiError::not_found)?;
    // A picture is known by what it shows.
    let tag = HeaderValue::from_str(&format!("\"{id:016x}\"")).map_err(ApiError::internal)?;
    let is_known = asked.get(header::IF_NONE_MATCH) == Some(&tag);
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let hour = HeaderValue::from_static("public, max-age=3600");
    headers.insert(header::CACHE_CONTROL, hour);
    headers.insert(header::ETAG, tag);
    complete(&mut headers, true);
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, Bytes::from(bytes)).into_response())
}

/// The media type of what was made here, when it is what the ending of its name says.
fn kind(bytes: &[u8], ending: &str) -> Option<&'static str> {
    match ending {
        "jpg" if bytes.starts_with(b"\xff\xd8\xff") => Some("image/jpeg"),
        "png" if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => Some("image/png"),
        _ => None,
    }
}
