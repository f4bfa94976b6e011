//! Plain text whose lines begin with a time, as people type it and as programs export it:
//! `[00:03:48] Ann: text`, `3:48 Ann: text`, `[00:00.000 --> 00:04.000] text`.

use crate::clock;
use crate::draft::TranscriptDraft;
use crate::formats::lines;
use crate::tidy::RawCue;
use crate::transcript::Transcript;
use crate::warning::WarningKind;

pub(crate) fn recognises(text: &str) -> bool {
    lines(text).any(|(_, line)| stamp(line).is_some())
}

pub(crate) fn read(text: &str, draft: &mut TranscriptDraft) {
    let before = draft.cues.len();
    read_cues(text, draft);
    for cue in draft.cues.split_off(before) {
        draft.push_named(cue);
    }
}

/// Reads the cues without looking for who speaks.
pub(crate) fn read_cues(text: &str, draft: &mut TranscriptDraft) {
    let mut open: Option<RawCue> = None;
    for (number, line) in lines(text) {
        if let Some(stamp) = stamp(line) {
            draft.cues.extend(open.take());
            open = Some(RawCue {
                line: number,
                start_ms: stamp.start_ms,
                end_ms: stamp.end_ms,
                speaker: None,
                text: stamp.rest.to_owned(),
            });
        } else if let Some(cue) = &mut open {
            cue.text.push('\n');
            cue.text.push_str(line);
        } else if !line.trim().is_empty() {
            draft.warn(WarningKind::Untimed, number);
        }
    }
    draft.cues.extend(open);
}

/// Writes a line for each cue; its own lines are joined, because one of them could begin with a time.
pub(crate) fn write(transcript: &Transcript) -> String {
    let mut out = String::new();
    for cue in transcript.cues() {
        out += &clock::short(cue.start_ms);
        out += "  ";
        if let Some(speaker) = &cue.speaker {
            out += speaker;
            out += ": ";
        }
        out += &cue.text.replace('\n', " ");
        out.push('\n');
    }
    out
}

/// What stands at the start of a line that has a time there.
struct TimeStamp<'a> {
    start_ms: i64,
    end_ms: Option<i64>,
    rest: &'a str,
}

/// Reads `3:48`, `[3:48]` or `(3:48)`, or two of them with a dash or an arrow between.
fn stamp(line: &str) -> Option<TimeStamp<'_>> {
    let line = line.trim_start();
    let close = match line.chars().next()? {
        '[' => Some(']'),
        '(' => Some(')'),
        _ => None,
    };
    let inner = if close.is_some() { &line[1..] } else { line };
    let (start_ms, rest) = clock::leading(inner.trim_start())?;
    let until = until(rest);
    let (end_ms, rest) = match until.and_then(clock::leading) {
        Some((end_ms, rest)) => (Some(end_ms), rest),
        None => (None, rest),
    };
    let rest = match close {
        Some(close) => rest.trim_start().strip_prefix(close)?,
        None => rest,
    };
    let text = without_separator(rest.trim_start());
    let has_gap = rest.is_empty() || rest.starts_with(char::is_whitespace) || text != rest;
    (has_gap || close.is_some()).then_some(TimeStamp {
        start_ms,
        end_ms,
        rest: text,
    })
}

/// `text` without a sign that stands alone before it.
fn without_separator(text: &str) -> &str {
    let after = text.strip_prefix([':', '-', '–', '—', '|']);
    let after = after.filter(|after| after.is_empty() || after.starts_with(char::is_whitespace));
    after.map_or(text, str::trim_start)
}

/// What follows a dash or an arrow.
fn until(rest: &str) -> Option<&str> {
    let rest = rest.trim_start();
    let arrows = ["-->", "->", "→", "-", "–", "—"];
    let after = arrows.iter().find_map(|arrow| rest.strip_prefix(arrow))?;
    Some(after.trim_start())
}
