//! How comments rank against each other.

use crate::discussion::vote::Tally;

/// Wilson bounds are stored as integers in units of one billionth.
const SCALE: f64 = 1e9;

/// The lower bound of the Wilson interval at 95 % for the share of votes that are up, in billionths.
///
/// What "Best" sorts by: a comment with 9 of 10 outranks one with 1 of 1. Zero without votes.
/// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
/// JASA 22 (1927), with z = 1.959964.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "counts are small"
)]
pub fn wilson_lower_bound(tally: Tally) -> i64 {
    const Z: f64 = 1.959_964;
    let n = (tally.up + tally.down) as f64;
    if n <= 0.0 {
        return 0;
    }
    let share = tally.up as f64 / n;
    let centre = share + Z * Z / (2.0 * n);
    let margin = Z * ((share * (1.0 - share) + Z * Z / (4.0 * n)) / n).sqrt();
    let bound = (centre - margin) / (1.0 + Z * Z / n);
    (bound.max(0.0) * SCALE).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(up: i64, down: i64) -> i64 {
        wilson_lower_bound(Tally { up, down })
    }

    #[test]
    fn the_bound_is_the_published_one() {
        assert_eq!(bound(0, 0), 0);
        assert_eq!(bound(1, 0) / 1_000_000, 206);
        assert_eq!(bound(9, 1) / 1_000_000, 595);
        assert_eq!(bound(90, 10) / 1_000_000, 825);
    }

    #[test]
    fn more_evidence_for_the_same_share_ranks_higher() {
        assert!(bound(90, 10) > bound(9, 1));
        assert!(bound(9, 1) > bound(1, 0));
        assert_eq!(bound(0, 5), 0);
    }
}
