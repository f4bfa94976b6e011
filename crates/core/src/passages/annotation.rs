//! What a comment is about, if that is a passage of its page's article.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::anchoring::{Anchor, anchor, exact_rival, rival};
use super::folded::Folded;
use super::selector::{Position, Quote, Selector};
use crate::Refusal;
use crate::ids::AuthorId;

/// So many words of a passage stand above its comment.
const SHOWN_WORDS: usize = 20;
/// Words longer than this are cut, as are passages without spaces.
const SHOWN_SCALARS: usize = 160;

/// The passage that a comment is about, and how it fares in the article.
///
/// The words are kept as they were quoted, whatever becomes of the article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// How it is found.
    pub selector: Selector,
    /// How it fares.
    pub state: AnnotationState,
    /// How it is found in the newest version of the article that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Selector>,
    /// Who has said where it stands, where nobody could find it and as long as it stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placed_by: Option<AuthorId>,
}

/// What became of a passage with a new version of its article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnchoringOutcome {
    /// It stands where it stood.
    Same,
    /// It stands elsewhere, or stands again.
    Moved,
    /// Its words have changed.
    Changed,
    /// It is not there any more.
    Orphaned,
}

/// What became of the passages of a page with a new version of its article.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnchoringReport {
    /// How many stand where they stood.
    pub same: usize,
    /// How many stand elsewhere, or stand again.
    pub moved: usize,
    /// How many have other words.
    pub changed: usize,
    /// How many are not there any more.
    pub orphaned: usize,
}

impl AnchoringReport {
    /// Count one more.
    pub const fn count(&mut self, fate: AnchoringOutcome) {
        match fate {
            AnchoringOutcome::Same => self.same += 1,
            AnchoringOutcome::Moved => self.moved += 1,
            AnchoringOutcome::Changed => self.changed += 1,
            AnchoringOutcome::Orphaned => self.orphaned += 1,
        }
    }
}

/// How a passage fares in the newest version of its article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationState {
    /// It is there.
    Anchored,
    /// It is there in other words.
    Changed,
    /// It is not there any more.
    Orphaned,
    /// The server does not have the article's text.
    Unknown,
}

impl AnnotationState {
    /// The word of the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anchored => "anchored",
            Self::Changed => "changed",
            Self::Orphaned => "orphaned",
            Self::Unknown => "unknown",
        }
    }
}

impl Annotation {
    /// An annotation as it comes from a reader.
    pub const fn new(selector: Selector) -> Self {
        Self {
            selector,
            state: AnnotationState::Unknown,
            current: None,
            placed_by: None,
        }
    }

    /// The annotation where an editor says that it stands in the newest version of the article.
    pub fn placed(&self, text: &str, position: Position, by: AuthorId) -> Result<Self, Refusal> {
        let mut current = Selector {
            quote: Quote::of(text, position)?,
            position: Some(position),
            rival: None,
        };
        current.rival = Some(rival(&Folded::new(text), &current, position));
        let is_as_quoted = are_same_words(&current.quote.exact, &self.selector.quote.exact);
        Ok(Self {
            selector: self.selector.clone(),
            state: match is_as_quoted {
                true => AnnotationState::Anchored,
                false => AnnotationState::Changed,
            },
            current: Some(current),
            placed_by: Some(by),
        })
    }

    /// Whether both end at one place of the article, so that one icon stands for them.
    pub fn is_beside(&self, other: &Self) -> bool {
        match (self.position(), other.position()) {
            (Some(own), Some(others)) => own.end == others.end,
            _ => self.selector.quote == other.selector.quote,
        }
    }

    /// Where it stands in the newest version of the article.
    pub fn position(&self) -> Option<Position> {
        match self.state {
            AnnotationState::Anchored | AnnotationState::Changed => self.current.as_ref()?.position,
            AnnotationState::Orphaned | AnnotationState::Unknown => None,
        }
    }

