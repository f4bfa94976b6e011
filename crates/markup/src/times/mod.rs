//! Places in recordings that a comment names: "3:48 – 4:01", "27:46 til the end".
//!
//! What is looked at is text as it is shown, a block at a time. It is better to miss a reference
//! than to make one of a result, a verse or a time of the day; an author forces one with `@` and
//! prevents one with a backslash. Everything that is looked at around a time is short, so the work
//! grows with the length of the text.

mod clock;
mod near;
mod places;
mod typed;
mod words;

pub(crate) use places::{TimeEdit, TimeEdits, external};

use std::ops::Range;

use rejoinder_core::recordings::{CitableRecording, Span};

use clock::{ClockTime, digit, digits_end, is_letter, is_space, time};
use near::SpanEnd;

/// What was found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeMatch<'r> {
    /// A place in a recording.
    Place(&'r CitableRecording, Span),
    /// The backslash before what would have been one. It is not shown.
    Backslash,
}

/// What stands in `text` for places in `recordings`, in its order and apart from each other.
///
/// Nothing that is found goes across one of the `cuts`, where the formatting changes. Where there
/// are several recordings, their number says which is meant ("clip 2 3:48", "#2 3:48"), until another
/// is named; a number that none has stands for none.
pub(crate) fn find<'r>(
    text: &str,
    cuts: &[usize],
    recordings: &'r [CitableRecording],
) -> Vec<(Range<usize>, TimeMatch<'r>)> {
    let mut finder = TimeFinder {
        text,
        cuts,
        piece: 0,
        recordings,
        meant: match recordings {
            [only] => Some(only),
            _ => None,
        },
        hint: None,
        done: 0,
        found: Vec::new(),
    };
    let mut at = 0;
    while let Some(start) = next_number(text, at) {
        at = finder.look(start);
    }
    finder.found
}

/// Whether `span` lies in a recording of this length. An end may be told up to a second late.
pub(crate) fn fits(span: Span, recording: &CitableRecording) -> bool {
    let Some(duration_ms) = recording.duration_ms else {
        return true;
    };
    let end_ms = span.end_ms.unwrap_or(duration_ms);
    span.start_ms <= duration_ms && end_ms <= duration_ms + 1_000
}

/// Where the next number begins at `at` or behind it. In an address there is none.
fn next_number(text: &str, at: usize) -> Option<usize> {
    let mut chars = text[at..].char_indices();
    while let Some((offset, c)) = chars.next() {
        let start = at + offset;
        if digit(c).is_some() {
            return Some(start);
        }
        if c == ':' && text[start..].starts_with("://") {
            chars.find(|(_, c)| c.is_whitespace());
        }
    }
    None
}

