//! A text with the places that the rules found in it.

use markup::VisibleText;
use rejoinder_core::Comment;
use rejoinder_core::moderation::{Finding, JudgedField};

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MarkedPiece {
    pub(crate) text: String,
    pub(crate) is_marked: bool,
}

/// The text of `comment` in pieces, those marked that any of `findings` points to: the text in which
/// they were found. `None` when nothing is marked.
pub(crate) fn marked(comment: &Comment, findings: &[Finding]) -> Option<Vec<MarkedPiece>> {
    let has = |judged: JudgedField| {
        let mut marks = findings.iter().flat_map(|finding| &finding.marks);
        marks.any(|mark| mark.judged == judged)
    };
    let pieces = match (has(JudgedField::Text), has(JudgedField::Typed)) {
        (true, _) => pieces(
            VisibleText::of(&comment.html).whole(),
            findings,
            JudgedField::Text,
        ),
        (false, true) => pieces(&comment.text, findings, JudgedField::Typed),
        (false, false) => return None,
    };
    pieces.iter().any(|piece| piece.is_marked).then_some(pieces)
}

/// Places that are none in this text are passed over.
fn pieces(text: &str, findings: &[Finding], judged: JudgedField) -> Vec<MarkedPiece> {
    let mut places: Vec<(usize, usize)> = findings
        .iter()
        .flat_map(|finding| &finding.marks)
        .filter(|mark| mark.judged == judged)
        .map(|mark| (mark.start, mark.end))
        .filter(|(start, end)| start < end && text.get(*start..*end).is_some())
        .collect();
    places.sort_unstable();
    let piece = |text: &str, is_marked| MarkedPiece {
        text: text.to_owned(),
        is_marked,
    };
    let mut pieces = Vec::new();
    let mut at = 0;
    for (start, end) in places {
        let start = start.max(at);
        if start >= end {
            continue;
        }
        pieces.push(piece(&text[at..start], false));
        pieces.push(piece(&text[start..end], true));
        at = end;
    }
    pieces.push(piece(&text[at..], false));
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use rejoinder_core::CommentState;
    use rejoinder_core::moderation::{FindingMark, Phase, StateReason};

    use super::*;

    fn shown(text: &str, places: &[(usize, usize)]) -> String {
        let mut finding = Finding::new(Phase::Words, CommentState::Held, StateReason::SuspectWord);
        finding.marks = places
            .iter()
            .map(|(start, end)| FindingMark {
                entry: String::new(),
                judged: JudgedField::Text,
                start: *start,
                end: *end,
            })
            .collect();
        let pieces = pieces(text, &[finding], JudgedField::Text);
        let show = |piece: &MarkedPiece| match piece.is_marked {
            true => format!("[{}]", piece.text),
            false => piece.text.clone(),
        };
        pieces.iter().map(show).collect()
    }

    #[test]
    fn the_places_are_marked_in_their_order() {
        assert_eq!(shown("a bad word", &[(6, 10), (2, 5)]), "a [bad] [word]");
        assert_eq!(shown("a bad word", &[]), "a bad word");
        assert_eq!(shown("bad", &[(0, 3)]), "[bad]");
    }

    #[test]
    fn places_that_overlap_are_marked_once() {
        assert_eq!(
            shown("a bad word", &[(2, 5), (2, 5), (4, 10)]),
            "a [bad][ word]"
        );
    }

    #[test]
    fn a_place_that_is_none_is_passed_over() {
        assert_eq!(shown("é", &[(0, 1), (1, 9), (2, 1), (9, 9)]), "é");
    }
}
