//! What changed between two revisions of a transcript.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, Hunk, InternedInput};
use unicode_segmentation::UnicodeSegmentation;

use crate::cue::Cue;
use crate::transcript::Transcript;

/// How many pairs of words may be compared in all. Speech does not come near; texts made to be slow
/// would, and what is left of them then counts as changed in whole.
const MAX_COMPARED: usize = 200_000_000;

/// What became of a cue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CueChange<'a> {
    /// It is as it was.
    Same(&'a Cue),
    /// Its text, speaker or times are others now.
    Changed {
        /// As it was.
        old: &'a Cue,
        /// As it is.
        new: &'a Cue,
        /// The words of both in order; all the same where only speaker or times changed.
        words: Vec<WordChange<'a>>,
    },
    /// It is new.
    Added(&'a Cue),
    /// It is gone.
    Removed(&'a Cue),
}

/// Words in a row of which the same became, with the space behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordChange<'a> {
    /// They are in both, with the space and the ends of lines that the new text has.
    Same(&'a str),
    /// Only the new text has them.
    Added(&'a str),
    /// Only the old text had them.
    Removed(&'a str),
}

/// Tells two revisions apart, in the order of time.
///
/// Cues with the same text belong together, whatever their times; of those between, the ones that
/// overlap most. All of `new` comes out as same, changed or added, all of `old` as same, changed or
/// removed.
pub fn diff<'a>(old: &'a Transcript, new: &'a Transcript) -> Vec<CueChange<'a>> {
    let mut input = InternedInput::default();
    input.update_before(old.cues().iter().map(|cue| cue.text.as_str()));
    input.update_after(new.cues().iter().map(|cue| cue.text.as_str()));
    let mut sides = CueMatcher {
        old: CueSide::of(old),
        new: CueSide::of(new),
        n_left: MAX_COMPARED,
    };
    let mut out = Vec::new();
    walk(&input, |step| match step {
        DiffStep::Same(before, after) => out.extend(before.zip(after).map(|pair| sides.pair(pair))),
        DiffStep::Other(before, after) => sides.match_up(before, after, &mut out),
    });
    out
}

/// A part of two sequences.
enum DiffStep {
    /// Both have it.
    Same(Range<usize>, Range<usize>),
    /// Each has its own, one of them perhaps nothing.
    Other(Range<usize>, Range<usize>),
}

/// Walks through both sequences in steps.
fn walk(input: &InternedInput<&str>, mut each: impl FnMut(DiffStep)) {
    let mut diff = Diff::compute(Algorithm::Myers, input);
    diff.postprocess_no_heuristic(input);
    let whole = |range: Range<u32>| range.start as usize..range.end as usize;
    let (mut before, mut after) = (0, 0);
    for Hunk {
        before: gone,
        after: come,
    } in diff.hunks()
    {
        let (gone, come) = (whole(gone), whole(come));
        each(DiffStep::Same(before..gone.start, after..come.start));
        (before, after) = (gone.end, come.end);
        each(DiffStep::Other(gone, come));
    }
    each(DiffStep::Same(
        before..input.before.len(),
        after..input.after.len(),
    ));
}

struct CueSide<'a> {
    cues: &'a [Cue],
    /// When each is said.
    ranges: Vec<Range<u64>>,
}

impl<'a> CueSide<'a> {
    fn of(transcript: &'a Transcript) -> Self {
        let cues = transcript.cues();
        let end = |nth| transcript.written_end_ms(nth);
        let ranges = cues
            .iter()
            .enumerate()
            .map(|(nth, cue)| cue.start_ms..end(nth));
        Self {
            cues,
            ranges: ranges.collect(),
        }
    }
}

struct CueMatcher<'a> {
    old: CueSide<'a>,
    new: CueSide<'a>,
    /// How many pairs of words may still be compared.
    n_left: usize,
}

impl<'a> CueMatcher<'a> {
    fn pair(&mut self, (old, new): (usize, usize)) -> CueChange<'a> {
        let (old, new) = (&self.old.cues[old], &self.new.cues[new]);
        if old == new {
            CueChange::Same(new)
        } else {
            let words = words(&old.text, &new.text, &mut self.n_left);
            CueChange::Changed { old, new, words }
        }
    }

    /// Pairs cues of different texts by when they are said. Each looks one cue ahead for a better one.
    fn match_up(
        &mut self,
        mut old: Range<usize>,
        mut new: Range<usize>,
        out: &mut Vec<CueChange<'a>>,
    ) {
        while !old.is_empty() && !new.is_empty() {
            let (at_old, at_new) = (old.start, new.start);
            let overlap = self.overlap_ms(at_old, at_new);
            let next_new = new.clone().nth(1).map(|next| self.overlap_ms(at_old, next));
            let next_old = old.clone().nth(1).map(|next| self.overlap_ms(next, at_new));
            let starts_first = self.old.ranges[at_old].start <= self.new.ranges[at_new].start;
            let best = overlap
                .max(next_new.unwrap_or(0))
                .max(next_old.unwrap_or(0));
            if best == 0 && starts_first || best > overlap && next_old == Some(best) {
                out.push(CueChange::Removed(&self.old.cues[at_old]));
                old.start += 1;
            } else if best == 0 || best > overlap {
                out.push(CueChange::Added(&self.new.cues[at_new]));
                new.start += 1;
            } else {
                out.push(self.pair((at_old, at_new)));
                old.start += 1;
                new.start += 1;
            }
        }
        out.extend(old.map(|nth| CueChange::Removed(&self.old.cues[nth])));
        out.extend(new.map(|nth| CueChange::Added(&self.new.cues[nth])));
    }

    /// How long two cues are said at once, in milliseconds.
    fn overlap_ms(&self, old: usize, new: usize) -> u64 {
        let (old, new) = (&self.old.ranges[old], &self.new.ranges[new]);
        old.end
            .min(new.end)
            .saturating_sub(old.start.max(new.start))
    }
}

/// The words of two texts, in order; as a whole if comparing them takes more than what is left.
fn words<'a>(old: &'a str, new: &'a str, n_left: &mut usize) -> Vec<WordChange<'a>> {
    if old == new {
        return vec![WordChange::Same(new)];
    }
    let (old_words, new_words) = (with_space(old), with_space(new));
    let Some(left) = n_left.checked_sub(old_words.len() * new_words.len()) else {
        return vec![WordChange::Removed(old), WordChange::Added(new)];
    };
    *n_left = left;
    let mut input = InternedInput::default();
    input.update_before(old_words.iter().map(|range| old[range.clone()].trim_end()));
    input.update_after(new_words.iter().map(|range| new[range.clone()].trim_end()));
    let mut out = Vec::new();
    walk(&input, |step| match step {
        DiffStep::Same(_, after) => out.extend(run(new, &new_words[after]).map(WordChange::Same)),
        DiffStep::Other(before, after) => {
            out.extend(run(old, &old_words[before]).map(WordChange::Removed));
            out.extend(run(new, &new_words[after]).map(WordChange::Added));
        }
    });
    out
}

/// The part of `text` that words in a row make up.
fn run<'a>(text: &'a str, words: &[Range<usize>]) -> Option<&'a str> {
    text.get(words.first()?.start..words.last()?.end)
}

