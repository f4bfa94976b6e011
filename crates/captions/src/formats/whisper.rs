//! What speech recognition writes: Whisper (<https://github.com/openai/whisper>) and those that write
//! as it does, and whisper.cpp (<https://github.com/ggml-org/whisper.cpp>).
//!
//! How sure the program was is left out without a word: it says nothing to readers.

use serde_json::Value;

use crate::clock;
use crate::draft::TranscriptDraft;
use crate::format::Format;
use crate::formats::json::JsonFile;
use crate::formats::podcast::segment;
use crate::problem::TranscriptProblem;
use crate::tidy::RawCue;
use crate::warning::WarningKind;

pub(crate) fn recognises(file: &JsonFile<'_>) -> bool {
    file.first("segments")
        .is_some_and(|item| item.get("text").is_some() && item.get("start").is_some())
}

/// Reads `{language, segments: [{start, end, text, speaker?, words?}]}`.
pub(crate) fn read(
    file: &JsonFile<'_>,
    draft: &mut TranscriptDraft,
) -> Result<(), TranscriptProblem> {
    let format = Format::WhisperJson;
    let segments = file
        .list("segments")
        .ok_or(TranscriptProblem::NotOf { format })?;
    if let Some((line, Value::String(tag))) = file.get("language") {
        draft.language(&tag, line);
    }
    for (line, item) in segments {
        if item.get("words").is_some_and(Value::is_array) {
            draft.warn(WarningKind::WordTimes, line);
        }
        let cue = segment(line, &item, draft);
        draft.cues.extend(cue);
    }
    Ok(())
}

pub(crate) fn recognises_cpp(file: &JsonFile<'_>) -> bool {
    file.has("transcription")
}

/// Reads `{result: {language}, transcription: [{timestamps, offsets: {from, to}, text, tokens?}]}`; the
/// offsets are in milliseconds.
pub(crate) fn read_cpp(
    file: &JsonFile<'_>,
    draft: &mut TranscriptDraft,
) -> Result<(), TranscriptProblem> {
    let format = Format::WhisperCppJson;
    let segments = file
        .list("transcription")
        .ok_or(TranscriptProblem::NotOf { format })?;
    if let Some((line, result)) = file.get("result")
        && let Some(tag) = result["language"].as_str()
    {
        draft.language(tag, line);
    }
    for (line, item) in segments {
        if item.get("tokens").is_some_and(Value::is_array) {
            draft.warn(WarningKind::WordTimes, line);
        }
        let cue = segment_cpp(line, &item, draft);
        draft.cues.extend(cue);
    }
    Ok(())
}

fn segment_cpp(line: usize, item: &Value, draft: &mut TranscriptDraft) -> Option<RawCue> {
    let Some(text) = item["text"].as_str() else {
        draft.warn(WarningKind::BadSegment, line);
        return None;
    };
    let time = |name: &str| {
        let written = || clock::whole(item["timestamps"][name].as_str()?);
        item["offsets"][name].as_i64().or_else(written)
    };
    let Some(start_ms) = time("from") else {
        draft.warn(WarningKind::BadTime, line);
        return None;
    };
    let end_ms = time("to");
    if end_ms.is_none() {
        draft.warn(WarningKind::BadEnd, line);
    }
    Some(RawCue {
        line,
        start_ms,
        end_ms,
        speaker: item["speaker"].as_str().map(str::to_owned),
        text: text.to_owned(),
    })
}
