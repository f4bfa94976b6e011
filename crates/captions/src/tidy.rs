//! Cues as anyone wrote them, made into cues that hold what [`Cue`] promises.

use std::collections::{HashMap, HashSet};

use crate::cue::{
    Cue, MAX_CHARS, MAX_MS, MAX_SPEAKER_CHARS, clean_speaker, clean_text, is_control,
};
use crate::split;
use crate::warning::{WarningKind, Warnings};

/// How fast people speak, to put parts of a long text in time where nothing says when it ends.
pub(crate) const MS_A_CHAR: u64 = 66;

/// A cue as a file has it.
#[derive(Debug, Clone, Default)]
pub(crate) struct RawCue {
    pub(crate) line: usize,
    pub(crate) start_ms: i64,
    pub(crate) end_ms: Option<i64>,
    pub(crate) speaker: Option<String>,
    pub(crate) text: String,
}

/// A cue and the line that it began in.
type NumberedCue = (usize, Cue);

/// The cues in order. What is in order already stays as it is.
pub(crate) fn tidy(raws: Vec<RawCue>, warnings: &mut Warnings) -> Vec<Cue> {
    let mut cues = Vec::with_capacity(raws.len());
    let mut latest_ms = 0;
    for raw in raws {
        let Some(cue) = checked(&raw, warnings) else {
            continue;
        };
        if cue.start_ms < latest_ms {
            warnings.add(WarningKind::Unsorted, raw.line);
        }
        latest_ms = latest_ms.max(cue.start_ms);
        cues.push((raw.line, cue));
    }
    settle(&mut cues, warnings);
    if cues.iter().any(|(_, cue)| is_long(cue)) {
        cues = split_long(cues, warnings);
        // Where there is little time, parts begin together or within another's.
        settle(&mut cues, warnings);
    }
    cues.into_iter().map(|(_, cue)| cue).collect()
}

fn settle(cues: &mut Vec<NumberedCue>, warnings: &mut Warnings) {
    cues.sort_by_key(|(_, cue)| cue.start_ms);
    drop_duplicates(cues, warnings);
    end_overlaps(cues, warnings);
}

fn checked(raw: &RawCue, warnings: &mut Warnings) -> Option<Cue> {
    let line = raw.line;
    let name = raw.speaker.as_deref().unwrap_or_default();
    if raw.text.contains(is_control) || name.contains(is_control) {
        warnings.add(WarningKind::Control, line);
    }
    let text = clean_text(&raw.text);
    if text.is_empty() {
        warnings.add(WarningKind::NoText, line);
        return None;
    }
    if name.trim().chars().count() > MAX_SPEAKER_CHARS {
        warnings.add(WarningKind::LongSpeaker, line);
    }
    let start_ms = u64::try_from(raw.start_ms).unwrap_or_else(|_| {
        warnings.add(WarningKind::Negative, line);
        0
    });
    if start_ms >= MAX_MS {
        warnings.add(WarningKind::TooLate, line);
        return None;
    }
    let end_ms = raw.end_ms.and_then(|end| {
        let end = u64::try_from(end).ok().filter(|end| *end > start_ms);
        let what = match end {
            None => WarningKind::Inverted,
            Some(end) if end > MAX_MS => WarningKind::EndTooLate,
            Some(_) => return end,
        };
        warnings.add(what, line);
        end.map(|end| end.min(MAX_MS))
    });
    Some(Cue {
        start_ms,
        end_ms,
        speaker: clean_speaker(name),
        text,
    })
}

/// Keeps the first of those with one start, speaker and text.
fn drop_duplicates(cues: &mut Vec<NumberedCue>, warnings: &mut Warnings) {
    let mut seen = HashSet::new();
    let mut is_first = Vec::with_capacity(cues.len());
    for (line, cue) in cues.iter() {
        let is_new = seen.insert((cue.start_ms, &cue.speaker, &cue.text));
        if !is_new {
            warnings.add(WarningKind::Duplicate, *line);
        }
        is_first.push(is_new);
    }
    let mut is_first = is_first.into_iter();
    cues.retain(|_| is_first.next().unwrap_or(true));
}

/// Ends each cue where its speaker says the next; several speakers may speak at once.
fn end_overlaps(cues: &mut [NumberedCue], warnings: &mut Warnings) {
    let mut lasts: HashMap<Option<String>, usize> = HashMap::new();
    for nth in 0..cues.len() {
        let (line, Cue { start_ms, .. }) = cues[nth];
        if let Some(before) = lasts.insert(cues[nth].1.speaker.clone(), nth) {
            let before = &mut cues[before].1;
            if before.end_ms.is_some_and(|end| end > start_ms) {
                before.end_ms = (start_ms > before.start_ms).then_some(start_ms);
                warnings.add(WarningKind::Overlap, line);
            }
        }
    }
}

/// Splits what is too long; each part gets its share of the time by its characters.
///
/// Typed transcripts have whole minutes in one paragraph: refusing them would refuse what most
/// people have.
fn split_long(cues: Vec<NumberedCue>, warnings: &mut Warnings) -> Vec<NumberedCue> {
    let mut later_starts = later_starts(&cues);
    let mut out = Vec::with_capacity(cues.len());
    for (line, cue) in cues {
        let later_start = later_starts.pop().flatten();
        if is_long(&cue) {
            warnings.add(WarningKind::LongText, line);
            let parts = split_one(&cue, cue.end_ms.or(later_start));
            out.extend(parts.into_iter().map(|part| (line, part)));
        } else {
            out.push((line, cue));
        }
    }
    out
}

fn is_long(cue: &Cue) -> bool {
    cue.text.chars().nth(MAX_CHARS).is_some()
}

