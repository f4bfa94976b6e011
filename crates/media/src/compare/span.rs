//! Stretches of time.

use serde::{Deserialize, Serialize};

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TimeSpan {
    /// Where it begins.
    pub start_ms: u64,
    /// Where it ends, after its beginning.
    pub end_ms: u64,
}

impl TimeSpan {
    /// Returns its length.
    pub const fn length_ms(self) -> u64 {
        self.end_ms.saturating_sub(self.start_ms)
    }

    /// Returns the length of what both have.
    pub fn shared_ms(self, other: Self) -> u64 {
        let start_ms = self.start_ms.max(other.start_ms);
        self.end_ms.min(other.end_ms).saturating_sub(start_ms)
    }
}

/// Returns the stretches that any of `spans` covers, in order and apart.
pub(super) fn union(spans: impl Iterator<Item = TimeSpan>) -> Vec<TimeSpan> {
    let mut spans: Vec<TimeSpan> = spans.collect();
    spans.sort_unstable();
    let mut apart: Vec<TimeSpan> = Vec::new();
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.start_ms <= last.end_ms => {
                last.end_ms = last.end_ms.max(span.end_ms);
            }
            _ => apart.push(span),
        }
    }
    apart
}
