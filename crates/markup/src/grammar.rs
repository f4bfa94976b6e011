//! Which Markdown is read, and how much work that may take.

use std::cell::Cell;

use comrak::Options;

/// How `text` is read: its bare links only where finding them takes no more than a few looks.
pub(crate) fn options(text: &str) -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.autolink = are_cheap(text);
    options.extension.spoiler = true;
    options.extension.shortcodes = true;
    options.extension.cjk_friendly_emphasis = true;
    // A line of dashes under a paragraph is a line to those who type it, not a heading.
    options.parse.ignore_setext = true;
    options
}

/// How much work the parser may do: the parser asks once every 256 steps, and an honest text
/// takes a few steps a byte.
pub(crate) struct ParseBudget {
    n_asked: Cell<usize>,
    max_asked: usize,
}

impl ParseBudget {
    pub(crate) fn for_text(text: &str) -> Self {
        Self {
            n_asked: Cell::new(0),
            max_asked: 64 + text.len() / 16,
        }
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.n_asked.set(self.n_asked.get() + 1);
        self.n_asked.get() > self.max_asked
    }
}

/// Whether the parser finds the bare links of a text in time that grows with its length.
///
/// For each that it finds, up to a `<`, it looks at all that follows up to a space.
pub(crate) fn are_cheap(text: &str) -> bool {
    let looked_at = |run: &str| -> usize {
        let mut rest = run.len();
        let mut looked_at = 0;
        for piece in run.split('<') {
            if piece.contains("://") || piece.contains("www.") {
                looked_at += rest;
            }
            rest = rest.saturating_sub(piece.len() + 1);
        }
        looked_at
    };
    let runs = text.split(|c: char| c.is_ascii_whitespace() || c == '\u{b}');
    runs.map(looked_at).sum::<usize>() <= MAX_LOOKS * text.len()
}

/// So many links may stand in one word, as far as a text has but one.
const MAX_LOOKS: usize = 64;

#[cfg(test)]
mod tests {
    use comrak::Arena;

    use super::*;

    fn n_asked(text: &str) -> usize {
        let n = Cell::new(0);
        let count = || {
            n.set(n.get() + 1);
            false
        };
        comrak::try_parse_document(&Arena::new(), text, &options(text), &count)
            .expect("nothing cancels it");
        n.get()
    }

    #[test]
    fn twice_the_text_takes_at_most_twice_the_steps() {
        for piece in [
            ">", "> > ", "[", "[a](", "![", "*", "*a ", "*a **b ", "**a*", "a**b_c ", "~~a",
            "||a ", "`a``", "- ", "- a\n", "1. ", "<a ", "&", "www.", "a@b.", "http://", "a\n\n",
            "a ",
        ] {
            let steps = |n: usize| n_asked(&piece.repeat(n / piece.len())) + 8;
            let (one, two, four) = (steps(10_000), steps(20_000), steps(40_000));
            assert!(
                two * 2 <= one * 5 && four * 2 <= two * 5,
                "{piece:?}: {one} {two} {four}"
            );
            assert!(
                four * 2 < ParseBudget::for_text(&piece.repeat(40_000 / piece.len())).max_asked
            );
        }
    }
}
