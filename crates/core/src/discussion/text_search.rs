//! What a reader looks for in the comments of a page: words, all of which a comment's text must hold.
//!
//! Texts are compared as people read them, see [`crate::folding`].

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::Refusal;
use crate::folding::{fold, folded};

/// The most words that are looked for.
const MAX_WORDS: usize = 20;

/// The most that may be typed, in characters.
pub const MAX_TYPED: usize = 200;

/// How many characters of an excerpt stand before the first word that was found.
const BEFORE: usize = 60;

/// The words that are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSearch {
    words: Vec<String>,
}

/// A part of a text, and whether it is one of the words that were looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The part.
    pub text: String,
    /// Whether it was looked for.
    pub is_found: bool,
}

impl TextSearch {
    /// What was typed as words; `None` where there is none.
    pub fn of(typed: &str) -> Result<Option<Self>, Refusal> {
        if typed.chars().nth(MAX_TYPED).is_some() {
            return Err(Refusal::SearchTooLong { max: MAX_TYPED });
        }
        let words = folded(typed);
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        if words.len() > MAX_WORDS {
            return Err(Refusal::TooManySearchWords { max: MAX_WORDS });
        }
        Ok((!words.is_empty()).then_some(Self { words }))
    }

    /// Whether `text` holds all the words.
    pub fn finds(&self, text: &str) -> bool {
        let folded = folded(text);
        self.words.iter().all(|word| folded.contains(word.as_str()))
    }

    /// At most `max` characters of `text` in one line, from shortly before the first word that is found in
    /// it, or from its beginning where none is. Characters are what people count as one.
    pub fn excerpt(&self, text: &str, max: usize) -> Vec<Piece> {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let line = Line::of(&line);
        let mut is_found = vec![false; line.graphemes.len()];
        for range in self.words.iter().flat_map(|word| line.places(word)) {
            is_found[range].fill(true);
        }
        let first = is_found.iter().position(|is| *is).unwrap_or(0);
        let start = line.beginning(first);
        let end = line.ending(start, max);
        line.pieces(start..end, &is_found)
    }
}

/// A text in one line as its characters, with what it is compared by.
struct Line<'t> {
    graphemes: Vec<&'t str>,
    folded: String,
    /// Where each character begins in `folded`, in bytes.
    starts: Vec<usize>,
}

impl<'t> Line<'t> {
    fn of(text: &'t str) -> Self {
        let mut line = Self {
            graphemes: Vec::new(),
            folded: String::with_capacity(text.len()),
            starts: Vec::new(),
        };
        for grapheme in text.graphemes(true) {
            line.graphemes.push(grapheme);
            line.starts.push(line.folded.len());
            fold(grapheme, &mut line.folded);
        }
        line
    }

    /// Of which characters `word` is, wholly or in part, wherever it stands.
    fn places(&self, word: &str) -> impl Iterator<Item = Range<usize>> {
        // Those that fold to nothing begin where the next one does.
        let at = |byte: usize| self.starts.partition_point(|start| *start <= byte);
        let found = self.folded.match_indices(word);
        found.map(move |(start, word)| at(start).saturating_sub(1)..at(start + word.len() - 1))
    }

    fn is_space(&self, at: usize) -> bool {
        self.graphemes.get(at).is_some_and(|own| *own == " ")
    }

    /// Where an excerpt begins that is to show what is at `first`: with a word.
    fn beginning(&self, first: usize) -> usize {
        let Some(start) = first.checked_sub(BEFORE).filter(|start| *start > 0) else {
            return 0;
        };
        let mut words = (start..first).filter(|at| self.is_space(*at));
        words.next().map_or(start, |space| space + 1)
    }

    /// Where an excerpt from `start` on ends that has at most `max` characters: with a word, where there is
    /// one to end with in its second half.
    fn ending(&self, start: usize, max: usize) -> usize {
        let end = start + max;
        if end >= self.graphemes.len() {
            return self.graphemes.len();
        }
        let mut words = (start + max / 2 + 1..=end).rev();
        words.find(|at| self.is_space(*at)).unwrap_or(end)
    }

