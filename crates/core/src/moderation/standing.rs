//! What the moderators think of an author.

use crate::identity::author::Role;
use crate::refusal::Refusal;
use crate::time::Time;

/// Whether an author's comments are looked at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Trust {
    /// As the site's rules say.
    #[default]
    Plain,
    /// Only the list of banned words stands against them.
    Trusted,
    /// They always wait for a moderator.
    AlwaysHeld,
}

impl Trust {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Plain, Self::Trusted, Self::AlwaysHeld];

    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Trusted => "trusted",
            Self::AlwaysHeld => "always_held",
        }
    }

    /// The trust of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trust| trust.as_str() == word)
    }
}

/// A stop on an author at a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// When it ends; `None` means never.
    pub until: Option<Time>,
    /// Why, as the author may read it.
    pub reason: String,
}

/// How an author stands with the moderators.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// Whether their comments are looked at first.
    pub trust: Trust,
    /// Until when they may not write.
    pub suspended_until: Option<Time>,
    /// The stop on them, their browser or their address that holds longest.
    pub ban: Option<Ban>,
}

/// Whether an author who stands like this may write, vote and flag. The newsroom always may.
pub fn may_write(standing: &Standing, role: Role, now: Time) -> Result<(), Refusal> {
    if role >= Role::Staff {
        return Ok(());
    }
    if let Some(ban) = &standing.ban
        && ban.until.is_none_or(|until| until > now)
    {
        return Err(Refusal::Banned {
            until: ban.until,
            reason: ban.reason.clone(),
        });
    }
    match standing.suspended_until {
        Some(until) if until > now => Err(Refusal::Suspended { until }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_micros(1_000_000);
    const SOON: Time = Time::from_micros(2_000_000);

    #[test]
    fn a_banned_author_is_told_until_when_and_why() {
        let standing = Standing {
            ban: Some(Ban {
                until: Some(SOON),
                reason: "Threats".to_owned(),
            }),
            ..Standing::default()
        };
        let refusal = may_write(&standing, Role::Reader, NOW).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "you cannot take part here until 1970-01-01T00:00:02Z: Threats"
        );
        assert!(may_write(&standing, Role::Reader, SOON).is_ok());
    }

    #[test]
    fn a_suspension_ends_by_itself() {
        let standing = Standing {
            suspended_until: Some(SOON),
            ..Standing::default()
        };
        assert_eq!(
            may_write(&standing, Role::Reader, NOW),
            Err(Refusal::Suspended { until: SOON })
        );
        assert!(may_write(&standing, Role::Reader, SOON).is_ok());
    }
}
