//! Being told of new comments: of which, and how often.

use std::time::Duration;

use crate::time::Time;

/// Which comments of a page one is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionKind {
    /// All of them.
    Page,
    /// Those below one's own, at any depth.
    Replies,
    /// Those below one comment, at any depth.
    Branch,
}

impl SubscriptionKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Page, Self::Replies, Self::Branch];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Replies => "replies",
            Self::Branch => "branch",
        }
    }

    /// The kind of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// How often mails come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MailPace {
    /// One for each comment.
    #[default]
    AtOnce,
    /// At most one an hour.
    Hourly,
    /// At most one a day.
    Daily,
}

impl MailPace {
    /// All paces.
    pub const ALL: [Self; 3] = [Self::AtOnce, Self::Hourly, Self::Daily];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::Hourly => "hourly",
            Self::Daily => "daily",
        }
    }

    /// The pace of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pace| pace.as_str() == word)
    }

    /// When the digest goes out that gathers what happens at `now`: at the next full hour or midnight,
    /// in UTC. `None` where nothing is gathered.
    pub fn gathered_until(self, now: Time) -> Option<Time> {
        let length = match self {
            Self::AtOnce => return None,
            Self::Hourly => 60 * 60,
            Self::Daily => 24 * 60 * 60,
        };
        let into = now.seconds().rem_euclid(length);
        let left = u64::try_from(length - into).unwrap_or_default();
        let full = Time::from_micros(now.seconds().saturating_mul(1_000_000));
        Some(full.after(Duration::from_secs(left)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_795_003_200;

    fn at(seconds: i64) -> Time {
        Time::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_digest_goes_out_at_the_next_full_hour_or_midnight() {
        assert_eq!(NOON % 86_400, 43_200);
        let late = Time::from_micros((NOON + 61) * 1_000_000 + 7);
        assert_eq!(MailPace::AtOnce.gathered_until(late), None);
        assert_eq!(
            MailPace::Hourly.gathered_until(late),
            Some(at(NOON + 3_600))
        );
        assert_eq!(
            MailPace::Daily.gathered_until(late),
            Some(at(NOON + 43_200))
        );
        assert_eq!(
            MailPace::Hourly.gathered_until(at(NOON)),
            Some(at(NOON + 3_600))
        );
    }
}
