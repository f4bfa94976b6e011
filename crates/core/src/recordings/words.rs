//! Looking for words in recordings: what is typed.

use crate::folding::folded;

/// More words than these are not looked at.
const MAX_WORDS: usize = 8;

/// Nor longer ones, in characters.
const MAX_CHARS: usize = 60;

/// What is looked for. All of its words must be in a recording's title or in what is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchWords(Vec<String>);

impl SearchWords {
    /// The words that were typed, folded.
    pub fn new(typed: &str) -> Self {
        let words = typed.split_whitespace().take(MAX_WORDS);
        let cut = words.map(|word| word.chars().take(MAX_CHARS).collect::<String>());
        let folded = cut.map(|word| folded(&word));
        Self(folded.filter(|word| !word.is_empty()).collect())
    }

    /// Each of them.
    pub fn all(&self) -> &[String] {
        &self.0
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many of them a folded text holds.
    pub fn n_in(&self, folded: &str) -> usize {
        self.0
            .iter()
            .filter(|word| folded.contains(word.as_str()))
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_words_are_looked_for_and_none_is_endless() {
        let words = SearchWords::new(&format!(
            "  Old ROOF {} {}",
            "x".repeat(99),
            "y ".repeat(99)
        ));
        assert_eq!(words.all().len(), 8);
        assert_eq!(words.all()[2].len(), 60);
        assert_eq!(words.n_in("the roof is old"), 2);
        assert!(SearchWords::new(" \u{301} ").is_empty());
    }
}
