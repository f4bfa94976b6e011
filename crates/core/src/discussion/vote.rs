//! Votes on comments.

/// What a reader thinks of a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vote {
    /// Agreement, +1.
    Up,
    /// Disagreement, −1.
    Down,
}

impl Vote {
    /// +1 or −1.
    pub const fn value(self) -> i64 {
        match self {
            Self::Up => 1,
            Self::Down => -1,
        }
    }

    /// The vote of a stored or received value: 0 means none, anything but −1, 0, 1 is no vote.
    pub const fn from_value(value: i64) -> Option<Option<Self>> {
        match value {
            1 => Some(Some(Self::Up)),
            -1 => Some(Some(Self::Down)),
            0 => Some(None),
            _ => None,
        }
    }
}

/// The votes on one comment, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VoteTally {
    /// How many are for it.
    pub up: i64,
    /// How many are against it.
    pub down: i64,
}

impl VoteTally {
    /// The net score.
    pub const fn score(self) -> i64 {
        self.up - self.down
    }

    /// The count after a reader's vote changed from `before` to `after`.
    #[must_use]
    pub fn changed(self, before: Option<Vote>, after: Option<Vote>) -> Self {
        let count = |vote: Option<Vote>, kind: Vote| i64::from(vote == Some(kind));
        Self {
            up: self.up - count(before, Vote::Up) + count(after, Vote::Up),
            down: self.down - count(before, Vote::Down) + count(after, Vote::Down),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_vote_moves_both_counts() {
        let tally = VoteTally { up: 3, down: 1 };
        assert_eq!(
            tally.changed(Some(Vote::Up), Some(Vote::Down)),
            VoteTally { up: 2, down: 2 }
        );
        assert_eq!(
            tally.changed(None, Some(Vote::Up)),
            VoteTally { up: 4, down: 1 }
        );
        assert_eq!(
            tally.changed(Some(Vote::Down), None),
            VoteTally { up: 3, down: 0 }
        );
        assert_eq!(tally.changed(Some(Vote::Up), Some(Vote::Up)), tally);
    }
}
