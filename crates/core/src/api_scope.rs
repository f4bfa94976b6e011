//! What a program of the publisher may do.

/// One thing that an API token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiScope {
    /// Reading the queues, and searching in all comments.
    ModerationRead,
    /// Deciding on comments and pages, and undoing it.
    ModerationWrite,
}

impl ApiScope {
    /// All scopes.
    pub const ALL: [Self; 2] = [Self::ModerationRead, Self::ModerationWrite];

    /// The word that is stored, and that programs know.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ModerationRead => "moderation:read",
            Self::ModerationWrite => "moderation:write",
        }
    }

    /// What it allows, for the owner who grants it.
    pub const fn about(self) -> &'static str {
        match self {
            Self::ModerationRead => {
                "Read what moderators read: the queues and every comment, also those that wait, were \
                 refused or are marked as spam, with names and flags."
            }
            Self::ModerationWrite => {
                "Decide as moderators do: approve, reject, remove, feature and pin comments, close \
                 branches and pages, and undo decisions."
            }
        }
    }

    /// The scope of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }
}
