//! What speech recognition writes: Whisper (<https://github.com/openai/whisper>) and those that write
//! as it does, and whisper.cpp (<https://github.com/ggml-org/whisper.cpp>).
//!
//! How sure the program was is left out without a word: it says nothing to readers.

use serde_json::Value;

use crate::clock;
use crate::draft::Draft;
use crate::format::Format;
use crate::formats::json::File;
use crate::formats::podcast::segment;
use crate::problem::Problem;
use crate::tidy::Raw;
use crate::warning::What;

pub(crate) fn recognises(file: &File<'_>) -> bool {
    file.first("segments")
        .is_some_and(|item| item.get("text").is_some() && item.get("start").is_some())
}

/// Reads `{language, segments: [{start, end, text, speaker?, words?}]}`.
pub(crate) fn read(file: &File<'_>, draft: &mut Draft) -> Result<(), Problem> {
    let format = Format::WhisperJson;
    let segments = file.list("segments").ok_or(Problem::NotOf { format })?;
    if let Some((line, Value::String(tag))) = file.get("language") {
        draft.language(&tag, line);
    }
    for (line, item) in segments {
        if item.get("words").is_some_and(Value::is_array) {
            draft.warn(What::WordTimes, line);
        }
        let cue = segment(line, &item, draft);
        draft.cues.extend(cue);
    }
    Ok(())
}

pub(crate) fn recognises_cpp(file: &File<'_>) -> bool {
    file.has("transcription")
}

/// Reads `{result: {language}, transcription: [{timestamps, offsets: {from, to}, text, tokens?}]}`; the
/// offsets are in milliseconds.
pub(crate) fn read_cpp(file: &File<'_>, draft: &mut Draft) -> Result<(), Problem> {
    let format = Format::WhisperCppJson;
    let segments = file
        .list("transcription")
        .ok_or(Problem::NotOf { format })?;
    if let Some((line, result)) = file.get("result")
        && let Some(tag) = result["language"].as_str()
    {
        draft.language(tag, line);
    }
    for (line, item) in segments {
        if item.get("tokens").is_some_and(Value::is_array) {
            draft.warn(What::WordTimes, line);
        }
        let cue = segment_cpp(line, &item, draft);
        draft.cues.extend(cue);
    }
    Ok(())
}

fn segment_cpp(line: usize, item: &Value, draft: &mut Draft) -> Option<Raw> {
    let Some(text) = item["text"].as_str() else {
        draft.warn(What::BadSegment, line);
        return None;
    };
    let time = |name: &str| {
        let written = || clock::whole(item["timestamps"][name].as_str()?);
        item["offsets"][name].as_i64().or_else(written)
    };
    let Some(start_ms) = time("from") else {
        draft.warn(What::BadTime, line);
        return None;
    };
    let end_ms = time("to");
    if end_ms.is_none() {
        draft.warn(What::BadEnd, line);
    }
    Some(Raw {
        line,
        start_ms,
        end_ms,
        speaker: item["speaker"].as_str().map(str::to_owned),
        text: text.to_owned(),
    })
}
