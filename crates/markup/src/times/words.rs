//! The words around a time that say what it is, in all languages at once: a comment may be written in
//! any, whatever its site speaks.

use std::collections::HashSet;
use std::sync::LazyLock;

/// The words of each kind, as `words.txt` says what they are.
pub(super) struct TimeWords {
    pub(super) symbols: Vec<&'static str>,
    pub(super) to: Vec<&'static str>,
    pub(super) ends: Vec<&'static str>,
    pub(super) whole_ends: Vec<&'static str>,
    pub(super) of_a_day: Vec<&'static str>,
    pub(super) halves: Vec<&'static str>,
    pub(super) am_german: Vec<&'static str>,
    pub(super) clock: Vec<&'static str>,
    pub(super) zones: Vec<&'static str>,
    pub(super) score_before: HashSet<&'static str>,
    pub(super) of: HashSet<&'static str>,
    pub(super) score_behind: Vec<&'static str>,
    pub(super) days: HashSet<&'static str>,
    pub(super) at: HashSet<&'static str>,
    pub(super) unspaced: Vec<&'static str>,
    pub(super) names: Vec<&'static str>,
    pub(super) books: HashSet<&'static str>,
    pub(super) suras: HashSet<&'static str>,
}

/// All words.
pub(super) static WORDS: LazyLock<TimeWords> = LazyLock::new(|| TimeWords {
    symbols: of("symbol").collect(),
    to: of("to").collect(),
    ends: of("end").collect(),
    whole_ends: of("whole_end").collect(),
    of_a_day: of("of_a_day").collect(),
    halves: of("half").collect(),
    am_german: of("am_german").collect(),
    clock: of("clock").collect(),
    zones: of("zone").collect(),
    score_before: of("score_before").collect(),
    of: of("of").collect(),
    score_behind: of("score_behind").collect(),
    days: of("day").collect(),
    at: of("at").collect(),
    unspaced: of("unspaced").collect(),
    names: of("name").collect(),
    books: of("book").collect(),
    suras: of("sura").collect(),
});

const FILE: &str = include_str!("words.txt");

/// The words of one kind, as they stand in the file.
fn of(kind: &str) -> impl Iterator<Item = &'static str> {
    let lists = FILE.lines().filter_map(move |line| {
        let (head, words) = line.split_once(": ")?;
        let (own, _language) = head.split_once(' ')?;
        (own == kind).then_some(words)
    });
    lists.flat_map(|words| words.split(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::times::clock::is_letter;

    #[test]
    fn every_line_of_the_file_is_read_and_no_word_stands_twice() {
        let mut seen = HashSet::new();
        for line in FILE
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            let (head, words) = line.split_once(": ").expect(line);
            let kind = head.split(' ').next().unwrap();
            for word in words.split(", ") {
                assert!(seen.insert((kind, word)), "{kind} {word}");
                assert!(kind == "zone" || word.to_lowercase() == word, "{word}");
                assert_eq!(word.trim(), word);
            }
        }
        let n_read = [
            WORDS.symbols.len(),
            WORDS.to.len(),
            WORDS.ends.len(),
            WORDS.whole_ends.len(),
            WORDS.of_a_day.len(),
            WORDS.halves.len(),
            WORDS.am_german.len(),
            WORDS.clock.len(),
            WORDS.zones.len(),
            WORDS.score_before.len(),
            WORDS.of.len(),
            WORDS.score_behind.len(),
            WORDS.days.len(),
            WORDS.at.len(),
            WORDS.unspaced.len(),
            WORDS.names.len(),
            WORDS.books.len(),
            WORDS.suras.len(),
        ];
        assert_eq!(n_read.iter().sum::<usize>(), seen.len());
    }

    #[test]
    fn the_longer_of_two_words_is_looked_for_first() {
        for list in [&WORDS.symbols, &WORDS.ends] {
            for (at, word) in list.iter().enumerate() {
                let mut rests = list[..at]
                    .iter()
                    .filter_map(|earlier| word.strip_prefix(*earlier));
                assert!(rests.all(|rest| rest.starts_with(is_letter)), "{word}");
            }
        }
    }
}
