//! A text with the places that the rules found in it.

use rejoinder_core::moderation::Finding;

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub(crate) text: &'a str,
    pub(crate) is_marked: bool,
}

/// `text` in pieces, those marked that any of `findings` points to. Places that are none in this
/// text are passed over.
pub(crate) fn marked<'a>(text: &'a str, findings: &[Finding]) -> Vec<Piece<'a>> {
    let mut places: Vec<(usize, usize)> = findings
        .iter()
        .flat_map(|finding| &finding.marks)
        .map(|mark| (mark.start, mark.end))
        .filter(|(start, end)| start < end && text.get(*start..*end).is_some())
        .collect();
    places.sort_unstable();
    let mut pieces = Vec::new();
    let mut at = 0;
    for (start, end) in places {
        let start = start.max(at);
        if start >= end {
            continue;
        }
        pieces.push(Piece {
            text: &text[at..start],
            is_marked: false,
        });
        pieces.push(Piece {
            text: &text[start..end],
            is_marked: true,
        });
        at = end;
    }
    pieces.push(Piece {
        text: &text[at..],
        is_marked: false,
    });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use rejoinder_core::State;
    use rejoinder_core::moderation::{Mark, Phase};

    use super::*;

    fn shown(text: &str, places: &[(usize, usize)]) -> String {
        let mut finding = Finding::new(Phase::Words, State::Held, "suspect_word");
        finding.marks = places
            .iter()
            .map(|(start, end)| Mark {
                entry: String::new(),
                start: *start,
                end: *end,
            })
            .collect();
        let pieces = marked(text, &[finding]);
        let show = |piece: &Piece<'_>| match piece.is_marked {
            true => format!("[{}]", piece.text),
            false => piece.text.to_owned(),
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
