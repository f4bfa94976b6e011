//! Word lists, matched over what a text says and not how it is spelled.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;
use unicode_segmentation::UnicodeSegmentation;

/// A list of words and phrases that a site looks for.
///
/// An entry matches whole words. A `*` at its end matches any ending. Case, look-alike letters,
/// digits that stand for letters, letters s p a c e d out and stretched ouuut are folded away on both
/// sides, so the entry is written plainly.
pub struct WordList {
    entries: Vec<String>,
    automaton: Option<AhoCorasick>,
}

/// A place in a text where an entry was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The entry, as it stands in the list.
    pub entry: String,
    /// Where in the text, in bytes.
    pub range: Range<usize>,
}

impl WordList {
    /// A list of `entries`; empty ones are passed over.
    pub fn new<'a>(entries: impl IntoIterator<Item = &'a str>) -> Self {
        let mut kept = Vec::new();
        let mut patterns = Vec::new();
        for entry in entries {
            let (stem, is_open) = match entry.trim().strip_suffix('*') {
                Some(stem) => (stem, true),
                None => (entry.trim(), false),
            };
            let words: Vec<String> = stem.unicode_words().map(|word| fold(word, 2)).collect();
            if words.is_empty() {
                continue;
            }
            let end = if is_open { "" } else { " " };
            patterns.push(format!(" {}{end}", words.join(" ")));
            kept.push(entry.trim().to_owned());
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(&patterns)
            .ok();
        Self {
            automaton: automaton.filter(|_| !kept.is_empty()),
            entries: kept,
        }
    }

    /// Every place in `text` where an entry is found, in order, each place once.
    pub fn find(&self, text: &str) -> Vec<Match> {
        let Some(automaton) = &self.automaton else {
            return Vec::new();
        };
        let mut found: Vec<Match> = Vec::new();
        for line in [
            Folded::of(text, 1),
            Folded::of(text, 2),
            Folded::spelled_out(text),
        ] {
            for hit in automaton.find_overlapping_iter(&line.text) {
                let entry = self.entries[hit.pattern().as_usize()].clone();
                found.push(Match {
                    entry,
                    range: line.source(hit.start()..hit.end()),
                });
            }
        }
        found.sort_by_key(|hit| (hit.range.start, hit.range.end));
        found.dedup_by(|a, b| a.range == b.range);
        found
    }
}

/// A text's words folded and set between single spaces, with the way back to the text.
struct Folded {
    text: String,
    /// For each word: where it starts in `text`, and its place in the source.
    words: Vec<(usize, Range<usize>)>,
}

impl Folded {
    /// The words of `text`, with runs of one letter cut to `run`.
    fn of(text: &str, run: usize) -> Self {
        let words = text
            .unicode_word_indices()
            .map(|(at, word)| (fold(word, run), at..at + word.len()));
        Self::join(words)
    }

    /// Words that were spelled out letter by letter: `b a d`, `b.a.d`.
    fn spelled_out(text: &str) -> Self {
        let mut runs: Vec<(String, Range<usize>)> = Vec::new();
        let mut run: Option<(String, Range<usize>, usize)> = None;
        let letters = text
            .char_indices()
            .filter(|(_, c)| c.is_alphanumeric() || is_leet(*c));
        let is_alone = |at: usize, c: char| {
            let before = text[..at].chars().next_back();
            let after = text[at + c.len_utf8()..].chars().next();
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        };
        for (at, c) in letters {
            let end = at + c.len_utf8();
            match (&mut run, is_alone(at, c)) {
                (Some((word, range, n)), true) if at - range.end <= 2 => {
                    word.push(c);
                    range.end = end;
                    *n += 1;
                }
                (_, alone) => {
                    runs.extend(
                        run.take()
                            .filter(|(_, _, n)| *n >= 3)
                            .map(|(w, r, _)| (w, r)),
                    );
                    run = alone.then(|| (c.to_string(), at..end, 1));
                }
            }
        }
        runs.extend(run.filter(|(_, _, n)| *n >= 3).map(|(w, r, _)| (w, r)));
        Self::join(
            runs.into_iter()
                .map(|(word, range)| (fold(&word, 2), range)),
        )
    }

