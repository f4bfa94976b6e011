//! Where words may stand that have changed.

use super::myers::Pattern;

/// So many places are looked at.
const MAX_CHANGED_PLACES: usize = 64;

/// Where places may end that do not have the exact words.
pub(super) struct ChangedEnds {
    pub(super) forward: Pattern,
    backward: Pattern,
    /// How long the passage is.
    len: usize,
    /// The errors and the last character of each, the one with the fewest first.
    ends: Vec<(usize, usize)>,
}

/// Where a place may end.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChangedEnd {
    pub(super) errors: usize,
    pub(super) last: usize,
}

impl ChangedEnds {
    /// Those of `exact` in `text`, with so many errors at most.
    pub(super) fn new(exact: &[char], text: &[char], max_errors: usize) -> Self {
        let forward = Pattern::new(exact.iter().copied());
        let mut ends = forward.least_anywhere(text.iter().copied(), max_errors);
        ends.sort_unstable();
        Self {
            forward,
            backward: Pattern::new(exact.iter().rev().copied()),
            len: exact.len(),
            ends,
        }
    }

    /// Those with the fewest errors, one after the other, none of them too close to a better one.
    pub(super) fn apart(&self) -> impl Iterator<Item = ChangedEnd> + '_ {
        let mut taken: Vec<usize> = Vec::new();
        let far = self.ends.iter().filter(move |(_, last)| {
            let is_far = taken
                .iter()
                .all(|other| other.abs_diff(*last) >= self.len / 2);
            if is_far {
                taken.push(*last);
            }
            is_far
        });
        far.take(MAX_CHANGED_PLACES)
            .map(|(errors, last)| ChangedEnd {
                errors: *errors,
                last: *last,
            })
    }

    /// Where the place starts that ends so.
    pub(super) fn start(&self, text: &[char], end: ChangedEnd) -> usize {
        let behind = end.last + 1;
        let reach = self.len + end.errors;
        let back = text[..behind].iter().rev().take(reach).copied();
        behind - shortest_errors(&self.backward.errors_from_start(back), self.len)
    }
}

/// The length with the fewest errors; of several the one nearest to `len`, and then the shorter.
fn shortest_errors(errors: &[usize], len: usize) -> usize {
    let by_length = errors.iter().enumerate();
    let best = by_length.min_by_key(|(at, errors)| (**errors, at.abs_diff(len), *at));
    best.map_or(0, |(at, _)| at)
}
