//! The languages of the interface.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A language that the interface speaks.
///
/// Only a language with a catalogue is offered. One that an earlier version took without having
/// it is read as the nearest that there is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "&'static str")]
pub enum Language {
    /// The one that has every word.
    #[default]
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish, as it is written on both sides of the ocean.
    Spanish,
    /// Portuguese as it is written in Brazil.
    Portuguese,
    /// Russian.
    Russian,
    /// Modern Standard Arabic.
    Arabic,
    /// Japanese.
    Japanese,
}

impl Language {
    /// All languages, in the order of their declaration.
    pub const ALL: [Self; 8] = [
        Self::English,
        Self::German,
        Self::French,
        Self::Spanish,
        Self::Portuguese,
        Self::Russian,
        Self::Arabic,
        Self::Japanese,
    ];

    /// The BCP 47 tag of each.
    pub const TAGS: [&'static str; 8] = ["en", "de", "fr", "es", "pt-BR", "ru", "ar", "ja"];

    /// Its BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        Self::TAGS[self as usize]
    }

    /// `rtl` where its text runs from right to left, else `ltr`.
    pub const fn direction(self) -> &'static str {
        match self {
            Self::Arabic => "rtl",
            Self::English
            | Self::German
            | Self::French
            | Self::Spanish
            | Self::Portuguese
            | Self::Russian
            | Self::Japanese => "ltr",
        }
    }

    /// The language of a BCP 47 tag, whatever its script and region; English where there is none.
    pub fn nearest(tag: &str) -> Self {
        let primary = |tag: &str| tag.split(['-', '_']).next().map(str::to_ascii_lowercase);
        let mut all = Self::ALL.into_iter();
        all.find(|language| primary(language.tag()) == primary(tag))
            .unwrap_or_default()
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl From<String> for Language {
    fn from(tag: String) -> Self {
        Self::nearest(&tag)
    }
}

impl From<Language> for &'static str {
    fn from(language: Language) -> Self {
        language.tag()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_has_the_tag_that_stands_at_its_place() {
        for (language, tag) in Language::ALL.into_iter().zip(Language::TAGS) {
            assert_eq!(language.tag(), tag);
            assert_eq!(Language::nearest(tag), language);
        }
    }

    #[test]
    fn a_language_without_words_is_read_as_the_nearest() {
        let read = |tag: &str| serde_json::from_value::<Language>(tag.into()).unwrap();
        assert_eq!(
            [
                "de-AT", "DE_ch", "pt", "PT_pt", "en-GB", "tlh", "", "den", "\u{0}"
            ]
            .map(read),
            [
                Language::German,
                Language::German,
                Language::Portuguese,
                Language::Portuguese,
                Language::English,
                Language::English,
                Language::English,
                Language::English,
                Language::English
            ]
        );
    }
}
