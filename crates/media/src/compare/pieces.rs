//! Runs that belong together, and which of them are more than an accident.

use super::ComparedSound;
use super::path::LagRun;

/// Neighbours whose lags differ by no more than this are one piece: 40 ms.
const SAME: u64 = 2;
/// As long as no more than this lies between them, 0.6 s …
const MAX_GAP: usize = 30;
/// … or 12 s in which something of the piece can still be heard, or there is nothing to hear: a pause.
const MAX_BRIDGE: usize = 600;
const MAX_BRIDGE_RATE: f64 = 0.47;
const MIN_BRIDGE_WORDS: usize = 10;

/// What a piece must have: 1.2 s, few enough bits that differ, and enough that do not.
const MIN_WORDS: usize = 60;
const MAX_RATE: f64 = 0.385;
const CHANCE_RATE: f64 = 0.40;
const MIN_EVIDENCE: f64 = 250.0;

/// A piece this clear ends where words differ in more bits than this; how much is looked at, a second.
const MAX_SHARP_RATE: f64 = 0.22;
const SHARP_BITS: f64 = 11.0;
const MAX_SHARPENED: usize = 50;

/// Runs without a gap between them that are one piece.
#[derive(Debug, Clone)]
pub(super) struct PieceDraft {
    pub(super) runs: Vec<LagRun>,
}

/// How many words were compared, and how many of their bits differ.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct BitTally {
    n_words: usize,
    n_bits: u64,
}

impl BitTally {
    pub(super) fn of(run: LagRun, full: ComparedSound<'_>, cut: ComparedSound<'_>) -> Self {
        let mut tally = Self::default();
        for (cut, full) in run.pairs(full, cut) {
            tally.n_words += 1;
            // What is not there is as far off as chance.
            tally.n_bits += full.map_or(16, |full| u64::from((full ^ cut).count_ones()));
        }
        tally
    }

    fn add(self, other: Self) -> Self {
        Self {
            n_words: self.n_words + other.n_words,
            n_bits: self.n_bits + other.n_bits,
        }
    }

    /// Returns the share of bits that differ; where all is silence, as many as by chance.
    pub(super) fn rate(self) -> f64 {
        if self.n_words == 0 {
            0.5
        } else {
            self.n_bits as f64 / (32 * self.n_words) as f64
        }
    }

    fn evidence(self) -> f64 {
        (CHANCE_RATE - self.rate()) * 32.0 * self.n_words as f64
    }
}

impl PieceDraft {
    pub(super) fn first(&self) -> LagRun {
        self.runs[0]
    }

    pub(super) fn last(&self) -> LagRun {
        self.runs[self.runs.len() - 1]
    }

    pub(super) fn n_words(&self) -> usize {
        self.last().end - self.first().start
    }

    pub(super) fn tally(&self, full: ComparedSound<'_>, cut: ComparedSound<'_>) -> BitTally {
        let tallies = self.runs.iter().map(|run| BitTally::of(*run, full, cut));
        tallies.fold(BitTally::default(), BitTally::add)
    }

    /// Puts `next` behind, and what lies between with what is here.
    fn join(&mut self, next: &Self) {
        if let Some(last) = self.runs.last_mut() {
            last.end = next.first().start;
        }
        self.runs.extend_from_slice(&next.runs);
    }
}

/// Makes pieces of runs, in the order of the cut.
pub(super) fn pieces(
    full: ComparedSound<'_>,
    cut: ComparedSound<'_>,
    runs: &[LagRun],
) -> Vec<PieceDraft> {
    let trimmed = runs
        .iter()
        .map(|run| trimmed(*run, full, cut))
        .filter(|run| run.len() > 0);
    let mut drafts: Vec<PieceDraft> = trimmed.map(|run| PieceDraft { runs: vec![run] }).collect();
    merge(&mut drafts, |before, after| {
        is_same(before, after) && gap(before, after).len() < MAX_GAP
    });
    let bridged = |before: &PieceDraft, after: &PieceDraft| {
        let gap = gap(before, after);
        is_same(before, after) && gap.len() <= MAX_BRIDGE && is_heard(gap, full, cut)
    };
    merge(&mut drafts, bridged);
    drafts.retain(|draft| is_piece(draft, full, cut));
    // An accident may have stood between two halves.
    merge(&mut drafts, bridged);
    drafts
        .iter_mut()
        .for_each(|draft| sharpen(draft, full, cut));
    drafts
}

