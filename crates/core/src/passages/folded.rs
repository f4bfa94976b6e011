//! A text as it is compared: what typing it again may change is the same in it.

use memchr::memmem;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A text with NFC, runs of white space as one space, plain quotes and dashes, and without what has
/// no width; each of its characters knows which scalars of the text it stands for.
#[derive(Debug, Clone, Default)]
pub struct Folded {
    text: String,
    chars: Vec<char>,
    /// Where each character begins in `text`, in bytes.
    offsets: Vec<usize>,
    /// What each character stands for, in Unicode scalars of the text as it was given.
    spans: Vec<(usize, usize)>,
}

impl Folded {
    /// `source`, folded.
    pub fn new(source: &str) -> Self {
        let mut folded = Self::default();
        let mut at = 0;
        let mut scalars = source.chars().peekable();
        let mut segment = String::new();
        while let Some(first) = scalars.next() {
            segment.clear();
            segment.push(first);
            let start = at;
            at += 1;
            while let Some(next) = scalars.next_if(|next| continues(*next)) {
                segment.push(next);
                at += 1;
            }
            if segment.is_ascii() {
                folded.push(first, start, at);
            } else {
                for scalar in segment.nfc() {
                    folded.push(scalar, start, at);
                }
            }
        }
        folded
    }

    /// Its characters.
    pub(super) fn chars(&self) -> &[char] {
        &self.chars
    }

    /// Its characters from the first to the last that is no space.
    pub(super) fn trimmed(&self) -> &[char] {
        let chars = self.chars.strip_prefix(&[' ']).unwrap_or(&self.chars);
        chars.strip_suffix(&[' ']).unwrap_or(chars)
    }

    /// Every place where `wanted` stands, overlapping ones, too; at most `max`.
    pub(super) fn occurrences(&self, wanted: &str, max: usize) -> Vec<usize> {
        let finder = memmem::Finder::new(wanted);
        let mut found = Vec::new();
        let mut from = 0;
        while found.len() < max {
            let rest = self.text.as_bytes().get(from..);
            let Some(offset) = rest.and_then(|rest| finder.find(rest)) else {
                break;
            };
            let index = self.offsets.partition_point(|start| *start < from + offset);
            found.push(index);
            from = self.offsets.get(index + 1).copied().unwrap_or(usize::MAX);
        }
        found
    }

    /// What its characters from `start` to `end` stand for, in scalars of the text as it was given.
    pub(super) fn source(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let first = self.spans.get(start)?;
        let last = self.spans.get(end.checked_sub(1)?)?;
        Some((first.0, last.1))
    }

    /// Its first character that stands for the scalar `at` of the text or one behind it.
    pub(super) fn index(&self, at: usize) -> usize {
        self.spans.partition_point(|(start, _)| *start < at)
    }

    fn push(&mut self, scalar: char, start: usize, end: usize) {
        let plain = match scalar {
            _ if is_nothing(scalar) => return,
            _ if scalar.is_whitespace() => ' ',
            '‘' | '’' | '‚' | '‛' | '′' | 'ʼ' | '`' | '´' | '‹' | '›' => '\'',
            '“' | '”' | '„' | '‟' | '″' | '«' | '»' => '"',
            '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => '-',
            '…' => {
                for _ in 0..3 {
                    self.keep('.', start, end);
                }
                return;
            }
            _ => scalar,
        };
        match self.spans.last_mut() {
            Some(last) if plain == ' ' && self.chars.last() == Some(&' ') => last.1 = end,
            _ => self.keep(plain, start, end),
        }
    }

    fn keep(&mut self, plain: char, start: usize, end: usize) {
        self.offsets.push(self.text.len());
        self.text.push(plain);
        self.chars.push(plain);
        self.spans.push((start, end));
    }
}

/// Whether NFC may join `scalar` to what stands before it: a mark, or a vowel or final of Hangul.
fn continues(scalar: char) -> bool {
    !scalar.is_ascii() && (is_combining_mark(scalar) || matches!(scalar, '\u{1160}'..='\u{11ff}'))
}

/// Soft hyphens, what has no width, marks of direction, and what chooses between two looks.
fn is_nothing(scalar: char) -> bool {
    matches!(
        scalar,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{fe0e}' | '\u{fe0f}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::Folded;

    #[test]
    fn what_typing_again_changes_is_the_same() {
        let cases = [
            ("a \u{a0}\n\tb", "a b"),
            ("„Ja“ – ‚nein‘ …", "\"Ja\" - 'nein' ..."),
            ("«Oui»", "\"Oui\""),
            ("Cafe\u{301}", "Café"),
            ("Donau\u{ad}dampf\u{200b}er", "Donaudampfer"),
            ("\u{1112}\u{1161}\u{11ab}", "한"),
            ("a \u{200b} b", "a b"),
            ("❤\u{fe0f}", "❤"),
            ("", ""),
        ];
        for (source, folded) in cases {
            assert_eq!(Folded::new(source).text, folded, "{source:?}");
        }
    }

    #[test]
    fn each_character_knows_what_it_stands_for() {
        let folded = Folded::new("e\u{301}  \u{ad}…x");

        let spans: Vec<_> = (0..folded.chars.len())
            .map(|at| folded.source(at, at + 1))
            .collect();

        assert_eq!(folded.text, "é ...x");
        assert_eq!(
            spans,
            [(0, 2), (2, 4), (5, 6), (5, 6), (5, 6), (6, 7)].map(Some)
        );
        assert_eq!(folded.index(4), 2);
        assert_eq!(folded.source(0, 0), None);
    }

    #[test]
    fn places_that_overlap_are_all_found() {
        assert_eq!(Folded::new("ä ä ä ä").occurrences("ä ä", 9), [0, 2, 4]);
        assert_eq!(Folded::new("ä ä ä ä").occurrences("ä ä", 2), [0, 2]);
    }
}
