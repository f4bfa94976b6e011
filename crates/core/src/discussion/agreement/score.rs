//! What a comment is worth to both sides.

use crate::discussion::agreement::sides::Side;
use crate::discussion::vote::{Vote, VoteTally};

/// With fewer votes of a side nothing is said of what it likes.
const MIN_VOTES: i64 = 3;

/// With fewer votes of a side a comment gets no badge.
const MIN_VOTES_FOR_BADGE: i64 = 5;

/// From this share of both sides on a comment has the badge,
const BADGE_FROM: f64 = 0.60;

/// and loses it below this one, so that it does not come and go with single votes.
const BADGE_UNTIL: f64 = 0.57;

/// Scores are stored as integers in units of one billionth.
const SCALE: f64 = 1e9;

/// The least rank of a comment on which both sides have voted enough. Ranks of others are below it: they
/// are Wilson bounds, at most a billion.
pub const LEAST_RANK: i64 = 10_000_000_000;

/// The votes on a comment by the side of the voter; those on neither side are in neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SideTallies {
    /// Of the one side.
    pub a: VoteTally,
    /// Of the other.
    pub b: VoteTally,
}

/// What is to be known of a comment in the order "agreed".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Agreement {
    /// What it ranks by, once both sides have voted enough.
    pub rank: Option<i64>,
    /// Whether it has the badge.
    pub has_badge: bool,
}

impl SideTallies {
    /// The count after the vote of somebody on `side` changed from `before` to `after`.
    #[must_use]
    pub fn changed(mut self, side: Side, before: Option<Vote>, after: Option<Vote>) -> Self {
        let tally = match side {
            Side::A => &mut self.a,
            Side::B => &mut self.b,
        };
        *tally = tally.changed(before, after);
        self
    }

    /// Whether nobody of either side has voted.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// The product of both sides' shares: high only if both like it. Each share starts from one half, so
    /// that few votes say little.
    pub fn score(self) -> f64 {
        share(self.a) * share(self.b)
    }

    /// How it stands, after it had the badge or not. `None` of a comment without any such vote.
    #[expect(clippy::cast_possible_truncation, reason = "a score is below 1")]
    pub fn agreement(self, had_badge: bool) -> Agreement {
        let least_votes = votes(self.a).min(votes(self.b));
        let is_ranked = least_votes >= MIN_VOTES;
        let least_share = share(self.a).min(share(self.b));
        let has_badge = match had_badge {
            true => is_ranked && least_share >= BADGE_UNTIL,
            false => least_votes >= MIN_VOTES_FOR_BADGE && least_share >= BADGE_FROM,
        };
        Agreement {
            rank: is_ranked.then(|| LEAST_RANK + (self.score() * SCALE).round() as i64),
            has_badge,
        }
    }
}

const fn votes(tally: VoteTally) -> i64 {
    tally.up + tally.down
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn share(tally: VoteTally) -> f64 {
    (tally.up as f64 + 1.0) / (votes(tally) as f64 + 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn divided(a: (i64, i64), b: (i64, i64)) -> SideTallies {
        let tally = |(up, down)| VoteTally { up, down };
        SideTallies {
            a: tally(a),
            b: tally(b),
        }
    }

    #[test]
    fn which_side_is_which_does_not_matter() {
        for (a, b) in [((3, 1), (0, 9)), ((0, 0), (7, 7)), ((12, 3), (2, 1))] {
            let (one, other) = (divided(a, b), divided(b, a));
            assert_eq!(one.agreement(false), other.agreement(false));
            assert!((one.score() - other.score()).abs() < f64::EPSILON);
        }
    }

    #[test]
    fn likes_of_both_sides_never_lower_a_comment() {
        for (a_up, a_down, b_up, b_down) in
            (0..4_096).map(|n| (n & 7, n >> 3 & 7, n >> 6 & 7, n >> 9))
        {
            let before = divided((a_up, a_down), (b_up, b_down));
            let after = divided((a_up + 1, a_down), (b_up + 1, b_down));
            assert!(after.score() >= before.score(), "{before:?}");
            assert!(after.agreement(false).rank >= before.agreement(false).rank);
        }
    }

    #[test]
    fn a_thousand_likes_of_one_side_are_not_enough() {
        let liked = divided((1_000, 0), (2, 0));
        assert_eq!(liked.agreement(false), Agreement::default());
        let third = liked.changed(Side::B, None, Some(Vote::Up));
        assert!(third.agreement(false).rank.is_some());
    }

    #[test]
    fn the_badge_does_not_come_and_go_with_single_votes() {
        let badge = |a, b, had| divided(a, b).agreement(had).has_badge;
        assert!(!badge((4, 0), (9, 0), false));
        assert!(badge((5, 0), (9, 0), false));
        // 26 of 43: 0.6; 25 of 43: 0.581; 24 of 43: 0.558.
        assert!(badge((26, 17), (9, 0), false));
        assert!(!badge((25, 18), (9, 0), false));
        assert!(badge((25, 18), (9, 0), true));
        assert!(!badge((24, 19), (9, 0), true));
    }

    #[test]
    fn every_ranked_comment_is_above_every_other() {
        let worst = divided((0, 1_000_000), (0, 1_000_000)).agreement(false);
        assert!(worst.rank.unwrap() >= LEAST_RANK);
        let best = crate::discussion::ranking::wilson_lower_bound(VoteTally {
            up: 1_000_000_000,
            down: 0,
        });
        assert!(best < LEAST_RANK);
    }
}