/// For each cue the next start that is later than its own; the last cue's comes first.
fn later_starts(cues: &[NumberedCue]) -> Vec<Option<u64>> {
    let (mut at, mut later) = (None, None);
    let backwards = cues.iter().rev().map(|(_, cue)| {
        if at != Some(cue.start_ms) {
            (later, at) = (at, Some(cue.start_ms));
        }
        later
    });
    backwards.collect()
}

fn split_one(cue: &Cue, end_ms: Option<u64>) -> Vec<Cue> {
    let parts = split::parts(&cue.text, MAX_CHARS);
    let n_chars = |text: &str| text.chars().count() as u64;
    let n_all: u64 = parts.iter().map(|part| n_chars(part)).sum();
    let guess = (cue.start_ms + n_all * MS_A_CHAR).min(MAX_MS);
    let duration = end_ms.unwrap_or(guess) - cue.start_ms;
    let at = |n_before: u64| cue.start_ms + duration * n_before / n_all;
    let mut n_before = 0;
    let mut out = Vec::with_capacity(parts.len());
    for (nth, part) in parts.iter().enumerate() {
        let start_ms = at(n_before);
        n_before += n_chars(part);
        let end = if nth + 1 == parts.len() {
            cue.end_ms
        } else {
            Some(at(n_before))
        };
        out.push(Cue {
            start_ms,
            end_ms: end.filter(|end| *end > start_ms),
            speaker: cue.speaker.clone(),
            text: (*part).to_owned(),
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warning::Warning;

    fn raw(start_ms: i64, end_ms: Option<i64>, speaker: &str, text: &str) -> RawCue {
        RawCue {
            line: 0,
            start_ms,
            end_ms,
            speaker: Some(speaker.to_owned()),
            text: text.to_owned(),
        }
    }

    #[track_caller]
    fn check(raws: Vec<RawCue>, expected: &[&str], warnings: &[&str]) {
        let raws = raws.into_iter().zip(1..);
        let raws = raws.map(|(raw, line)| RawCue { line, ..raw }).collect();
        let mut found = Warnings::default();
        let cues = tidy(raws, &mut found);
        let shown: Vec<String> = cues.iter().map(shown).collect();
        assert_eq!(shown, expected);
        let found: Vec<String> = found.into_list().iter().map(told).collect();
        assert_eq!(found, warnings);
    }

    fn shown(cue: &Cue) -> String {
        let end = cue.end_ms.map_or("…".to_owned(), |end| end.to_string());
        let speaker = cue.speaker.as_deref().unwrap_or("-");
        let text: String = cue.text.chars().take(12).collect();
        format!("{}–{end} {speaker}: {text}", cue.start_ms)
    }

    fn told(warning: &Warning) -> String {
        format!("{} {:?}", warning.kind.as_str(), warning.lines)
    }

    #[test]
    fn cues_are_put_in_order_and_keep_it_within_one_start() {
        check(
            vec![
                raw(5, None, "", "c"),
                raw(1, None, "", "b"),
                raw(1, None, "", "a"),
            ],
            &["1–… -: b", "1–… -: a", "5–… -: c"],
            &["unsorted [2, 3]"],
        );
    }

    #[test]
    fn what_is_there_twice_stays_once() {
        check(
            vec![
                raw(0, Some(5), "A", "a"),
                raw(0, Some(5), "B", "a"),
                raw(0, Some(5), "A", "a"),
                raw(5, Some(9), "A", "a"),
            ],
            &["0–5 A: a", "0–5 B: a", "5–9 A: a"],
            &["duplicate [3]"],
        );
    }

    #[test]
    fn times_that_cannot_be_are_mended_or_left_out() {
        let day = i64::try_from(MAX_MS).unwrap();
        check(
            vec![
                raw(-5, Some(2), "", "a"),
                raw(-5, Some(-2), "A", "b"),
                raw(3, Some(3), "", "c"),
                raw(day - 1, Some(day + 1), "", "d"),
                raw(day, None, "", "e"),
                raw(9, None, "", "\0 \n"),
            ],
            &["0–2 -: a", "0–… A: b", "3–… -: c", "86399999–86400000 -: d"],
            &[
                "negative [1, 2]",
                "inverted [2, 3]",
                "end_too_late [4]",
                "too_late [5]",
                "control [6]",
                "no_text [6]",
            ],
        );
    }

    #[test]
    fn several_speak_at_once_but_nobody_speaks_twice() {
        check(
            vec![
                raw(0, Some(10), "A", "a"),
                raw(2, Some(4), "B", "b"),
                raw(3, Some(4), "A", "c"),
                raw(3, Some(5), "A", "d"),
            ],
            &["0–3 A: a", "2–4 B: b", "3–… A: c", "3–5 A: d"],
            &["overlap [3, 4]"],
        );
    }

    #[test]
    fn a_long_text_shares_its_time() {
        let long = format!("{}x. {}", "word ".repeat(300), "more ".repeat(300));
        check(
            vec![
                raw(0, Some(30_000), "A", &long),
                raw(10_000, None, "B", "b"),
            ],
            &[
                "0–15014 A: word word wo",
                "10000–… B: b",
                "15014–30000 A: more more mo",
            ],
            &["long_text [1]"],
        );
        let n = "word ".repeat(401);
        check(
            vec![raw(1_000, None, "", &n)],
            &["1000–132934 -: word word wo", "132934–… -: word"],
            &["long_text [1]"],
        );
        check(
            vec![raw(
                0,
                Some(1),
                "",
                &["x", "y", "z"].map(|x| x.repeat(1_999)).join(" "),
            )],
            &[
                "0–… -: xxxxxxxxxxxx",
                "0–… -: yyyyyyyyyyyy",
                "0–1 -: zzzzzzzzzzzz",
            ],
            &["long_text [1]"],
        );
    }
}
