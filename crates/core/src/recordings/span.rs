//! A stretch of a recording, and its form in addresses: the Media Fragments of the W3C.

use std::fmt;

use super::offset::{self, MAX_MS};

/// A stretch of a recording, from `start_ms` up to but not with `end_ms`; without one, to its end.
///
/// What [`Span::new`] makes is never empty. It may still lie behind the end of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// Where it starts, in milliseconds.
    pub start_ms: u64,
    /// Where it ends, in milliseconds.
    pub end_ms: Option<u64>,
}

impl Span {
    /// The span from `start_ms` to `end_ms`, if that is longer than nothing.
    pub fn new(start_ms: u64, end_ms: Option<u64>) -> Option<Self> {
        let is_good = start_ms <= MAX_MS && end_ms.is_none_or(|end_ms| start_ms < end_ms);
        is_good.then_some(Self { start_ms, end_ms })
    }

    /// What the `t` of a fragment such as `t=228,241` names; the last that names anything.
    ///
    /// Read are seconds, `3:48` and `1:02:33`, also with `npt:` before them, and what players write
    /// (`1m30s`). Other clocks, such as frames of a film, are passed over.
    pub fn from_fragment(fragment: &str) -> Option<Self> {
        let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
        let pairs = url::form_urlencoded::parse(fragment.as_bytes());
        let spans = pairs.filter(|(name, _)| name == "t");
        spans
            .filter_map(|(_, value)| Self::from_value(&value))
            .last()
    }

    /// What `228,241` names.
    pub(super) fn from_value(value: &str) -> Option<Self> {
        let value = value.strip_prefix("npt:").unwrap_or(value);
        let (start, end) = match value.split_once(',') {
            Some(("", end)) => (0, Some(offset::ms(end)?)),
            Some((start, end)) => (offset::ms(start)?, Some(offset::ms(end)?)),
            None => (offset::ms(value)?, None),
        };
        Self::new(start, end)
    }

    /// What is left of it in a recording that is so long; at least the moment at its end.
    #[must_use]
    pub fn within(self, duration_ms: u64) -> Self {
        Self {
            start_ms: self.start_ms.min(duration_ms),
            end_ms: self.end_ms.filter(|end_ms| *end_ms < duration_ms),
        }
    }

    /// Its start in seconds: `228`, `1349.5`.
    pub fn start(self) -> Seconds {
        Seconds(self.start_ms)
    }

    /// Its end in seconds, if it has one.
    pub fn end(self) -> Option<Seconds> {
        self.end_ms.map(Seconds)
    }

    /// It as people write it: `3:48`, `1:02:33`, `3:48 – 4:01`.
    pub fn clock(self) -> String {
        match self.end_ms {
            Some(end_ms) => format!("{} – {}", clock(self.start_ms), clock(end_ms)),
            None => clock(self.start_ms),
        }
    }
}

fn clock(ms: u64) -> String {
    let seconds = ms / 1_000;
    let (h, m, s) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match h {
        0 => format!("{m}:{s:02}"),
        _ => format!("{h}:{m:02}:{s:02}"),
    }
}

/// The fragment of an address that names the span: `t=228,241`, in seconds as the standard has it.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "t={}", self.start())?;
        self.end().map_or(Ok(()), |end| write!(f, ",{end}"))
    }
}

/// A time of so many milliseconds, written in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seconds(u64);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, ms) = (self.0 / 1_000, self.0 % 1_000);
        if ms == 0 {
            return write!(f, "{seconds}");
        }
        let decimals = format!("{ms:03}");
        write!(f, "{seconds}.{}", decimals.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The start and the end in seconds that `fragment` names.
    fn read(fragment: &str) -> Option<(f64, Option<f64>)> {
        let seconds = |ms: u64| ms as f64 / 1_000.0;
        let span = Span::from_fragment(fragment)?;
        Some((seconds(span.start_ms), span.end_ms.map(seconds)))
    }

    #[test]
    fn fragments_are_read_as_the_standard_says_for_ten_seconds() {
        // https://www.w3.org/TR/media-frags/#processing-media-fragment-URIs, for media of 10 s.
        for (fragment, expected) in [
            ("t=,", None),
            ("t=3,", None),
            ("t=3,3", None),
            ("t=7,3", None),
            ("t=3", Some((3_000, None))),
            ("t=,7", Some((0, Some(7_000)))),
            ("t=3,7", Some((3_000, Some(7_000)))),
            ("t=3,15", Some((3_000, None))),
            ("t=15", Some((10_000, None))),
            ("t=15,20", Some((10_000, None))),
        ] {
            let span = Span::from_fragment(fragment).map(|span| span.within(10_000));
            let expected = expected.map(|(start_ms, end_ms)| Span { start_ms, end_ms });
            assert_eq!(span, expected, "{fragment}");
        }
    }

    #[test]
    fn every_way_to_write_a_time_is_read() {
        for (fragment, expected) in [
            ("#t=228", (228.0, None)),
            ("t=npt:228,241", (228.0, Some(241.0))),
            ("t=npt%3A10.5,20", (10.5, Some(20.0))),
            ("t=1349.5", (1349.5, None)),
            ("t=10.", (10.0, None)),
            ("t=10.1239", (10.123, None)),
            ("t=3:48", (228.0, None)),
            ("t=03:48,04:01", (228.0, Some(241.0))),
            ("t=1:02:33,1:05:00.25", (3753.0, Some(3900.25))),
            ("t=0:02:33", (153.0, None)),
            ("t=1m30s", (90.0, None)),
            ("a=b&t=3&xywh=1,2,3,4", (3.0, None)),
            ("t=3&t=4", (4.0, None)),
            ("t=3&t=x", (3.0, None)),
        ] {
            assert_eq!(read(fragment), Some(expected), "{fragment}");
        }
    }

    #[test]
    fn what_names_no_time_is_no_span() {
        for fragment in [
            "",
            "t",
            "t=",
            "t=x",
            "t=-1",
            "t=+1",
            "T=1",
            "t=1,2,3",
            "t= 1",
            "t=.5",
            "t=1:2",
            "t=1:60",
            "t=60:00:",
            "t=1:02:33:05",
            "t=smpte:10:12:33:20",
            "t=clock:2009-07-26T11:19:01Z",
            "t=99999999999999999999",
            "t=1e3",
            "comment-3",
            "3:48",
            "t=:30",
            "t=npt:",
            "t=1m2",
            "t=1s1m",
        ] {
            assert_eq!(read(fragment), None, "{fragment}");
        }
    }

    #[test]
    fn a_span_is_written_in_seconds_and_reads_back() {
        for (start_ms, end_ms, written, clock) in [
            (228_000, Some(241_000), "t=228,241", "3:48 – 4:01"),
            (1_349_500, None, "t=1349.5", "22:29"),
            (0, Some(5), "t=0,0.005", "0:00 – 0:00"),
            (
                3_753_020,
                Some(3_900_000),
                "t=3753.02,3900",
                "1:02:33 – 1:05:00",
            ),
        ] {
            let span = Span::new(start_ms, end_ms).unwrap();
            assert_eq!(span.to_string(), written);
            assert_eq!(span.clock(), clock);
            assert_eq!(Span::from_fragment(written), Some(span));
        }
    }
}
