//! Uploads of recordings, by tus 1.0 (<https://tus.io/protocols/resumable-upload>): its core, and
//! creation. It is what libraries for browsers speak, and an upload that broke off goes on where it was.
//!
//! `POST /edit/{site}/uploads` begins one: `Upload-Length`, and in `Upload-Metadata` the
//! `page`, the `title` and, for a cut, `cut_of`. Where it goes is the `Location` of the answer: `HEAD`
//! tells how far it has come, `PATCH` goes on.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use rejoinder_core::recordings::{Recording, State as Reached};
use rejoinder_core::{RecordingId, SiteId};
use store::moderation::groups;
use store::recordings::attaching::Source;
use store::recordings::files::{self, Added, MAX_PART};
use store::recordings::listing;

use super::recordings::{New, attach_one};
use crate::http::error::ApiError;
use crate::http::extract::Visitor;
use crate::newsroom::Newsroom;
use crate::state::App;

/// The largest file of a recording, in bytes.
pub(super) const MAX_FILE: usize = 500 << 20;

/// For so long one request is listened to; what has arrived by then stays, and the next goes on.
const AT_ONCE: Duration = Duration::from_secs(15);

const VERSION: &str = "1.0.0";
const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");

/// `POST /edit/{site}/uploads`: begin an upload.
pub(super) async fn begin(
    newsroom: Newsroom,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    expect_version(&headers)?;
    let n_bytes = number(&headers, &LENGTH)?;
    if n_bytes < 1 || usize::try_from(n_bytes).is_ok_and(|length| length > MAX_FILE) {
        return Err(ApiError::body_too_large(MAX_FILE));
    }
    let told = metadata(&headers)?;
    let value = |name: &str| told.iter().find(|(own, _)| own == name);
    let value = |name| value(name).map_or("", |(_, value)| value.as_str());
    let new = New {
        page: value("page"),
        title: value("title"),
        cut_of: value("cut_of"),
        source: Source::Upload { n_bytes },
    };
    let id = attach_one(&newsroom, &visitor, new).await?;
    let place = format!("/edit/{}/uploads/{id}", newsroom.site.host);
    let headers = [
        (header::LOCATION, text(&place)?),
        (RESUMABLE, text(VERSION)?),
    ];
    Ok((StatusCode::CREATED, headers).into_response())
}

/// `HEAD /edit/{site}/uploads/{id}`: tell how far an upload has come.
pub(super) async fn reached(
    newsroom: Newsroom,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    expect_version(&headers)?;
    let recording = uploaded(&newsroom, &id).await?;
    let headers = [
        (RESUMABLE, text(VERSION)?),
        (OFFSET, text(&recording.n_arrived.to_string())?),
        (LENGTH, text(&recording.n_bytes.to_string())?),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((StatusCode::OK, headers).into_response())
}

/// `PATCH /edit/{site}/uploads/{id}`: go on with an upload. What has arrived stays, also when the connection
/// breaks off.
pub(super) async fn go_on(
    newsroom: Newsroom,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    expect_version(&headers)?;
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if kind != Some(b"application/offset+octet-stream") {
        let detail = "Send the bytes as application/offset+octet-stream.";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(ApiError::new(status, "body_invalid", detail));
    }
    let recording = arriving(&newsroom, &id).await?;
    let mut file = Arriving {
        app: &newsroom.app,
        site: newsroom.site.id,
        id: recording.id,
        at: number(&headers, &OFFSET)?,
        waiting: Vec::new(),
    };
    if file.at != recording.n_arrived {
        return Err(elsewhere(recording.n_arrived));
    }
    let mut chunks = body.into_data_stream();
    let enough = tokio::time::sleep(AT_ONCE);
    tokio::pin!(enough);
    loop {
        let chunk = tokio::select! {
            () = &mut enough => break,
            chunk = chunks.next() => chunk,
        };
        let Some(chunk) = chunk else { break };
        let Ok(chunk) = chunk else {
            file.keep().await?;
            return Err(ApiError::body_broken());
        };
        file.take(&chunk).await?;
    }
    file.keep().await?;
    let headers = [
        (RESUMABLE, text(VERSION)?),
        (OFFSET, text(&file.at.to_string())?),
    ];
    Ok((StatusCode::NO_CONTENT, headers).into_response())
}

/// A file that arrives.
struct Arriving<'a> {
    app: &'a App,
    site: SiteId,
    id: RecordingId,
    /// So many bytes are kept.
    at: i64,
    /// What is not kept yet, less than a part.
    waiting: Vec<u8>,
}

