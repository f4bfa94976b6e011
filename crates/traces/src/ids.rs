//! How traces and spans are called, and how one server tells another (W3C Trace Context).

use std::fmt;
use std::str::FromStr;

use rejoinder_core::Random;

/// Names a trace, everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceId(u128);

/// Names a span in its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SpanId(u64);

impl TraceId {
    pub(crate) fn new(random: &dyn Random) -> Self {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        // Zero would name none.
        Self(u128::from_be_bytes(bytes).max(1))
    }

    /// A number that is as good as any other, the same for everyone who sees the trace.
    pub(crate) const fn chance(self) -> u64 {
        (self.0 as u64) >> 1
    }
}

impl SpanId {
    pub(crate) fn new(random: &dyn Random) -> Self {
        let mut bytes = [0; 8];
        random.fill(&mut bytes);
        Self(u64::from_be_bytes(bytes).max(1))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The span that something is done for, as one server tells another in the header `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceParent {
    pub(crate) trace: TraceId,
    pub(crate) span: SpanId,
    /// Whether the spans of the trace are sent.
    pub(crate) is_sampled: bool,
}

impl TraceParent {
    /// The trace, where its spans are sent.
    pub fn sampled(&self) -> Option<TraceId> {
        self.is_sampled.then_some(self.trace)
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags = u8::from(self.is_sampled);
        write!(f, "00-{}-{}-{flags:02x}", self.trace, self.span)
    }
}

/// What was read names no span.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a traceparent")]
pub struct NotATraceParent;

impl FromStr for TraceParent {
    type Err = NotATraceParent;

    fn from_str(text: &str) -> Result<Self, NotATraceParent> {
        let mut parts = text.split('-');
        let mut next = |length| number(parts.next(), length).ok_or(NotATraceParent);
        let version = next(2)?;
        let (trace, span, flags) = (next(32)?, next(16)?, next(2)?);
        // A later version may say more behind it, and what is known of it stays as it is.
        let is_whole = parts.next().is_none() || (version > 0 && text.len() <= MAX_BYTES);
        let span = u64::try_from(span).map_err(|_| NotATraceParent)?;
        if version == 0xff || trace == 0 || span == 0 || !is_whole {
            return Err(NotATraceParent);
        }
        Ok(Self {
            trace: TraceId(trace),
            span: SpanId(span),
            is_sampled: flags & 1 == 1,
        })
    }
}

/// The longest that is read, in bytes.
const MAX_BYTES: usize = 256;

/// A number of so many hexadecimal digits, none of them a capital letter.
fn number(text: Option<&str>, length: usize) -> Option<u128> {
    let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let text = text.filter(|text| text.len() == length && text.bytes().all(is_digit))?;
    u128::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn what_another_server_says_reads_back() {
        let read: TraceParent = GIVEN.parse().unwrap();
        assert_eq!(read.to_string(), GIVEN);
        let id = read.sampled().unwrap().to_string();
        assert_eq!(id, "4bf92f3577b34da6a3ce929d0e0e4736");

        let unsampled = GIVEN.replace("-01", "-00");
        let read: TraceParent = unsampled.parse().unwrap();
        assert_eq!(read.sampled(), None);
        assert_eq!(read.to_string(), unsampled);
    }

    #[test]
    fn of_a_later_version_what_is_known_is_read() {
        let later = format!("cc{}-what-follows", &GIVEN[2..]);
        let read: TraceParent = later.parse().unwrap();
        assert_eq!(read.to_string(), GIVEN);
    }

    #[test]
    fn what_names_no_span_is_refused() {
        for bad in [
            "",
            "00",
            &GIVEN.to_uppercase(),
            &GIVEN.replace("00-4", "ff-4"),
            &GIVEN.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            &GIVEN.replace("00f067aa0ba902b7", &"0".repeat(16)),
            &format!("{GIVEN}-more"),
            &format!("cc{}-{}", &GIVEN[2..], "x".repeat(300)),
            &GIVEN.replace('b', "é"),
            &GIVEN.replacen("00-", "0-0", 1),
            &GIVEN.replacen('4', "+", 1),
        ] {
            assert_eq!(bad.parse::<TraceParent>(), Err(NotATraceParent), "{bad}");
        }
    }
}