    fn join(parts: impl Iterator<Item = (String, Range<usize>)>) -> Self {
        let mut folded = Self {
            text: String::from(" "),
            words: Vec::new(),
        };
        for (word, range) in parts {
            folded.words.push((folded.text.len(), range));
            folded.text.push_str(&word);
            folded.text.push(' ');
        }
        folded
    }

    /// Where in the source the words of `hit` stand.
    fn source(&self, hit: Range<usize>) -> Range<usize> {
        let first = self
            .words
            .partition_point(|(at, _)| *at <= hit.start)
            .max(1)
            - 1;
        let first = if self.words[first].0 <= hit.start && hit.start > 0 {
            first + 1
        } else {
            first
        };
        let first = first.min(self.words.len() - 1);
        let last = self.words.partition_point(|(at, _)| *at < hit.end).max(1) - 1;
        self.words[first].1.start..self.words[last.max(first)].1.end
    }
}

const fn is_leet(c: char) -> bool {
    matches!(c, '@' | '$' | '!')
}

/// A word as it is meant: composed, lower case, look-alikes and digits as letters, runs of three or
/// more cut to `run`.
fn fold(word: &str, run: usize) -> String {
    let has_letter = word.chars().any(char::is_alphabetic);
    let plain = word.nfkc().flat_map(char::to_lowercase).map(|c| match c {
        '0' if has_letter => 'o',
        '1' | '!' if has_letter => 'i',
        '3' if has_letter => 'e',
        '4' | '@' if has_letter => 'a',
        '5' | '$' if has_letter => 's',
        '7' if has_letter => 't',
        c => c,
    });
    let plain: String = plain.collect();
    let bare: String = skeleton(&plain)
        .collect::<String>()
        .nfd()
        .filter(|c| c.is_alphanumeric())
        .collect();
    squeeze(&bare, run)
}

fn squeeze(word: &str, run: usize) -> String {
    let letters: Vec<char> = word.chars().collect();
    let same = letters.chunk_by(|a, b| a == b);
    same.flat_map(|chunk| &chunk[..if chunk.len() >= 3 { run } else { chunk.len() }])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(list: &[&str], text: &str) -> Vec<String> {
        let list = WordList::new(list.iter().copied());
        list.find(text)
            .into_iter()
            .map(|hit| text[hit.range].to_owned())
            .collect()
    }

    #[test]
    fn a_word_is_found_however_it_is_spelled() {
        for text in [
            "You idiot.",
            "IDIOT",
            "1d10t",
            "idiooooot",
            "i d i o t",
            "i.d.i.o.t",
            "ïdiöt",
            "\u{456}diot",
            "ｉｄｉｏｔ",
            "i-d-i-o-t!",
        ] {
            assert_eq!(found(&["idiot"], text).len(), 1, "{text}");
        }
    }

    #[test]
    fn a_word_inside_another_is_not_found() {
        for text in [
            "idiotic",
            "Scunthorpe",
            "class",
            "assassin",
            "a b c d",
            "100 and 455",
        ] {
            assert!(
                found(&["idiot", "cunt", "ass", "lass"], text).is_empty(),
                "{text}"
            );
        }
    }

    #[test]
    fn an_open_entry_matches_any_ending() {
        assert_eq!(
            found(&["idiot*"], "Such idiotic idiots"),
            ["idiotic", "idiots"]
        );
    }

    #[test]
    fn a_phrase_is_found_across_spaces_and_marked_whole() {
        assert_eq!(found(&["buy now"], "Please BUY,  now!"), ["BUY,  now"]);
    }

    #[test]
    fn several_places_are_marked_in_order() {
        assert_eq!(
            found(&["bad", "worse"], "bad, good, worse, bad"),
            ["bad", "worse", "bad"]
        );
    }

    #[test]
    fn an_empty_list_finds_nothing() {
        assert!(found(&[], "anything").is_empty());
        assert!(found(&["", " ", "*"], "anything").is_empty());
    }
}
