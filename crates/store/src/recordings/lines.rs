//! The lines of a transcript that proposals are about.

use captions::{Cue, Format, Transcript, TranscriptExportFormat};
use rejoinder_core::recordings::{LineText, Proposal};

use crate::Result;
use crate::database::error::StoreError;

/// A transcript as it is kept.
pub(super) fn read(webvtt: &str, language: Option<String>) -> Result<Transcript> {
    let reading = captions::read(webvtt.as_bytes(), Some(Format::WebVtt));
    let reading = reading.map_err(|problem| StoreError::Internal(problem.into()))?;
    let mut transcript = reading.transcript;
    transcript.language = language;
    Ok(transcript)
}

/// What the line says that begins at `start_ms`, and where it ends. Of lines that begin at once it is the
/// one that ends at `end_ms`, else the first.
pub(super) fn at(
    transcript: &Transcript,
    start_ms: i64,
    end_ms: Option<i64>,
) -> Option<(LineText, Option<i64>)> {
    let cues = transcript.cues().iter().enumerate();
    let here = cues.filter(|(_, cue)| ms(cue.start_ms) == start_ms);
    let here: Vec<_> = here
        .map(|(nth, cue)| (cue, transcript.end_ms(nth).map(ms)))
        .collect();
    let meant = here.iter().find(|(_, end)| *end == end_ms);
    let (cue, end) = meant.or(here.first())?;
    Some((said(cue), *end))
}

/// Whether a proposal is still about what the transcript says.
pub(super) fn fits(transcript: &Transcript, proposal: &Proposal) -> bool {
    match &proposal.before {
        Some(_) => place(transcript, proposal).is_some(),
        None => has_room(transcript, proposal.start_ms, proposal.end_ms),
    }
}

/// The transcript with what was proposed, as WebVTT; nothing where it does not fit any more.
pub(super) fn with(transcript: Transcript, proposal: &Proposal) -> Option<String> {
    if !fits(&transcript, proposal) {
        return None;
    }
    let nth = place(&transcript, proposal);
    let language = transcript.language.clone();
    let LineText { speaker, text } = proposal.after.clone();
    let mut cues = transcript.into_cues();
    match nth.and_then(|nth| cues.get_mut(nth)) {
        Some(cue) => {
            cue.speaker = speaker;
            cue.text = text;
        }
        None => cues.push(Cue {
            start_ms: u64::try_from(proposal.start_ms).ok()?,
            end_ms: proposal.end_ms.and_then(|end| u64::try_from(end).ok()),
            speaker,
            text,
        }),
    }
    let (transcript, _) = Transcript::new(language, cues);
    let webvtt = captions::write(&transcript, TranscriptExportFormat::WebVtt);
    // What could not be read again is not kept.
    let is_readable =
        webvtt.len() <= captions::MAX_FILE_BYTES && transcript.cues().len() <= captions::MAX_CUES;
    is_readable.then_some(webvtt)
}

/// The line that a proposal is about, as long as it says the same.
fn place(transcript: &Transcript, proposal: &Proposal) -> Option<usize> {
    let before = proposal.before.as_ref()?;
    transcript
        .cues()
        .iter()
        .position(|cue| ms(cue.start_ms) == proposal.start_ms && said(cue) == *before)
}

/// Whether no line begins from `start_ms` on and before `end_ms`. One that begins earlier ends where the
/// new one begins.
pub(super) fn has_room(transcript: &Transcript, start_ms: i64, end_ms: Option<i64>) -> bool {
    let end_ms = end_ms.unwrap_or(start_ms + 1);
    let mut starts = transcript.cues().iter().map(|cue| ms(cue.start_ms));
    !starts.any(|start| (start_ms..end_ms).contains(&start))
}

fn said(cue: &Cue) -> LineText {
    LineText {
        speaker: cue.speaker.clone(),
        text: cue.text.clone(),
    }
}

fn ms(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}
