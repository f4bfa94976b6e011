//! One timed line of a transcript, and how long anything may be.

/// The largest file that is read.
pub const MAX_FILE_BYTES: usize = 2 * 1024 * 1024;

/// How many cues a transcript may have.
pub const MAX_CUES: usize = 20_000;

/// Where a recording ends at the latest: 24 hours.
pub const MAX_MS: u64 = 24 * 60 * 60 * 1_000;

/// How many characters (Unicode scalar values) a cue's text may have; longer ones are split.
pub const MAX_CHARS: usize = 2_000;

/// How many characters a speaker's name may have; longer ones are cut.
pub const MAX_SPEAKER_CHARS: usize = 100;

/// What is said from `start_ms` up to, and without, `end_ms`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Cue {
    /// Milliseconds from the start of the recording, less than [`MAX_MS`].
    pub start_ms: u64,
    /// Later than the start, at most [`MAX_MS`]. Without it the cue lasts until the next one that
    /// starts later ([`Transcript::end_ms`](crate::Transcript::end_ms)).
    pub end_ms: Option<u64>,
    /// Who speaks, as [`clean_speaker`] leaves it.
    pub speaker: Option<String>,
    /// Plain text as [`clean_text`] leaves it, not empty, with `\n` between its lines.
    pub text: String,
}

/// `text` as it looks with `white-space: pre-line`: each line trimmed, runs of spaces and tabs as one
/// space, no empty lines, no control characters.
pub fn clean_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split(is_line_end) {
        let start = out.len();
        out.extend((start > 0).then_some('\n'));
        let start_of_line = out.len();
        push_line(line, &mut out);
        if out.len() == start_of_line {
            out.truncate(start);
        }
    }
    out
}

/// `name` on one line, at most [`MAX_SPEAKER_CHARS`] long; nothing if nothing is left.
pub fn clean_speaker(name: &str) -> Option<String> {
    let name = clean_text(name).replace('\n', " ");
    let end = name
        .char_indices()
        .nth(MAX_SPEAKER_CHARS)
        .map_or(name.len(), |(at, _)| at);
    let name = name[..end].trim_end();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Whether `c` is nothing that one reads or that parts words and lines.
pub(crate) fn is_control(c: char) -> bool {
    (c.is_control() && !is_line_end(c) && c != '\t') || c == '\u{feff}'
}

fn is_line_end(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

fn push_line(line: &str, out: &mut String) {
    let line: String = line.chars().filter(|c| !is_control(*c)).collect();
    let start = out.len();
    for word in line
        .trim()
        .split([' ', '\t'])
        .filter(|word| !word.is_empty())
    {
        out.extend((out.len() > start).then_some(' '));
        out.push_str(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_lines_of_words() {
        let check = |text: &str, expected: &str| {
            assert_eq!(clean_text(text), expected);
            assert_eq!(clean_text(expected), expected);
        };
        check(" one  two\t\tthree \r\n\r\n four\r", "one two three\nfour");
        check("\u{feff}a\0b\u{7}c\u{9b}", "abc");
        check("a\u{2028}b\u{85}c", "a\nb\nc");
        check("\u{a0} a\u{a0}b \u{a0}", "a\u{a0}b");
        check(" \n\t\n", "");
    }

    #[test]
    fn a_name_is_one_short_line() {
        assert_eq!(clean_speaker(" Ann \n Lee "), Some("Ann Lee".to_owned()));
        assert_eq!(clean_speaker(" \0 "), None);
        let long = clean_speaker(&"é".repeat(200)).unwrap();
        assert_eq!(long.chars().count(), MAX_SPEAKER_CHARS);
    }
}
