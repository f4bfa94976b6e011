//! What every format is read into.

use rejoinder_core::{State, Time};

/// One record of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A page that carries a thread. It comes before the comments that stand on it.
    Page(PageItem),
    /// A comment. Its parent may come later, stand on another page, or be missing.
    Comment(Box<CommentItem>),
    /// A record that is left out, for the report.
    Dropped {
        /// What it is, as its own system would name it: `comment 12`.
        record: String,
        /// Why it is left out.
        reason: String,
    },
    /// A record that is kept, but not as it was, for the report.
    Note {
        /// What it is, as its own system would name it.
        record: String,
        /// What is different.
        reason: String,
    },
}

/// A page that carries a thread.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageItem {
    /// Names it in its own system; comments refer to it.
    pub source_id: String,
    /// Its address or, where the system has none, its key.
    pub url: String,
    /// Other addresses that lead to it.
    pub aliases: Vec<String>,
    /// Its title, as plain text; empty if it has none.
    pub title: String,
    /// Whether everybody may read it: published, and behind no password. Nothing that stands on
    /// any other page is given as `Published`.
    pub public: bool,
    /// Whether no new comments are taken.
    pub closed: bool,
    /// When it was published.
    pub published_at: Option<Time>,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentItem {
    /// Names it in its own system, over all pages.
    pub source_id: String,
    /// The page it stands on.
    pub page: String,
    /// The comment it replies to.
    pub parent: Option<String>,
    /// Who wrote it.
    pub writer: Writer,
    /// Its text as HTML of its own system, not safe: for `markup::sanitise`.
    pub body_html: String,
    /// When it was posted; the best that is known.
    pub posted_at: Time,
    /// When it was last edited.
    pub edited_at: Option<Time>,
    /// Where it stands with the moderators.
    pub state: State,
    /// What it is.
    pub kind: Kind,
    /// Whether it is pinned above the others.
    pub pinned: bool,
    /// Whether no more replies are taken under it.
    pub branch_closed: bool,
    /// Whether it was written for some eyes only. Its state is never `Published`.
    pub private: bool,
    /// Its votes.
    pub votes: Votes,
}

/// Who wrote a comment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Writer {
    /// The name that stands above it; may be empty.
    pub name: String,
    /// The e-mail address, if one was given.
    pub email: Option<String>,
    /// The website, as the URL gate lets it through.
    pub website: Option<String>,
    /// The account at the system, for those who had one.
    pub user_id: Option<String>,
}

/// What a record is that its system keeps among the comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Someone wrote it here.
    Comment,
    /// It judges a product.
    Review,
    /// Another site says that it links here.
    Mention,
}

/// The votes on a comment, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Votes {
    /// How many are for it.
    pub up: u32,
    /// How many are against it.
    pub down: u32,
}
