//! The one place that knows what time it is.
#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::time::Instant;

pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Today in UTC, as `2026-11-23`.
pub(crate) fn today() -> String {
    let mut now = jiff::Timestamp::now().to_string();
    now.truncate("2026-11-23".len());
    now
}
