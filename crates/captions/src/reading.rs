//! Files into transcripts.

use crate::cue::{MAX_CUES, MAX_FILE_BYTES};
use crate::draft::TranscriptDraft;
use crate::encoding;
use crate::format::Format;
use crate::formats;
use crate::problem::TranscriptProblem;
use crate::tidy::tidy;
use crate::transcript::Transcript;
use crate::warning::Warning;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranscriptReading {
    /// What the file is.
    pub format: Format,
    /// At least one and at most [`MAX_CUES`] cues.
    pub transcript: Transcript,
    /// All that was left out or changed, those first that stand first in the file.
    pub warnings: Vec<Warning>,
}

/// Reads a transcript from the bytes of a file, of the format that it has by its looks or by
/// `format`.
///
/// # Errors
///
/// Those of [`TranscriptProblem`]: too large, no format that is known, not of the one that was named, or
/// without a cue.
pub fn read(bytes: &[u8], format: Option<Format>) -> Result<TranscriptReading, TranscriptProblem> {
    let size_bytes = bytes.len();
    if size_bytes > MAX_FILE_BYTES {
        return Err(TranscriptProblem::TooLarge { size_bytes });
    }
    let mut draft = TranscriptDraft::default();
    let text = encoding::decode(bytes, &mut draft.warnings);
    let format = match format {
        Some(format) => format,
        None => formats::recognise(&text)?,
    };
    formats::read(format, &text, &mut draft)?;
    let cues = tidy(draft.cues, &mut draft.warnings);
    let warnings = draft.warnings.into_list();
    match cues.len() {
        0 => Err(TranscriptProblem::NoCues { warnings }),
        1..=MAX_CUES => Ok(TranscriptReading {
            format,
            transcript: Transcript::of_tidy(draft.language, cues),
            warnings,
        }),
        n_cues => Err(TranscriptProblem::TooManyCues { n_cues }),
    }
}
