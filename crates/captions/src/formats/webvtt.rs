//! WebVTT, <https://www.w3.org/TR/webvtt1/>.
//!
//! It is read as browsers do, and more kindly: a missing first line is told and does not matter,
//! times may have a comma, and words in `<>` that are no tags stay words.

use crate::clock;
use crate::draft::TranscriptDraft;
use crate::formats::lines;
pub(crate) use crate::formats::payload::escape;
use crate::formats::payload::{self, VoiceText};
use crate::tidy::RawCue;
use crate::transcript::Transcript;
use crate::warning::WarningKind;

pub(crate) fn recognises(text: &str) -> bool {
    let rest = text.strip_prefix("WEBVTT");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n']))
}

pub(crate) fn read(text: &str, draft: &mut TranscriptDraft) {
    read_cues(text, draft);
    draft.name_speakers_if_usual();
}

/// Reads the cues, of whatever kind they are.
pub(crate) fn read_cues(text: &str, draft: &mut TranscriptDraft) {
    let mut blocks = blocks(text).into_iter();
    if recognises(text) {
        if let Some(header) = blocks.next() {
            read_header(header, draft);
        }
    } else {
        draft.warn(WarningKind::NoHeader, 1);
    }
    for block in blocks {
        read_block(&block, draft);
    }
}

/// Writes a file that has no ids, settings or notes.
pub(crate) fn write(transcript: &Transcript) -> String {
    let mut out = "WEBVTT\n".to_owned();
    for (nth, cue) in transcript.cues().iter().enumerate() {
        let start = clock::long(cue.start_ms, '.');
        let end = clock::long(transcript.written_end_ms(nth), '.');
        out += &format!("\n{start} --> {end}\n");
        if let Some(speaker) = &cue.speaker {
            out += &format!("<v {}>", escape(speaker));
        }
        out += &escape(&cue.text);
        out.push('\n');
    }
    out
}

/// A line with its number.
pub(crate) type NumberedLine<'a> = (usize, &'a str);

/// The parts between empty lines. A second line of times begins a part of its own, as in browsers.
pub(crate) fn blocks(text: &str) -> Vec<Vec<NumberedLine<'_>>> {
    let mut blocks = vec![Vec::new()];
    let mut has_arrow = false;
    for (number, line) in lines(text) {
        let is_arrow = line.contains("-->");
        if line.is_empty() || (is_arrow && has_arrow) {
            blocks.push(Vec::new());
            has_arrow = false;
        }
        if !line.is_empty() {
            has_arrow |= is_arrow;
            blocks.extend(blocks.is_empty().then(Vec::new));
            if let Some(block) = blocks.last_mut() {
                block.push((number, line));
            }
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// Reads what stands below `WEBVTT`, as YouTube writes it, and a cue that follows without a gap.
fn read_header(header: Vec<NumberedLine<'_>>, draft: &mut TranscriptDraft) {
    let mut rest = header;
    let first = rest.remove(0);
    if first.1.len() > "WEBVTT".len() {
        draft.warn(WarningKind::Metadata, first.0);
    }
    let at_cue = rest.iter().position(|(_, line)| line.contains("-->"));
    let cue = rest.split_off(at_cue.unwrap_or(rest.len()));
    for (number, line) in rest {
        match line.split_once(':') {
            Some((name, tag)) if name.trim().eq_ignore_ascii_case("language") => {
                draft.language(tag, number);
            }
            _ => draft.warn(WarningKind::Metadata, number),
        }
    }
    if !cue.is_empty() {
        read_block(&cue, draft);
    }
}

fn read_block(block: &[NumberedLine<'_>], draft: &mut TranscriptDraft) {
    let (number, first) = block[0];
    let Some(at) = block.iter().position(|(_, line)| line.contains("-->")) else {
        return draft.warn(kind(first), number);
    };
    if let Some((number, line)) = block[..at].iter().rev().nth(1) {
        // More than an id stands before the times.
        draft.warn(kind(line), *number);
    }
    let (number, line) = block[at];
    let Some(timing) = clock::timing(line) else {
        return draft.warn(WarningKind::BadTime, number);
    };
    if timing.end_ms.is_none() {
        draft.warn(WarningKind::BadEnd, number);
    }
    if !timing.settings.is_empty() {
        draft.warn(WarningKind::Settings, number);
    }
    let lines: Vec<&str> = block[at + 1..].iter().map(|(_, line)| *line).collect();
    let payload = payload::read(&lines.join("\n"));
    for what in payload.lost {
        draft.warn(what, number);
    }
    for VoiceText { speaker, text } in payload.voices {
        draft.cues.push(RawCue {
            line: number,
            start_ms: timing.start_ms,
            end_ms: timing.end_ms,
            speaker,
            text,
        });
    }
}

/// What a block without times is.
fn kind(first: &str) -> WarningKind {
    let word = first.split([' ', '\t']).next().unwrap_or_default();
    match word {
        "NOTE" => WarningKind::Note,
        "STYLE" => WarningKind::Style,
        "REGION" => WarningKind::Region,
        _ => WarningKind::Untimed,
    }
}
