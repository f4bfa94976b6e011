//! Points in time, and where they come from.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A point in time: microseconds since 1970 in UTC, which is also how it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(i64);

impl Time {
    /// The time `micros` microseconds after the start of 1970.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the start of 1970.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole milliseconds since the start of 1970.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Whole seconds since the start of 1970.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// How long ago `earlier` was, or zero when it lies ahead.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    /// This time, `wait` later; the end of time when that does not fit.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)),
        )
    }

    /// This time, `wait` earlier.
    #[must_use]
    pub fn before(self, wait: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)),
        )
    }

    /// This time as HTTP and RSS write it: `Mon, 23 Nov 2026 05:24:00 GMT`.
    pub fn in_http(self) -> impl fmt::Display {
        self.timestamp().strftime("%a, %d %b %Y %H:%M:%S GMT")
    }

    /// The time that HTTP writes as `Mon, 23 Nov 2026 05:24:00 GMT`.
    pub fn from_http(text: &str) -> Option<Self> {
        let parsed = DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", text).ok()?;
        let stamp = parsed.to_zoned(TimeZone::UTC).ok()?.timestamp();
        Some(Self(stamp.as_microsecond()))
    }

    /// RFC 3339 in UTC, to the microsecond: `2026-11-23T05:24:00.000001Z`.
    pub fn precise(self) -> String {
        self.timestamp().to_string()
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// RFC 3339 in UTC, to the second: `2026-11-23T05:24:00Z`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").fmt(f)
    }
}

/// Reads RFC 3339 with any offset.
impl FromStr for Time {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let timestamp: Timestamp = text.parse().map_err(|_| NotATime)?;
        Ok(Self(timestamp.as_microsecond()))
    }
}

/// A text that is not a time in RFC 3339.
#[derive(Debug, thiserror::Error)]
#[error("not a time such as 2026-11-23T05:24:00Z")]
pub struct NotATime;

/// Tells the time. The only way for the program to learn it.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Time;

    /// A time for how long something takes or is good for: it moves on evenly, whatever is done to the
    /// machine's clock, and says nothing of the date. Never stored, nor compared with another process's.
    fn steady(&self) -> Time;
}

/// A clock that stands still until it is moved, for tests and reproducible content.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that shows `time`.
    pub const fn at(time: Time) -> Self {
        Self(AtomicI64::new(time.0))
    }

    /// Move the clock forward.
    pub fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::SeqCst))
    }

    fn steady(&self) -> Time {
        self.now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_back_as_it_was_written() {
        let time: Time = "2026-11-23T07:24:00+02:00".parse().unwrap();
        assert_eq!(time.to_string(), "2026-11-23T05:24:00Z");
        assert_eq!(time.to_string().parse::<Time>().unwrap(), time);
        let http = "Mon, 23 Nov 2026 05:24:00 GMT";
        assert_eq!(time.in_http().to_string(), http);
        assert_eq!(Time::from_http(http), Some(time));
        for wrong in ["", "120", "Mon, 31 Feb 2026 05:24:00 GMT"] {
            assert_eq!(Time::from_http(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_time_ahead_is_zero_ago() {
        let now = Time::from_micros(10);
        assert_eq!(now.since(Time::from_micros(20)), Duration::ZERO);
        assert_eq!(now.since(Time::from_micros(4)), Duration::from_micros(6));
    }
}
