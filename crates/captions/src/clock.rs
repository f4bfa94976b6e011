//! Times as files write them.

/// Reads a time of a clock at the start of `text`: `m:ss`, `h:mm:ss`, with a fraction after `.` or
/// `,`. Returns milliseconds and what follows.
///
/// Minutes of `m:ss` may be more than 59. What goes on as a number or with another group is no time,
/// and neither is 16:9.
pub(crate) fn leading(text: &str) -> Option<(i64, &str)> {
    leading_of(text, 2)
}

/// Reads a time whose groups below the first have `min_digits` at least.
fn leading_of(text: &str, min_digits: usize) -> Option<(i64, &str)> {
    let (is_negative, rest) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (first, mut rest) = digits(rest);
    let mut groups = vec![number(first, 6)?];
    while let Some((group, after)) = next_group(rest) {
        let is_low = group.len() >= min_digits && groups.len() < 3;
        groups.push(number(group, 2).filter(|n| is_low && *n < 60)?);
        rest = after;
    }
    let seconds = match groups[..] {
        [minutes, seconds] => minutes * 60 + seconds,
        // Above an hour, minutes are below 60 as all that is not first.
        [hours, minutes, seconds] => (hours * 60 + minutes) * 60 + seconds,
        _ => return None,
    };
    let (fraction_ms, rest) = fraction(rest);
    if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let ms = seconds * 1_000 + fraction_ms;
    Some((if is_negative { -ms } else { ms }, rest))
}

/// The digits after a colon, and what follows them.
fn next_group(text: &str) -> Option<(&str, &str)> {
    let (group, after) = digits(text.strip_prefix(':')?);
    (!group.is_empty()).then_some((group, after))
}

/// A time that is all of `text`.
pub(crate) fn whole(text: &str) -> Option<i64> {
    leading_of(text.trim(), 1)
        .filter(|(_, rest)| rest.is_empty())
        .map(|(ms, _)| ms)
}

/// Seconds as milliseconds; nothing of what is no number or larger than any recording.
pub(crate) fn of_seconds(seconds: f64) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is far below the largest whole number"
    )]
    let ms = || (seconds * 1_000.0).round() as i64;
    (seconds.abs() < 1e9).then(ms)
}

/// A start, an arrow and an end, as WebVTT and SRT have them.
pub(crate) struct Timing<'a> {
    pub(crate) start_ms: i64,
    /// Missing if it cannot be read.
    pub(crate) end_ms: Option<i64>,
    /// What follows the end.
    pub(crate) settings: &'a str,
}

/// Reads a line of times; nothing if the start cannot be read.
pub(crate) fn timing(line: &str) -> Option<Timing<'_>> {
    let (start, rest) = line.split_once("-->")?;
    let start_ms = whole(start)?;
    let rest = rest.trim();
    Some(match leading_of(rest, 1) {
        Some((end_ms, settings)) => Timing {
            start_ms,
            end_ms: Some(end_ms),
            settings: settings.trim(),
        },
        None => Timing {
            start_ms,
            end_ms: None,
            settings: "",
        },
    })
}

/// `h:mm:ss`, or `m:ss` below an hour; what is less than a second is left out.
pub(crate) fn short(ms: u64) -> String {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// `hh:mm:ss` and milliseconds after `point`.
pub(crate) fn long(ms: u64, point: char) -> String {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    format!(
        "{hours:02}:{minutes:02}:{seconds:02}{point}{:03}",
        ms % 1_000
    )
}

fn digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at(end)
}

fn number(digits: &str, max_digits: usize) -> Option<i64> {
    (digits.len() <= max_digits).then(|| digits.parse().ok())?
}

/// Milliseconds of a fraction, if one follows, and what comes after it.
fn fraction(text: &str) -> (i64, &str) {
    let Some(after) = text.strip_prefix(['.', ',']) else {
        return (0, text);
    };
    let (digits, rest) = digits(after);
    if digits.is_empty() {
        return (0, text);
    }
    let ms = digits.bytes().chain(*b"000").take(3);
    (
        ms.fold(0, |ms, digit| ms * 10 + i64::from(digit - b'0')),
        rest,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_read_and_what_only_looks_like_one_is_not() {
        let check = |text: &str, expected: Option<(i64, &str)>| {
            assert_eq!(leading(text), expected, "{text}");
        };
        check("3:48 x", Some((228_000, " x")));
        check("0:00", Some((0, "")));
        check("75:10", Some((4_510_000, "")));
        check("00:03:48]", Some((228_000, "]")));
        check("1:02:33.5", Some((3_753_500, "")));
        check("00:22:29,500 -->", Some((1_349_500, " -->")));
        check("00:01.0019", Some((1_001, "")));
        check("3:48. Then", Some((228_000, ". Then")));
        check("-0:01.500", Some((-1_500, "")));
        check("4:04: six", Some((244_000, ": six")));
        for not in [
            "",
            "3",
            "3:",
            ":3",
            "3:60",
            "1:60:00",
            "12:10:33:05",
            "3:48b",
            "3:480",
            "1234567:00",
            "a3:48",
            "3:4x8",
            "--1:00",
            "٣:٤٨",
        ] {
            check(not, None);
        }
    }

    #[test]
    fn times_of_cues_may_have_single_digits() {
        let ms =
            |line| timing(line).map(|timing| (timing.start_ms, timing.end_ms, timing.settings));
        assert_eq!(ms("0:0:1,5 --> 0:2.25"), Some((1_500, Some(2_250), "")));
        assert_eq!(
            ms("00:01.000-->00:02.000 a:b"),
            Some((1_000, Some(2_000), "a:b"))
        );
        assert_eq!(ms("00:01.000 --> x"), Some((1_000, None, "")));
        assert_eq!(ms("00:01.000 -> 00:02.000"), None);
        assert_eq!(ms("x --> 00:02.000"), None);
    }

    #[test]
    fn seconds_become_milliseconds() {
        assert_eq!(of_seconds(0.5), Some(500));
        assert_eq!(of_seconds(1.000_6), Some(1_001));
        assert_eq!(of_seconds(-0.25), Some(-250));
        assert_eq!(of_seconds(f64::NAN), None);
        assert_eq!(of_seconds(f64::INFINITY), None);
        assert_eq!(of_seconds(1e300), None);
    }

    #[test]
    fn times_are_written_short_and_long() {
        assert_eq!(short(228_999), "3:48");
        assert_eq!(short(3_600_000), "1:00:00");
        assert_eq!(short(86_399_999), "23:59:59");
        assert_eq!(long(3_753_050, ','), "01:02:33,050");
    }
}
