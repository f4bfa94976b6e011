//! A cut of a recording, as it is told in a sentence.

use rejoinder_core::recordings::{CutComparison, Recording};

use crate::catalogue::{Catalogue, IsolatedName, fill};
use crate::recordings::time::clock;

/// A cut, with what it was found to hold of the recording.
#[derive(Debug, Clone)]
pub struct CutOf<'a> {
    /// The cut.
    pub cut: &'a Recording,
    /// What it holds, once that is known.
    pub comparison: Option<&'a CutComparison>,
}

impl CutOf<'_> {
    /// What the comparison says, in a sentence.
    pub(crate) fn summary(&self, texts: &'static Catalogue) -> String {
        let texts = &texts.recordings;
        let title = IsolatedName(&self.cut.title);
        let Some(found) = self.comparison else {
            return fill(texts.cut_waiting, &[("title", &title)]);
        };
        if found.pieces.is_empty() {
            return fill(texts.cut_nothing, &[("title", &title)]);
        }
        if found.left_out.is_empty() {
            return fill(texts.cut_holds_all, &[("title", &title)]);
        }
        fill(
            texts.cut_holds,
            &[
                ("title", &title),
                ("cut", &clock(found.cut_ms + 500)),
                ("kept", &clock(found.kept_ms() + 500)),
                ("whole", &clock(found.whole_ms + 500)),
                ("left", &clock(found.whole_ms - found.kept_ms() + 500)),
            ],
        )
    }
}
