//! How long ago something was, in few letters.

use std::fmt;

use rejoinder_core::Time;
use rejoinder_core::publication::language::Language;

use crate::catalogue::{self, fill};

/// A time as moderators read it: its age while it is young, then its day.
#[derive(Debug, Clone, Copy)]
pub struct Age {
    time: Time,
    seconds: u64,
    language: Language,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

impl Age {
    /// The age of `time` at `now`.
    pub fn of(time: Time, now: Time, language: Language) -> Self {
        Self {
            language,
            time,
            seconds: now.since(time).as_secs(),
        }
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let catalogue = catalogue::of(self.language);
        let texts = &catalogue.newsroom.age;
        let (text, n) = match self.seconds {
            0..MINUTE => return f.write_str(texts.now),
            seconds if seconds < HOUR => (&texts.minutes, seconds / MINUTE),
            seconds if seconds < DAY => (&texts.hours, seconds / HOUR),
            seconds if seconds < 7 * DAY => (&texts.days, seconds / DAY),
            _ => return catalogue.date(self.time).fmt(f),
        };
        f.write_str(&fill(text, &[("n", &n)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_short() {
        let now: Time = "2026-11-23T12:00:00Z".parse().unwrap();
        let age = |time: &str| Age::of(time.parse().unwrap(), now, Language::English).to_string();
        assert_eq!(age("2026-11-23T11:59:30Z"), "just now");
        assert_eq!(age("2026-11-23T11:30:00Z"), "30 min ago");
        assert_eq!(age("2026-11-22T13:00:00Z"), "23 h ago");
        assert_eq!(age("2026-11-20T12:00:00Z"), "3 d ago");
        assert_eq!(age("2026-10-01T12:00:00Z"), "1 Oct 2026");
        assert_eq!(age("2026-11-23T13:00:00Z"), "just now");
    }

    #[test]
    fn an_age_lies_in_the_past_in_every_language() {
        let now: Time = "2026-11-23T12:00:00Z".parse().unwrap();
        let then: Time = "2026-11-23T11:37:00Z".parse().unwrap();
        let ages: Vec<String> = Language::ALL
            .iter()
            .map(|language| Age::of(then, now, *language).to_string())
            .collect();
        let expected = [
            "23 min ago",
            "vor 23 Min.",
            "il y a 23\u{a0}min",
            "hace 23 min",
            "há 23 min",
            "23\u{a0}мин назад",
            "منذ 23 د",
            "23分前",
        ];
        assert_eq!(ages, expected);
    }
}
