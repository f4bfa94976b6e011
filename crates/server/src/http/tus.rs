//! Uploads by tus 1.0 (<https://tus.io/protocols/resumable-upload>): its core, and creation. It is what
//! libraries for browsers speak, and an upload that broke off goes on where it was.
//!
//! `POST` begins one: `Upload-Length`, and more in `Upload-Metadata`. Where it goes is the `Location` of the
//! answer: `HEAD` tells how far it has come, `PATCH` goes on.

use std::future::Future;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use store::recordings::files::{AppendOutcome, MAX_PART};

use crate::http::error::ApiError;

/// For so long one request is listened to; what has arrived by then stays, and the next goes on.
const AT_ONCE: Duration = Duration::from_secs(15);

const VERSION: &str = "1.0.0";
const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");

/// What is said of a file whose upload begins.
pub(crate) struct Announced {
    /// How long it is, in bytes.
    pub(crate) n_bytes: i64,
    metadata: Vec<(String, String)>,
}

impl Announced {
    /// Reads what the headers say of a file that may have `max` bytes.
    pub(crate) fn read(headers: &HeaderMap, max: usize) -> Result<Self, ApiError> {
        expect_version(headers)?;
        let n_bytes = number(headers, &LENGTH)?;
        if n_bytes < 1 || usize::try_from(n_bytes).is_ok_and(|length| length > max) {
            return Err(ApiError::body_too_large(max));
        }
        let metadata = metadata(headers)?;
        Ok(Self { n_bytes, metadata })
    }

    /// What was told under `name`; empty where nothing was.
    pub(crate) fn value(&self, name: &str) -> &str {
        let value = self.metadata.iter().find(|(own, _)| own == name);
        value.map_or("", |(_, value)| value.as_str())
    }
}

/// An upload goes to `place`.
pub(crate) fn begun(place: &str) -> Result<Response, ApiError> {
    let headers = [
        (header::LOCATION, text(place)?),
        (RESUMABLE, text(VERSION)?),
    ];
    Ok((StatusCode::CREATED, headers).into_response())
}

/// So much of a file has come.
pub(crate) fn reached(n_arrived: i64, n_bytes: i64) -> Result<Response, ApiError> {
    let headers = [
        (RESUMABLE, text(VERSION)?),
        (OFFSET, text(&n_arrived.to_string())?),
        (LENGTH, text(&n_bytes.to_string())?),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((StatusCode::OK, headers).into_response())
}

/// Go on with a file of which `n_arrived` bytes are there: `keep` is given what arrives, with where it
/// begins. What has arrived stays, also when the connection breaks off.
pub(crate) async fn go_on<K, F>(
    headers: &HeaderMap,
    body: Body,
    n_arrived: i64,
    keep: K,
) -> Result<Response, ApiError>
where
    K: Fn(i64, Vec<u8>) -> F,
    F: Future<Output = store::Result<AppendOutcome>>,
{
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if kind != Some(b"application/offset+octet-stream") {
        let detail = "Send the bytes as application/offset+octet-stream.";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(ApiError::new(status, "body_invalid", detail));
    }
    let mut file = Arriving {
        keep,
        at: number(headers, &OFFSET)?,
        waiting: Vec::new(),
    };
    if file.at != n_arrived {
        return Err(elsewhere(n_arrived));
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
struct Arriving<K> {
    keep: K,
    /// So many bytes are kept.
    at: i64,
    /// What is not kept yet, less than a part.
    waiting: Vec<u8>,
}

impl<K, F> Arriving<K>
where
    K: Fn(i64, Vec<u8>) -> F,
    F: Future<Output = store::Result<AppendOutcome>>,
{
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
        let bytes = std::mem::take(&mut self.waiting);
        match (self.keep)(self.at, bytes).await? {
            AppendOutcome::Arrived(n) => {
                self.at = n;
                Ok(())
            }
            AppendOutcome::Elsewhere(n) => Err(elsewhere(n)),
            AppendOutcome::Unknown => Err(ApiError::not_found()),
        }
    }
}

fn elsewhere(n: i64) -> ApiError {
    let detail = format!("The file goes on at byte {n}.");
    ApiError::new(StatusCode::CONFLICT, "upload_elsewhere", detail).field("Upload-Offset")
}

/// Refuses what does not speak this version.
pub(crate) fn expect_version(headers: &HeaderMap) -> Result<(), ApiError> {
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
