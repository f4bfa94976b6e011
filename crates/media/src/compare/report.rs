//! Pieces in words of fingerprints, told in milliseconds and in words of people.

use super::ComparedSound;
use super::path::LagRun;
use super::pieces::{BitTally, PieceDraft};
use super::result::{Alternate, Confidence, MatchedPiece};
use super::span::TimeSpan;
use crate::fingerprint::HOP_MS;

/// What a certain piece has at least and at most.
const CERTAIN_MS: u64 = 3000;
const CERTAIN_RATE: f64 = 0.30;

/// A short piece that is this clear is no accident.
const CLEAR_RATE: f64 = 0.22;

/// Above this, something else sounds with it.
const TALKED_OVER_RATE: f64 = 0.33;

/// How far back a piece must begin to come from before: more than boundaries err.
const MOVED_MS: u64 = 250;

/// How near a piece must be to belong to its neighbour: in the cut, and in the full recording.
const NEAR_CUT_MS: u64 = 1000;
const NEAR_FULL_MS: u64 = 30_000;

/// Other places that are told, how alike they are at least, and how many words away.
const MAX_ALTERNATES: usize = 5;
const ALTERNATE_RATE: f64 = 0.36;
const ALTERNATE_WORDS: u64 = 50;

/// What it takes to tell of pieces.
pub(super) struct Reporter<'a> {
    pub(super) full: ComparedSound<'a>,
    pub(super) cut: ComparedSound<'a>,
    pub(super) lags: &'a [i64],
    pub(super) speed: f64,
}

impl Reporter<'_> {
    pub(super) fn pieces(&self, drafts: &[PieceDraft]) -> Vec<MatchedPiece> {
        let mut pieces: Vec<MatchedPiece> = drafts.iter().map(|draft| self.piece(draft)).collect();
        for i in 1..pieces.len() {
            let before = pieces[i - 1].full.end_ms;
            pieces[i].is_moved = pieces[i].full.start_ms + MOVED_MS < before;
        }
        for i in 0..pieces.len() {
            let belongs = (i > 0 && follows(&pieces[i - 1], &pieces[i]))
                || pieces
                    .get(i + 1)
                    .is_some_and(|next| follows(&pieces[i], next));
            pieces[i].confidence = confidence(&pieces[i], belongs);
        }
        pieces
    }

    fn piece(&self, draft: &PieceDraft) -> MatchedPiece {
        let (first, last) = (draft.first(), draft.last());
        let bit_error_rate = draft.tally(self.full, self.cut).rate();
        let full_ms = |t: usize, lag: i64| {
            let t = (t as i64 + lag).clamp(0, self.full.words.len() as i64);
            t.unsigned_abs() * HOP_MS
        };
        let cut_ms = |t: usize| (t as f64 * HOP_MS as f64 / self.speed).round() as u64;
        let start_ms = full_ms(first.start, first.lag);
        MatchedPiece {
            full: TimeSpan {
                start_ms,
                end_ms: full_ms(last.end, last.lag).max(start_ms),
            },
            cut: TimeSpan {
                start_ms: cut_ms(first.start),
                end_ms: cut_ms(last.end),
            },
            bit_error_rate,
            confidence: Confidence::Likely,
            is_moved: false,
            is_talked_over: bit_error_rate > TALKED_OVER_RATE,
            alternates: self.alternates(draft),
        }
    }

    fn alternates(&self, draft: &PieceDraft) -> Vec<Alternate> {
        let (first, last) = (draft.first(), draft.last());
        let is_other = |lag: i64| {
            draft
                .runs
                .iter()
                .all(|run| run.lag.abs_diff(lag) > ALTERNATE_WORDS)
        };
        let others = self.lags.iter().copied().filter(|lag| is_other(*lag));
        let mut alike: Vec<(f64, i64)> = others
            .map(|lag| {
                let run = LagRun {
                    start: first.start,
                    end: last.end,
                    lag,
                };
                (BitTally::of(run, self.full, self.cut).rate(), lag)
            })
            .filter(|(rate, _)| *rate <= ALTERNATE_RATE)
            .collect();
        alike.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut kept: Vec<(f64, i64)> = Vec::new();
        for (rate, lag) in alike {
            if kept
                .iter()
                .all(|(_, other)| other.abs_diff(lag) > ALTERNATE_WORDS)
            {
                kept.push((rate, lag));
            }
        }
        let told = kept.into_iter().take(MAX_ALTERNATES);
        told.map(|(bit_error_rate, lag)| {
            let start = (first.start as i64 + lag).max(0).unsigned_abs();
            Alternate {
                full_start_ms: start * HOP_MS,
                bit_error_rate,
            }
        })
        .collect()
    }
}

/// Whether `next` goes on where `piece` ends, or after a jump.
fn follows(piece: &MatchedPiece, next: &MatchedPiece) -> bool {
    let gap_ms = next.cut.start_ms.saturating_sub(piece.cut.end_ms);
    let jump_ms = (next.full.start_ms + MOVED_MS).checked_sub(piece.full.end_ms);
    gap_ms <= NEAR_CUT_MS && jump_ms.is_some_and(|jump_ms| jump_ms <= NEAR_FULL_MS)
}

fn confidence(piece: &MatchedPiece, belongs: bool) -> Confidence {
    let is_long = piece.cut.length_ms() >= CERTAIN_MS;
    if is_long && piece.bit_error_rate <= CERTAIN_RATE {
        Confidence::Certain
    } else if is_long || belongs || piece.bit_error_rate <= CLEAR_RATE {
        Confidence::Likely
    } else {
        Confidence::Possible
    }
}
