//! What a program of the publisher may do.

/// One thing that an API token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiScope {
    /// Reading as someone else what is theirs on a page.
    CommentsRead,
    /// Writing, editing, deleting and voting for someone else.
    CommentsWrite,
    /// Reading the queues, and searching in all comments.
    ModerationRead,
    /// Deciding on comments and pages, and undoing it.
    ModerationWrite,
    /// Telling the text of articles.
    ArticlesWrite,
}

impl ApiScope {
    /// All scopes.
    pub const ALL: [Self; 5] = [
        Self::CommentsRead,
        Self::CommentsWrite,
        Self::ModerationRead,
        Self::ModerationWrite,
        Self::ArticlesWrite,
    ];

    /// The word that is stored, and that programs know.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CommentsRead => "comments:read",
            Self::CommentsWrite => "comments:write",
            Self::ModerationRead => "moderation:read",
            Self::ModerationWrite => "moderation:write",
            Self::ArticlesWrite => "articles:write",
        }
    }

    /// What it allows, for the owner who grants it.
    pub const fn about(self) -> &'static str {
        match self {
            Self::CommentsRead => {
                "Read what one of your users sees of their own on a page: what waits and why, their votes, \
                 what they may edit."
            }
            Self::CommentsWrite => {
                "Write comments for your users, or under a name that the program gives, and edit, delete \
                 and vote for them. The rules of the site hold as for everyone."
            }
            Self::ModerationRead => {
                "Read what moderators read: the queues and every comment, also those that wait, were \
                 refused or are marked as spam, with names and flags."
            }
            Self::ModerationWrite => {
                "Decide as moderators do: approve, reject, remove, feature and pin comments, close \
                 branches and pages, and undo decisions."
            }
            Self::ArticlesWrite => {
                "Tell the text of your articles, so that comments on passages follow them through their \
                 versions."
            }
        }
    }

    /// Whether a program acts for someone else by it, and not as itself.
    pub const fn is_for_others(self) -> bool {
        match self {
            Self::CommentsRead | Self::CommentsWrite => true,
            Self::ModerationRead | Self::ModerationWrite | Self::ArticlesWrite => false,
        }
    }

    /// The scope of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }
}
