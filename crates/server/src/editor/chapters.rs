//! The chapters of a recording, as an editor types them.

use captions::ChapterError;
use rejoinder_core::recordings::Recording;
use store::Tx;
use store::recordings::chapters;

use crate::http::error::ApiError;
use crate::state::App;

/// Divide a recording as it was typed, or as a file says; nothing typed means no chapters. Returns why it
/// was not done, where it cannot be.
pub(super) async fn save(
    app: &App,
    recording: &Recording,
    typed: &str,
) -> Result<Option<ChapterError>, ApiError> {
    let webvtt = if typed.trim().is_empty() {
        None
    } else {
        let reading = match captions::read_chapters(typed.as_bytes()) {
            Ok(reading) => reading,
            Err(problem) => return Ok(Some(problem)),
        };
        let duration = recording.duration_ms.and_then(|ms| u64::try_from(ms).ok());
        Some(captions::write_chapters(&reading.chapters, duration))
    };
    let (now, own) = (app.now(), recording.clone());
    let write = move |tx: &mut Tx<'_>| chapters::save(tx, now, &own, webvtt.as_deref());
    app.store.write(write).await?;
    Ok(None)
}
