//! What reading left out or changed.

use std::collections::BTreeMap;
use std::fmt;

use crate::words::words;

/// How many lines of a warning are named; the others are only counted.
pub const MAX_LINES: usize = 10;

words! {
    /// What was left out or changed.
    pub enum WarningKind;
    /// The stable word, for programs and for the catalogue of texts.
    as_str;
    /// The English sentence, without its full stop.
    text;
    /// The file is not UTF-8.
    Encoding = "encoding", "the file is not UTF-8 and was read as windows-1252";
    /// Bytes that are no text in the file's encoding.
    Unreadable = "unreadable", "characters that cannot be read were replaced by \u{fffd}";
    /// Control characters.
    Control = "control", "control characters were left out";
    /// A WebVTT file that does not say so.
    NoHeader = "no_header", "the first line is not WEBVTT, so browsers refuse the file";
    /// Metadata of the file.
    Metadata = "metadata", "metadata of the file was left out";
    /// A language that is no BCP 47 tag.
    Language = "language", "the language is no language tag such as “en” and was left out";
    /// Text that belongs to no time.
    Untimed = "untimed", "text that belongs to no time was left out";
    /// Text that stands before the first time, of a format in which it is speech.
    BeforeFirst = "before_first", "text before the first time was put at 0:00";
    /// A time that is none.
    BadTime = "bad_time", "a cue was left out because its time cannot be read";
    /// A time that is none, in a format in which what follows is not lost with it.
    NoTime = "no_time", "a time cannot be read, so what follows belongs to the one before";
    /// An end that cannot be read.
    BadEnd = "bad_end", "an end cannot be read, so the cue lasts until the next";
    /// A segment that is none.
    BadSegment = "bad_segment", "a segment that cannot be read was left out";
    /// A cue without words.
    NoText = "no_text", "a cue without text was left out";
    /// A start before the recording's.
    Negative = "negative", "a start before 0:00 was put at 0:00";
    /// A start after the latest end of recordings.
    TooLate = "too_late", "a cue that starts after 24 hours was left out";
    /// An end after the latest end of recordings.
    EndTooLate = "end_too_late", "an end after 24 hours was put at 24 hours";
    /// An end that is not after the start.
    Inverted = "inverted", "an end that is not after its start was left out";
    /// Cues out of order.
    Unsorted = "unsorted", "a cue that stood after later ones was put in order";
    /// The same cue again.
    Duplicate = "duplicate", "a cue that is there twice was left out once";
    /// One speaker twice at a time.
    Overlap = "overlap", "a cue overlaps the one before it, which now ends where it starts";
    /// A text over [`MAX_CHARS`](crate::MAX_CHARS).
    LongText = "long_text", "a text of more than 2,000 characters was split, with times in proportion";
    /// A name over [`MAX_SPEAKER_CHARS`](crate::MAX_SPEAKER_CHARS).
    LongSpeaker = "long_speaker", "a speaker's name of more than 100 characters was cut";
    /// Counters of SRT that do not count.
    Counter = "counter", "a counter is missing or wrong, which changes nothing";
    /// Where and how a cue is shown.
    Settings = "settings", "the position of a cue was left out";
    /// Italics, colours, classes and their like.
    Styling = "styling", "styling of words was left out";
    /// Words marked as of another language.
    LanguageSpan = "language_span", "the language of single words was left out";
    /// Ruby annotations.
    Ruby = "ruby", "an annotation over characters was put behind them in brackets";
    /// Times of single words.
    WordTimes = "word_times", "the times of single words were left out";
    /// A cue of more than one voice.
    Voices = "voices", "a cue with several voices became one cue for each";
    /// Words that were cues of their own.
    Words = "words", "cues of single words were joined to sentences";
    /// Notes to whoever edits the file.
    Note = "note", "a note was left out";
    /// A style sheet.
    Style = "style", "a style sheet was left out";
    /// A region of the picture.
    Region = "region", "a region was left out";
}

impl WarningKind {
    /// Whether a cue is lost by it.
    pub const fn is_loss(self) -> bool {
        matches!(
            self,
            Self::BadTime | Self::BadSegment | Self::TooLate | Self::Untimed | Self::NoText
        )
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// One kind of thing that was left out or changed, with all its places.
///
/// Kinds are gathered, so that twenty thousand positions do not hide the one cue that was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What happened.
    pub kind: WarningKind,
    /// How often it was met.
    pub n: usize,
    /// Where, at most [`MAX_LINES`] of them in the order of the file; the first line is 1.
    pub lines: Vec<usize>,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.lines.iter().map(ToString::to_string).collect();
        let more = if self.n > lines.len() { ", …" } else { "" };
        write!(
            f,
            "{}: {} (line {}{more})",
            self.n,
            self.kind,
            lines.join(", ")
        )
    }
}

/// Gathers warnings.
#[derive(Debug, Default)]
pub(crate) struct Warnings(BTreeMap<WarningKind, Warning>);

impl Warnings {
    pub(crate) fn add(&mut self, kind: WarningKind, line: usize) {
        let warning = self.0.entry(kind).or_insert_with(|| Warning {
            kind,
            n: 0,
            lines: Vec::new(),
        });
        warning.n += 1;
        let at = warning.lines.partition_point(|other| *other < line);
        if warning.lines.get(at) != Some(&line) {
            warning.lines.insert(at, line);
            warning.lines.truncate(MAX_LINES);
        }
    }

    /// All of them, those first that stand first in the file.
    pub(crate) fn into_list(self) -> Vec<Warning> {
        let mut list: Vec<Warning> = self.0.into_values().collect();
        list.sort_by_key(|warning| warning.lines.first().copied());
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_back_to_what_they_name() {
        for what in WarningKind::ALL {
            assert_eq!(WarningKind::parse(what.as_str()), Some(*what));
        }
        assert_eq!(WarningKind::parse("nothing"), None);
    }

    #[test]
    fn a_kind_counts_all_and_names_the_first_lines() {
        let mut warnings = Warnings::default();
        for line in (1..=30).rev() {
            warnings.add(WarningKind::Settings, line);
        }
        warnings.add(WarningKind::BadTime, 7);
        warnings.add(WarningKind::BadTime, 7);
        let list: Vec<String> = warnings
            .into_list()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            list,
            [
                "30: the position of a cue was left out (line 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …)",
                "2: a cue was left out because its time cannot be read (line 7, …)",
            ]
        );
    }
}
