//! What stands for an author: their picture, where they show one, and else a figure: a letter on a two-coloured ground, drawn by the style
//! sheet, so that nothing is asked of another server and no inline style is needed.

use std::fmt;

use rejoinder_core::publication::settings::{Pictures, ReaderPages};
use rejoinder_core::{Author, AuthorId, Settings};
use unicode_segmentation::UnicodeSegmentation;

use crate::links::Links;

/// Where the picture is that an author shows, where the site shows any.
pub(crate) fn picture(settings: &Settings, links: &Links, author: &Author) -> Option<String> {
    let name = author.profile.picture.as_deref();
    let name = name.filter(|_| settings.pictures == Pictures::On)?;
    Some(links.reader_picture(name))
}

/// Where everyone may read what an author wrote, where the site has such pages and they want one.
pub(crate) fn page(settings: &Settings, links: &Links, author: &Author) -> Option<String> {
    let has_page = author.profile.has_page && settings.reader_pages != ReaderPages::Off;
    has_page.then(|| links.reader(author.id))
}

const N_HUES: u64 = 8;
const N_FIGURES: u64 = 4;

/// One of 32 grounds and the first letter of the name.
pub(crate) struct Avatar<'a> {
    hue: u64,
    figure: u64,
    pub(crate) letter: &'a str,
}

impl<'a> Avatar<'a> {
    pub(crate) fn of(author: AuthorId, name: &'a str) -> Self {
        let mixed = author.0.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        Self {
            hue: mixed % N_HUES,
            figure: mixed / N_HUES % N_FIGURES,
            letter: letter(name),
        }
    }
}

/// The classes of the figure.
impl fmt::Display for Avatar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rj-h{} rj-f{}", self.hue, self.figure)
    }
}

/// The first letter of the first word that says something: “The man” is M, not T.
fn letter(name: &str) -> &str {
    let words = || {
        name.split_whitespace()
            .filter(|word| word.starts_with(char::is_alphanumeric))
    };
    let articles = ["the", "a", "an"];
    let telling = words().find(|word| !articles.iter().any(|a| word.eq_ignore_ascii_case(a)));
    let word = telling.or_else(|| words().next()).unwrap_or(name);
    word.graphemes(true).next().unwrap_or("·")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letter_is_the_first_that_tells_something() {
        let cases = [
            ("Ann Lee", "A"),
            ("The man with the radiator", "m"),
            ("“Aunt” Pru", "P"),
            ("The", "T"),
            ("👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"),
            ("e\u{301}mile", "e\u{301}"),
            ("", "·"),
        ];
        for (name, expected) in cases {
            assert_eq!(letter(name), expected, "{name}");
        }
    }

    #[test]
    fn an_author_always_has_the_same_figure() {
        let classes = |id| Avatar::of(AuthorId(id), "Ann").to_string();
        assert_eq!(classes(7), classes(7));
        let all: std::collections::BTreeSet<String> = (0..1_000).map(classes).collect();
        assert_eq!(all.len(), 32);
    }
}
