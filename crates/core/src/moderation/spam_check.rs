//! What a program outside is asked about comments, and what it may answer.

use serde::{Deserialize, Serialize};

use crate::discussion::comment::CommentState;
use crate::integrations::webhook::WebhookSecret;
use crate::moderation::reason::StateReason;
use crate::moderation::{Finding, LateVerdict, Phase};
use crate::publication::settings::Settings;

/// The longest note that is kept of an answer, in characters.
const MAX_NOTE: usize = 200;

/// Who is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpamCheckService {
    /// A program of the publisher's, by signed messages.
    Program {
        /// Where it is.
        url: String,
        /// What the messages are signed with.
        secret: WebhookSecret,
    },
    /// Akismet, with the publisher's key.
    Akismet {
        /// The key.
        key: String,
    },
}

/// Settings that name nobody who could be asked.
#[derive(Debug, thiserror::Error)]
pub enum SpamCheckUnset {
    /// There is no address.
    #[error("the setting `external_url` is empty")]
    NoAddress,
    /// There is no key.
    #[error("the setting `external_key` is empty")]
    NoKey,
    /// The key does not sign.
    #[error("the setting `external_key` must be whsec_ and 16 to 64 bytes in base64")]
    NotASecret,
}

impl SpamCheckService {
    /// The one that `settings` name.
    pub fn of(settings: &Settings) -> Result<Self, SpamCheckUnset> {
        let key = settings.external_key.reveal();
        match settings.external_url.as_str() {
            "" => Err(SpamCheckUnset::NoAddress),
            _ if key.is_empty() => Err(SpamCheckUnset::NoKey),
            "akismet" => Ok(Self::Akismet {
                key: key.to_owned(),
            }),
            url => Ok(Self::Program {
                url: url.to_owned(),
                secret: key.parse().map_err(|_| SpamCheckUnset::NotASecret)?,
            }),
        }
    }
}

/// What a program answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SpamCheckAnswer {
    /// What to do with the comment.
    pub verdict: SpamCheckVerdict,
    /// Why, for the moderators.
    #[serde(default)]
    pub reason: Option<String>,
}

/// What Akismet is told of a comment about which it was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpamCorrection {
    /// It passed what is spam.
    Spam,
    /// It took for spam what is none.
    Ham,
}

impl SpamCorrection {
    /// What there is to say once moderators have left a comment in `state`.
    pub fn of(passed: bool, state: CommentState) -> Option<Self> {
        match (passed, state) {
            (true, CommentState::Spam) => Some(Self::Spam),
            (false, CommentState::Published) => Some(Self::Ham),
            _ => None,
        }
    }

    /// Whether it still holds of a comment in `state`.
    pub fn holds(self, state: CommentState) -> bool {
        Self::of(self == Self::Spam, state) == Some(self)
    }
}

/// What to do with a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpamCheckVerdict {
    /// Nothing stands against it.
    Publish,
    /// A moderator should read it first.
    Hold,
    /// It is spam.
    Spam,
    /// It is to be refused.
    Reject,
}

impl SpamCheckAnswer {
    /// The answer as the pipeline takes it.
    pub fn verdict(&self) -> LateVerdict {
        let asks = match self.verdict {
            SpamCheckVerdict::Publish => None,
            SpamCheckVerdict::Hold => Some(CommentState::Held),
            SpamCheckVerdict::Spam => Some(CommentState::Spam),
            SpamCheckVerdict::Reject => Some(CommentState::Rejected),
        };
        let note = self.reason.as_deref().map(note).filter(|it| !it.is_empty());
        LateVerdict {
            phase: Phase::External,
            finding: asks.map(|asks| Finding {
                note,
                ..Finding::new(Phase::External, asks, StateReason::Outside)
            }),
        }
    }
}

/// One line that a person can read.
fn note(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    let shown = line.chars().filter(|sign| !sign.is_control());
    shown.take(MAX_NOTE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_one_of_four_words() {
        let read =
            |json: &str| serde_json::from_str::<SpamCheckAnswer>(json).map(|it| it.verdict());
        let asks = |json: &str| read(json).unwrap().finding.map(|it| it.asks);
        assert_eq!(asks(r#"{"verdict":"publish"}"#), None);
        assert_eq!(asks(r#"{"verdict":"hold"}"#), Some(CommentState::Held));
        assert_eq!(
            asks(r#"{"verdict":"spam","score":1}"#),
            Some(CommentState::Spam)
        );
        assert_eq!(
            asks(r#"{"verdict":"reject"}"#),
            Some(CommentState::Rejected)
        );
        for wrong in ["", "{}", r#"{"verdict":"remove"}"#, r#"{"verdict":null}"#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_the_opposite_of_a_verdict_corrects_it() {
        let all = [
            CommentState::Published,
            CommentState::Held,
            CommentState::Rejected,
            CommentState::Spam,
            CommentState::Removed,
        ];
        for state in all {
            let spam = (state == CommentState::Spam).then_some(SpamCorrection::Spam);
            let ham = (state == CommentState::Published).then_some(SpamCorrection::Ham);
            assert_eq!(SpamCorrection::of(true, state), spam);
            assert_eq!(SpamCorrection::of(false, state), ham);
            assert_eq!(SpamCorrection::Spam.holds(state), spam.is_some());
            assert_eq!(SpamCorrection::Ham.holds(state), ham.is_some());
        }
    }

    #[test]
    fn a_reason_is_one_short_line() {
        let text = format!("  Looks\nlike \u{7}spam {}", "x".repeat(500));
        let answer = SpamCheckAnswer {
            verdict: SpamCheckVerdict::Spam,
            reason: Some(text),
        };
        let note = answer.verdict().finding.unwrap().note.unwrap();
        assert!(note.starts_with("Looks like spam xxx"));
        assert_eq!(note.chars().count(), MAX_NOTE);
    }
}
