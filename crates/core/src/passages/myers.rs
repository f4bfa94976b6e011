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

    /// Where the pattern has at most `max` errors against what ends there and begins where it is best, and
    /// no more than against what ends one character before or behind: the errors and the character, in the
    /// order of `text`.
    pub(super) fn least_anywhere(
        &self,
        text: impl Iterator<Item = char>,
        max: usize,
    ) -> Vec<(usize, usize)> {
        let mut least = Vec::new();
        let (mut at, mut own, mut is_above) = (0, usize::MAX, true);
        self.errors(text, StepCost::Free, |next| {
            if own <= max && is_above && next >= own {
                least.push((own, at - 1));
            }
            is_above = own > next;
            own = next;
            at += 1;
        });
        if own <= max && is_above && at > 0 {
            least.push((own, at - 1));
        }
        least
    }

    /// The errors of the pattern against the first 0, 1, 2 … characters of `text`.
    pub(super) fn errors_from_start(&self, text: impl Iterator<Item = char>) -> Vec<usize> {
        let mut errors = vec![self.len];
        self.errors(text, StepCost::Counted, |own| errors.push(own));
        errors
    }

    /// The fewest of these.
    pub(super) fn least_from_start(&self, text: impl Iterator<Item = char>) -> usize {
        let mut least = self.len;
        self.errors(text, StepCost::Counted, |own| least = least.min(own));
        least
    }

    /// The last of these: the errors against all of `text`.
    pub(super) fn errors_of_all(&self, text: impl Iterator<Item = char>) -> usize {
        let mut errors = self.len;
        self.errors(text, StepCost::Counted, |own| errors = own);
        errors
    }

    /// Show the errors after each character of `text`.
    fn errors(&self, text: impl Iterator<Item = char>, step: StepCost, see: impl FnMut(usize)) {
        match self.n_blocks {
            _ if self.len == 0 => errors_of_nothing(text, step, see),
            1 => self.errors_in(text, step, &mut [EMPTY; 1], see),
            2 => self.errors_in(text, step, &mut [EMPTY; 2], see),
            3 => self.errors_in(text, step, &mut [EMPTY; 3], see),
            4 => self.errors_in(text, step, &mut [EMPTY; 4], see),
            n => self.errors_in(text, step, vec![EMPTY; n].as_mut_slice(), see),
        }
    }

    /// The same in `blocks`, whose number is known where it is small, so that their loop is none.
    #[inline]
    fn errors_in<B: AsMut<[BitBlock]> + ?Sized>(
        &self,
        text: impl Iterator<Item = char>,
        step: StepCost,
        blocks: &mut B,
        mut see: impl FnMut(usize),
    ) {
        let Some((last, blocks)) = blocks.as_mut().split_last_mut() else {
            return;
        };
        let last_bit = (self.len - 1) % BITS;
        let first = Carry {
            up: u64::from(step == StepCost::Counted),
            down: 0,
        };
        let mut errors = self.len;
        for char in text {
            let row = self.row(char);
            let mut carry = first;
            for (block, equal) in blocks.iter_mut().zip(row) {
                carry = block.advance(*equal, carry, BITS - 1);
            }
            let equal = row.last().copied().unwrap_or(0);
            let Carry { up, down } = last.advance(equal, carry, last_bit);
            errors = errors + usize::from(up != 0) - usize::from(down != 0);
            see(errors);
        }
    }
}

/// What passing over a character before the pattern costs.
#[derive(Clone, Copy, PartialEq)]
enum StepCost {
    /// Nothing: it may begin anywhere.
    Free,
    /// As much as any other error.
    Counted,
}

fn errors_of_nothing(text: impl Iterator<Item = char>, step: StepCost, mut see: impl FnMut(usize)) {
    for at in 1..=text.count() {
        see(if step == StepCost::Counted { at } else { 0 });
    }
}

/// The places of the pattern in one block whose errors are one more or one less than of the place before.
#[derive(Debug, Clone, Copy)]
struct BitBlock {
    more: u64,
    less: u64,
}

const EMPTY: BitBlock = BitBlock {
    more: u64::MAX,
    less: 0,
};

/// The difference of a place to the column before: 1 in `up`, or in `down`, or in neither.
#[derive(Debug, Clone, Copy)]
struct Carry {
    up: u64,
    down: u64,
}

impl BitBlock {
    /// One column; answers the difference at `bit` to the column before.
    #[inline]
    fn advance(&mut self, equal: u64, carried: Carry, bit: usize) -> Carry {
        let Self { more, less } = *self;
        let down = equal | less;
        let equal = equal | carried.down;
        let across = ((equal & more).wrapping_add(more) ^ more) | equal;
        let rises = less | !(across | more);
        let falls = more & across;
        let out = Carry {
            up: rises >> bit & 1,
            down: falls >> bit & 1,
        };
        let rises = rises << 1 | carried.up;
        let falls = falls << 1 | carried.down;
        self.more = falls | !(down | rises);
        self.less = rises & down;
        out
    }
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

    /// The places that are no worse than the one behind and better than the one before.
    fn least_of(errors: &[usize], max: usize) -> Vec<(usize, usize)> {
        let is_least = |at: &usize| {
            let own = errors[*at];
            let before = at.checked_sub(1).map(|before| errors[before]);
            own <= max
                && before.is_none_or(|before| before > own)
                && errors.get(at + 1).is_none_or(|next| *next >= own)
        };
        let least = (0..errors.len()).filter(is_least);
        least.map(|at| (errors[at], at)).collect()
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

            let max = below(pattern.len() + 1);
            let least = ready.least_anywhere(text.iter().copied(), max);
            let from_start = ready.errors_from_start(text.iter().copied());

            let anywhere = &by_table(&pattern, &text, 0)[1..];
            assert_eq!(least, least_of(anywhere, max));
            assert_eq!(from_start, by_table(&pattern, &text, 1));
            let all = text.iter().copied();
            assert_eq!(Some(&ready.errors_of_all(all.clone())), from_start.last());
            assert_eq!(Some(&ready.least_from_start(all)), from_start.iter().min());
        }
    }
}
