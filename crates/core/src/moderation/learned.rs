//! A filter that learns from the moderators' decisions.
//!
//! Naive Bayes over a comment's distinct words, per site, with the most telling words only. Source:
//! P. Graham, "A plan for spam" (2002) and G. Robinson, "A statistical approach to the spam problem"
//! (2003), whose smoothing is used here.

use std::collections::BTreeSet;

use unicode_segmentation::UnicodeSegmentation;

/// How many decisions of each kind a site needs before its filter speaks.
pub const MIN_DECISIONS: i64 = 20;

/// How many of the most telling words count.
const TELLING: usize = 15;

/// How strongly a word that was rarely seen is pulled to the middle.
const DOUBT: f64 = 1.0;

/// The longest word that is learned, in bytes.
const MAX_WORD: usize = 40;

/// What a site has learned of one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordCount {
    /// The word.
    pub word: String,
    /// In how many comments that were rejected or spam it stood.
    pub bad: i64,
    /// In how many that were approved.
    pub good: i64,
}

/// What the filter makes of a comment.
#[derive(Debug, Clone, PartialEq)]
pub struct SpamScore {
    /// How likely a moderator would refuse it, from 0 to 1.
    pub probability: f64,
    /// The words that say so most strongly, with the probability that each has alone.
    pub telling: Vec<(String, f64)>,
}

/// The distinct words of a text that the filter looks at, sorted.
pub fn words(text: &str) -> Vec<String> {
    let words = text.unicode_words().map(str::to_lowercase);
    let kept = words.filter(|word| word.len() > 1 && word.len() <= MAX_WORD);
    kept.collect::<BTreeSet<_>>().into_iter().collect()
}

/// What the filter makes of a comment with the words of `counts`, after so many decisions; `None`
/// while it has too little to go by.
pub fn score(counts: &[WordCount], n_bad: i64, n_good: i64) -> Option<SpamScore> {
    if n_bad < MIN_DECISIONS || n_good < MIN_DECISIONS {
        return None;
    }
    let mut telling: Vec<(String, f64)> = counts
        .iter()
        .filter(|count| count.bad + count.good > 0)
        .map(|count| (count.word.clone(), alone(count, n_bad, n_good)))
        .collect();
    let strength = |p: f64| (p - 0.5).abs();
    telling.sort_by(|a, b| strength(b.1).total_cmp(&strength(a.1)).then(a.0.cmp(&b.0)));
    telling.truncate(TELLING);
    let odds: f64 = telling.iter().map(|(_, p)| (p / (1.0 - p)).ln()).sum();
    Some(SpamScore {
        probability: 1.0 / (1.0 + (-odds).exp()),
        telling,
    })
}

/// The probability that a comment with this word alone would be refused.
#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn alone(count: &WordCount, n_bad: i64, n_good: i64) -> f64 {
    let bad = count.bad as f64 / n_bad as f64;
    let good = count.good as f64 / n_good as f64;
    let seen = (count.bad + count.good) as f64;
    DOUBT.mul_add(0.5, seen * (bad / (bad + good))) / (DOUBT + seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(word: &str, bad: i64, good: i64) -> WordCount {
        WordCount {
            word: word.to_owned(),
            bad,
            good,
        }
    }

    #[test]
    fn the_filter_is_silent_until_it_has_seen_enough() {
        assert_eq!(score(&[count("pills", 19, 0)], 19, 400), None);
        assert_eq!(score(&[count("pills", 19, 0)], 400, 19), None);
    }

    #[test]
    fn words_of_refused_comments_tell_against_a_comment() {
        let counts = [
            count("pills", 40, 0),
            count("cheap", 30, 2),
            count("harbour", 0, 50),
        ];
        let score = score(&counts[..2], 50, 50).unwrap();
        assert!(score.probability > 0.99, "{score:?}");
        assert_eq!(score.telling[0].0, "pills");
    }

    #[test]
    fn a_word_seen_once_says_little() {
        let score = score(&[count("pills", 1, 0)], 50, 50).unwrap();
        assert!((score.probability - 0.75).abs() < 1e-9, "{score:?}");
    }

    #[test]
    fn unknown_words_leave_it_open() {
        assert!((score(&[], 50, 50).unwrap().probability - 0.5).abs() < 1e-9);
    }

    #[test]
    fn words_are_distinct_and_lower_case() {
        assert_eq!(words("The bridge, the BRIDGE! a"), ["bridge", "the"]);
    }
}
