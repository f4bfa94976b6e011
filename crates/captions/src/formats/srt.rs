//! SubRip, which has no specification: <https://www.matroska.org/technical/subtitles.html>.
//!
//! Only the lines of times are relied on: counters are missing or wrong, and empty lines stand in
//! the middle of texts.

use crate::clock;
use crate::draft::TranscriptDraft;
use crate::formats::lines;
use crate::tidy::RawCue;
use crate::transcript::Transcript;
use crate::warning::WarningKind;

pub(crate) fn recognises(text: &str) -> bool {
    lines(text).any(|(_, line)| clock::timing(line).is_some_and(|timing| is_place(timing.settings)))
}

pub(crate) fn read(text: &str, draft: &mut TranscriptDraft) {
    let mut file = SrtReader::default();
    for (number, line) in lines(text) {
        if is_timing(line) {
            file.times(number, line, draft);
        } else {
            file.lines.push((number, line));
        }
    }
    file.end_cue(draft);
}

/// Writes a file; a speaker's name stands where the speaker changes, as podcast apps take it, and
/// where several speak at once.
pub(crate) fn write(transcript: &Transcript) -> String {
    let mut out = String::new();
    let mut last_speaker = None;
    let mut latest_end_ms = 0;
    let cues = transcript.cues();
    for (nth, cue) in cues.iter().enumerate() {
        let end_ms = transcript.written_end_ms(nth);
        let start = clock::long(cue.start_ms, ',');
        let end = clock::long(end_ms, ',');
        let gap = if nth > 0 { "\n" } else { "" };
        out += &format!("{gap}{}\n{start} --> {end}\n", nth + 1);
        // Without their names, two who speak at once would be read as one who stops.
        let is_over_next = cues.get(nth + 1).is_some_and(|next| next.start_ms < end_ms);
        let is_alone = latest_end_ms <= cue.start_ms && !is_over_next;
        if let Some(speaker) = cue.speaker.as_deref()
            && !(is_alone && last_speaker == Some(speaker))
        {
            out += &format!("{}: ", without_arrow(speaker));
        }
        last_speaker = cue.speaker.as_deref();
        latest_end_ms = latest_end_ms.max(end_ms);
        out += &without_arrow(&cue.text);
        out.push('\n');
    }
    out
}

/// A text could else hold what is taken for times; nothing can be escaped.
fn without_arrow(text: &str) -> String {
    text.replace("-->", "→")
}

/// Whether what follows the times tells only where the cue is shown; else it is its text.
fn is_place(settings: &str) -> bool {
    settings
        .split_whitespace()
        .all(|setting| setting.contains(':'))
}

/// Whether a line has the looks of times, right or wrong.
fn is_timing(line: &str) -> bool {
    line.split_once("-->").is_some_and(|(start, _)| {
        let start = start.trim();
        start.is_empty() || start.starts_with(|c: char| c.is_ascii_digit() || c == '-')
    })
}

/// What is known between two lines of times.
#[derive(Default)]
struct SrtReader<'a> {
    /// The cue that is open; its text is still among the lines.
    open: Option<RawCue>,
    /// Whether a line of times came yet, right or wrong.
    has_begun: bool,
    /// The lines since.
    lines: Vec<(usize, &'a str)>,
    n_cues: usize,
}

impl<'a> SrtReader<'a> {
    fn times(&mut self, number: usize, line: &'a str, draft: &mut TranscriptDraft) {
        self.n_cues += 1;
        if !self.take_counter() {
            draft.warn(WarningKind::Counter, number);
        }
        self.end_cue(draft);
        self.has_begun = true;
        let Some(timing) = clock::timing(line) else {
            return draft.warn(WarningKind::BadTime, number);
        };
        if timing.end_ms.is_none() {
            draft.warn(WarningKind::BadEnd, number);
        }
        if !is_place(timing.settings) {
            self.lines.push((number, timing.settings));
        } else if !timing.settings.is_empty() {
            draft.warn(WarningKind::Settings, number);
        }
        self.open = Some(RawCue {
            line: number,
            start_ms: timing.start_ms,
            end_ms: timing.end_ms,
            ..RawCue::default()
        });
    }

    /// Takes the counter off the lines before the times; false if it is missing or wrong.
    ///
    /// A number that directly follows words is only a counter if it is the next.
    fn take_counter(&mut self) -> bool {
        let Some((_, line)) = self.lines.last() else {
            return false;
        };
        let line = line.trim();
        let is_number = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
        let is_next = line.parse() == Ok(self.n_cues);
        let before = self.lines.len().checked_sub(2).map(|at| self.lines[at].1);
        if is_number && (is_next || before.is_none_or(|line| line.trim().is_empty())) {
            self.lines.pop();
        }
        is_number && is_next
    }

    /// Gives the lines to the cue that is open.
    fn end_cue(&mut self, draft: &mut TranscriptDraft) {
        let lines = std::mem::take(&mut self.lines);
        let Some(mut cue) = self.open.take() else {
            let words = lines.iter().find(|(_, line)| !line.trim().is_empty());
            if let Some((number, _)) = words.filter(|_| !self.has_begun) {
                draft.warn(WarningKind::Untimed, *number);
            }
            return;
        };
        let lines: Vec<&str> = lines.iter().map(|(_, line)| *line).collect();
        let text = lines.join("\n");
        cue.text = unstyled(&text);
        if cue.text.len() < text.len() {
            draft.warn(WarningKind::Styling, cue.line);
        }
        draft.push_named(cue);
    }
}

/// `text` without `<i>` and its like, and without `{\an8}`; all else in brackets is text.
fn unstyled(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '{']) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let (open, inner) = after.split_at(1);
        let end = if open == "<" { '>' } else { '}' };
        // No tag is longer, so no search goes on for long.
        let max = if inner.starts_with(is_style_start) {
            100
        } else {
            0
        };
        let tag = inner.char_indices().take(max).find(|(_, c)| *c == end);
        match tag.map(|(at, _)| inner.split_at(at)) {
            Some((tag, following)) if is_style(open, tag) => rest = &following[1..],
            _ => {
                out.push_str(open);
                rest = inner;
            }
        }
    }
    out.push_str(rest);
    out
}

fn is_style_start(c: char) -> bool {
    matches!(
        c.to_ascii_lowercase(),
        '/' | '\\' | 'b' | 'i' | 'u' | 's' | 'f'
    )
}

fn is_style(open: &str, tag: &str) -> bool {
    if open == "{" {
        return tag.starts_with('\\');
    }
    let name = tag.trim_start_matches('/').split(' ').next();
    let name = name.unwrap_or_default().to_ascii_lowercase();
    matches!(&*name, "b" | "i" | "u" | "s" | "font")
}
