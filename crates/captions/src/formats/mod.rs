//! One file for each format, with its reader and its writer.

pub(crate) mod html;
mod json;
mod otranscribe;
mod payload;
pub(crate) mod podcast;
pub(crate) mod srt;
pub(crate) mod text;
pub(crate) mod webvtt;
mod whisper;
mod words;

use crate::draft::TranscriptDraft;
use crate::format::Format;
use crate::problem::TranscriptProblem;

/// What a text is by its looks.
pub(crate) fn recognise(text: &str) -> Result<Format, TranscriptProblem> {
    if webvtt::recognises(text) {
        Ok(Format::WebVtt)
    } else if looks_like_json(text) {
        let text = json::repaired(text);
        of_json(&json::JsonFile::of(&text)?).ok_or(TranscriptProblem::Unknown)
    } else if srt::recognises(text) {
        Ok(Format::Srt)
    } else if text::recognises(text) {
        Ok(Format::Text)
    } else {
        Err(TranscriptProblem::Unknown)
    }
}

/// Reads a text as what it is said to be.
pub(crate) fn read(
    format: Format,
    text: &str,
    draft: &mut TranscriptDraft,
) -> Result<(), TranscriptProblem> {
    match format {
        Format::WebVtt => webvtt::read(text, draft),
        Format::Srt => srt::read(text, draft),
        Format::Text => text::read(text, draft),
        Format::PodcastJson => read_json(podcast::read, text, draft)?,
        Format::WhisperJson => read_json(whisper::read, text, draft)?,
        Format::WhisperCppJson => read_json(whisper::read_cpp, text, draft)?,
        Format::OTranscribe => read_json(otranscribe::read, text, draft)?,
    }
    Ok(())
}

/// Fills a draft with what stands in an object.
type ReadJson = fn(&json::JsonFile<'_>, &mut TranscriptDraft) -> Result<(), TranscriptProblem>;

fn read_json(
    read: ReadJson,
    text: &str,
    draft: &mut TranscriptDraft,
) -> Result<(), TranscriptProblem> {
    let text = json::repaired(text);
    read(&json::JsonFile::of(&text)?, draft)
}

/// Whether a text begins as an object or as a list of them; `[3:48]` does not.
fn looks_like_json(text: &str) -> bool {
    let mut signs = text.chars().filter(|c| !c.is_whitespace());
    match (signs.next(), signs.next()) {
        (Some('{'), Some('"' | '}')) | (Some('['), Some('{')) => true,
        (Some(_) | None, _) => false,
    }
}

fn of_json(file: &json::JsonFile<'_>) -> Option<Format> {
    if whisper::recognises_cpp(file) {
        Some(Format::WhisperCppJson)
    } else if podcast::recognises(file) {
        Some(Format::PodcastJson)
    } else if whisper::recognises(file) {
        Some(Format::WhisperJson)
    } else if otranscribe::recognises(file) {
        Some(Format::OTranscribe)
    } else {
        None
    }
}

/// The lines of a text with their numbers; the first is 1.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.split('\n'))
}
