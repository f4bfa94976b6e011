//! Where a list of comments goes on.

use std::fmt;
use std::str::FromStr;

use crate::ids::CommentId;

/// The last comment that a client has seen, with its rank in the sort that was asked for.
///
/// Keyset, not offset: what is posted or removed meanwhile neither repeats nor skips a comment.
/// Shown as `rank~id`, or just the id where the sort is by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// The comment's value in the sort (score, Wilson bound, descendants), 0 for sorts by time.
    pub rank: i64,
    /// The comment.
    pub id: CommentId,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rank == 0 {
            return write!(f, "{}", self.id);
        }
        write!(f, "{}~{}", self.rank, self.id)
    }
}

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (rank, id) = text.split_once('~').unwrap_or(("0", text));
        let rank = rank.parse().map_err(|_| NotACursor)?;
        let id = id.parse().map_err(|_| NotACursor)?;
        Ok(Self { rank, id })
    }
}

/// A text that is not a cursor.
#[derive(Debug, thiserror::Error)]
#[error("not a cursor that this server gave")]
pub struct NotACursor;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back() {
        for cursor in [
            Cursor {
                rank: 0,
                id: CommentId(9),
            },
            Cursor {
                rank: -4,
                id: CommentId(9),
            },
        ] {
            assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        }
        assert!("~".parse::<Cursor>().is_err());
        assert!("1~2~0000000000001".parse::<Cursor>().is_err());
    }
}
