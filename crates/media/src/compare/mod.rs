//! The pieces of a full recording in a cut of it.
//!
//! Words of the cut are laid over all of the full recording to find the lags at which they are alike
//! (`candidates`); the cheapest path gives each moment of the cut one of them or none (`path`); what
//! belongs together becomes a piece, if it is more than an accident (`pieces`). A cut that plays faster
//! or slower is seen by its lags and heard again at its own speed (`drift`). What no piece covers is
//! left out (`omissions`).
//!
//! Of cuts that were encoded again, of synthetic voices mostly, 97 to 100 % of what is found is right
//! and as much of what is there is found. Boundaries are right to 0.1 s in nine of ten; under noise or
//! a second voice, to half a second. The figures are in `bench/results`, made by this crate's examples.

mod candidates;
mod drift;
mod omissions;
mod path;
mod pieces;
mod report;
mod result;
mod span;

pub use omissions::omitted_by_all;
pub use result::{
    Alternate, Comparison, Confidence, MatchedPiece, Omission, OmittedContent, Presence,
};
pub use span::TimeSpan;

use crate::Fingerprint;
use path::LagRun;
use pieces::PieceDraft;

/// A cut to be compared.
#[derive(Debug, Clone, Copy)]
pub struct Cut<'a> {
    /// Its fingerprint.
    pub fingerprint: &'a Fingerprint,
    /// Its sound, as [`SampleKeeping::Samples`](crate::SampleKeeping::Samples) keeps it. Without, a cut that plays faster
    /// or slower than its recording is found in fragments, if at all.
    pub samples: &'a [i16],
}

/// Finds the pieces of `full` in `cut`, and what was left out.
///
/// The work grows with the length of both: 35 minutes and 200 seconds take a second. Calls `progress`
/// with the share that is done, from 0 to 1 and never backwards.
pub fn compare(full: &Fingerprint, cut: Cut<'_>, progress: &mut dyn FnMut(f64)) -> Comparison {
    let own = CutAtSpeed::of(full, cut.fingerprint.clone(), 1.0, &mut |share| {
        progress(share * 0.5);
    });
    let again = faster(full, cut.samples, &own, &mut |share| {
        progress(0.5 + share * 0.5);
    });
    let heard = again.unwrap_or(own);
    let pieces = heard.report(full);
    progress(1.0);
    Comparison {
        full_ms: full.duration_ms(),
        cut_ms: cut.fingerprint.duration_ms(),
        speed: heard.speed,
        omissions: omissions::omissions(
            ComparedSound::of(full),
            pieces.iter().map(|piece| piece.full),
        ),
        pieces,
    }
}

/// One side of a comparison.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ComparedSound<'a> {
    words: &'a [u32],
    levels: &'a [u8],
    /// Below this there is only silence.
    min_level: u8,
    /// Up to this there are only pauses, by the noise and the voices of the recording itself.
    pause_level: u8,
}

impl<'a> ComparedSound<'a> {
    fn of(fingerprint: &'a Fingerprint) -> Self {
        let levels = fingerprint.levels();
        let mut sorted: Vec<u8> = levels.iter().copied().filter(|level| *level > 0).collect();
        sorted.sort_unstable();
        let at = |percent: usize| {
            sorted
                .get(sorted.len() * percent / 100)
                .copied()
                .unwrap_or(0)
        };
        let (noise, median, voice) = (at(5), at(50), at(80));
        // In half decibels: 60 dB below what there mostly is; a little above the noise, but no less
        // than 25 dB below the voices, and no more than 12.
        let min_level = median.saturating_sub(120).max(1);
        let pause_level = noise
            .saturating_add(12)
            .clamp(voice.saturating_sub(50), voice.saturating_sub(24));
        Self {
            words: fingerprint.words(),
            levels,
            min_level,
            pause_level,
        }
    }

    fn is_silent(&self, t: usize) -> bool {
        self.levels[t] < self.min_level
    }

    /// Whether nobody speaks at `t`, or it lies outside.
    fn is_pause(&self, t: i64) -> bool {
        let level = usize::try_from(t).ok().and_then(|t| self.levels.get(t));
        level.is_none_or(|level| *level <= self.pause_level)
    }

    fn at(&self, t: i64) -> Option<u32> {
        usize::try_from(t)
            .ok()
            .and_then(|t| self.words.get(t).copied())
    }
}

/// A cut's words, heard at a speed, and what was found in them.
struct CutAtSpeed {
    fingerprint: Fingerprint,
    speed: f64,
    lags: Vec<i64>,
    runs: Vec<LagRun>,
    drafts: Vec<PieceDraft>,
}

impl CutAtSpeed {
    fn of(
        full: &Fingerprint,
        fingerprint: Fingerprint,
        speed: f64,
        progress: &mut dyn FnMut(f64),
    ) -> Self {
        let lags = candidates::lags(
            ComparedSound::of(full),
            ComparedSound::of(&fingerprint),
            progress,
        );
        Self::at(full, fingerprint, speed, lags)
    }

    fn at(full: &Fingerprint, fingerprint: Fingerprint, speed: f64, lags: Vec<i64>) -> Self {
        let (long, short) = (ComparedSound::of(full), ComparedSound::of(&fingerprint));
        let runs = path::runs(long, short, &lags);
        let drafts = pieces::pieces(long, short, &runs);
        Self {
            fingerprint,
            speed,
            lags,
            runs,
            drafts,
        }
    }

    /// Words of the cut, as it is played, that are in pieces.
    fn n_covered(&self) -> f64 {
        let n_words: usize = self.drafts.iter().map(PieceDraft::n_words).sum();
        n_words as f64 / self.speed
    }

    fn report(&self, full: &Fingerprint) -> Vec<MatchedPiece> {
        let reporter = report::Reporter {
            full: ComparedSound::of(full),
            cut: ComparedSound::of(&self.fingerprint),
            lags: &self.lags,
            speed: self.speed,
        };
        reporter.pieces(&self.drafts)
    }
}

/// Hears the cut again at its own speed, if it seems to have one and fits better then.
fn faster(
    full: &Fingerprint,
    samples: &[i16],
    own: &CutAtSpeed,
    progress: &mut dyn FnMut(f64),
) -> Option<CutAtSpeed> {
    let estimate = drift::estimate(&own.runs)?;
    if samples.is_empty() {
        return None;
    }
    let fits = |heard: &CutAtSpeed| heard.n_covered() >= 0.95 * own.n_covered();
    // With only the lags that are known already, a try costs little.
    let tries = drift::speeds(estimate).map(|speed| {
        let lags = drift::lags_at(&own.runs, speed);
        CutAtSpeed::at(full, Fingerprint::played_at(samples, speed), speed, lags)
    });
    let key = |heard: &CutAtSpeed| (heard.drafts.len(), heard.runs.len());
    let best = tries.filter(fits).min_by_key(key)?;
    let again = CutAtSpeed::of(full, best.fingerprint, best.speed, progress);
    (fits(&again) && again.drafts.len() < own.runs.len()).then_some(again)
}
