//! How a passage is found again: by its words and those beside it, and by where it stood.

use serde::{Deserialize, Serialize};

use crate::Refusal;

use super::folded::Folded;

/// The most Unicode scalars of a passage.
pub const MAX_EXACT: usize = 1_000;
/// The most Unicode scalars that are kept of what stands before and behind a passage.
pub const MAX_CONTEXT: usize = 32;

/// The words of a passage (`TextQuoteSelector` of the W3C).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The passage.
    pub exact: String,
    /// What stands before it; empty at the start of an article.
    pub prefix: String,
    /// What stands behind it; empty at the end of an article.
    pub suffix: String,
}

/// Where a passage stood (`TextPositionSelector` of the W3C), in Unicode scalars of the article's
/// text; `end` is behind its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Its first scalar.
    pub start: usize,
    /// The one behind its last.
    pub end: usize,
}

/// How a passage is found again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selector {
    /// Its words.
    pub quote: Quote,
    /// Where it stood, if that is known.
    pub position: Option<Position>,
    /// How good the best other place was for it, of 1,000, where that is known ([`super::rival`]).
    pub rival: Option<usize>,
}

impl Quote {
    /// A quote within the limits, with something to see in it.
    pub fn new(exact: &str, prefix: &str, suffix: &str) -> Result<Self, Refusal> {
        if exact.chars().nth(MAX_EXACT).is_some() {
            return Err(Refusal::PassageTooLong { max: MAX_EXACT });
        }
        let is_long = |context: &str| context.chars().nth(MAX_CONTEXT).is_some();
        if is_long(prefix) || is_long(suffix) {
            return Err(Refusal::PassageContextTooLong { max: MAX_CONTEXT });
        }
        if exact.contains('\0') || Folded::new(exact).trimmed().is_empty() {
            return Err(Refusal::PassageEmpty);
        }
        Ok(Self {
            exact: exact.to_owned(),
            prefix: prefix.replace('\0', ""),
            suffix: suffix.replace('\0', ""),
        })
    }

    /// The quote of what stands in `text` from `start` to `end`, if that is within the limits.
    pub fn of(text: &str, position: Position) -> Result<Self, Refusal> {
        let Position { start, end } = position;
        let slice = |from: usize, to: usize| -> String {
            text.chars()
                .skip(from)
                .take(to.saturating_sub(from))
                .collect()
        };
        Self::new(
            &slice(start, end),
            &slice(start.saturating_sub(MAX_CONTEXT), start),
            &slice(end, end.saturating_add(MAX_CONTEXT)),
        )
    }
}

impl Position {
    /// The most that a position can be: longer than any article.
    pub const MAX: usize = 1 << 31;

    /// The position from `start` to `end`: both or none, and not empty.
    pub fn new(start: Option<usize>, end: Option<usize>) -> Result<Option<Self>, Refusal> {
        match (start, end) {
            (None, None) => Ok(None),
            (Some(start), Some(end)) if start < end && end <= Self::MAX => {
                Ok(Some(Self { start, end }))
            }
            _ => Err(Refusal::PassageMisplaced),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_takes_what_stands_beside_it() {
        let text = format!("{}The 😀 end.{}", "a".repeat(40), "b".repeat(40));

        let quote = Quote::of(&text, Position { start: 40, end: 50 }).unwrap();

        assert_eq!(quote.exact, "The 😀 end.");
        assert_eq!(quote.prefix, "a".repeat(32));
        assert_eq!(quote.suffix, "b".repeat(32));
    }

    #[test]
    fn what_is_too_long_or_nothing_is_refused() {
        let quote = |exact: &str, prefix: &str| Quote::new(exact, prefix, "");

        assert_eq!(quote(" \u{200b}\n", ""), Err(Refusal::PassageEmpty));
        assert_eq!(quote("a\0b", ""), Err(Refusal::PassageEmpty));
        assert!(quote(&"ä".repeat(1_000), "").is_ok());
        let refusal = Refusal::PassageTooLong { max: 1_000 };
        assert_eq!(quote(&"ä".repeat(1_001), ""), Err(refusal));
        let refusal = Refusal::PassageContextTooLong { max: 32 };
        assert_eq!(quote("a", &"ä".repeat(33)), Err(refusal));
    }

    #[test]
    fn a_position_has_a_start_and_an_end_behind_it() {
        assert_eq!(Position::new(None, None), Ok(None));
        let position = Position { start: 0, end: 1 };
        assert_eq!(Position::new(Some(0), Some(1)), Ok(Some(position)));
        for (start, end) in [(Some(1), Some(1)), (Some(1), None), (None, Some(1))] {
            assert_eq!(Position::new(start, end), Err(Refusal::PassageMisplaced));
        }
    }
}
