//! `GET /recordings/{site}/{id}/file`: the sound itself, whole or in ranges, so that players can seek.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use rejoinder_core::recordings::Recording;
use rejoinder_core::{RecordingId, SiteId};
use store::recordings::{files, listing};
use store::{Store, StoreError};

use super::range::{RecordingByteRange, asked};
use crate::http::error::ApiError;
use crate::http::extract::Visitor;
use crate::http::limits::Act;
use crate::http::middleware::headers::complete;
use crate::state::App;

/// The file of a recording that is ready.
pub(super) async fn file(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, id)): Path<(String, String)>,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let site = visitor.at(&app, &host).await?.id;
    let id: RecordingId = id.parse().map_err(|_| ApiError::not_found())?;
    let found = app
        .store
        .read(move |tx| listing::find(tx, site, id))
        .await?;
    let recording = found.filter(Recording::has_file);
    let recording = recording.ok_or_else(ApiError::not_found)?;
    Ok(answer(&app, &recording, &request))
}

fn answer(app: &App, recording: &Recording, request: &HeaderMap) -> Response {
    let length = u64::try_from(recording.n_bytes).unwrap_or(0);
    let tag = format!("\"{}-{}\"", recording.id, recording.revision);
    let mut headers = headers(recording, &tag);
    let is_known = request.get(header::IF_NONE_MATCH);
    if is_known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    // A range of another revision would not fit to what is there.
    let is_same = request.get(header::IF_RANGE);
    let is_same = is_same.is_none_or(|known| known.as_bytes() == tag.as_bytes());
    let range = request.get(header::RANGE).filter(|_| is_same);
    let range = range.and_then(|range| range.to_str().ok());
    let (status, first, n) = match asked(range, length) {
        RecordingByteRange::Whole => (StatusCode::OK, 0, length),
        RecordingByteRange::Part { first, last } => {
            set(
                &mut headers,
                header::CONTENT_RANGE,
                &format!("bytes {first}-{last}/{length}"),
            );
            (StatusCode::PARTIAL_CONTENT, first, last - first + 1)
        }
        RecordingByteRange::Beyond => {
            set(
                &mut headers,
                header::CONTENT_RANGE,
                &format!("bytes */{length}"),
            );
            return (StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response();
        }
    };
    set(&mut headers, header::CONTENT_LENGTH, &n.to_string());
    let store = Arc::clone(&app.store);
    let body = body(store, recording.site, recording.id, first, n);
    (status, headers, body).into_response()
}

fn headers(recording: &Recording, tag: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let kind = recording.media_type.as_deref();
    set(
        &mut headers,
        header::CONTENT_TYPE,
        kind.unwrap_or("application/octet-stream"),
    );
    set(&mut headers, header::ETAG, tag);
    set(&mut headers, header::ACCEPT_RANGES, "bytes");
    set(&mut headers, header::CACHE_CONTROL, "public, max-age=3600");
    // Players elsewhere may play it, as they may load a transcript.
    set(&mut headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    complete(&mut headers, true);
    headers
}

fn set(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// `n` bytes of a file from `first` on, a part at a time: whoever reads slowly holds no more than one.
fn body(store: Arc<Store>, site: SiteId, id: RecordingId, first: u64, n: u64) -> Body {
    let next = move |(at, left): (u64, u64)| {
        let store = Arc::clone(&store);
        async move {
            if left == 0 {
                return None;
            }
            let start = i64::try_from(at).unwrap_or(i64::MAX);
            let part = store.read(move |tx| files::part(tx, site, id, start)).await;
            let part = part.and_then(|part| {
                // It was taken away, or replaced, while it was read: the answer breaks off.
                part.ok_or_else(|| StoreError::Unavailable("the recording is gone".to_owned()))
            });
            let mut bytes = match part {
                Ok(part) => Bytes::from(part),
                Err(error) => return Some((Err(error), (at, 0))),
            };
            bytes.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            let read = bytes.len() as u64;
            Some((Ok(bytes), (at + read, left - read)))
        }
    };
    Body::from_stream(stream::unfold((first, n), next))
}
