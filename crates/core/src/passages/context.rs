//! What stands on one side of a passage.

use super::myers::Pattern;

/// What is as it was is so good.
pub(super) const WHOLE: usize = 1_000;

/// Shorter than this, what stands beside a passage proves nothing.
pub(super) const MIN_CONTEXT: usize = 8;

/// What stands on one side of a passage, read away from it.
pub(super) struct PassageContext {
    pub(super) len: usize,
    /// What is nearest to the passage.
    pub(super) nearest: Vec<char>,
    pattern: Pattern,
}

impl PassageContext {
    pub(super) fn new(away: Vec<char>) -> Self {
        Self {
            len: away.len(),
            pattern: Pattern::new(away.iter().copied()),
            nearest: away.into_iter().take(MIN_CONTEXT).collect(),
        }
    }

    /// How much of it `text` begins with, of [`WHOLE`]; nothing where there is nothing to compare.
    pub(super) fn likeness(&self, text: impl Iterator<Item = char>) -> Option<usize> {
        let reach = self.len + self.len / 2;
        let least = self.pattern.least_from_start(text.take(reach));
        (self.len > 0).then(|| WHOLE - WHOLE * least / self.len)
    }

    /// The place nearest to `at` whose side, `before` it or behind, is what is nearest in here.
    pub(super) fn nearest_end(
        &self,
        text: &[char],
        at: usize,
        reach: usize,
        before: bool,
    ) -> Option<usize> {
        let len = self.nearest.len();
        if len < MIN_CONTEXT {
            return None;
        }
        let is_it = |at: usize| match before {
            true => at >= len && text[at - len..at].iter().rev().eq(&self.nearest),
            false => text[at..].starts_with(&self.nearest),
        };
        let sides = (0..=reach).flat_map(|off| [at.checked_sub(off), at.checked_add(off)]);
        sides.flatten().find(|at| *at <= text.len() && is_it(*at))
    }
}
