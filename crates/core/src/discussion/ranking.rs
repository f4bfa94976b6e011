//! How comments rank against each other.

use crate::discussion::vote::VoteTally;

/// Wilson bounds are stored as integers in units of one billionth.
const SCALE: f64 = 1e9;

/// How much of a vote a reaction is that counts for a comment.
const LIKED: f64 = 0.5;

/// The lower bound of the Wilson interval at 95 % for the share of votes that are up, in billionths.
///
/// What "Best" sorts by: a comment with 9 of 10 outranks one with 1 of 1. Zero without votes.
/// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
/// JASA 22 (1927), with z = 1.959964.
pub fn wilson_lower_bound(tally: VoteTally) -> i64 {
    best(tally, 0)
}

/// What a comment ranks by in "Best": as [`wilson_lower_bound`], with `liked` readers who gave it a reaction
/// that counts for it, each of whom is half a vote.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "counts are small"
)]
pub fn best(tally: VoteTally, liked: i64) -> i64 {
    const Z: f64 = 1.959_964;
    let up = LIKED * liked as f64 + tally.up as f64;
    let n = up + tally.down as f64;
    if n <= 0.0 {
        return 0;
    }
    let share = up / n;
    let centre = share + Z * Z / (2.0 * n);
    let margin = Z * ((share * (1.0 - share) + Z * Z / (4.0 * n)) / n).sqrt();
    let bound = (centre - margin) / (1.0 + Z * Z / n);
    (bound.max(0.0) * SCALE).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(up: i64, down: i64) -> i64 {
        wilson_lower_bound(VoteTally { up, down })
    }

    #[test]
    fn the_bound_is_the_published_one() {
        assert_eq!(bound(0, 0), 0);
        assert_eq!(bound(1, 0) / 1_000_000, 206);
        assert_eq!(bound(9, 1) / 1_000_000, 595);
        assert_eq!(bound(90, 10) / 1_000_000, 825);
    }

    #[test]
    fn a_reader_who_reacted_is_half_a_vote() {
        let tally = |up, down| VoteTally { up, down };
        assert_eq!(best(tally(7, 1), 4), bound(9, 1));
        assert_eq!(best(tally(0, 0), 2), bound(1, 0));
        assert!(best(tally(3, 1), 1) < bound(4, 1));
        assert!(best(tally(0, 5), 0) == 0 && best(tally(0, 0), 0) == 0);
    }

    #[test]
    fn more_evidence_for_the_same_share_ranks_higher() {
        assert!(bound(90, 10) > bound(9, 1));
        assert!(bound(9, 1) > bound(1, 0));
        assert_eq!(bound(0, 5), 0);
    }
}
