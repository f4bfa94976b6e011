//! What stands around a time: what it goes on with, and what makes it none of a recording.

use std::collections::HashSet;

use super::clock::{ClockTime, digit, is_letter, is_space, time};
use super::words::WORDS;

/// Where a span ends that began with a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SpanEnd {
    /// At a time.
    Time(u64),
    /// With the recording.
    End,
    /// With a day or a year: it was no time of a recording.
    Day,
}

/// What a span goes on with behind the time that ends at `at`, and where all of it ends.
pub(super) fn until(text: &str, at: usize, limit: usize) -> Option<(SpanEnd, usize)> {
    let spaced = spaces(text, at, limit);
    let whole = WORDS.whole_ends.iter();
    let mut whole = whole.filter_map(|phrase| whole_word(text, spaced, limit, phrase));
    if let Some(end) = whole.next() {
        return Some((SpanEnd::End, end));
    }
    let mut symbols = WORDS.symbols.iter();
    if let Some(after) = symbols.find_map(|symbol| word(text, spaced, limit, symbol)) {
        return until_behind_symbol(text, spaces(text, after, limit), limit);
    }
    let mut to = WORDS.to.iter();
    to.find_map(|to| until_behind_word(text, spaced, limit, to).filter(|_| spaced > at))
}

fn until_behind_symbol(text: &str, at: usize, limit: usize) -> Option<(SpanEnd, usize)> {
    if let Some(ClockTime { ms, end }) = time(text, at, limit) {
        return Some((SpanEnd::Time(ms), end));
    }
    let end = end(text, at, limit)?;
    // "3:48 – end credits" begins something else.
    let next = spaces(text, end, text.len());
    let goes_on = text[next..].starts_with(char::is_alphanumeric);
    (!goes_on).then_some((SpanEnd::End, end))
}

fn until_behind_word(text: &str, at: usize, limit: usize, to: &str) -> Option<(SpanEnd, usize)> {
    let after = word(text, at, limit, to)?;
    let next = spaces(text, after, limit);
    if next == after {
        return None;
    }
    if let Some(ClockTime { ms, end }) = time(text, next, limit) {
        return Some((SpanEnd::Time(ms), end));
    }
    let end = end(text, next, limit)?;
    let is_day = WORDS.of_a_day.iter().any(|of| follows(text, end, of));
    Some((if is_day { SpanEnd::Day } else { SpanEnd::End }, end))
}

fn end(text: &str, at: usize, limit: usize) -> Option<usize> {
    let mut ends = WORDS.ends.iter();
    ends.find_map(|end| whole_word(text, at, limit, end))
}

/// Whether "am" or "pm" stands behind a time.
pub(super) fn is_half_of_day(text: &str, end: usize) -> bool {
    let at = spaces(text, end, text.len());
    let mut halves = WORDS.halves.iter();
    let half = halves.find_map(|half| whole_word(text, at, text.len(), half));
    // "3:48 am Anfang" is German.
    half.is_some_and(|after| {
        !WORDS
            .am_german
            .iter()
            .any(|noun| follows(text, after, noun))
    })
}

/// Whether what stands behind a time makes it one of the day, or a result, or a ratio.
pub(super) fn is_other_behind(text: &str, end: usize) -> bool {
    let at = match text[end..].strip_prefix('-') {
        // "The 10:30-Uhr-Nachrichten".
        Some(_) => end + 1,
        None => spaces(text, end, text.len()),
    };
    let is_zone = |zone: &&&str| {
        let rest = text[at..].strip_prefix(**zone);
        rest.is_some_and(|rest| !rest.starts_with(is_letter))
    };
    let mut phrases = WORDS.clock.iter().chain(&WORDS.score_behind);
    WORDS.zones.iter().any(|zone| is_zone(&zone))
        || phrases.any(|phrase| whole_word(text, at, text.len(), phrase).is_some())
}

/// Whether what stands before a time makes it a result, a ratio, a verse or a time of the day.
pub(super) fn is_other_before(before: &str) -> bool {
    let unspaced = tail(before).trim_end_matches(is_space);
    if WORDS.unspaced.iter().any(|word| unspaced.ends_with(word)) || ends_with_date(unspaced) {
        return true;
    }
    let mut words = last_words(before);
    let Some(last) = words.next() else {
        return false;
    };
    let before_it: Vec<String> = words.take(2).map(str::to_lowercase).collect();
    if is_book(last) || before_it.iter().any(|word| WORDS.suras.contains(&**word)) {
        return true;
    }
    let last = last.to_lowercase();
    let words = || std::iter::once(&last).chain(&before_it);
    let said = |list: &HashSet<&str>, between: &HashSet<&str>| {
        let word = words().find(|word| !between.contains(&***word));
        word.is_some_and(|word| list.contains(&**word))
    };
    said(&WORDS.score_before, &WORDS.of) || said(&WORDS.days, &WORDS.at)
}

