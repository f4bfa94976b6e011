//! Lags that pieces of a cut may have.
//!
//! A lag is how many words later something is in the full recording than in the cut. Blocks of two
//! seconds of the cut are laid over every position of the full recording, a quarter of their words
//! being enough. This is nearly all the work of a comparison: full × cut.

use std::collections::BTreeMap;

use super::ComparedSound;

/// Words of a block, and from one block to the next.
const BLOCK: usize = 100;
const STEP: usize = 50;

/// Of a block, each so-manieth word is compared.
const STRIDE: usize = 4;

/// A position whose first words differ in more bits than this is given up.
const FIRST: usize = 8;
const MAX_FIRST_BITS: u32 = 112;

/// The share of bits in which a block may differ.
const MAX_ERROR_RATE: f64 = 0.36;

/// Positions that a block may have, and the words within which two are the same one.
const MAX_POSITIONS: usize = 3;
const NEIGHBOURHOOD: usize = 25;

/// Lags that are looked at further, those with the most evidence.
const MAX_LAGS: usize = 400;

/// Finds lags of `cut` in `full`, in ascending order. Calls `progress` with the share that is done.
pub(super) fn lags(
    full: ComparedSound<'_>,
    cut: ComparedSound<'_>,
    progress: &mut dyn FnMut(f64),
) -> Vec<i64> {
    let phases = phases(full.words);
    let mut pool: BTreeMap<i64, f64> = BTreeMap::new();
    let starts = starts(cut.words.len());
    for (i, &start) in starts.iter().enumerate() {
        progress(i as f64 / starts.len() as f64);
        let end = (start + BLOCK).min(cut.words.len());
        let n_silent = (start..end).filter(|&t| cut.is_silent(t)).count();
        if n_silent * 2 > end - start {
            continue;
        }
        let block: Vec<u32> = cut.words[start..end]
            .iter()
            .step_by(STRIDE)
            .copied()
            .collect();
        for (position, error_rate) in positions(&phases, full.words.len(), &block) {
            *pool.entry(position as i64 - start as i64).or_default() += 0.4 - error_rate;
        }
    }
    best(pool)
}

/// Returns the lags with the most evidence, in ascending order.
fn best(pool: BTreeMap<i64, f64>) -> Vec<i64> {
    let mut pool: Vec<(i64, f64)> = pool.into_iter().collect();
    pool.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    pool.truncate(MAX_LAGS);
    let mut lags: Vec<i64> = pool.into_iter().map(|(lag, _)| lag).collect();
    lags.sort_unstable();
    lags
}

/// Where blocks begin; the last one reaches the end. None does where there are no words, as in a cut
/// that is shorter than one.
fn starts(n_words: usize) -> Vec<usize> {
    if n_words == 0 {
        return Vec::new();
    }
    let last = n_words.saturating_sub(BLOCK);
    let mut starts: Vec<usize> = (0..last).step_by(STEP).collect();
    starts.push(last);
    starts
}

/// Sorts every fourth word behind the other, so that what is compared lies side by side.
fn phases(words: &[u32]) -> [Vec<u32>; STRIDE] {
    std::array::from_fn(|phase| words.iter().skip(phase).step_by(STRIDE).copied().collect())
}

/// Returns where in the full recording `block` may be, and the share of bits that differ.
fn positions(phases: &[Vec<u32>; STRIDE], n_full: usize, block: &[u32]) -> Vec<(usize, f64)> {
    let n_bits = 32 * block.len() as u32;
    let max = (f64::from(n_bits) * MAX_ERROR_RATE) as u32;
    let (first, rest) = block.split_at(FIRST.min(block.len()));
    let mut found: Vec<(usize, u32)> = Vec::new();
    let n_positions = n_full.saturating_sub(STRIDE * (block.len() - 1));
    for (phase, words) in phases.iter().enumerate() {
        for (at, window) in words.windows(block.len()).enumerate() {
            let n_first = n_differing(&window[..first.len()], first);
            if n_first > MAX_FIRST_BITS {
                continue;
            }
            let n = n_first + n_differing(&window[first.len()..], rest);
            let position = STRIDE * at + phase;
            if n <= max && position < n_positions {
                keep(&mut found, position, n);
            }
        }
    }
    found
        .into_iter()
        .map(|(position, n)| (position, f64::from(n) / f64::from(n_bits)))
        .collect()
}

/// Keeps a position if it is among the best; of neighbours, the better one.
fn keep(found: &mut Vec<(usize, u32)>, position: usize, n: u32) {
    let near = found
        .iter()
        .position(|(other, _)| other.abs_diff(position) < NEIGHBOURHOOD);
    match near {
        Some(i) if found[i].1 <= n => return,
        Some(i) => found[i] = (position, n),
        None => found.push((position, n)),
    }
    found.sort_unstable_by_key(|(position, n)| (*n, *position));
    found.truncate(MAX_POSITIONS);
}

fn n_differing(a: &[u32], b: &[u32]) -> u32 {
    a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_the_cut() {
        assert!(starts(0).is_empty());
        assert_eq!(starts(100), [0]);
        assert_eq!(starts(60), [0]);
        assert_eq!(starts(220), [0, 50, 100, 120]);
    }

    #[test]
    fn of_neighbours_the_better_one_is_kept() {
        let mut found = Vec::new();
        for (position, n) in [
            (100, 50),
            (110, 40),
            (90, 60),
            (500, 45),
            (900, 10),
            (700, 44),
        ] {
            keep(&mut found, position, n);
        }
        assert_eq!(found, [(900, 10), (110, 40), (700, 44)]);
    }
}
