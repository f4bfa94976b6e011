//! A comment as it is stored and read.

use serde::{Deserialize, Serialize};

use crate::discussion::agreement::Agreement;
use crate::discussion::card::Card;
use crate::discussion::image::Image;
use crate::discussion::reaction::ReactionCount;
use crate::discussion::vote::VoteTally;
use crate::identity::author::Author;
use crate::ids::{CommentId, PageId};
use crate::moderation::reason::StateReason;
use crate::passages::{Annotation, AnsweredQuestion, SourceCheck};
use crate::safe_html::SafeHtml;
use crate::time::Time;
use crate::word::Word;

/// Where a comment stands with the moderators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommentState {
    /// Everyone sees it.
    Published,
    /// Waits for a moderator.
    Held,
    /// A moderator, or a rule, refused it.
    Rejected,
    /// It is spam.
    Spam,
    /// Its author or a moderator took it away.
    Removed,
}

impl CommentState {
    /// All states.
    pub const ALL: [Self; 5] = [
        Self::Published,
        Self::Held,
        Self::Rejected,
        Self::Spam,
        Self::Removed,
    ];

    /// The word that is stored and shown by the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Held => "held",
            Self::Rejected => "rejected",
            Self::Spam => "spam",
            Self::Removed => "removed",
        }
    }

    /// The state of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// One message of a thread.
///
/// In a public answer a comment that is not [`CommentState::Published`] is a tombstone: it stands there
/// only for its replies, without author or text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Names it, and gives its place in time.
    pub id: CommentId,
    /// The page it stands on.
    pub page: PageId,
    /// What it replies to; `None` for a root.
    pub parent: Option<CommentId>,
    /// The root of its branch; itself for a root.
    pub root: CommentId,
    /// How many ancestors it has.
    pub depth: i64,
    /// Who wrote it.
    pub author: Author,
    /// Whether they wrote the article of the page, as the newsroom says.
    pub is_by_article_author: bool,
    /// The text as its author typed it.
    pub text: String,
    /// The text rendered by `markup`.
    pub html: SafeHtml,
    /// Where it stands.
    pub state: CommentState,
    /// Why it stands there.
    pub reason: Option<Word<StateReason>>,
    /// Counts the texts it has had, from 1; a decision or an edit names the one it judged.
    pub revision: i64,
    /// When it was posted.
    pub created_at: Time,
    /// When its text last changed.
    pub edited_at: Option<Time>,
    /// When its branch was closed to replies.
    pub closed_at: Option<Time>,
    /// Its place among the pinned roots, from 1.
    pub pin: Option<i64>,
    /// When it was featured.
    pub featured_at: Option<Time>,
    /// Its votes.
    pub tally: VoteTally,
    /// What readers reacted with, as often as they did.
    pub reactions: Vec<ReactionCount>,
    /// How many readers gave it a reaction that counts for it.
    pub liked: i64,
    /// How it stands with readers of both sides, where sides are counted.
    pub agreement: Agreement,
    /// How many direct replies are shown.
    pub n_replies: i64,
    /// What stands for the links that stand alone in it.
    pub cards: Vec<Card>,
    /// The pictures that it carries.
    pub images: Vec<Image>,
    /// The passage of the article that it is about; only roots have one.
    pub annotation: Option<Box<Annotation>>,
    /// The sources that it carries for or against that passage.
    pub source_check: Option<Box<SourceCheck>>,
    /// The question of that passage that it answers.
    pub question: Option<Box<AnsweredQuestion>>,
    /// For a root: how many published comments its branch holds below it.
    pub n_descendants: i64,
}

impl Comment {
    /// Whether everyone may read it.
    pub fn is_published(&self) -> bool {
        self.state == CommentState::Published
    }

    /// Whether it stands where it does for `reason`.
    pub fn is_because(&self, reason: StateReason) -> bool {
        self.reason.as_ref().is_some_and(|own| *own == reason)
    }

    /// Whether its author deleted it, and nothing of its text is left.
    pub fn is_taken_back(&self) -> bool {
        self.state == CommentState::Removed && self.is_because(StateReason::Author)
    }
}