/// Whether `word` names a book whose verses are counted. It is a name: "mark" is a word, too.
fn is_book(word: &str) -> bool {
    let name = word.trim_start_matches(|c: char| digit(c).is_some());
    let is_small = name.starts_with(char::is_lowercase);
    let name = name.to_lowercase();
    WORDS.suras.contains(&*name) || (!is_small && WORDS.books.contains(&*name))
}

/// Whether `text` ends with a date in numbers, or the day of one.
fn ends_with_date(text: &str) -> bool {
    let text = text.trim_end_matches(',');
    let token = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    if let Some(date) = token.strip_suffix(['日', '号']) {
        return date.ends_with(|c| digit(c).is_some());
    }
    let is_date = token
        .chars()
        .all(|c| digit(c).is_some() || "-/.".contains(c));
    is_date
        && token
            .split(['-', '/', '.'])
            .filter(|part| !part.is_empty())
            .count()
            == 3
}

/// Whether a word such as "clip" stands before the number of a recording.
pub(super) fn is_name_before(before: &str) -> bool {
    let before = tail(before).trim_end_matches(is_space).to_lowercase();
    let mut signs = ["#", "№", "no.", "nr.", "n°"].into_iter();
    let unsigned = signs.find_map(|sign| before.strip_suffix(sign));
    let before = unsigned.unwrap_or(&before).trim_end_matches(is_space);
    WORDS.names.iter().any(|name| {
        let rest = before.strip_suffix(name);
        rest.is_some_and(|rest| !rest.ends_with(is_letter) || !name.starts_with(is_letter))
    })
}

/// Whether nothing but "at" and the like stands between a recording's number and a time.
pub(super) fn is_at(between: &str) -> bool {
    let word = between.trim_matches(|c: char| is_space(c) || ",:;@([–-".contains(c));
    word.is_empty() || (word.len() <= MAX_TAIL && WORDS.at.contains(&*word.to_lowercase()))
}

/// Longer than all that is looked for before a time, in letters.
const MAX_TAIL: usize = 48;

/// The last letters of a text, so that no look at what stands before a time takes long.
fn tail(text: &str) -> &str {
    let mut letters = text.char_indices().rev();
    letters.nth(MAX_TAIL).map_or(text, |(at, _)| &text[at..])
}

/// The words before a time, the nearest first.
fn last_words(before: &str) -> impl Iterator<Item = &str> {
    let mut rest = tail(before);
    std::iter::from_fn(move || {
        rest = rest.trim_end_matches(|c: char| c.is_whitespace() || ".,:;('\"«“„[".contains(c));
        let is_part = |c: char| c.is_alphanumeric() || "'’-".contains(c) || is_accent(c);
        let start = rest.trim_end_matches(is_part).len();
        let (before, word) = rest.split_at(start);
        rest = before;
        (!word.is_empty()).then_some(word)
    })
}

/// Accents that are typed as letters of their own.
const fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{652}')
}

/// What follows the spaces at `at`; a few of them, so that no text is looked at again and again.
fn spaces(text: &str, at: usize, limit: usize) -> usize {
    let spaces = text[at..limit].chars().take(3).take_while(|c| is_space(*c));
    at + spaces.map(char::len_utf8).sum::<usize>()
}

/// Where `phrase` ends that begins at `at`, in whatever case and with whatever spaces.
fn word(text: &str, at: usize, limit: usize, phrase: &str) -> Option<usize> {
    let mut at = at;
    for wanted in phrase.chars() {
        let c = text[at..limit].chars().next()?;
        let is_same = match wanted {
            ' ' => is_space(c),
            '\'' => matches!(c, '\'' | '’'),
            _ => c == wanted || (c.is_uppercase() && c.to_lowercase().eq([wanted])),
        };
        if !is_same {
            return None;
        }
        at += c.len_utf8();
        if wanted == ' ' {
            at = spaces(text, at, limit);
        }
    }
    Some(at)
}

/// The same, where no word goes on behind it.
fn whole_word(text: &str, at: usize, limit: usize, phrase: &str) -> Option<usize> {
    let end = word(text, at, limit, phrase)?;
    (!text[end..].starts_with(is_letter)).then_some(end)
}

/// Whether `phrase` follows behind spaces.
fn follows(text: &str, at: usize, phrase: &str) -> bool {
    let next = spaces(text, at, text.len());
    whole_word(text, next, text.len(), phrase).is_some()
}
