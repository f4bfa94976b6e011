//! What happens to a page. Its events have one order, by the page's version.

use crate::ids::{CommentId, CorrectionId, PageId, RecordingId, SiteId};
use crate::moderation::decision::DecisionChange;
use crate::passages::CorrectionChange;
use crate::recordings::RecordingChange;
use crate::time::Time;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// A comment was published.
    Published,
    /// A comment was stored, and waits or was refused.
    Withheld,
    /// A comment that was published waits or was refused.
    Hidden,
    /// A comment's text changed.
    Edited,
    /// A comment was removed.
    Removed,
    /// A moderator decided, or the newsroom got something, and nothing changed for readers.
    Reviewed,
    /// A comment was featured, or no longer is.
    Featured,
    /// A comment was pinned, or no longer is.
    Pinned,
    /// A branch was closed to replies, or opened.
    BranchChanged,
    /// A card came to a comment, or went, or a picture did.
    CardsChanged,
    /// A vote was cast, changed or taken back.
    Voted,
    /// Comments were imported.
    Imported,
    /// The page was closed or opened, or its headline changed.
    PageChanged,
}

impl EventKind {
    const ALL: [Self; 13] = [
        Self::Published,
        Self::Withheld,
        Self::Hidden,
        Self::Edited,
        Self::Removed,
        Self::Reviewed,
        Self::Featured,
        Self::Pinned,
        Self::BranchChanged,
        Self::CardsChanged,
        Self::Voted,
        Self::Imported,
        Self::PageChanged,
    ];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Withheld => "withheld",
            Self::Hidden => "hidden",
            Self::Edited => "edited",
            Self::Removed => "removed",
            Self::Reviewed => "reviewed",
            Self::Featured => "featured",
            Self::Pinned => "pinned",
            Self::BranchChanged => "branch_changed",
            Self::CardsChanged => "cards_changed",
            Self::Voted => "voted",
            Self::Imported => "imported",
            Self::PageChanged => "page_changed",
        }
    }

    /// The kind of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether something has to vanish from public view at once.
    pub const fn is_urgent(self) -> bool {
        matches!(
            self,
            Self::Hidden | Self::Edited | Self::Removed | Self::CardsChanged | Self::PageChanged
        )
    }
}

/// One row of the log, as whoever follows from it needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The page's site.
    pub site: SiteId,
    /// The page.
    pub page: PageId,
    /// The page's version after it.
    pub version: i64,
    /// What happened.
    pub kind: EventKind,
    /// To which comment.
    pub comment: Option<CommentId>,
    /// To which recording of the page, and what.
    pub recording: Option<(RecordingId, RecordingChange)>,
    /// To which correction of the page's article, and what.
    pub correction: Option<(CorrectionId, CorrectionChange)>,
    /// When it was written to the log.
    pub at: Time,
    /// The decision that made it happen.
    pub decided: Option<DecisionChange>,
}

impl Event {
    /// Whether it is about nothing that readers see, so that they are told nothing of it.
    pub fn is_inside(&self) -> bool {
        self.kind == EventKind::Reviewed && self.comment.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_word_is_of_one_kind() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(EventKind::parse("forgotten"), None);
    }
}
