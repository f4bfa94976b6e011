//! Feeds: the newest of what was published, for programs that look now and then.

use crate::discussion::comment::Comment;
use crate::discussion::page::Page;
use crate::ids::{AuthorId, CommentId};

/// A feed holds so many comments.
pub const MAX_ITEMS: usize = 50;

/// What a feed is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FeedScope {
    /// A site.
    Site,
    /// A page.
    Page,
    /// A comment and everything below it.
    Branch(CommentId),
    /// The direct replies of others to an author.
    Replies(AuthorId),
}

/// A feed's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FeedFormat {
    /// RFC 4287, with the threads of RFC 4685.
    Atom,
    /// RSS 2.0.
    Rss,
    /// JSON Feed 1.1.
    Json,
}

impl FeedFormat {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::Atom, Self::Rss, Self::Json];

    /// The end of a feed's address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Atom => "atom",
            Self::Rss => "rss",
            Self::Json => "json",
        }
    }

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Atom => "Atom",
            Self::Rss => "RSS",
            Self::Json => "JSON Feed",
        }
    }

    /// The format of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == word)
    }

    /// What browsers and readers call it.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Atom => "application/atom+xml",
            Self::Rss => "application/rss+xml",
            Self::Json => "application/feed+json",
        }
    }
}

/// The newest published comments of something. Holds nothing that is not public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// What it is of.
    pub scope: FeedScope,
    /// The page, when it is of a page or a branch, and known.
    pub page: Option<Page>,
    /// The comment at the top of the branch; blank when it is gone and its replies are not.
    pub top: Option<Comment>,
    /// The comments, newest first.
    pub items: Vec<FeedItem>,
}

/// A comment in a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedItem {
    /// The comment, which is published.
    pub comment: Comment,
    /// The page it stands on.
    pub page: Page,
    /// What it replies to; blank when that is gone.
    pub parent: Option<Comment>,
}
