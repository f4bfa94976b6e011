//! What became of an author's comments, in numbers.

use std::ops::{Add, AddAssign, Mul, Neg, Sub};

use serde::Serialize;

use crate::archive;
use crate::discussion::comment::CommentState;

/// What became of an author's comments; or how much that changes, where it may be less than nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct AuthorRecord {
    /// Stand for everyone to read.
    pub published: i64,
    /// Wait.
    pub held: i64,
    /// Were refused.
    pub rejected: i64,
    /// Are spam.
    pub spam: i64,
    /// Were removed, by whomever.
    pub removed: i64,
    /// Were flagged by readers, whatever came of it.
    pub flagged: i64,
}

impl AuthorRecord {
    /// One comment that has flags.
    pub const FLAGGED: Self = Self {
        published: 0,
        held: 0,
        rejected: 0,
        spam: 0,
        removed: 0,
        flagged: 1,
    };

    /// One comment in this state. While its import is under way it counts as nothing.
    pub fn of(state: CommentState, reason: Option<&str>) -> Self {
        let mut record = Self::default();
        match state {
            CommentState::Published => record.published = 1,
            CommentState::Held => record.held = 1,
            CommentState::Rejected => record.rejected = 1,
            CommentState::Spam => record.spam = 1,
            CommentState::Removed if archive::is_under_way(reason) => {}
            CommentState::Removed => record.removed = 1,
        }
        record
    }

    fn with(self, other: Self, of: impl Fn(i64, i64) -> i64) -> Self {
        Self {
            published: of(self.published, other.published),
            held: of(self.held, other.held),
            rejected: of(self.rejected, other.rejected),
            spam: of(self.spam, other.spam),
            removed: of(self.removed, other.removed),
            flagged: of(self.flagged, other.flagged),
        }
    }
}

impl Add for AuthorRecord {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.with(other, |one, other| one + other)
    }
}

impl AddAssign for AuthorRecord {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for AuthorRecord {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.with(other, |one, other| one - other)
    }
}

impl Neg for AuthorRecord {
    type Output = Self;

    fn neg(self) -> Self {
        Self::default() - self
    }
}

impl Mul<i64> for AuthorRecord {
    type Output = Self;

    fn mul(self, n: i64) -> Self {
        self.with(self, |one, _| one * n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_counts_as_what_its_state_says() {
        for state in CommentState::ALL {
            let record = AuthorRecord::of(state, Some("imported"));
            let counts = [
                (CommentState::Published, record.published),
                (CommentState::Held, record.held),
                (CommentState::Rejected, record.rejected),
                (CommentState::Spam, record.spam),
                (CommentState::Removed, record.removed),
            ];
            for (counted, n) in counts {
                assert_eq!(n, i64::from(counted == state), "{state:?}");
            }
            assert_eq!(record.flagged, 0);
        }
    }

    #[test]
    fn a_comment_whose_import_is_under_way_counts_as_nothing() {
        for (reason, _) in archive::UNDER_WAY {
            let record = AuthorRecord::of(CommentState::Removed, Some(reason));
            assert_eq!(record, AuthorRecord::default(), "{reason}");
        }
        assert_eq!(AuthorRecord::of(CommentState::Removed, None).removed, 1);
    }

    #[test]
    fn records_are_added_and_taken_from_one_another() {
        let one = AuthorRecord::of(CommentState::Spam, None);
        let two = one * 2 + AuthorRecord::FLAGGED;

        assert_eq!((two.spam, two.flagged), (2, 1));
        assert_eq!(two - one, one + AuthorRecord::FLAGGED);
        assert_eq!(two + -two, AuthorRecord::default());
    }
}