    /// How the passage is found on the page: as it is in the newest version, else as it was quoted.
    pub fn to_find(&self) -> &Selector {
        match (&self.current, self.state) {
            (Some(current), AnnotationState::Anchored | AnnotationState::Changed) => current,
            _ => &self.selector,
        }
    }

    /// The annotation in a new version of the article, and what became of it. It is looked for as it
    /// was last, and then as it was quoted, so that what was brought back is found again.
    #[must_use]
    pub fn anchored_in(&self, text: &str, folded: &Folded) -> (Self, AnchoringOutcome) {
        let ways = self.current.iter().chain([&self.selector]);
        let mut found = ways.filter_map(|way| {
            let anchor = anchor(folded, way)?;
            let current = current(text, folded, way, anchor)?;
            Some((way, anchor, current))
        });
        let Some((way, anchor, current)) = found.next() else {
            let orphan = Self {
                state: AnnotationState::Orphaned,
                ..self.clone()
            };
            return (orphan, AnchoringOutcome::Orphaned);
        };
        let is_as_quoted = are_same_words(&current.quote.exact, &self.selector.quote.exact);
        let fate = match () {
            () if self.state == AnnotationState::Orphaned && is_as_quoted => {
                AnchoringOutcome::Moved
            }
            () if anchor.is_changed => AnchoringOutcome::Changed,
            () if way.position != current.position => AnchoringOutcome::Moved,
            () => AnchoringOutcome::Same,
        };
        let state = match is_as_quoted {
            true => AnnotationState::Anchored,
            false => AnnotationState::Changed,
        };
        let annotation = Self {
            selector: self.selector.clone(),
            state,
            placed_by: self
                .placed_by
                .filter(|_| self.current.as_ref() == Some(way)),
            current: Some(current),
        };
        (annotation, fate)
    }

    /// The first words of the passage on one line.
    pub fn opening(&self) -> String {
        let mut words = self.selector.quote.exact.split_whitespace();
        let mut opening = String::new();
        for (at, word) in words.by_ref().take(SHOWN_WORDS).enumerate() {
            let space = if at == 0 { "" } else { " " };
            // Writing to a string cannot fail.
            let _ = write!(opening, "{space}{word}");
        }
        let is_long = opening.char_indices().nth(SHOWN_SCALARS);
        if let Some((end, _)) = is_long {
            opening.truncate(end);
        }
        if is_long.is_some() || words.next().is_some() {
            opening.push('…');
        }
        opening
    }
}

/// How what was found by `way` is found from now on.
fn current(text: &str, folded: &Folded, way: &Selector, anchor: Anchor) -> Option<Selector> {
    let position = Position {
        start: anchor.start,
        end: anchor.end,
    };
    let mut current = Selector {
        quote: Quote::of(text, position).ok()?,
        position: Some(position),
        rival: None,
    };
    let rival = match way.rival {
        // Words that stayed are like the same others as before, and like what came with the same words.
        Some(before) if !anchor.is_changed => exact_rival(folded, &current, position).max(before),
        _ => rival(folded, &current, position),
    };
    current.rival = Some(rival);
    Some(current)
}

