//! Times as people type them: `3:48`, `1:02:33`, `22:29.5`, `3m48s`, `3分48秒`.

/// A time that stands in a text, and where it ends there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ClockTime {
    pub(super) ms: u64,
    pub(super) end: usize,
}

/// The time that begins at `at` and ends before `limit`, if what follows leaves it one.
pub(super) fn time(text: &str, at: usize, limit: usize) -> Option<ClockTime> {
    let of = ClockReader { text, limit };
    let forms = [
        of.hours(at, true),
        of.hours(at, false),
        of.minutes(at, true),
        of.minutes(at, false),
        of.units(at),
    ];
    let mut found = forms.into_iter().flatten();
    found.find(|time| ends_well(text, time.end))
}

/// Where the digits end that stand at `at`.
pub(super) fn digits_end(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let end = rest.find(|c| digit(c).is_none());
    at + end.unwrap_or(rest.len())
}

/// The worth of a digit of ASCII, of Arabic in both forms, or as wide as a Chinese character.
pub(super) fn digit(c: char) -> Option<u64> {
    let zero = match c {
        '0'..='9' => '0',
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6f0}'..='\u{6f9}' => '\u{6f0}',
        '\u{ff10}'..='\u{ff19}' => '\u{ff10}',
        _ => return None,
    };
    Some(u64::from(u32::from(c) - u32::from(zero)))
}

/// Whether `c` is part of a word that a number beside it is part of, too. Scripts that put no
/// spaces between words are told from it.
pub(super) fn is_letter(c: char) -> bool {
    let is_unspaced = matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{1100}'..='\u{11ff}' | '\u{3005}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}');
    c.is_alphanumeric() && !is_unspaced
}

const fn is_colon(c: char) -> bool {
    matches!(c, ':' | '：')
}

/// Whether a time may end at `end`: no word and no further number goes on there.
fn ends_well(text: &str, end: usize) -> bool {
    let mut rest = text[end..].chars();
    match rest.next() {
        Some(c) if is_colon(c) => rest.next().is_none_or(|c| digit(c).is_none()),
        Some(c) => !is_letter(c) && digit(c).is_none(),
        None => true,
    }
}

struct ClockReader<'t> {
    text: &'t str,
    limit: usize,
}

impl ClockReader<'_> {
    /// What stands at `at`, before the limit.
    fn rest(&self, at: usize) -> &str {
        &self.text[at..self.limit]
    }

    /// `H:MM:SS`, with a fraction if there is to be one.
    fn hours(&self, at: usize, with_fraction: bool) -> Option<ClockTime> {
        let (hours, at) = self.number(at, 1, 2)?;
        let (minutes, at) = self.sixty(self.colon(at)?)?;
        let (seconds, at) = self.sixty(self.colon(at)?)?;
        let ms = ((hours * 60 + minutes) * 60 + seconds) * 1_000;
        self.finish(ms, at, with_fraction, &['.', ','])
    }

    /// `M:SS`, with a fraction if there is to be one.
    fn minutes(&self, at: usize, with_fraction: bool) -> Option<ClockTime> {
        let (minutes, at) = self.number(at, 1, 3)?;
        let (seconds, at) = self.sixty(self.colon(at)?)?;
        self.finish((minutes * 60 + seconds) * 1_000, at, with_fraction, &['.'])
    }

    fn finish(
        &self,
        ms: u64,
        end: usize,
        with_fraction: bool,
        points: &[char],
    ) -> Option<ClockTime> {
        if !with_fraction {
            return Some(ClockTime { ms, end });
        }
        let point = self
            .rest(end)
            .chars()
            .next()
            .filter(|c| points.contains(c))?;
        let (value, after) = self.number(end + point.len_utf8(), 1, 3)?;
        let n_digits = self.text[end..after].chars().count() - 1;
        let worth = [100, 10, 1].get(n_digits - 1)?;
        Some(ClockTime {
            ms: ms + value * worth,
            end: after,
        })
    }

    /// `1h2m3s`, `3 min 48 sec`.
    fn units(&self, at: usize) -> Option<ClockTime> {
        let (first, unit) = self.number(at, 1, 3)?;
        let (hours, minutes, at) = match self.unit(unit, &HOURS) {
            Some(after) if first < 100 => {
                let (minutes, at) = self.number(after, 1, 2)?;
                (
                    first,
                    Some(minutes).filter(|m| *m < 60)?,
                    self.unit(at, &MINUTES)?,
                )
            }
            _ => (0, first, self.unit(unit, &MINUTES)?),
        };
        let (seconds, at) = self.number(at, 1, 2)?;
        let end = SECONDS.iter().find_map(|unit| self.word(at, unit))?;
        let ms = ((hours * 60 + minutes) * 60 + seconds) * 1_000;
        (seconds < 60).then_some(ClockTime { ms, end })
    }

    /// What follows one of `units` at `at`, and the space behind it.
    fn unit(&self, at: usize, units: &[&str]) -> Option<usize> {
        let after = units.iter().find_map(|unit| {
            let end = self.word(at, unit)?;
            let is_whole = !self.text[end..].starts_with(is_letter);
            let goes_on = self.text[end..].starts_with(|c| digit(c).is_some());
            (is_whole || goes_on).then_some(end)
        })?;
        Some(self.space(after))
    }

    fn word(&self, at: usize, word: &str) -> Option<usize> {
        let at = self.space(at);
        let start = self.rest(at).get(..word.len())?;
        (start.to_lowercase() == word).then_some(at + word.len())
    }

    /// What follows a space at `at`, if there is one.
    fn space(&self, at: usize) -> usize {
        let space = self.rest(at).chars().next().filter(|c| is_space(*c));
        at + space.map_or(0, char::len_utf8)
    }

    fn colon(&self, at: usize) -> Option<usize> {
        let colon = self.rest(at).chars().next().filter(|c| is_colon(*c))?;
        Some(at + colon.len_utf8())
    }

    fn sixty(&self, at: usize) -> Option<(u64, usize)> {
        self.number(at, 2, 2).filter(|(n, _)| *n < 60)
    }

    /// The number of `min` to `max` digits that begins at `at`, and no more are there.
    fn number(&self, at: usize, min: usize, max: usize) -> Option<(u64, usize)> {
        let (mut value, mut n, mut end) = (0, 0, at);
        for c in self.rest(at).chars().take(max + 1) {
            let Some(digit) = digit(c) else { break };
            value = value * 10 + digit;
            n += 1;
            end += c.len_utf8();
        }
        (min..=max).contains(&n).then_some((value, end))
    }
}

/// A space that does not end a line.
pub(super) const fn is_space(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{3000}'
    )
}

const HOURS: [&str; 4] = ["h", "std", "ч", "時間"];
const MINUTES: [&str; 5] = ["min", "m", "мин", "м", "分"];
const SECONDS: [&str; 9] = ["sec", "sek", "seg", "s", "сек", "с", "秒", "sec.", "sek."];
