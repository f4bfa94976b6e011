//! Recordings, for those who listen and read along.

mod along;
mod file;
mod podcast;
mod range;
pub(crate) mod search;
mod transcript;

use captions::{Chapter, Format, Transcript};
use rejoinder_core::Site;
use rejoinder_core::recordings::{Recording, State};

use crate::access::Access::Public;
use crate::http::error::ApiError;
use crate::http::route::{Route, get, route};

/// What can be heard, and what there is to read of it.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        route("/recordings/{site}/{id}/file", Public, get(file::file)),
        route(
            "/recordings/{site}/{id}/chapters.json",
            Public,
            get(transcript::chapters),
        ),
        route(
            "/recordings/{site}/{id}/{transcript}",
            Public,
            get(transcript::transcript),
        ),
        route(
            "/recordings/{site}/podcast.rss",
            Public,
            get(podcast::podcast),
        ),
        route("/recordings/{site}", Public, get(search::page)),
        route("/api/v1/recordings", Public, get(search::list)),
        route("/embed/recording", Public, get(along::page)),
        route("/embed/recording/along", Public, get(along::fragment)),
    ]
}

/// Whether readers may know of a recording: it can be heard, and is no cut.
fn is_open(recording: &Recording) -> bool {
    recording.state == State::Ready && recording.cut_of.is_none()
}

/// Where else recordings are played from: what the policy of a page that shows them has to let in.
pub(crate) fn players(site: &Site, recordings: &[Recording]) -> Vec<String> {
    let playing = |own| render::recordings::playing(&site.settings, own);
    let playing = recordings.iter().filter_map(playing);
    playing.map(|own| own.origin).collect()
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
