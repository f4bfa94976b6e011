//! The text of a recording.

use crate::cue::{Cue, MAX_MS};
use crate::tidy::{MS_A_CHAR, RawCue, tidy};
use crate::warning::{Warning, Warnings};

/// How long a cue at least lasts of which nothing says when it ends.
const MIN_GUESS_MS: u64 = 1_000;

/// What is said in a recording, and when.
///
/// Its cues are in the order of their starts, each as [`Cue`] describes it. One speaker never says
/// two cues at a time; several may speak at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transcript {
    /// The BCP 47 tag of its language, where that is known.
    pub language: Option<String>,
    cues: Vec<Cue>,
}

impl Transcript {
    /// Makes a transcript of cues in any order and state.
    ///
    /// The warnings tell what had to be left out or changed, with the place of the cue in `cues`,
    /// the first being 1, as their line. Cues of a transcript come back without any.
    pub fn new(language: Option<String>, cues: Vec<Cue>) -> (Self, Vec<Warning>) {
        let ms = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
        let raws = cues.into_iter().zip(1..).map(|(cue, line)| RawCue {
            line,
            start_ms: ms(cue.start_ms),
            end_ms: cue.end_ms.map(ms),
            speaker: cue.speaker,
            text: cue.text,
        });
        let mut warnings = Warnings::default();
        let cues = tidy(raws.collect(), &mut warnings);
        (Self { language, cues }, warnings.into_list())
    }

    /// Its cues, in order.
    pub fn cues(&self) -> &[Cue] {
        &self.cues
    }

    /// Its cues, in order.
    pub fn into_cues(self) -> Vec<Cue> {
        self.cues
    }

    /// When the cue at `nth` ends, in milliseconds: its own end, or the next start that is later
    /// than its own; nothing where neither is known.
    pub fn end_ms(&self, nth: usize) -> Option<u64> {
        let (cue, later) = self.cues.get(nth..)?.split_first()?;
        let next = || later.get(later.partition_point(|next| next.start_ms <= cue.start_ms));
        cue.end_ms.or_else(|| next().map(|next| next.start_ms))
    }

    /// When the cue at `nth` ends for files that need it: where nothing says so, after the time that it
    /// takes to say it.
    pub(crate) fn written_end_ms(&self, nth: usize) -> u64 {
        let guess = || {
            let cue = &self.cues[nth];
            let duration = cue.text.chars().count() as u64 * MS_A_CHAR;
            (cue.start_ms + duration.max(MIN_GUESS_MS)).min(MAX_MS)
        };
        self.end_ms(nth).unwrap_or_else(guess)
    }

    /// Cues that are in order.
    pub(crate) fn of_tidy(language: Option<String>, cues: Vec<Cue>) -> Self {
        Self { language, cues }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cue(start_ms: u64, end_ms: Option<u64>, text: &str) -> Cue {
        Cue {
            start_ms,
            end_ms,
            speaker: None,
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_cue_without_an_end_lasts_until_the_next_later_start() {
        let cues = vec![
            cue(0, None, "a"),
            cue(0, None, "b"),
            cue(2, Some(3), "c"),
            cue(9, None, "d"),
        ];
        let (transcript, warnings) = Transcript::new(None, cues);
        assert_eq!(warnings, []);
        let ends: Vec<_> = (0..5).map(|nth| transcript.end_ms(nth)).collect();
        assert_eq!(ends, [Some(2), Some(2), Some(3), None, None]);
    }

    #[test]
    fn what_had_to_change_is_told_by_its_place() {
        let (transcript, warnings) = Transcript::new(
            None,
            vec![
                cue(5, None, "b"),
                cue(u64::MAX, None, "x"),
                cue(0, None, " a "),
            ],
        );
        assert_eq!(
            transcript.into_cues(),
            [cue(0, None, "a"), cue(5, None, "b")]
        );
        let told: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "1: a cue that starts after 24 hours was left out (line 2)",
                "1: a cue that stood after later ones was put in order (line 3)",
            ]
        );
    }
}
