//! What people hear and watch on a page: recordings, and the places in them that comments name.

mod comparison;
mod external;
mod offset;
mod playing;
mod problem;
pub mod proposals;
mod provider;
mod recording;
mod span;
mod words;

pub use comparison::{CutComparison, CutPiece, OmittedStretch, Stretch};
pub use external::ExternalRecording;
pub use playing::{EmbeddedPlayer, PlayerSeek};
pub use problem::RecordingProblem;
pub use proposals::{LineText, Proposal, TranscriptLock};
pub use provider::{NoProvider, PlayerProvider};
pub use recording::{Recording, RecordingChange, RecordingKind, RecordingState, TranscriptStatus};
pub use span::{Seconds, Span};
pub use words::SearchWords;

use std::ops::Range;

use crate::ids::RecordingId;

/// A recording of a page, as far as a comment can name a place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitableRecording {
    /// Names it.
    pub id: RecordingId,
    /// Rises with each change of what is heard, so that an old reference is known for one.
    pub revision: i64,
    /// How long it is, where that is known.
    pub duration_ms: Option<u64>,
    /// Where it is played elsewhere, if it is.
    pub external: Option<ExternalRecording>,
    /// Which one of its page it is, from 1: the 2 of "clip 2 3:48".
    pub ordinal: u32,
}

/// A place in a recording that a comment names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeReference {
    /// The recording.
    pub recording: RecordingId,
    /// The revision of the recording whose length was looked at.
    pub revision: i64,
    /// The place.
    pub span: Span,
    /// Where it stands in the text as typed, in bytes.
    pub at: Range<usize>,
}
