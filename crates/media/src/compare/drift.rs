//! Whether a cut plays faster or slower than its recording.
//!
//! Then its lags grow or shrink all the way, and every piece falls into fragments. The cut's
//! fingerprint is taken again with another hop, until the fragments are whole.

use super::path::LagRun;

/// Fragments that follow each other: a gap of less than 0.8 s, and a step of less than 0.4 s.
const MAX_GAP: usize = 40;
const MAX_STEP: u64 = 20;

/// What it takes: so many pairs of them, mostly of one slope, of at least 0.2 %.
const MIN_PAIRS: usize = 4;
const MIN_ALIKE: f64 = 0.6;
const MIN_SLOPE: f64 = 0.002;

/// Less than 0.2 s is no fragment to measure a slope with.
const MIN_WORDS: usize = 10;

/// Returns how much faster the cut seems to play, if its runs look like that.
pub(super) fn estimate(runs: &[LagRun]) -> Option<f64> {
    let runs: Vec<LagRun> = runs
        .iter()
        .copied()
        .filter(|run| run.len() >= MIN_WORDS)
        .collect();
    let follows = |pair: &&[LagRun]| {
        let step = pair[1].lag.abs_diff(pair[0].lag);
        pair[1].start - pair[0].end < MAX_GAP && step < MAX_STEP
    };
    let pairs: Vec<&[LagRun]> = runs.windows(2).filter(follows).collect();
    if pairs.len() < MIN_PAIRS || pairs.len() * 2 <= runs.len() {
        return None;
    }
    let steps = pairs.iter().map(|pair| {
        let distance = (pair[1].middle2() - pair[0].middle2()) as f64 / 2.0;
        ((pair[1].lag - pair[0].lag) as f64, distance)
    });
    let steps: Vec<(f64, f64)> = steps.collect();
    let mut slopes: Vec<f64> = steps
        .iter()
        .map(|(step, distance)| step / distance)
        .collect();
    slopes.sort_unstable_by(f64::total_cmp);
    let median = slopes[slopes.len() / 2];
    let is_alike = |slope: f64| (slope - median).abs() <= median.abs() / 2.0;
    let alike = steps
        .iter()
        .filter(|(step, distance)| is_alike(step / distance));
    let (n, step, distance) = alike.fold((0, 0.0, 0.0), |(n, step, distance), next| {
        (n + 1, step + next.0, distance + next.1)
    });
    let slope = step / distance;
    let is_clear = f64::from(n) >= MIN_ALIKE * steps.len() as f64 && slope.abs() > MIN_SLOPE;
    is_clear.then_some(1.0 + slope)
}

/// Returns the speeds to try around an estimate.
pub(super) fn speeds(estimate: f64) -> impl Iterator<Item = f64> {
    (-3..=3).map(move |step| ((estimate * 1000.0).round() + f64::from(step)) / 1000.0)
}

/// Returns the lags that `runs` would have if the cut's fingerprint were taken at `speed`, and their
/// neighbours.
pub(super) fn lags_at(runs: &[LagRun], speed: f64) -> Vec<i64> {
    let lag = |run: &LagRun| {
        let middle = run.middle2() as f64 / 2.0;
        (middle + run.lag as f64 - middle * speed).round() as i64
    };
    let mut lags: Vec<i64> = runs
        .iter()
        .map(lag)
        .flat_map(|lag| lag - 3..=lag + 3)
        .collect();
    lags.sort_unstable();
    lags.dedup();
    lags
}
