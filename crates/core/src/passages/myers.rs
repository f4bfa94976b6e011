//! How many characters must be changed, left out or put in to make one text of another: the
//! bit-parallel method of Myers, in blocks as Hyyrö gave it.

use std::collections::HashMap;

const BITS: usize = 64;

/// A text to look for, made ready: where in it each of its characters stands.
pub(super) struct Pattern {
    len: usize,
    n_blocks: usize,
    /// For each character below 65,536 the number of its row; the row 0 is of all others.
    rows: Vec<u16>,
    rare_rows: HashMap<char, u16>,
    /// One bit for each place of the pattern, `n_blocks` words a row.
    bits: Vec<u64>,
}

impl Pattern {
    pub(super) fn new(chars: impl ExactSizeIterator<Item = char> + Clone) -> Self {
        let len = chars.len();
        let n_blocks = len.div_ceil(BITS).max(1);
        let is_common = |char: &char| u32::from(*char) < 0x1_0000;
        let max = chars.clone().filter(is_common).max();
        let mut pattern = Self {
            len,
            n_blocks,
            rows: vec![0; max.map_or(0, |max| max as usize + 1)],
            rare_rows: HashMap::new(),
            bits: vec![0; n_blocks],
        };
        for (at, char) in chars.enumerate() {
            let row = pattern.row_to_fill(char);
            pattern.bits[row * n_blocks + at / BITS] |= 1 << (at % BITS);
        }
        pattern
    }

    fn row_to_fill(&mut self, char: char) -> usize {
        let next = u16::try_from(self.bits.len() / self.n_blocks).unwrap_or(u16::MAX);
        let row = match self.rows.get_mut(char as usize) {
            Some(row) => row,
            None => self.rare_rows.entry(char).or_default(),
        };
        if *row == 0 {
            *row = next;
            self.bits.resize(self.bits.len() + self.n_blocks, 0);
        }
        usize::from(*row)
    }

    fn row(&self, char: char) -> &[u64] {
        let row = match self.rows.get(char as usize) {
            Some(row) => *row,
            None if self.rare_rows.is_empty() => 0,
            None => self.rare_rows.get(&char).copied().unwrap_or(0),
        };
        let start = usize::from(row) * self.n_blocks;
        &self.bits[start..start + self.n_blocks]
    }

    /// The errors of the pattern against what ends after each character of `text` and begins where
    /// it is best.
    pub(super) fn errors_anywhere(&self, text: impl Iterator<Item = char>) -> Vec<usize> {
        self.errors(text, 0)
    }

    /// The errors of the pattern against the first 0, 1, 2 … characters of `text`.
    pub(super) fn errors_from_start(&self, text: impl Iterator<Item = char>) -> Vec<usize> {
        let mut errors = vec![self.len];
        errors.extend(self.errors(text, 1));
        errors
    }

    /// `step` is what passing over a character before the pattern costs.
    fn errors(&self, text: impl Iterator<Item = char>, step: i8) -> Vec<usize> {
        if self.len == 0 {
            let step = usize::from(step > 0);
            return text.enumerate().map(|(at, _)| (at + 1) * step).collect();
        }
        let mut blocks = vec![(u64::MAX, 0); self.n_blocks];
        let last_bit = (self.len - 1) % BITS;
        let mut errors = self.len;
        let mut by_end = Vec::with_capacity(text.size_hint().0);
        for char in text {
            let mut carried = step;
            for (at, (block, equal)) in blocks.iter_mut().zip(self.row(char)).enumerate() {
                let bit = if at + 1 == self.n_blocks {
                    last_bit
                } else {
                    BITS - 1
                };
                carried = advance(block, *equal, carried, bit);
            }
            errors = errors.saturating_add_signed(isize::from(carried));
            by_end.push(errors);
        }
        by_end
    }
}

/// One column of one block: `(more, less)` are the places whose errors are one more or one less than
/// of the place before; answers the difference at `bit` to the column before.
fn advance((more, less): &mut (u64, u64), equal: u64, carried: i8, bit: usize) -> i8 {
    let down = equal | *less;
    let equal = equal | u64::from(carried < 0);
    let across = ((equal & *more).wrapping_add(*more) ^ *more) | equal;
    let rises = *less | !(across | *more);
    let falls = *more & across;
    let out = i8::from(rises >> bit & 1 == 1) - i8::from(falls >> bit & 1 == 1);
    let rises = rises << 1 | u64::from(carried > 0);
    let falls = falls << 1 | u64::from(carried < 0);
    *more = falls | !(down | rises);
    *less = rises & down;
    out
}

#[cfg(test)]
mod tests {
    use crate::FixedRandom;

    use super::Pattern;

    /// The errors by the table that everybody knows, against all that ends at each place.
    fn by_table(pattern: &[char], text: &[char], step: usize) -> Vec<usize> {
        let mut column: Vec<usize> = (0..=pattern.len()).collect();
        let mut by_end = vec![column[pattern.len()]];
        for (at, char) in text.iter().enumerate() {
            let mut above_before = column[0];
            column[0] = (at + 1) * step;
            for row in 1..=pattern.len() {
                let changed = above_before + usize::from(pattern[row - 1] != *char);
                above_before = column[row];
                column[row] = changed.min(column[row] + 1).min(column[row - 1] + 1);
            }
            by_end.push(column[pattern.len()]);
        }
        by_end
    }

    #[test]
    fn the_errors_are_those_of_the_table() {
        let random = FixedRandom::seeded(7);
        let below = |bound: usize| random.next() as usize % bound;
        let letters = ['a', 'b', 'c', ' ', 'ä', '漢', '😀', '😁'];
        let some = |max: usize| -> Vec<char> {
            (0..below(max + 1))
                .map(|_| letters[below(letters.len())])
                .collect()
        };
        for _ in 0..400 {
            let (pattern, text) = (some(300), some(400));
            let ready = Pattern::new(pattern.iter().copied());

            let anywhere = ready.errors_anywhere(text.iter().copied());
            let from_start = ready.errors_from_start(text.iter().copied());

            assert_eq!(anywhere, by_table(&pattern, &text, 0)[1..]);
            assert_eq!(from_start, by_table(&pattern, &text, 1));
        }
    }
}
