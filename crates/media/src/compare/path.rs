//! Which lag each moment of a cut has, or none: the cheapest path through all of them (Viterbi).
//!
//! Being at a lag costs the bits that differ; being at none costs what a poor match does; each change
//! costs something, too. So short accidents do not pay, and neither does leaving a piece for a moment
//! of noise.

use super::ComparedSound;

/// In fifths of a bit, so that all are whole numbers.
const BIT: u32 = 5;
/// 12.8 bits of 32.
const NONE: u32 = 64;
/// 80 bits.
const CHANGE: u32 = 400;
/// Outside the full recording.
const OUTSIDE: u32 = 33 * BIT;

/// A stretch of words of the cut that has one lag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LagRun {
    /// The first word in the cut.
    pub(super) start: usize,
    /// The word after the last.
    pub(super) end: usize,
    /// How much later it is in the full recording.
    pub(super) lag: i64,
}

impl LagRun {
    /// Returns its words.
    pub(super) fn len(self) -> usize {
        self.end - self.start
    }

    /// Returns the run of one word at the same lag.
    pub(super) fn word(self, t: usize) -> Self {
        Self {
            start: t,
            end: t + 1,
            ..self
        }
    }

    /// Returns its middle, twice, to be exact.
    pub(super) fn middle2(self) -> i64 {
        (self.start + self.end) as i64
    }

    /// Returns the words that are compared, of silence none: those of the cut and of the full
    /// recording, outside of it nothing.
    pub(super) fn pairs<'a>(
        self,
        full: ComparedSound<'a>,
        cut: ComparedSound<'a>,
    ) -> impl Iterator<Item = (u32, Option<u32>)> + 'a {
        (self.start..self.end)
            .filter(move |&t| !cut.is_silent(t))
            .map(move |t| (cut.words[t], full.at(t as i64 + self.lag)))
    }
}

/// Finds the runs of `cut`, in its order.
pub(super) fn runs(full: ComparedSound<'_>, cut: ComparedSound<'_>, lags: &[i64]) -> Vec<LagRun> {
    let n = cut.words.len();
    if n == 0 || lags.is_empty() {
        return Vec::new();
    }
    // State 0 is none.
    let n_states = lags.len() + 1;
    let mut costs = vec![0u32; n_states];
    let mut changed = BitTable::new(n * n_states);
    let mut best_before = vec![0u16; n];
    let mut best = (0usize, 0u32);
    for (t, before) in best_before.iter_mut().enumerate() {
        *before = best.0 as u16;
        let silent = cut.is_silent(t);
        let change = best.1 + CHANGE;
        let mut next = (0, u32::MAX);
        for (state, cost) in costs.iter_mut().enumerate() {
            if change < *cost {
                *cost = change;
                changed.set(t * n_states + state);
            }
            *cost += match state.checked_sub(1) {
                None => NONE,
                Some(_) if silent => NONE,
                Some(i) => match full.at(t as i64 + lags[i]) {
                    Some(word) => BIT * (word ^ cut.words[t]).count_ones(),
                    None => OUTSIDE,
                },
            };
            if *cost < next.1 {
                next = (state, *cost);
            }
        }
        // Only differences matter: long cuts do not overflow.
        costs.iter_mut().for_each(|cost| *cost -= next.1);
        best = (next.0, 0);
    }
    let states = back(n, n_states, best.0, &changed, &best_before);
    stretches(&states, lags)
}

/// Follows the path back from its end.
fn back(
    n: usize,
    n_states: usize,
    last: usize,
    changed: &BitTable,
    best_before: &[u16],
) -> Vec<usize> {
    let mut states = vec![0; n];
    let mut state = last;
    for t in (0..n).rev() {
        states[t] = state;
        if changed.get(t * n_states + state) {
            state = usize::from(best_before[t]);
        }
    }
    states
}

fn stretches(states: &[usize], lags: &[i64]) -> Vec<LagRun> {
    let mut runs = Vec::new();
    let mut start = 0;
    for same in states.chunk_by(|a, b| a == b) {
        let end = start + same.len();
        if let Some(i) = same[0].checked_sub(1) {
            runs.push(LagRun {
                start,
                end,
                lag: lags[i],
            });
        }
        start = end;
    }
    runs
}

/// One bit for each state at each time: 30 minutes with 400 lags take 4.5 MB.
struct BitTable(Vec<u64>);

impl BitTable {
    fn new(n: usize) -> Self {
        Self(vec![0; n.div_ceil(64)])
    }

    fn set(&mut self, i: usize) {
        self.0[i / 64] |= 1 << (i % 64);
    }

    fn get(&self, i: usize) -> bool {
        self.0[i / 64] >> (i % 64) & 1 == 1
    }
}
