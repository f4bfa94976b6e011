//! What was left out of a transcript, and why one cannot be read, in the words of the site.

use captions::{MAX_CUES, MAX_FILE_BYTES, TranscriptProblem, Warning, WarningKind};
use rejoinder_core::Site;

use crate::catalogue::{self, RecordingsTexts, fill};
use crate::recordings::desk::TranscriptReport;

/// What was left out or changed when a transcript was read, line by line.
pub fn report(site: &Site, warnings: &[Warning]) -> TranscriptReport {
    let texts = texts(site);
    let lines = warnings.iter().map(|warning| {
        let mut lines: Vec<String> = warning.lines.iter().map(ToString::to_string).collect();
        if warning.n > lines.len() {
            lines.push("…".to_owned());
        }
        let (what, lines) = (called(texts, warning.kind), lines.join(", "));
        fill(
            texts.desk.report_line,
            &[("n", &warning.n), ("what", &what), ("lines", &lines)],
        )
    });
    TranscriptReport(lines.collect())
}

/// Why a text is no transcript, as its editor reads it.
pub fn transcript_problem(site: &Site, problem: &TranscriptProblem) -> String {
    let texts = texts(site);
    let own = &texts.desk;
    match problem {
        TranscriptProblem::TooLarge { size_bytes } => fill(
            own.transcript_too_large,
            &[("size", size_bytes), ("max", &MAX_FILE_BYTES)],
        ),
        TranscriptProblem::TooManyCues { n_cues } => fill(
            own.transcript_too_many,
            &[("n", n_cues), ("max", &MAX_CUES)],
        ),
        TranscriptProblem::Unknown => own.transcript_unknown.to_owned(),
        TranscriptProblem::NotJson { line } => fill(own.transcript_not_json, &[("line", line)]),
        TranscriptProblem::NotOf { format } => {
            fill(own.transcript_not_of, &[("format", &format.name())])
        }
        TranscriptProblem::NoCues { warnings } => {
            match warnings.iter().find(|own| own.kind.is_loss()) {
                Some(warning) => {
                    let line = warning.lines.first().copied().unwrap_or(1);
                    let what = called(texts, warning.kind);
                    fill(
                        own.transcript_empty_why,
                        &[("line", &line), ("what", &what)],
                    )
                }
                None => own.transcript_empty.to_owned(),
            }
        }
    }
}

fn texts(site: &Site) -> &'static RecordingsTexts {
    &catalogue::of(site.settings.language).recordings
}

fn called(texts: &'static RecordingsTexts, what: WarningKind) -> &'static str {
    texts.warnings.get(what.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use rejoinder_core::publication::language::Language;

    use super::*;

    #[test]
    fn whatever_is_left_out_is_said_in_each_language() {
        for language in [Language::English, Language::German] {
            let texts = &catalogue::of(language).recordings;
            for what in WarningKind::ALL {
                assert!(!called(texts, *what).is_empty(), "{language}: {what:?}");
            }
            assert_eq!(texts.warnings.0.len(), WarningKind::ALL.len());
        }
    }
}
