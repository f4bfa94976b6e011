//! Transcripts of recordings, from files and into files.
//!
//! [`read()`] makes a [`Transcript`] of what people and programs write (WebVTT, SRT, the JSON of
//! podcasts and of speech recognition, typed text with times), and says of everything that it left
//! out or changed where it stood. [`write()`] makes the files that players, podcast apps and people
//! take, [`diff()`] tells two revisions apart, and [`read_chapters`] reads the parts of a recording.
//! Everything here is pure, and its work grows with the length of its input and no faster.

mod chapters;
mod clock;
mod cue;
mod diff;
mod draft;
mod encoding;
mod export;
mod format;
mod formats;
mod problem;
mod reading;
mod speaker;
mod split;
mod tidy;
mod transcript;
mod warning;
mod words;

pub use chapters::{
    Chapter, ChapterError, ChapterReading, MAX_TITLE_CHARS, check_chapters, list_chapters,
    podcast_chapters, read_chapters, write_chapters,
};
pub use cue::{
    Cue, MAX_CHARS, MAX_CUES, MAX_FILE_BYTES, MAX_MS, MAX_SPEAKER_CHARS, clean_speaker, clean_text,
};
pub use diff::{CueChange, WordChange, diff};
pub use export::{TranscriptExportFormat, write};
pub use format::Format;
pub use problem::TranscriptProblem;
pub use reading::{TranscriptReading, read};
pub use transcript::Transcript;
pub use warning::{MAX_LINES, Warning, WarningKind};