fn are_same_words(one: &str, other: &str) -> bool {
    Folded::new(one).trimmed() == Folded::new(other).trimmed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(exact: &str) -> String {
        let quote = Quote::new(exact, "", "").unwrap();
        let selector = Selector {
            quote,
            position: None,
            rival: None,
        };
        Annotation::new(selector).opening()
    }

    #[test]
    fn of_a_passage_the_first_20_words_are_shown() {
        assert_eq!(opening("The\n  ferry was late"), "The ferry was late");
        assert_eq!(opening(&"a ".repeat(20)), ["a"; 20].join(" "));
        assert_eq!(
            opening(&"a ".repeat(21)),
            format!("{}…", ["a"; 20].join(" "))
        );
        assert_eq!(opening(&"漢".repeat(161)), format!("{}…", "漢".repeat(160)));
    }

    const TEXT: &str = "The ferry was late on Monday. The captain blamed the new timetable. Nobody was \
                        surprised by that.";

    fn annotation() -> Annotation {
        let position = Position { start: 49, end: 66 };
        Annotation::new(Selector {
            quote: Quote::of(TEXT, position).unwrap(),
            position: Some(position),
            rival: None,
        })
    }

    fn after(annotation: &Annotation, text: &str) -> (Annotation, AnchoringOutcome) {
        annotation.anchored_in(text, &Folded::new(text))
    }

    #[test]
    fn a_passage_is_followed_through_the_versions_and_its_first_words_are_kept() {
        let (first, fate) = after(&annotation(), TEXT);
        assert_eq!(
            (first.state, fate),
            (AnnotationState::Anchored, AnchoringOutcome::Same)
        );

        let (second, fate) = after(&first, &format!("It rained. {TEXT}"));
        assert_eq!(
            (second.state, fate),
            (AnnotationState::Anchored, AnchoringOutcome::Moved)
        );
        let position = Position { start: 60, end: 77 };
        assert_eq!(second.to_find().position, Some(position));

        let (third, fate) = after(&second, &TEXT.replace("the new", "the old"));
        assert_eq!(
            (third.state, fate),
            (AnnotationState::Changed, AnchoringOutcome::Changed)
        );
        assert_eq!(third.to_find().quote.exact, "the old timetable");

        let (fourth, fate) = after(&third, "Another article.");
        assert_eq!(
            (fourth.state, fate),
            (AnnotationState::Orphaned, AnchoringOutcome::Orphaned)
        );
        assert_eq!(fourth.to_find().quote.exact, "the new timetable");

        let (fifth, fate) = after(&fourth, TEXT);
        assert_eq!(
            (fifth.state, fate),
            (AnnotationState::Anchored, AnchoringOutcome::Moved)
        );
        assert_eq!(fifth.selector, annotation().selector);
    }

    #[test]
    fn what_an_editor_has_placed_is_followed_from_there() {
        let by = AuthorId(7);
        let rewritten = "The ferry was late. Its skipper put it down to the summer schedule.";
        let (orphan, fate) = after(&annotation(), rewritten);
        assert_eq!(fate, AnchoringOutcome::Orphaned);
        let position = Position { start: 47, end: 66 };

        let placed = orphan.placed(rewritten, position, by).unwrap();

        assert_eq!(placed.to_find().quote.exact, "the summer schedule");
        assert_eq!(placed.state, AnnotationState::Changed);
        let (next, fate) = after(&placed, &format!("It rained. {rewritten}"));
        assert_eq!((fate, next.placed_by), (AnchoringOutcome::Moved, Some(by)));
        let (back, _) = after(&next, TEXT);
        assert_eq!(
            (back.state, back.placed_by),
            (AnnotationState::Anchored, None)
        );
        assert!(
            placed
                .placed(
                    rewritten,
                    Position {
                        start: 500,
                        end: 501
                    },
                    by
                )
                .is_err()
        );
    }

    #[test]
    fn what_ends_at_one_place_stands_beside_each_other() {
        let (one, _) = after(&annotation(), TEXT);
        let longer = Annotation::new(Selector {
            quote: Quote::of(TEXT, Position { start: 30, end: 66 }).unwrap(),
            position: Some(Position { start: 30, end: 66 }),
            rival: None,
        });
        let (longer, _) = after(&longer, TEXT);
        let (orphan, _) = after(&annotation(), "Another article.");

        assert!(one.is_beside(&longer));
        assert!(annotation().is_beside(&orphan));
        assert!(!longer.is_beside(&orphan));
    }

    #[test]
    fn a_twin_that_came_later_does_not_take_the_place_of_what_was_deleted() {
        let (first, _) = after(&annotation(), TEXT);
        let twin = "Tuesday was better. The captain blamed the new timetable. Nobody spoke.";
        let (second, fate) = after(&first, &format!("{TEXT} {twin}"));
        assert_eq!(fate, AnchoringOutcome::Same);

        let (_, fate) = after(&second, twin);

        assert_eq!(fate, AnchoringOutcome::Orphaned);
    }
}
