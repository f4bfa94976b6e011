//! Why a file is no transcript.

use crate::cue::{MAX_CUES, MAX_FILE_BYTES};
use crate::format::Format;
use crate::warning::Warning;

/// Why a file was not read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TranscriptProblem {
    /// Over [`MAX_FILE_BYTES`].
    #[error("the file has {size_bytes} bytes; up to {MAX_FILE_BYTES} are read")]
    TooLarge {
        /// How many bytes it has.
        size_bytes: usize,
    },
    /// Over [`MAX_CUES`].
    #[error("the file has {n_cues} cues; up to {MAX_CUES} are read, so send it in parts")]
    TooManyCues {
        /// How many it has.
        n_cues: usize,
    },
    /// No format is recognised.
    #[error(
        "this is none of the formats that are read: WebVTT, SRT, JSON of podcasts or of Whisper, \
         oTranscribe, or text with a time such as “3:48” at the start of lines"
    )]
    Unknown,
    /// JSON that is none.
    #[error("the file begins as JSON and is none from line {line} on")]
    NotJson {
        /// Where it ends to be JSON; the first line is 1.
        line: usize,
    },
    /// It is not of the format that it was said to be, or lacks what makes up a transcript in it.
    #[error("this is not {}", format.name())]
    NotOf {
        /// What was expected.
        format: Format,
    },
    /// It is of the format, and no cue is left of it.
    #[error("there is no cue in the file{}", why(warnings))]
    NoCues {
        /// What was left out, the reasons among it.
        warnings: Vec<Warning>,
    },
}

/// The first reason for which cues are left out.
fn why(warnings: &[Warning]) -> String {
    let reason = warnings.iter().find(|warning| warning.kind.is_loss());
    reason.map_or_else(String::new, |warning| {
        let line = warning.lines.first().copied().unwrap_or(1);
        format!(": in line {line}, {}", warning.kind)
    })
}