/// Silence costs the same at every lag. Where the recording speaks, it is none of it.
fn trimmed(run: LagRun, full: ComparedSound<'_>, cut: ComparedSound<'_>) -> LagRun {
    let belongs = |t: &usize| !cut.is_silent(*t) || full.is_pause(*t as i64 + run.lag);
    let start = (run.start..run.end).find(belongs).unwrap_or(run.end);
    let end = (start..run.end).rfind(belongs).map_or(start, |t| t + 1);
    LagRun { start, end, ..run }
}

fn merge(drafts: &mut Vec<PieceDraft>, belong: impl Fn(&PieceDraft, &PieceDraft) -> bool) {
    let mut merged: Vec<PieceDraft> = Vec::with_capacity(drafts.len());
    for next in drafts.drain(..) {
        match merged.last_mut() {
            Some(before) if belong(before, &next) => before.join(&next),
            _ => merged.push(next),
        }
    }
    *drafts = merged;
}

fn is_same(before: &PieceDraft, after: &PieceDraft) -> bool {
    before.last().lag.abs_diff(after.first().lag) <= SAME
}

/// What lies between, at the lag of what was before.
fn gap(before: &PieceDraft, after: &PieceDraft) -> LagRun {
    let last = before.last();
    LagRun {
        start: last.end,
        end: after.first().start,
        lag: last.lag,
    }
}

/// Whether the recording can be heard in a gap, as far as it says something there.
fn is_heard(gap: LagRun, full: ComparedSound<'_>, cut: ComparedSound<'_>) -> bool {
    let says = |t: &usize| !full.is_pause(*t as i64 + gap.lag);
    let words = (gap.start..gap.end).filter(says);
    let tallies = words.map(|t| BitTally::of(gap.word(t), full, cut));
    let tally = tallies.fold(BitTally::default(), BitTally::add);
    tally.n_words <= MIN_BRIDGE_WORDS || tally.rate() < MAX_BRIDGE_RATE
}

/// Takes from both ends what fits much worse than the rest.
///
/// The path stays at a lag as long as that costs less than none, which is right for noisy pieces; a
/// clear one ends where it is clear no more.
fn sharpen(draft: &mut PieceDraft, full: ComparedSound<'_>, cut: ComparedSound<'_>) {
    if draft.tally(full, cut).rate() > MAX_SHARP_RATE {
        return;
    }
    let gain = |run: LagRun, t: usize| {
        let word = BitTally::of(run.word(t), full, cut);
        word.n_bits as f64 - SHARP_BITS * word.n_words as f64
    };
    let most = MAX_SHARPENED.min(draft.n_words() / 4);
    if let Some(first) = draft.runs.first_mut() {
        let words = first.start..first.end.min(first.start + most);
        first.start += best_length(words.map(|t| gain(*first, t)));
    }
    if let Some(last) = draft.runs.last_mut() {
        let words = last.start.max(last.end.saturating_sub(most))..last.end;
        last.end -= best_length(words.rev().map(|t| gain(*last, t)));
    }
}

/// Returns how many of `gains`, from the first on, sum to the most.
fn best_length(gains: impl Iterator<Item = f64>) -> usize {
    let (mut sum, mut best) = (0.0, (0, 0.0));
    for (i, gain) in gains.enumerate() {
        sum += gain;
        if sum > best.1 {
            best = (i + 1, sum);
        }
    }
    best.0
}

fn is_piece(draft: &PieceDraft, full: ComparedSound<'_>, cut: ComparedSound<'_>) -> bool {
    let tally = draft.tally(full, cut);
    draft.n_words() >= MIN_WORDS && tally.rate() < MAX_RATE && tally.evidence() > MIN_EVIDENCE
}
