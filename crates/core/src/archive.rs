//! Imports that owners begin in their pages.

use crate::ids::{ImportId, SiteId};
use crate::time::Time;

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// Its file is being uploaded.
    Arriving,
    /// It is being found out what the file is, and what would come in.
    Looking,
    /// That is known, and nothing has changed.
    Looked,
    /// Nothing can be read from the file; `problem` says why.
    Refused,
    /// It is coming in.
    Running,
    /// It came in.
    Done,
    /// It broke off, and nothing of it is shown; `problem` says why.
    Stopped,
    /// It is being taken out.
    Undoing,
    /// It was taken out.
    Undone,
}

impl ImportState {
    /// All of them, in the order in which they come.
    pub const ALL: [Self; 9] = [
        Self::Arriving,
        Self::Looking,
        Self::Looked,
        Self::Refused,
        Self::Running,
        Self::Done,
        Self::Stopped,
        Self::Undoing,
        Self::Undone,
    ];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Arriving => "arriving",
            Self::Looking => "looking",
            Self::Looked => "looked",
            Self::Refused => "refused",
            Self::Running => "running",
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    /// The state of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether a job is at it.
    pub const fn is_underway(self) -> bool {
        matches!(self, Self::Looking | Self::Running | Self::Undoing)
    }

    /// Whether it has come to its end, so that another may begin.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Undone)
    }

    /// Whether its pages may be mapped otherwise.
    pub const fn may_look_again(self) -> bool {
        matches!(self, Self::Looked | Self::Refused)
    }

    /// Whether it may come in.
    pub const fn may_start(self) -> bool {
        matches!(self, Self::Looked | Self::Stopped)
    }

    /// Whether what it brought may be taken out.
    pub const fn may_undo(self) -> bool {
        matches!(self, Self::Done | Self::Stopped)
    }

    /// Whether it may be forgotten, since nothing has come of it.
    pub const fn may_drop(self) -> bool {
        matches!(self, Self::Arriving | Self::Looked | Self::Refused)
    }
}

/// An import that an owner began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The site that it brings comments to.
    pub site: SiteId,
    /// Names it.
    pub id: ImportId,
    /// What its file was called.
    pub file_name: String,
    /// How long the file is, in bytes.
    pub n_bytes: i64,
    /// How many of them have arrived.
    pub n_arrived: i64,
    /// How far it has come.
    pub state: ImportState,
    /// The word of the format, once it is known.
    pub format: Option<String>,
    /// Which pages have moved: `FROM=TO`, a line each.
    pub mappings: String,
    /// How many bytes of the file were read so far.
    pub n_read: i64,
    /// How many comments were read so far.
    pub n_done: i64,
    /// The summary of its report.
    pub summary: Option<String>,
    /// Why it was refused, or stopped.
    pub problem: Option<String>,
    /// How many comments were taken out again.
    pub n_undone: i64,
    /// How many could not be, because somebody replied to them here.
    pub n_kept: i64,
    /// When it was begun.
    pub created_at: Time,
    /// When it last came to another state.
    pub changed_at: Time,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_has_a_word_that_reads_back() {
        for state in ImportState::ALL {
            assert_eq!(ImportState::parse(state.as_str()), Some(state));
        }
        assert_eq!(ImportState::parse("importing"), None);
    }
}