    /// The characters in `range`, cut where what was found begins and ends.
    fn pieces(&self, range: Range<usize>, is_found: &[bool]) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut add = |text: &str, is_found| match pieces.last_mut() {
            Some(last) if last.is_found == is_found => last.text.push_str(text),
            _ => pieces.push(Piece {
                text: text.to_owned(),
                is_found,
            }),
        };
        if range.start > 0 {
            add("…", false);
        }
        for at in range.clone() {
            add(self.graphemes[at], is_found[at]);
        }
        if range.end < self.graphemes.len() {
            add("…", false);
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(typed: &str) -> TextSearch {
        TextSearch::of(typed).unwrap().unwrap()
    }

    fn marked(typed: &str, text: &str, max: usize) -> String {
        let pieces = search(typed).excerpt(text, max);
        let marked = pieces.iter().map(|piece| match piece.is_found {
            true => format!("[{}]", piece.text),
            false => piece.text.clone(),
        });
        marked.collect()
    }

    #[test]
    fn all_words_must_be_there_in_any_order() {
        assert!(search("ferry  late").finds("Late again, the ferry"));
        assert!(!search("ferry bus").finds("Late again, the ferry"));
        assert_eq!(TextSearch::of(" \n "), Ok(None));
        assert_eq!(TextSearch::of("\u{301}\u{200b}"), Ok(None));
    }

    #[test]
    fn more_than_can_be_looked_for_is_refused() {
        assert!(TextSearch::of(&"ä".repeat(200)).is_ok());
        assert_eq!(
            TextSearch::of(&"ä".repeat(201)),
            Err(Refusal::SearchTooLong { max: 200 })
        );
        let words = |n: usize| (0..n).map(|n| format!("w{n} ")).collect::<String>();
        assert!(TextSearch::of(&words(20)).is_ok());
        assert_eq!(
            TextSearch::of(&words(21)),
            Err(Refusal::TooManySearchWords { max: 20 })
        );
    }

    #[test]
    fn letters_are_compared_as_people_read_them() {
        assert!(search("ÜBERFAHRT").finds("die überfahrt"));
        assert!(search("cafe\u{301}").finds("Café"));
        assert!(search("ﬁnd ABC").finds("Find ＡＢＣ"));
        assert!(search("フェリー").finds("ﾌｪﾘｰが遅い"));
        assert!(search("バス").finds("ﾊﾞｽを待つ"));
        assert!(search("истанбул").finds("ИСТАНБУЛ"));
        assert!(search("istanbul").finds("İstanbul"));
        assert!(search("οδοσ").finds("Η ΟΔΌΣ, η οδός"));
    }

    #[test]
    fn an_excerpt_marks_what_was_found() {
        assert_eq!(
            marked("ferry", "The Ferry\n\nand the ferryman", 100),
            "The [Ferry] and the [ferry]man"
        );
        // One word within another, and one that runs into the next.
        assert_eq!(marked("ferry err", "a ferry", 100), "a [ferry]");
        assert_eq!(marked("abc cde", "abcde", 100), "[abcde]");
        assert_eq!(marked("nothing", "Something else", 12), "Something…");
        assert_eq!(marked("nothing", "Something", 4), "Some…");
        assert_eq!(marked("nothing", "", 4), "");
        assert_eq!(marked("οδος", "Η ΟΔΌΣ", 100), "Η [ΟΔΌΣ]");
    }

    #[test]
    fn an_excerpt_begins_shortly_before_what_was_found() {
        let text = format!("{}the ferry was late", "word ".repeat(40));
        let shown = marked("ferry", &text, 80);
        assert!(shown.starts_with("…word "), "{shown}");
        assert!(shown.ends_with("the [ferry] was late"), "{shown}");
        assert_eq!(marked("z", &"ä".repeat(90), 10).chars().count(), 11);
    }

    #[test]
    fn what_people_count_as_one_is_never_cut() {
        // A letter and its marks, a syllable, a family, a flag.
        for one in [
            "e\u{301}\u{323}",
            "क्षि",
            "👨‍👩‍👧",
            "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
            "ﾊﾞ",
            "\u{1112}\u{1161}\u{11ab}",
        ] {
            assert_eq!(one.graphemes(true).count(), 1, "{one}");
            assert_eq!(
                marked("z", &one.repeat(10), 4),
                format!("{}…", one.repeat(4))
            );
            let text = format!("{}z", one.repeat(90));
            assert_eq!(
                marked("z", &text, 70),
                format!("…{}[z]", one.repeat(BEFORE))
            );
        }
        assert_eq!(marked("👩", "a 👨‍👩‍👧 b", 9), "a [👨‍👩‍👧] b");
        assert_eq!(marked("क", "एक क्षि", 9), "ए[क] [क्षि]");
        assert_eq!(marked("ハ", "ﾊﾟ ﾊ", 9), "ﾊﾟ [ﾊ]");
    }

    #[test]
    fn what_takes_no_ink_is_marked_with_what_it_stands_in() {
        assert_eq!(
            marked("ship", "\u{200b}the\u{200b} sh\u{ad}ip\u{200b}s", 99),
            "\u{200b}the\u{200b} [sh\u{ad}ip]\u{200b}s"
        );
    }

    #[test]
    fn folded_in_parts_a_text_is_what_it_is_as_a_whole() {
        for text in [
            "Η ΟΔΌΣ, Überfahrt, CAFE\u{301}, İstanbul ılık",
            "ﾊﾞｽを待つ フェリー ＡＢＣ ﬁnd",
            "हिन्दी ที่ كِتَاب מֶלֶךְ 한국 \u{1112}\u{1161}\u{11ab}",
            "👨‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤\u{fe0f} \u{301}a \r\n \u{600}1",
        ] {
            assert_eq!(Line::of(text).folded, folded(text), "{text}");
        }
    }
}
