//! The JSON of the podcast namespace,
//! <https://github.com/Podcastindex-org/podcast-namespace/blob/main/transcripts/transcripts.md>.
//!
//! Its segments are anything from single words to paragraphs.

use serde_json::Value;

use crate::draft::TranscriptDraft;
use crate::format::Format;
use crate::formats::json::{self, JsonFile, TimeField};
use crate::formats::words;
use crate::problem::TranscriptProblem;
use crate::tidy::RawCue;
use crate::transcript::Transcript;
use crate::warning::WarningKind;

pub(crate) fn recognises(file: &JsonFile<'_>) -> bool {
    file.first("segments")
        .is_some_and(|item| item.get("body").is_some() || item.get("startTime").is_some())
}

pub(crate) fn read(
    file: &JsonFile<'_>,
    draft: &mut TranscriptDraft,
) -> Result<(), TranscriptProblem> {
    let format = Format::PodcastJson;
    let segments = file
        .list("segments")
        .ok_or(TranscriptProblem::NotOf { format })?;
    let mut cues = Vec::new();
    for (line, item) in segments {
        cues.extend(segment(line, &item, draft));
    }
    if words::are_words(&cues) {
        draft.warn(WarningKind::Words, cues[0].line);
        cues = words::joined(cues);
    }
    draft.cues = cues;
    Ok(())
}

/// Writes version 1.0.0, a line for each cue.
pub(crate) fn write(transcript: &Transcript) -> String {
    let mut out = "{\"version\":\"1.0.0\",\"segments\":[".to_owned();
    for (nth, cue) in transcript.cues().iter().enumerate() {
        out += if nth > 0 { ",\n{" } else { "\n{" };
        if let Some(speaker) = &cue.speaker {
            out += &format!("\"speaker\":{},", quoted(speaker));
        }
        out += &format!("\"startTime\":{},", seconds(cue.start_ms));
        if let Some(end_ms) = cue.end_ms {
            out += &format!("\"endTime\":{},", seconds(end_ms));
        }
        out += &format!("\"body\":{}}}", quoted(&cue.text));
    }
    out + "\n]}\n"
}

/// A segment as a cue.
pub(crate) fn segment(line: usize, item: &Value, draft: &mut TranscriptDraft) -> Option<RawCue> {
    let Some(text) = json::text(item, &["body", "text"]) else {
        draft.warn(WarningKind::BadSegment, line);
        return None;
    };
    let TimeField::Ms(start_ms) = json::seconds(item, &["startTime", "start"]) else {
        draft.warn(WarningKind::BadTime, line);
        return None;
    };
    let end_ms = match json::seconds(item, &["endTime", "end"]) {
        TimeField::Ms(end_ms) => Some(end_ms),
        TimeField::Missing => None,
        TimeField::Wrong => {
            draft.warn(WarningKind::BadEnd, line);
            None
        }
    };
    Some(RawCue {
        line,
        start_ms,
        end_ms,
        speaker: json::text(item, &["speaker"]).map(str::to_owned),
        text: text.to_owned(),
    })
}

pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Milliseconds as seconds, exactly.
pub(crate) fn seconds(ms: u64) -> String {
    let text = format!("{}.{:03}", ms / 1_000, ms % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_written_exactly_and_briefly() {
        let check = |ms, expected: &str| assert_eq!(seconds(ms), expected);
        check(0, "0");
        check(1, "0.001");
        check(1_500, "1.5");
        check(10_000, "10");
        check(86_399_990, "86399.99");
    }
}
