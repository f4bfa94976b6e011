//! Recordings that stand with a page, and what has become of them.

use serde::{Deserialize, Serialize};

use crate::ids::{AuthorId, PageId, RecordingId, SiteId};
use crate::recordings::RecordingProblem;
use crate::time::Time;
use crate::word::Word;

/// What a recording is to its listeners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingKind {
    /// Sound alone.
    Audio,
    /// Sound with pictures.
    Video,
}

impl RecordingKind {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }

    /// The kind of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Audio, Self::Video]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// How far a recording has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingState {
    /// Its file is being uploaded.
    Arriving,
    /// Its file is to be fetched, or to be read.
    Waiting,
    /// It can be heard.
    Ready,
    /// It cannot be had, or is nothing that can be read; `problem` says why.
    Refused,
}

impl RecordingState {
    const ALL: [Self; 4] = [Self::Arriving, Self::Waiting, Self::Ready, Self::Refused];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Arriving => "arriving",
            Self::Waiting => "waiting",
            Self::Ready => "ready",
            Self::Refused => "refused",
        }
    }

    /// The state of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// How much a transcript can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TranscriptStatus {
    /// As it came, unread.
    Draft,
    /// Readers have corrected it.
    Community,
    /// An editor has read it.
    Approved,
}

impl TranscriptStatus {
    /// All of them, the least reliable first.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Community, Self::Approved];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Community => "community",
            Self::Approved => "approved",
        }
    }

    /// The status of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// What happened to a recording, for those who are told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingChange {
    /// It can be heard.
    Published,
    /// It is called something else, or is divided into other chapters, or a cut of it is gone.
    Changed,
    /// It is gone.
    Removed,
    /// Its transcript says something else, or can be relied on otherwise.
    Transcribed,
    /// It is a cut, and was compared with what it was made from.
    Compared,
    /// It could not be read, or something of it was proposed, confirmed, declined or locked: the newsroom's
    /// business.
    Inside,
}

/// A recording that stands with a page, or a cut of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// The page's site.
    pub site: SiteId,
    /// Names it at its site.
    pub id: RecordingId,
    /// The page that it stands with.
    pub page: PageId,
    /// The recording that it is a cut of, where it is one.
    pub cut_of: Option<RecordingId>,
    /// What it is called.
    pub title: String,
    /// Sound or pictures, once that is known.
    pub kind: Option<RecordingKind>,
    /// How far it has come.
    pub state: RecordingState,
    /// What was wrong with it, where it is refused.
    pub problem: Option<Word<RecordingProblem>>,
    /// Where it was fetched from, or the page of the player elsewhere that plays it.
    pub address: Option<String>,
    /// The media type of its file, once that is known; none where it plays elsewhere.
    pub media_type: Option<String>,
    /// The length of its file in bytes; 0 where there is none.
    pub n_bytes: i64,
    /// How many of them have arrived.
    pub n_arrived: i64,
    /// How much of it is read, and compared if it is a cut, in hundredths, while that goes on.
    pub progress: Option<i64>,
    /// How long it lasts, once that is known.
    pub duration_ms: Option<i64>,
    /// Rises when the sound becomes another one.
    pub revision: i64,
    /// Who attached it, where they are still known.
    pub created_by: Option<AuthorId>,
    /// When it was attached.
    pub created_at: Time,
}

impl Recording {
    /// Whether listeners can hear it from here.
    pub fn has_file(&self) -> bool {
        self.state == RecordingState::Ready && self.cut_of.is_none() && self.n_bytes > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_word_stands_for_one_thing() {
        for kind in [RecordingKind::Audio, RecordingKind::Video] {
            assert_eq!(RecordingKind::parse(kind.as_str()), Some(kind));
        }
        for state in RecordingState::ALL {
            assert_eq!(RecordingState::parse(state.as_str()), Some(state));
        }
        for status in TranscriptStatus::ALL {
            assert_eq!(TranscriptStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(RecordingKind::parse("smell"), None);
        assert_eq!(RecordingState::parse(""), None);
        assert_eq!(TranscriptStatus::parse("final"), None);
    }
}
