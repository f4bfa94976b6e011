//! In which order the roots of a thread stand, and which of them.

use serde::{Deserialize, Serialize};

use crate::discussion::comment::Comment;

/// The order of roots. Replies always stand oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// By time, the last first.
    #[default]
    Newest,
    /// By time, the first first.
    Oldest,
    /// By net score, then newest.
    Votes,
    /// By the lower bound of the Wilson interval, then newest.
    Best,
    /// By the number of comments in the branch, then newest.
    Discussed,
    /// By what readers of both sides like; then the rest, as in [`Self::Best`]. Never a site's own.
    Agreed,
}

impl Sort {
    /// All sorts, in the order they are offered in.
    pub const ALL: [Self; 6] = [
        Self::Newest,
        Self::Oldest,
        Self::Votes,
        Self::Best,
        Self::Discussed,
        Self::Agreed,
    ];

    /// The word in addresses and settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Votes => "votes",
            Self::Best => "best",
            Self::Discussed => "discussed",
            Self::Agreed => "agreed",
        }
    }

    /// The sort of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == word)
    }

    /// What `root` ranks by in this sort; 0 where it is time alone.
    pub fn rank(self, root: &Comment, best: i64) -> i64 {
        match self {
            Self::Newest | Self::Oldest => 0,
            Self::Votes => root.tally.score(),
            Self::Best => best,
            Self::Discussed => root.n_descendants,
            Self::Agreed => root.agreement.rank.unwrap_or(best),
        }
    }
}

/// A choice among the roots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Filter {
    /// Those by the newsroom.
    Staff,
    /// Those that a moderator or an editor featured, replies among them.
    Featured,
    /// Those about a passage of the article.
    Inline,
    /// Those that carry sources.
    Sources,
}

impl Filter {
    /// All filters, in the order they are offered in.
    pub const ALL: [Self; 4] = [Self::Staff, Self::Featured, Self::Inline, Self::Sources];

    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Featured => "featured",
            Self::Inline => "inline",
            Self::Sources => "sources",
        }
    }

    /// The filter of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| filter.as_str() == word)
    }
}
