//! Words that are cues of their own, joined to what one reads.

use crate::tidy::RawCue;

/// A silence after which something new begins.
const PAUSE_MS: i64 = 1_200;

/// How many characters a cue may have before it ends at the next comma, and before it ends anyway.
const LONG: (usize, usize) = (200, 300);

/// Whether cues are single words: nearly all of them, and more than one.
pub(crate) fn are_words(cues: &[RawCue]) -> bool {
    let is_word = |cue: &&RawCue| cue.text.split_whitespace().nth(1).is_none();
    cues.len() > 1 && cues.iter().filter(is_word).count() * 10 >= cues.len() * 9
}

/// Joins words up to the end of a sentence, a pause or another speaker; a text that has no full stops
/// is parted at commas, or where it gets long.
pub(crate) fn joined(words: Vec<RawCue>) -> Vec<RawCue> {
    let mut cues: Vec<RawCue> = Vec::new();
    let mut n_chars = 0;
    let mut last_start_ms = 0;
    for word in words {
        let start_ms = word.start_ms;
        let n_more = word.text.chars().count();
        match cues.last_mut() {
            Some(cue) if continues(cue, n_chars, last_start_ms, &word) => {
                join(cue, &word);
                n_chars += n_more + 1;
            }
            _ => {
                cues.push(word);
                n_chars = n_more;
            }
        }
        last_start_ms = start_ms;
    }
    cues
}

fn continues(cue: &RawCue, n_chars: usize, last_start_ms: i64, word: &RawCue) -> bool {
    if is_sign(&word.text) {
        return true;
    }
    let silence_ms = word.start_ms - cue.end_ms.unwrap_or(last_start_ms);
    let said = cue.text.trim_end();
    let is_long = n_chars > LONG.1 || (n_chars > LONG.0 && said.ends_with([',', ';', ':', '、']));
    cue.speaker == word.speaker
        && silence_ms < PAUSE_MS
        && word.start_ms >= last_start_ms
        && !ends_sentence(said)
        && !is_long
}

fn join(cue: &mut RawCue, word: &RawCue) {
    let text = word.text.trim();
    let last = cue.text.trim_end().chars().next_back();
    let is_one_script = last.is_some_and(has_no_gaps) && text.starts_with(has_no_gaps);
    let has_gap = !is_sign(text) && !is_one_script;
    cue.text.truncate(cue.text.trim_end().len());
    cue.text.extend(has_gap.then_some(' '));
    cue.text.push_str(text);
    cue.end_ms = word.end_ms;
}

/// Whether `text` is a sign that belongs to the word before.
fn is_sign(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.chars().all(|c| ".,;:!?…。、，！？؟।”»)]%".contains(c))
}

fn ends_sentence(said: &str) -> bool {
    let said = said.trim_end_matches(['"', '”', '’', '\'', '»', ')', ']', '」']);
    let is_initial = || {
        let word = said.rsplit(' ').next().unwrap_or_default();
        let mut chars = word.chars();
        chars.next().is_some_and(char::is_uppercase)
            && chars.next() == Some('.')
            && chars.next().is_none()
    };
    said.ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '।']) && !is_initial()
}

/// Whether words of this letter's script stand without gaps: Thai to Khmer, kana, Chinese characters.
fn has_no_gaps(c: char) -> bool {
    matches!(
        c,
        '\u{e00}'..='\u{eff}'
            | '\u{1000}'..='\u{109f}'
            | '\u{1780}'..='\u{17ff}'
            | '\u{3000}'..='\u{30ff}'
            | '\u{3400}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{ff00}'..='\u{ff65}'
            | '\u{20000}'..='\u{3ffff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words that begin every 500 ms and last as long, `_` being a silence and `Name>` a speaker.
    #[track_caller]
    fn check(words: &str, expected: &[&str]) {
        let (mut at, mut speaker, mut cues) = (0, None, Vec::new());
        for word in words.split(' ') {
            if let Some(name) = word.strip_suffix('>') {
                speaker = Some(name.to_owned());
                continue;
            }
            if word != "_" {
                cues.push(RawCue {
                    line: 1,
                    start_ms: at,
                    end_ms: Some(at + 500),
                    speaker: speaker.clone(),
                    text: word.to_owned(),
                });
            }
            at += 500;
        }
        assert!(are_words(&cues));
        let joined: Vec<String> = joined(cues)
            .into_iter()
            .map(|cue| format!("{}–{} {}", cue.start_ms, cue.end_ms.unwrap_or(-1), cue.text))
            .collect();
        assert_eq!(joined, expected);
    }

    #[test]
    fn words_become_sentences() {
        check(
            "I am. Who?” are you",
            &["0–1000 I am.", "1000–1500 Who?”", "1500–2500 are you"],
        );
        check(
            "I , too , am . Yes",
            &["0–3000 I, too, am.", "3000–3500 Yes"],
        );
        check("J. R. Doe is", &["0–2000 J. R. Doe is"]);
        check("so _ _ _ then _ it", &["0–500 so", "2000–3500 then it"]);
        check("A> hi you B> ho", &["0–1000 hi you", "1000–1500 ho"]);
        check(
            "春 が 来た。 夏 ok",
            &["0–1500 春が来た。", "1500–2500 夏 ok"],
        );
    }

    #[test]
    fn a_text_without_full_stops_is_parted() {
        let words = vec!["word"; 100].join(" ");
        let raws = words.split(' ').zip(0..).map(|(word, nth)| RawCue {
            start_ms: nth * 100,
            text: word.to_owned(),
            ..RawCue::default()
        });
        let lengths: Vec<usize> = joined(raws.collect())
            .iter()
            .map(|cue| cue.text.len())
            .collect();
        assert_eq!(lengths, [304, 194]);
    }

    #[test]
    fn sentences_are_no_words() {
        let cue = |text: &str| RawCue {
            text: text.to_owned(),
            ..RawCue::default()
        };
        assert!(!are_words(&[]));
        assert!(!are_words(&[cue("one")]));
        assert!(!are_words(&[cue("one"), cue("two three")]));
    }
}