impl Arriving<'_> {
    async fn take(&mut self, mut chunk: &[u8]) -> Result<(), ApiError> {
        while !chunk.is_empty() {
            let room = MAX_PART - self.waiting.len();
            let (now, later) = chunk.split_at(chunk.len().min(room));
            self.waiting.extend_from_slice(now);
            chunk = later;
            if self.waiting.len() == MAX_PART {
                self.keep().await?;
            }
        }
        Ok(())
    }

    async fn keep(&mut self) -> Result<(), ApiError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let (now, site, id, at) = (self.app.now(), self.site, self.id, self.at);
        let bytes = std::mem::take(&mut self.waiting);
        let write = move |tx: &mut store::Tx<'_>| files::add(tx, now, site, id, at, &bytes);
        match self.app.store.write(write).await? {
            Added::Arrived(n) => {
                self.at = n;
                Ok(())
            }
            Added::Elsewhere(n) => Err(elsewhere(n)),
            Added::Unknown => Err(ApiError::not_found()),
        }
    }
}

fn elsewhere(n: i64) -> ApiError {
    let detail = format!("The file goes on at byte {n}.");
    ApiError::new(StatusCode::CONFLICT, "upload_elsewhere", detail).field("Upload-Offset")
}

/// The recording that `id` names, if its file is arriving and the member reaches its page.
async fn arriving(newsroom: &Newsroom, id: &str) -> Result<Recording, ApiError> {
    let found = uploaded(newsroom, id).await?;
    match found.state {
        Reached::Arriving => Ok(found),
        Reached::Waiting | Reached::Ready | Reached::Refused => Err(ApiError::not_found()),
    }
}

/// The recording that `id` names, if its file is uploaded, or was, and the member reaches its page.
async fn uploaded(newsroom: &Newsroom, id: &str) -> Result<Recording, ApiError> {
    let id: RecordingId = id.parse().map_err(|_| ApiError::not_found())?;
    let (site, author) = (newsroom.site.id, newsroom.author.id);
    let read = newsroom.app.store.read(move |tx| {
        let scope = groups::scope_of(tx, site, author)?;
        listing::in_reach(tx, site, id, &scope)
    });
    let found = read
        .await?
        .filter(|own| own.address.is_none() && own.n_bytes > 0);
    found.ok_or_else(ApiError::not_found)
}

fn expect_version(headers: &HeaderMap) -> Result<(), ApiError> {
    match headers.get(RESUMABLE).map(HeaderValue::as_bytes) {
        Some(b"1.0.0") => Ok(()),
        _ => {
            let detail = "Uploads are made by tus 1.0.0: send Tus-Resumable: 1.0.0.";
            let status = StatusCode::PRECONDITION_FAILED;
            Err(ApiError::new(status, "version_unknown", detail).field("Tus-Resumable"))
        }
    }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<i64, ApiError> {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    let value = value
        .and_then(|value| value.parse().ok())
        .filter(|n| *n >= 0);
    value.ok_or_else(|| {
        let detail = format!("The header `{name}` must be a number of bytes.");
        ApiError::query(name.as_str(), detail)
    })
}

/// The pairs of `Upload-Metadata`: `page aHR0cHM6…,title U3Rvcnk=`.
fn metadata(headers: &HeaderMap) -> Result<Vec<(String, String)>, ApiError> {
    let value = headers.get(METADATA).and_then(|value| value.to_str().ok());
    let unreadable = || {
        let detail = "Upload-Metadata has keys with values in Base64, and commas between them.";
        ApiError::query("Upload-Metadata", detail)
    };
    let pairs = value.unwrap_or_default().split(',').map(str::trim);
    let pair = |pair: &str| {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = STANDARD.decode(value.trim()).map_err(|_| unreadable())?;
        let value = String::from_utf8(value).map_err(|_| unreadable())?;
        Ok((key.to_owned(), value))
    };
    pairs.filter(|own| !own.is_empty()).map(pair).collect()
}

fn text(value: &str) -> Result<HeaderValue, ApiError> {
    HeaderValue::from_str(value).map_err(ApiError::internal)
}
