//! Times as files of all systems write them.

use rejoinder_core::Time;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// A time in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct When {
    pub(crate) time: Time,
    /// Whether the file says in which zone; where it does not, the time was taken as UTC.
    pub(crate) has_zone: bool,
}

/// Reads a time in any form that is common: ISO 8601 with or without `T` and zone, as mails and
/// Ruby write it, and seconds or milliseconds since 1970.
pub(crate) fn when(text: &str) -> Option<When> {
    let text = text.trim().trim_matches(['"', '\'']);
    since_1970(text)
        .or_else(|| iso(text))
        .or_else(|| in_words(text))
}

/// The same, where the zone does not matter or cannot be missing.
pub(crate) fn time(text: &str) -> Option<Time> {
    when(text).map(|when| when.time)
}

/// `seconds` since 1970, with a fraction.
pub(crate) fn of_seconds(seconds: f64) -> Option<Time> {
    let micros = (seconds * 1e6).round();
    #[expect(clippy::cast_possible_truncation, reason = "it is checked to fit")]
    (micros.is_finite() && micros.abs() < 9e17).then_some(Time::from_micros(micros as i64))
}

/// A number is seconds up to the year 5138, and milliseconds from there on.
fn since_1970(text: &str) -> Option<When> {
    let is_number = text.len() >= 9 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let number: f64 = text.parse().ok().filter(|_| is_number)?;
    let seconds = if number >= 1e11 { number / 1e3 } else { number };
    let time = of_seconds(seconds)?;
    Some(When {
        time,
        has_zone: true,
    })
}

fn iso(text: &str) -> Option<When> {
    let (date, rest) = text.split_at_checked(10)?;
    let date = date.replace('/', "-");
    let rest = rest.trim_start_matches(['T', 't', ' ']).trim_start();
    if rest.is_empty() {
        return of_parts(&date, "00:00:00", "");
    }
    let end = rest
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.' | ','))
        .unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(end);
    of_parts(&date, &clock.replace(',', "."), zone.trim())
}

/// `Sun, 26 Feb 2012 08:02:38 -0800`, or `Sun Feb 26 08:02:38 -0800 2012`.
fn in_words(text: &str) -> Option<When> {
    let mut month = None;
    let (mut day, mut year, mut clock, mut zone) = ("", "", "", "");
    for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
        let start = word.get(..3).unwrap_or_default().to_ascii_lowercase();
        let is_number = word.bytes().all(|b| b.is_ascii_digit());
        if let Some(at) = MONTHS.iter().position(|month| *month == start) {
            month = Some(at + 1);
        } else if word.contains(':') && clock.is_empty() {
            clock = word;
        } else if is_number && word.len() <= 2 {
            day = word;
        } else if is_number && word.len() == 4 {
            year = word;
        } else if word.starts_with(['+', '-']) || matches!(word, "Z" | "UTC" | "GMT") {
            zone = word;
        }
    }
    of_parts(&format!("{year}-{:02}-{day:0>2}", month?), clock, zone)
}

fn of_parts(date: &str, clock: &str, zone: &str) -> Option<When> {
    let clock = match clock.matches(':').count() {
        1 => format!("{clock}:00"),
        _ => clock.to_owned(),
    };
    let zone_found = offset(zone);
    let offset = zone_found.as_deref().unwrap_or("Z");
    let time = format!("{date}T{clock:0>8}{offset}").parse().ok()?;
    Some(When {
        time,
        has_zone: zone_found.is_some(),
    })
}

/// `+02:00` of `+0200`, `+02` or `+02:00`; the name of a zone, or none, is no offset.
fn offset(zone: &str) -> Option<String> {
    let zone = zone.split(' ').next()?;
    if matches!(zone, "Z" | "z" | "UTC" | "GMT") {
        return Some("Z".to_owned());
    }
    let digits: String = zone.get(1..)?.chars().filter(|c| *c != ':').collect();
    let is_offset = zone.starts_with(['+', '-']) && digits.bytes().all(|b| b.is_ascii_digit());
    let hours = digits.get(..2).filter(|_| is_offset)?;
    let minutes = digits.get(2..4).unwrap_or("00");
    Some(format!("{}{hours}:{minutes}", &zone[..1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let seen = when(text).map_or_else(String::new, |when| {
            format!("{}{}", when.time, if when.has_zone { "" } else { " ?" })
        });
        assert_eq!(seen, expected, "{text}");
    }

    #[test]
    fn times_are_read_in_any_common_form() {
        check("2024-03-01T10:01:02Z", "2024-03-01T10:01:02Z");
        check("2024-03-01T10:01:02.123+02:00", "2024-03-01T08:01:02Z");
        check("2024-03-01 10:01:02", "2024-03-01T10:01:02Z ?");
        check("2024-03-01T10:01:02", "2024-03-01T10:01:02Z ?");
        check("2024/03/01 10:01", "2024-03-01T10:01:00Z ?");
        check("2024-03-01 10:01:02 +0800", "2024-03-01T02:01:02Z");
        check("2024-03-01 10:01:02 +0800 CST", "2024-03-01T02:01:02Z");
        check("2024-03-01 10:01:02 UTC", "2024-03-01T10:01:02Z");
        check("2024-03-01", "2024-03-01T00:00:00Z ?");
        check("Sun Feb 26 08:02:38 -0800 2012", "2012-02-26T16:02:38Z");
        check("Sun, 26 Feb 2012 08:02:38 GMT", "2012-02-26T08:02:38Z");
        check("1700000000", "2023-11-14T22:13:20Z");
        check("1700000000123", "2023-11-14T22:13:20Z");
        check("1700000000.5", "2023-11-14T22:13:20Z");
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "0",
            "12",
            "0000-00-00 00:00:00",
            "2024-02-30",
            "soon",
            "{{date}}",
        ] {
            check(text, "");
        }
    }
}
