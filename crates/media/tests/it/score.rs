//! How well a comparison finds what is known to be in a cut.

use rejoinder_media::Comparison;

/// A piece that a cut was made of, in seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Truth {
    pub(crate) cut_start: f64,
    pub(crate) full_start: f64,
    pub(crate) length: f64,
    /// How much faster the cut plays.
    pub(crate) speed: f64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Score {
    /// Of the time that is said to be in the cut, the share that is, within a quarter of a second.
    pub(crate) precision: f64,
    /// Of the time that is in the cut, the share that was found.
    pub(crate) recall: f64,
    /// Seconds by which nine of ten boundaries are off at most, in the full recording.
    pub(crate) boundary_p90: f64,
}

pub(crate) fn score(truth: &[Truth], found: &Comparison) -> Score {
    let (mut n_said, mut n_true, mut n_hits) = (0u32, 0u32, 0u32);
    for step in 0..found.cut_ms / 10 {
        let t = step as f64 / 100.0;
        let is = truth.iter().find_map(|piece| {
            let at = (t - piece.cut_start) * piece.speed;
            (0.0..piece.length)
                .contains(&at)
                .then_some(piece.full_start + at)
        });
        let said = found.pieces.iter().find_map(|piece| {
            let (start, end) = (
                piece.cut.start_ms as f64 / 1000.0,
                piece.cut.end_ms as f64 / 1000.0,
            );
            let share = (t - start) / (end - start);
            let length = piece.full.length_ms() as f64 / 1000.0;
            (0.0..1.0)
                .contains(&share)
                .then_some(piece.full.start_ms as f64 / 1000.0 + share * length)
        });
        n_true += u32::from(is.is_some());
        n_said += u32::from(said.is_some());
        let is_hit = is
            .zip(said)
            .is_some_and(|(is, said)| (is - said).abs() <= 0.25);
        n_hits += u32::from(is_hit);
    }
    let share = |n: u32| {
        if n == 0 {
            1.0
        } else {
            f64::from(n_hits) / f64::from(n)
        }
    };
    Score {
        precision: share(n_said),
        recall: share(n_true),
        boundary_p90: boundary_p90(truth, found),
    }
}

fn boundary_p90(truth: &[Truth], found: &Comparison) -> f64 {
    let seconds = |ms: u64| ms as f64 / 1000.0;
    let nearest = |at: f64, of: fn(&rejoinder_media::compare::TimeSpan) -> u64| {
        let errors = found
            .pieces
            .iter()
            .map(|piece| (seconds(of(&piece.full)) - at).abs());
        errors.fold(f64::INFINITY, f64::min)
    };
    let mut errors: Vec<f64> = truth
        .iter()
        .flat_map(|piece| {
            let end = piece.full_start + piece.length;
            [
                nearest(piece.full_start, |span| span.start_ms),
                nearest(end, |span| span.end_ms),
            ]
        })
        .collect();
    errors.sort_by(f64::total_cmp);
    errors
        .get(errors.len().saturating_sub(1) * 9 / 10)
        .copied()
        .unwrap_or(0.0)
}
