//! What a cut holds of the recording that it was made from, and what it leaves out.

use serde::{Deserialize, Serialize};

/// A part of a recording, from `start_ms` up to, and without, `end_ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// Milliseconds from the start of the recording.
    pub start_ms: i64,
    /// Later than the start.
    pub end_ms: i64,
}

impl Stretch {
    /// How long it is.
    pub const fn length_ms(self) -> i64 {
        self.end_ms - self.start_ms
    }

    /// How much of it is in `other`, too.
    pub fn shared_ms(self, other: Self) -> i64 {
        let end = self.end_ms.min(other.end_ms);
        (end - self.start_ms.max(other.start_ms)).max(0)
    }
}

/// A part of the recording that the cut holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutPiece {
    /// Where it is in the recording.
    pub whole: Stretch,
    /// Where it is in the cut.
    pub cut: Stretch,
    /// Whether the match leaves no doubt.
    pub is_certain: bool,
    /// Whether what stands before it in the cut stands after it in the recording.
    pub is_moved: bool,
}

/// A part of the recording that the cut does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OmittedStretch {
    /// Where it is in the recording.
    pub whole: Stretch,
    /// Whether nothing is said there.
    pub is_pause: bool,
}

/// A recording beside a cut of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutComparison {
    /// How long the recording is.
    pub whole_ms: i64,
    /// How long the cut is.
    pub cut_ms: i64,
    /// What the cut holds of the recording, in the order of the cut.
    pub pieces: Vec<CutPiece>,
    /// What it does not hold, in the order of the recording.
    pub left_out: Vec<OmittedStretch>,
    /// By how many thousandths the cut plays faster than the recording; slower where it is negative.
    pub faster_permille: i64,
}

impl CutComparison {
    /// How much of the recording the cut holds.
    pub fn kept_ms(&self) -> i64 {
        let left: i64 = self
            .left_out
            .iter()
            .map(|part| part.whole.length_ms())
            .sum();
        (self.whole_ms - left).max(0)
    }

    /// Whether the parts of the cut stand in another order than in the recording.
    pub fn is_reordered(&self) -> bool {
        self.pieces.iter().any(|piece| piece.is_moved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_stretches_share_is_never_less_than_nothing() {
        let stretch = |start_ms, end_ms| Stretch { start_ms, end_ms };
        assert_eq!(stretch(0, 10).shared_ms(stretch(5, 20)), 5);
        assert_eq!(stretch(0, 10).shared_ms(stretch(2, 4)), 2);
        assert_eq!(stretch(0, 10).shared_ms(stretch(10, 20)), 0);
        assert_eq!(stretch(30, 40).shared_ms(stretch(10, 20)), 0);
    }
}
