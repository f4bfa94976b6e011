//! How far an import is.

/// How far an import is: first all of the file is read, then all that came of it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// The file is being read.
    Reading {
        /// So many comments stood in it so far.
        n_comments: u64,
    },
    /// What was read is being written; in a dry run it is looked for.
    Writing {
        /// So many comments are there.
        n_done: u64,
        /// So many there will be.
        n_comments: u64,
    },
}

impl Reached {
    /// How many comments were read, or are there.
    pub const fn n_comments(self) -> u64 {
        match self {
            Self::Reading { n_comments } => n_comments,
            Self::Writing { n_done, .. } => n_done,
        }
    }

    /// How far that is in bytes of the files, where `n_read` of their `n_bytes` are read: reading them is one
    /// half of it.
    pub fn n_bytes(self, n_read: u64, n_bytes: u64) -> u64 {
        match self {
            Self::Reading { .. } => n_read / 2,
            Self::Writing { n_done, n_comments } => {
                let half = n_bytes / 2;
                let part = u128::from(half) * u128::from(n_done);
                let part = part.checked_div(u128::from(n_comments)).unwrap_or(0);
                (half + u64::try_from(part).unwrap_or(half)).min(n_bytes)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_is_one_half_and_writing_the_other() {
        let writing = |n_done, n_comments| Reached::Writing { n_done, n_comments };
        assert_eq!(Reached::Reading { n_comments: 7 }.n_bytes(60, 100), 30);
        assert_eq!(writing(0, 8).n_bytes(100, 100), 50);
        assert_eq!(writing(2, 8).n_bytes(100, 100), 62);
        assert_eq!(writing(8, 8).n_bytes(100, 100), 100);
        assert_eq!(writing(0, 0).n_bytes(100, 100), 50);
    }
}
