//! What a format's reader fills.

use crate::speaker;
use crate::tidy::RawCue;
use crate::warning::{WarningKind, Warnings};

/// A transcript while it is read.
#[derive(Debug, Default)]
pub(crate) struct TranscriptDraft {
    pub(crate) language: Option<String>,
    pub(crate) cues: Vec<RawCue>,
    pub(crate) warnings: Warnings,
}

impl TranscriptDraft {
    pub(crate) fn warn(&mut self, kind: WarningKind, line: usize) {
        self.warnings.add(kind, line);
    }

    /// Takes the tag of a language, or says that it is none.
    pub(crate) fn language(&mut self, tag: &str, line: usize) {
        let tag = tag.trim();
        if is_tag(tag) {
            self.language = Some(tag.to_owned());
        } else if !tag.is_empty() {
            self.warn(WarningKind::Language, line);
        }
    }

    /// Makes a name before the text of a cue its speaker.
    pub(crate) fn push_named(&mut self, mut cue: RawCue) {
        name(&mut cue);
        self.cues.push(cue);
    }

    /// Does the same for all cues, if no cue has a speaker and at least half begin with a name.
    pub(crate) fn name_speakers_if_usual(&mut self) {
        let n_named = |cues: &[RawCue]| {
            let named = cues
                .iter()
                .filter(|cue| speaker::split(&cue.text).is_some());
            named.count()
        };
        let has_speakers = self.cues.iter().any(|cue| cue.speaker.is_some());
        if !has_speakers && n_named(&self.cues) * 2 >= self.cues.len() {
            self.cues.iter_mut().for_each(name);
        }
    }
}

fn name(cue: &mut RawCue) {
    if let Some((name, said)) = speaker::split(&cue.text) {
        cue.speaker = Some(name.to_owned());
        cue.text = said.to_owned();
    }
}

/// Whether `tag` has the shape of a BCP 47 tag.
fn is_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let is_language = |part: &str| {
        matches!(part.len(), 2 | 3) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    let is_part = |part: &str| {
        matches!(part.len(), 1..=8) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    parts.next().is_some_and(is_language) && parts.all(is_part) && tag.len() <= 35
}
