//! Passages that somebody copied out of an article: their words and nothing else.

use super::anchoring::exact_rival;
use super::folded::Folded;
use super::selector::{Position, Quote, Selector};

impl Selector {
    /// What is known of a passage of which somebody has pasted the words.
    pub const fn pasted(quote: Quote) -> Self {
        Self {
            quote,
            position: None,
            // Nothing stands for their being there twice; where they are, they are found nowhere.
            rival: Some(0),
        }
    }

    /// Whether its words are known and nothing else.
    pub fn is_alone(&self) -> bool {
        let Quote { prefix, suffix, .. } = &self.quote;
        self.position.is_none() && prefix.is_empty() && suffix.is_empty()
    }

    /// The passage with what stands beside it and where it stands in `text`, where its words alone are known
    /// and stand there once.
    #[must_use]
    pub fn completed(self, text: &str) -> Self {
        if !self.is_alone() {
            return self;
        }
        self.found_once(text).unwrap_or(self)
    }

    /// The same with its place, where the words of the passage stand in `text` once.
    pub fn found_once(&self, text: &str) -> Option<Self> {
        let words: Vec<&str> = self.quote.exact.split_whitespace().collect();
        let words = words.join(" ");
        let flat = text.replace('\n', " ");
        let mut places = flat.match_indices(&words);
        let (at, _) = places.next()?;
        if places.next().is_some() {
            return None;
        }
        let start = flat[..at].chars().count();
        let position = Position {
            start,
            end: start + words.chars().count(),
        };
        let mut found = Self {
            quote: Quote::of(text, position).ok()?,
            position: Some(position),
            rival: None,
        };
        found.rival = Some(exact_rival(&Folded::new(text), &found, position));
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "The ferry was late.\nThe ferry was früh. The captain blamed\nthe new timetable.";

    fn completed(exact: &str) -> Selector {
        Selector::pasted(Quote::new(exact, "", "").unwrap()).completed(TEXT)
    }

    #[test]
    fn what_stands_there_once_gets_what_stands_beside_it() {
        let found = completed("captain  blamed\r\n\r\nthe new");

        let position = Position { start: 44, end: 66 };
        assert_eq!(found.position, Some(position));
        assert_eq!(found.quote.exact, "captain blamed\nthe new");
        assert!(found.quote.prefix.ends_with("früh. The "));
        assert_eq!(found.quote.suffix, " timetable.");
    }

    #[test]
    fn what_stands_there_twice_or_nowhere_stays_as_it_was_pasted() {
        for exact in ["The ferry was", "the old timetable"] {
            assert_eq!(completed(exact).position, None);
        }
    }
}
