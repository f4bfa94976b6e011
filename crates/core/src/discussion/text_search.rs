//! What a reader looks for in the comments of a page: words, all of which a comment's text must hold.
//!
//! Texts are compared as people read them: upper and lower case are one, and so are the ways in which
//! Unicode writes one letter, and its wide and narrow forms.

use unicode_normalization::UnicodeNormalization as _;

/// The most words that are looked for; what follows is left out.
const MAX_WORDS: usize = 8;

/// The most that is read of what was typed, in characters.
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
    pub fn of(typed: &str) -> Option<Self> {
        let typed: String = typed.chars().take(MAX_TYPED).collect();
        let words = Folded::of(&typed).text;
        let words: Vec<String> = words
            .split_whitespace()
            .take(MAX_WORDS)
            .map(str::to_owned)
            .collect();
        (!words.is_empty()).then_some(Self { words })
    }

    /// Whether `text` holds all the words.
    pub fn finds(&self, text: &str) -> bool {
        let folded = Folded::of(text).text;
        self.words.iter().all(|word| folded.contains(word.as_str()))
    }

    /// At most `max` characters of `text` in one line, from shortly before the first word that is found in
    /// it, or from its beginning where none is.
    pub fn excerpt(&self, text: &str, max: usize) -> Vec<Piece> {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let folded = Folded::of(&line);
        let mut found: Vec<(usize, usize)> = self
            .words
            .iter()
            .flat_map(|word| folded.places(word))
            .collect();
        found.sort_unstable();
        let first = found.first().map_or(0, |(start, _)| *start);
        let start = beginning(&folded.source, first);
        let end = ending(&folded.source, start, max);
        pieces(&folded.source, (start, end), &found)
    }
}

/// Where an excerpt begins that is to show what is at `first`: with a word.
fn beginning(text: &str, first: usize) -> usize {
    let Some((at, _)) = text[..first].char_indices().rev().nth(BEFORE) else {
        return 0;
    };
    text[at..first].find(' ').map_or(at, |space| at + space + 1)
}

/// Where an excerpt from `start` on ends that has at most `max` characters: with a word, where there is
/// one to end with in its second half.
fn ending(text: &str, start: usize, max: usize) -> usize {
    let rest = &text[start..];
    let Some((most, _)) = rest.char_indices().nth(max) else {
        return text.len();
    };
    let space = rest[..most].rfind(' ').filter(|space| *space > most / 2);
    start + space.unwrap_or(most)
}

/// `text` from `start` to `end`, cut where what was `found` begins and ends.
fn pieces(text: &str, (start, end): (usize, usize), found: &[(usize, usize)]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut add = |text: &str, is_found| {
        if !text.is_empty() {
            let text = text.to_owned();
            pieces.push(Piece { text, is_found });
        }
    };
    if start > 0 {
        add("…", false);
    }
    let mut at = start;
    for (from, to) in found {
        let (from, to) = ((*from).max(at), (*to).min(end));
        if from < to {
            add(&text[at..from], false);
            add(&text[from..to], true);
            at = to;
        }
    }
    add(&text[at..end], false);
    if end < text.len() {
        add("…", false);
    }
    pieces
}

/// A text as it is compared.
struct Folded {
    /// What stands in the excerpt.
    source: String,
    text: String,
    /// From which character of the source each byte of `text` comes: where it begins and ends.
    from: Vec<(usize, usize)>,
}

impl Folded {
    fn of(text: &str) -> Self {
        let source: String = text.nfc().collect();
        let mut folded = String::with_capacity(source.len());
        let mut from = Vec::with_capacity(source.len());
        for (at, c) in source.char_indices() {
            for folded_char in std::iter::once(c).nfkc().flat_map(char::to_lowercase) {
                folded.push(folded_char);
                from.resize(folded.len(), (at, at + c.len_utf8()));
            }
        }
        Self {
            source,
            text: folded,
            from,
        }
    }

    /// Where `word` stands in the source.
    fn places(&self, word: &str) -> impl Iterator<Item = (usize, usize)> {
        let found = self.text.match_indices(word);
        found.filter_map(|(at, word)| {
            let (start, _) = self.from.get(at)?;
            let (_, end) = self.from.get(at + word.len() - 1)?;
            Some((*start, *end))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(typed: &str) -> TextSearch {
        TextSearch::of(typed).unwrap()
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
        assert_eq!(TextSearch::of(" \n "), None);
    }

    #[test]
    fn letters_are_compared_as_people_read_them() {
        assert!(search("ÜBERFAHRT").finds("die überfahrt"));
        assert!(search("cafe\u{301}").finds("Café"));
        assert!(search("ﬁnd ABC").finds("Find ＡＢＣ"));
        assert!(search("フェリー").finds("ﾌｪﾘｰが遅い"));
        assert!(search("истанбул").finds("ИСТАНБУЛ"));
        assert!(search("i\u{307}stanbul").finds("İstanbul"));
    }

    #[test]
    fn an_excerpt_marks_what_was_found() {
        assert_eq!(
            marked("ferry", "The Ferry\n\nand the ferryman", 100),
            "The [Ferry] and the [ferry]man"
        );
        // One word within another, and one that runs into the next.
        assert_eq!(marked("ferry err", "a ferry", 100), "a [ferry]");
        assert_eq!(marked("abc cde", "abcde", 100), "[abc][de]");
        assert_eq!(marked("nothing", "Something else", 12), "Something…");
        assert_eq!(marked("nothing", "Something", 4), "Some…");
    }

    #[test]
    fn an_excerpt_begins_shortly_before_what_was_found() {
        let text = format!("{}the ferry was late", "word ".repeat(40));
        let shown = marked("ferry", &text, 80);
        assert!(shown.starts_with("…word "), "{shown}");
        assert!(shown.ends_with("the [ferry] was late"), "{shown}");
        assert_eq!(marked("z", &"ä".repeat(90), 10).chars().count(), 11);
    }
}
