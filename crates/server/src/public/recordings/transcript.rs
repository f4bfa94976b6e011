//! `GET /recordings/{site}/{id}/transcript.{ending}`: what is said, as a file; and `…/chapters.json`.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use captions::TranscriptExportFormat;
use rejoinder_core::RecordingId;
use store::recordings::{chapters as divided, listing, transcripts};

use super::stored::{self, is_open};
use crate::http::error::ApiError;
use crate::http::extract::Visitor;
use crate::http::limits::Act;
use crate::http::middleware::headers::complete;
use crate::state::App;

/// The newest transcript of a recording. Players of other origins may load it.
pub(super) async fn transcript(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, id, file)): Path<(String, String, String)>,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let ending = file
        .strip_prefix("transcript.")
        .and_then(TranscriptExportFormat::parse);
    let export = ending.ok_or_else(ApiError::not_found)?;
    let site = visitor.at(&app, &host).await?.id;
    let id: RecordingId = id.parse().map_err(|_| ApiError::not_found())?;
    let found = app
        .store
        .read(move |tx| match listing::find(tx, site, id)? {
            Some(recording) if is_open(&recording) => transcripts::newest(tx, site, id),
            _ => Ok(None),
        })
        .await?;
    let (revision, webvtt) = found.ok_or_else(ApiError::not_found)?;
    let tag = format!("\"{id}-{}\"", revision.revision);
    let mut headers = HeaderMap::new();
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, export.media_type());
    set(header::ETAG, &tag);
    set(header::CACHE_CONTROL, "public, max-age=60");
    set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    set(
        header::CONTENT_DISPOSITION,
        &format!("attachment; filename=\"{id}.{}\"", export.as_str()),
    );
    complete(&mut headers, true);
    let known = request.get(header::IF_NONE_MATCH);
    if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let transcript = stored::transcript(&webvtt, revision.language)?;
    Ok((headers, captions::write(&transcript, export)).into_response())
}

/// The chapters of a recording, as podcasts carry them. Players of other origins may load them.
pub(super) async fn chapters(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let site = visitor.at(&app, &host).await?.id;
    let id: RecordingId = id.parse().map_err(|_| ApiError::not_found())?;
    let read = app
        .store
        .read(move |tx| match listing::find(tx, site, id)? {
            Some(recording) if is_open(&recording) => divided::of(tx, site, id),
            _ => Ok(None),
        });
    let webvtt = read.await?.ok_or_else(ApiError::not_found)?;
    let chapters = stored::chapters(&webvtt)?;
    let mut headers = HeaderMap::new();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, "application/json+chapters");
    set(header::CACHE_CONTROL, "public, max-age=60");
    set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    complete(&mut headers, true);
    Ok((headers, captions::podcast_chapters(&chapters)).into_response())
}
