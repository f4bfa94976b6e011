//! Recordings, for those who listen and read along.

mod along;
mod file;
mod podcast;
mod range;
mod transcript;

use axum::http::Method;
use axum::routing::get;
use captions::{Chapter, Format, Transcript};
use rejoinder_core::recordings::{Recording, State};

use crate::access::Access::Public;
use crate::http::error::ApiError;
use crate::http::route::{Route, route};

/// What can be heard, and what there is to read of it.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(
            Method::GET,
            "/recordings/{site}/{id}/file",
            Public,
            get(file::file),
        ),
        route(
            Method::GET,
            "/recordings/{site}/{id}/chapters.json",
            Public,
            get(transcript::chapters),
        ),
        route(
            Method::GET,
            "/recordings/{site}/{id}/{transcript}",
            Public,
            get(transcript::transcript),
        ),
        route(
            Method::GET,
            "/recordings/{site}/podcast.rss",
            Public,
            get(podcast::podcast),
        ),
        route(Method::GET, "/embed/recording", Public, get(along::page)),
        route(
            Method::GET,
            "/embed/recording/along",
            Public,
            get(along::fragment),
        ),
    ]
}

/// Whether readers may know of a recording: it can be heard, and is no cut.
fn is_open(recording: &Recording) -> bool {
    recording.state == State::Ready && recording.cut_of.is_none()
}

/// A transcript as it is kept.
pub(crate) fn read(webvtt: &str, language: Option<String>) -> Result<Transcript, ApiError> {
    let reading = captions::read(webvtt.as_bytes(), Some(Format::WebVtt));
    let mut transcript = reading.map_err(ApiError::internal)?.transcript;
    transcript.language = language;
    Ok(transcript)
}

/// The chapters as they are kept.
pub(crate) fn in_chapters(webvtt: &str) -> Result<Vec<Chapter>, ApiError> {
    let reading = captions::read_chapters(webvtt.as_bytes());
    Ok(reading.map_err(ApiError::internal)?.chapters)
}
