//! Recordings and their texts as they are stored.

use captions::{Chapter, Format, Transcript};
use rejoinder_core::Site;
use rejoinder_core::recordings::{Recording, RecordingState};

use crate::http::error::ApiError;

/// Whether readers may know of a recording: it can be heard, and is no cut.
pub(super) fn is_open(recording: &Recording) -> bool {
    recording.state == RecordingState::Ready && recording.cut_of.is_none()
}

/// Where else recordings are played from: what the policy of a page that shows them has to let in.
pub(crate) fn players(site: &Site, recordings: &[Recording]) -> Vec<String> {
    let playing = |own| render::recordings::playing(&site.settings, own);
    let playing = recordings.iter().filter_map(playing);
    playing.map(|own| own.origin).collect()
}

/// A transcript as it is kept.
pub(crate) fn transcript(webvtt: &str, language: Option<String>) -> Result<Transcript, ApiError> {
    let reading = captions::read(webvtt.as_bytes(), Some(Format::WebVtt));
    let mut transcript = reading.map_err(ApiError::internal)?.transcript;
    transcript.language = language;
    Ok(transcript)
}

/// The chapters as they are kept.
pub(crate) fn chapters(webvtt: &str) -> Result<Vec<Chapter>, ApiError> {
    let reading = captions::read_chapters(webvtt.as_bytes());
    Ok(reading.map_err(ApiError::internal)?.chapters)
}
