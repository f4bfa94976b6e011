//! What an account is told in the page.

use serde::{Deserialize, Serialize};

/// What a notice in the page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Somebody replied below a comment of one's own.
    Reply,
    /// Somebody commented where one wants to be told.
    Comment,
    /// Somebody mentioned one in a comment. It is kept as one where one wants to be told.
    Mention,
    /// A comment of one's own was published after somebody had read it.
    Approved,
    /// A comment of one's own was refused.
    Rejected,
    /// A comment of one's own was featured.
    Featured,
    /// Somebody gave sources against a passage that one has commented on or asked about.
    Challenged,
}

impl NoticeKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Reply,
        Self::Comment,
        Self::Mention,
        Self::Approved,
        Self::Rejected,
        Self::Featured,
        Self::Challenged,
    ];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Comment => "comment",
            Self::Mention => "mention",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Featured => "featured",
            Self::Challenged => "challenged",
        }
    }

    /// The one of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}