struct TimeFinder<'t, 'r> {
    text: &'t str,
    /// Where the formatting changes next.
    cuts: &'t [usize],
    /// Where it changed last.
    piece: usize,
    recordings: &'r [CitableRecording],
    /// The recording that times are of here.
    meant: Option<&'r CitableRecording>,
    /// What `#2` names, and where it ended: it is meant only by a time right behind it.
    hint: Option<(usize, &'r CitableRecording)>,
    /// Where the last reference ended.
    done: usize,
    found: Vec<(Range<usize>, TimeMatch<'r>)>,
}

impl TimeFinder<'_, '_> {
    /// Look at the number that begins at `start`, and give where to go on.
    fn look(&mut self, start: usize) -> usize {
        let text = self.text;
        while let Some((cut, rest)) = self.cuts.split_first().filter(|(cut, _)| **cut <= start) {
            (self.piece, self.cuts) = (*cut, rest);
        }
        let limit = self.cuts.first().copied().unwrap_or(text.len());
        let Some(ClockTime { ms, end: point_end }) = time(text, start, limit) else {
            let end = digits_end(text, start);
            self.name(start, end);
            return end;
        };
        let Some(lead) = self.lead(start) else {
            return point_end;
        };
        let (until, end) = match near::until(text, point_end, limit) {
            Some((until, end)) => (Some(until), end),
            None => (None, point_end),
        };
        if until != Some(SpanEnd::Day) && !self.is_other(&lead, end) {
            self.place(&lead, end, ms, until);
        }
        self.done = end;
        end
    }

    fn is_other(&self, lead: &TimePrefix, end: usize) -> bool {
        let text = self.text;
        near::is_half_of_day(text, end)
            || !lead.is_forced
                && (near::is_other_behind(text, end) || near::is_other_before(&text[..lead.start]))
    }

    /// Keep what was found, if it lies in the recording that is meant.
    fn place(&mut self, lead: &TimePrefix, end: usize, start_ms: u64, until: Option<SpanEnd>) {
        if let Some((hint_end, recording)) = self.hint.take()
            && hint_end <= lead.start
            && near::is_at(&self.text[hint_end..lead.start])
        {
            self.meant = Some(recording);
        }
        let Some(recording) = self.meant else { return };
        let end_ms = match until {
            Some(SpanEnd::Time(ms)) => Some(ms),
            Some(SpanEnd::End) => recording.duration_ms,
            Some(SpanEnd::Day) | None => None,
        };
        let span = Span::new(start_ms, end_ms).filter(|span| fits(*span, recording));
        let Some(span) = span else { return };
        match lead.backslash {
            Some(at) => self.found.push((at..at + 1, TimeMatch::Backslash)),
            None => self
                .found
                .push((lead.start..end, TimeMatch::Place(recording, span))),
        }
    }

    /// What leads to the time that begins at `start`, or nothing where none may begin.
    fn lead(&self, start: usize) -> Option<TimePrefix> {
        let mut before = &self.text[self.piece..start];
        let mut lead = TimePrefix {
            start,
            is_forced: false,
            backslash: None,
        };
        if let Some(rest) = before.strip_suffix('\\') {
            lead.backslash = Some(self.piece + rest.len());
            before = rest;
        }
        let spaced = before.strip_suffix(is_space).unwrap_or(before);
        if let Some(rest) = spaced.strip_suffix('@') {
            lead.is_forced = true;
            lead.start = self.piece + rest.len();
            before = rest;
        }
        let n_behind = self.piece + before.len();
        self.begins_well(&self.text[..n_behind]).then_some(lead)
    }

    /// Whether a time may begin behind `before`: no word, number or address goes on there.
    fn begins_well(&self, before: &str) -> bool {
        let mut back = before.chars().rev();
        let Some(last) = back.next() else { return true };
        match last {
            '_' | '.' | ':' | '/' | '=' | '#' | '&' | '?' | '%' | '+' | '-' | '\\' => false,
            // "1,234:56" is no time, but "3:48,4:01" is two.
            ',' | '\'' => {
                before.len() - 1 == self.done || back.next().is_none_or(|c| digit(c).is_none())
            }
            '"' => back.next() != Some('='),
            '$' | '\u{a2}'..='\u{a5}' | '\u{20a0}'..='\u{20cf}' | '\u{fdfc}' | '￥' => false,
            _ if digit(last).is_some() => false,
            // Arabic writes "and", "at" and "for" as one letter of the word that follows.
            'و' | 'ف' | 'ب' | 'ل' | 'ك' | 'ـ' => back
                .next()
                .is_none_or(|c| !is_letter(c) || c == 'ب' || c == 'ل'),
            _ => !is_letter(last),
        }
    }

    /// Whether the number between `start` and `end` says which recording is meant.
    fn name(&mut self, start: usize, end: usize) {
        let before = &self.text[..start];
        let mut behind = self.text[end..].chars();
        let goes_on = match behind.next() {
            Some(':' | '.' | ',') => behind.next().is_some_and(|c| digit(c).is_some()),
            Some(c) => is_letter(c),
            None => false,
        };
        let n = self.text[start..end]
            .chars()
            .try_fold(0_u64, |n, c| n.checked_mul(10)?.checked_add(digit(c)?));
        let (Some(n), false) = (n, goes_on) else {
            return;
        };
        let mut recordings = self.recordings.iter();
        let named = recordings.find(|recording| u64::from(recording.ordinal) == n);
        if near::is_name_before(before) {
            self.meant = named;
            self.hint = None;
        } else if let Some(rest) = before.strip_suffix('#') {
            let is_alone = !rest.ends_with(|c: char| is_letter(c) || "/&#".contains(c));
            self.hint = named.filter(|_| is_alone).map(|named| (end, named));
        }
    }
}

/// What stands right before a time and belongs to it.
struct TimePrefix {
    /// Where the reference begins: with its time, or with the `@` before it.
    start: usize,
    /// Whether an `@` says that it is one.
    is_forced: bool,
    /// Where a backslash says that it is none.
    backslash: Option<usize>,
}

#[cfg(test)]
mod tests;
