//! What every format is read into.

use std::collections::HashMap;

use rejoinder_core::passages::Selector;
use rejoinder_core::{CommentState, Time, VoteTally};

/// One record of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A page that carries a thread. It comes before the comments that stand on it.
    Page(PageItem),
    /// A comment. Its parent may come later, stand on another page, or be missing.
    Comment(Box<CommentItem>),
    /// A question of a passage. It comes behind the comments that answer it.
    Question(Box<QuestionItem>),
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
    /// Fields of a record that have no place here, for the report. The record itself comes in.
    Without {
        /// What it is, as its own system would name it.
        record: String,
        /// The names of the fields, with commas between them.
        fields: String,
    },
    /// No more comments of the pages until here come, and no replies to them.
    EndOfPages,
}

/// A page that carries a thread.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageItem {
    /// Names it in its own system; comments refer to it.
    pub source_id: String,
    /// Its address; where the system has none, its path from the root of the site, or its key.
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
    /// Its text.
    pub body: Body,
    /// When it was posted; the best that is known.
    pub posted_at: Time,
    /// When it was last edited.
    pub edited_at: Option<Time>,
    /// Where it stands with the moderators.
    pub state: CommentState,
    /// What it is.
    pub kind: ItemKind,
    /// Whether it is pinned above the others.
    pub pinned: bool,
    /// Whether no more replies are taken under it.
    pub branch_closed: bool,
    /// Whether it was written for some eyes only. Its state is never `Published`.
    pub private: bool,
    /// Its votes.
    pub votes: Votes,
    /// The passage of the page that it is about; replies have none.
    pub annotation: Option<Selector>,
}

/// A question that the newsroom asks of a passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionItem {
    /// Names it in its own system.
    pub source_id: String,
    /// The page that the passage stands on.
    pub page: String,
    /// What is asked, as plain text.
    pub text: String,
    /// The passage.
    pub selector: Selector,
    /// When it was asked, as far as that is known.
    pub asked_at: Option<Time>,
    /// The comments that answer it.
    pub answers: Vec<String>,
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
pub enum ItemKind {
    /// Someone wrote it here.
    Comment,
    /// It judges a product.
    Review,
    /// Another site says that it links here.
    Mention,
}

/// The text of a comment, as its own system keeps it. None of it is safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// HTML, for `markup::sanitise`.
    Html(String),
    /// Markdown, for `markup::render`; it stays what is edited.
    Markdown(String),
}

impl Body {
    /// The text as it was kept.
    pub fn source(&self) -> &str {
        match self {
            Self::Html(source) | Self::Markdown(source) => source,
        }
    }
}

/// The votes on a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Votes {
    /// Nobody knows any more whose they are.
    Counted(VoteTally),
    /// One by one: who, and whether for it. Of two of the same voter the last counts.
    Cast(Vec<(String, bool)>),
}

impl Votes {
    /// No votes.
    pub const NONE: Self = Self::Counted(VoteTally { up: 0, down: 0 });

    /// Of a net count, the fewest votes that make it.
    pub fn net(score: i64) -> Self {
        let (up, down) = (score.max(0), score.min(0).saturating_neg());
        Self::Counted(VoteTally { up, down })
    }

    /// How many there are for and against it, one a voter.
    pub fn tally(&self) -> VoteTally {
        match self {
            Self::Counted(tally) => VoteTally {
                up: tally.up.max(0),
                down: tally.down.max(0),
            },
            Self::Cast(votes) => {
                let last: HashMap<&str, bool> = votes
                    .iter()
                    .map(|(voter, up)| (voter.as_str(), *up))
                    .collect();
                let up = last.values().filter(|up| **up).count();
                let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
                VoteTally {
                    up: count(up),
                    down: count(last.len() - up),
                }
            }
        }
    }
}

impl Default for Votes {
    fn default() -> Self {
        Self::NONE
    }
}

impl CommentItem {
    /// A published comment of nobody in particular on `page`, to be filled in.
    pub fn new(source_id: impl Into<String>, page: impl Into<String>, body: Body) -> Self {
        Self {
            source_id: source_id.into(),
            page: page.into(),
            parent: None,
            writer: Writer::default(),
            body,
            posted_at: Time::from_micros(0),
            edited_at: None,
            state: CommentState::Published,
            kind: ItemKind::Comment,
            pinned: false,
            branch_closed: false,
            private: false,
            votes: Votes::NONE,
            annotation: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voter_counts_once() {
        let cast = |voter: &str, up| (voter.to_owned(), up);
        let votes = Votes::Cast(vec![cast("a", true), cast("b", true), cast("a", false)]);
        assert_eq!(votes.tally(), VoteTally { up: 1, down: 1 });
        assert_eq!(Votes::net(-3).tally(), VoteTally { up: 0, down: 3 });
    }
}