/// Where the words of `text` are, each with the space behind it.
fn with_space(text: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    for (at, piece) in text.split_word_bound_indices() {
        let end = at + piece.len();
        match words.last_mut() {
            Some(word) if piece.trim().is_empty() => word.end = end,
            _ => words.push(at..end),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A transcript of `start Speaker/text` in lines, each cue five seconds long.
    fn transcript(lines: &str) -> Transcript {
        let cues = lines.lines().map(|line| {
            let (start, text) = line.split_once(' ').unwrap();
            let (speaker, text) = match text.split_once('/') {
                Some((speaker, text)) => (Some(speaker.to_owned()), text),
                None => (None, text),
            };
            let start_ms = start.parse::<u64>().unwrap() * 1_000;
            Cue {
                start_ms,
                end_ms: Some(start_ms + 5_000),
                speaker,
                text: text.to_owned(),
            }
        });
        Transcript::new(None, cues.collect()).0
    }

    fn shown(change: &CueChange<'_>) -> String {
        let said = |words: &WordChange<'_>| match words {
            WordChange::Same(text) => (*text).to_owned(),
            WordChange::Added(text) => format!("[+{text}]"),
            WordChange::Removed(text) => format!("[-{text}]"),
        };
        match change {
            CueChange::Same(cue) => format!("  {}", cue.text),
            CueChange::Changed { words, .. } => {
                "~ ".to_owned() + &words.iter().map(said).collect::<String>()
            }
            CueChange::Added(cue) => format!("+ {}", cue.text),
            CueChange::Removed(cue) => format!("- {}", cue.text),
        }
    }

    #[track_caller]
    fn check(old: &str, new: &str, expected: &[&str]) {
        let (old, new) = (transcript(old), transcript(new));
        let shown: Vec<String> = diff(&old, &new).iter().map(shown).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn nothing_changes_in_the_same() {
        check("", "", &[]);
        check("0 a\n5 b", "0 a\n5 b", &["  a", "  b"]);
    }

    #[test]
    fn words_of_a_cue_are_corrected() {
        check(
            "0 one\n5 the quick, brown fox\n10 three",
            "0 one\n5 the quick brown dog!\n10 three",
            &["  one", "~ the quick [-, ]brown [-fox][+dog!]", "  three"],
        );
        check("0 春が来た", "0 夏が来た", &["~ [-春][+夏]が来た"]);
    }

    #[test]
    fn cues_come_and_go() {
        check("0 a\n10 c", "0 a\n5 b\n10 c", &["  a", "+ b", "  c"]);
        check("0 a\n5 b\n10 c", "0 a\n10 c", &["  a", "- b", "  c"]);
        check("", "0 a", &["+ a"]);
        check("0 a", "", &["- a"]);
        check("0 a", "90 b", &["- a", "+ b"]);
    }

    #[test]
    fn cues_belong_together_by_text_and_else_by_time() {
        check("0 a\n5 b", "60 a\n65 b", &["~ a", "~ b"]);
        check("0 A/a\n5 A/b", "0 B/a\n5 B/b", &["~ a", "~ b"]);
        check(
            "0 one two\n5 three",
            "0 new\n4 three four",
            &["~ [-one two][+new]", "~ three [+four]"],
        );
        check(
            "5 one two",
            "1 zero\n5 one too",
            &["+ zero", "~ one [-two][+too]"],
        );
        check(
            "1 zero\n5 one two",
            "5 one too",
            &["- zero", "~ one [-two][+too]"],
        );
    }
}
