//! The settings that are one of a few words.

use serde::{Deserialize, Serialize};

use crate::notices::subscription::MailPace;

/// Which votes a site takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Voting {
    /// For and against.
    UpAndDown,
    /// Only for.
    Up,
    /// None.
    Off,
}

/// Whether readers may put comments in the order of what both sides like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgreedSort {
    /// No, and no sides are looked for.
    Off,
    /// Yes, on pages where enough of both have voted.
    On,
}

/// Whether whoever gave is mailed the receipt of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptMails {
    /// No, and no address is read.
    Off,
    /// Yes, where the processor tells the address.
    On,
}

/// Whether a bubble leads to the thread from elsewhere on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bubble {
    /// No.
    Off,
    /// Yes, until a reader dismisses it.
    On,
}

/// Whether comments on passages may carry sources for or against what the passage says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceChecks {
    /// No.
    Off,
    /// Yes.
    On,
}

/// What readers may say of single passages of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passages {
    /// Nothing.
    Off,
    /// They may comment on them.
    Comment,
    /// They may send corrections, which the newsroom alone sees.
    Correct,
    /// Both.
    Both,
}

impl Passages {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Off, Self::Comment, Self::Correct, Self::Both];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Comment => "comment",
            Self::Correct => "correct",
            Self::Both => "both",
        }
    }

    /// The one of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.as_str() == word)
    }

    /// Whether passages may be commented on.
    pub const fn takes_comments(self) -> bool {
        matches!(self, Self::Comment | Self::Both)
    }

    /// Whether corrections may be sent.
    pub const fn takes_corrections(self) -> bool {
        matches!(self, Self::Correct | Self::Both)
    }
}

/// Whether editors ask readers questions of single passages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Questions {
    /// They do not, and nobody answers those that were asked before.
    Off,
    /// They may.
    On,
}

/// Whether the scripts of Isso may read and write here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssoApi {
    /// They may not: its addresses answer as ones that do not exist.
    Off,
    /// They may, by the rules that hold for everyone.
    On,
}

impl Questions {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::On, Self::Off];

    /// The word of the setting.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::On => "on",
        }
    }

    /// The one of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.as_str() == word)
    }
}

/// Whether a name behind an `@` leads to whoever it means, and tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mentions {
    /// No; it is only text.
    Off,
    /// Yes.
    On,
}

/// Whether readers with an account may show a picture beside what they write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pictures {
    /// No, and those that there are stay hidden.
    Off,
    /// Yes.
    On,
}

/// Whether comments may carry pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Images {
    /// No, and those that there are stay hidden.
    Off,
    /// Yes; a comment waits for a moderator as long as its author has none with a picture that is published.
    Hold,
    /// Yes.
    On,
}

/// Whether readers with an account may have a page with what they wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReaderPages {
    /// No, and those that there are stay hidden.
    Off,
    /// Yes, but search engines are asked to leave it out.
    Unlisted,
    /// Yes.
    Listed,
}

/// Whether one may write without an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuestPolicy {
    /// A name is enough.
    Welcome,
    /// An account is needed.
    Refused,
}

/// Whether guests are asked for an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailPolicy {
    /// There is a field, and it may stay empty.
    Optional,
    /// The field must be filled.
    Required,
    /// There is no field.
    Unasked,
}

/// Whether guests are asked for a website.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebsitePolicy {
    /// There is no field.
    Unasked,
    /// There is a field, and it may stay empty.
    Optional,
}

/// When comments appear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModerationMode {
    /// At once; moderators read them after.
    After,
    /// When a moderator has approved them.
    Before,
    /// Never: no new comments.
    Closed,
}

/// What becomes of a comment with a banned word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BannedWords {
    /// It is not taken: the writer is told which word, and may change it.
    Refuse,
    /// It waits.
    Hold,
}

/// How often moderators are told by mail that comments wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeskMailPace {
    /// Never.
    Off,
    /// At most once an hour.
    Hourly,
    /// At most once a day.
    Daily,
}

impl DeskMailPace {
    /// The pace of these mails, if there are any.
    pub const fn pace(self) -> Option<MailPace> {
        match self {
            Self::Off => None,
            Self::Hourly => Some(MailPace::Hourly),
            Self::Daily => Some(MailPace::Daily),
        }
    }
}

/// When the writer's browser is asked for a proof of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofOfWork {
    /// Never.
    Off,
    /// When more is being written than usual.
    UnderLoad,
    /// For every comment.
    Always,
}

/// Whether a program outside is asked about comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpamCheckMode {
    /// No.
    Off,
    /// Yes; they appear at once and are withdrawn when it says so.
    After,
    /// Yes; they wait for its answer, and for a moderator when it does not come.
    Before,
}

/// Which links that stand alone in a comment unfold into a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkCards {
    /// None.
    Off,
    /// Those to sites that are listed.
    Listed,
    /// Those to sites that are not listed.
    Unlisted,
    /// All.
    On,
}
