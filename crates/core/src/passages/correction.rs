//! Corrections that readers send to the newsroom, and the list of what an article was corrected in.
//!
//! A correction is seen by the newsroom and by nobody else. What readers see of it is an erratum: the
//! newsroom's own line about what it changed, with its thanks where the sender has agreed to them.

use crate::discussion::text::is_blank;
use crate::ids::{AuthorId, CorrectionId, ErratumId, PageId, SiteId};
use crate::passages::{Annotation, Sources};
use crate::publication::settings::{GuestPolicy, Passages, Settings};
use crate::refusal::Refusal;
use crate::time::Time;
use crate::{AuthorKind, Reader};

/// The longest text of a correction, and of what it proposes, in characters.
pub const MAX_CHARS: usize = 2_000;

/// The longest line of the list of corrections, in characters.
pub const MAX_LINE_CHARS: usize = 500;

/// One author has so many open corrections at most.
pub const MAX_OF_AUTHOR: usize = 10;

/// A page has so many open corrections at most.
pub const MAX_OF_PAGE: usize = 500;

/// What became of a correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CorrectionState {
    /// It waits apart from the others, for what the rules found in it.
    Held,
    /// It waits for an editor.
    Open,
    /// The article was changed, or will be.
    Accepted,
    /// An editor has decided against it.
    Declined,
}

impl CorrectionState {
    /// All of them, in the order of the newsroom.
    pub const ALL: [Self; 4] = [Self::Open, Self::Held, Self::Accepted, Self::Declined];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
        }
    }

    /// The state of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether somebody can still decide.
    pub const fn is_undecided(self) -> bool {
        matches!(self, Self::Held | Self::Open)
    }
}

/// What happened to a correction, for those who are told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrectionChange {
    /// It waits for an editor: it came, or is open again.
    Received,
    /// An editor has decided.
    Decided,
}

/// What somebody says is wrong in an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The page's site.
    pub site: SiteId,
    /// Names it.
    pub id: CorrectionId,
    /// The article's page.
    pub page: PageId,
    /// The passage; nothing where it is about the whole.
    pub annotation: Option<Annotation>,
    /// Sources for or against that passage.
    pub sources: Option<Sources>,
    /// What is wrong.
    pub text: String,
    /// What should stand there instead.
    pub proposed: Option<String>,
    /// Who sent it.
    pub author: Option<AuthorId>,
    /// The name by which they agreed to be thanked.
    pub thanks: Option<String>,
    /// Whether they left an address at which they are told what became of it.
    pub has_email: bool,
    /// When it came.
    pub made_at: Time,
    /// What became of it.
    pub state: CorrectionState,
    /// When it was decided on.
    pub decided_at: Option<Time>,
    /// What the editor says to the sender.
    pub reason: Option<String>,
}

/// A line of an article's list of corrections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erratum {
    /// The page's site.
    pub site: SiteId,
    /// Names it.
    pub id: ErratumId,
    /// The article's page.
    pub page: PageId,
    /// What was changed.
    pub line: String,
    /// Who is thanked.
    pub thanks: Option<String>,
    /// The correction that it follows from.
    pub correction: Option<CorrectionId>,
    /// The version of the article that says it, where its versions are known.
    pub version: Option<i64>,
    /// Since when readers see it; nothing while it waits for the article's next version.
    pub published_at: Option<Time>,
}

/// Whether `reader` may send a correction of a page whose readers may do `passages`. That a page takes no
/// more comments makes no difference: what is wrong can be found at any time.
pub fn may_correct(
    settings: &Settings,
    passages: Passages,
    reader: &Reader,
) -> Result<(), Refusal> {
    if !passages.takes_corrections() {
        return Err(Refusal::CorrectionsOff);
    }
    let own = reader.author.as_ref();
    let has_account = own.is_some_and(|own| own.kind == AuthorKind::Account);
    if settings.guests == GuestPolicy::Refused && !has_account {
        return Err(Refusal::SignInNeeded);
    }
    Ok(())
}

/// Whether a correction may say this, with so many links in it.
pub fn may_say(
    settings: &Settings,
    text: &str,
    proposed: Option<&str>,
    links: usize,
) -> Result<(), Refusal> {
    if is_blank(text) && proposed.is_none_or(is_blank) {
        return Err(Refusal::CorrectionEmpty);
    }
    let is_long = |text: &str| text.chars().count() > MAX_CHARS;
    if is_long(text) || proposed.is_some_and(is_long) {
        return Err(Refusal::CorrectionTooLong { max: MAX_CHARS });
    }
    if links > settings.max_links {
        return Err(Refusal::TooManyLinks {
            links,
            max: settings.max_links,
        });
    }
    Ok(())
}

/// Whether one more is taken, beside so many open ones of its author anywhere and of its page.
pub const fn may_send(n_of_author: usize, n_of_page: usize) -> Result<(), Refusal> {
    if n_of_author >= MAX_OF_AUTHOR {
        return Err(Refusal::TooManyCorrections { max: MAX_OF_AUTHOR });
    }
    if n_of_page >= MAX_OF_PAGE {
        return Err(Refusal::TooManyCorrections { max: MAX_OF_PAGE });
    }
    Ok(())
}

/// Whether a correction in `state` can be decided on.
pub const fn may_decide(state: CorrectionState) -> Result<(), Refusal> {
    match state.is_undecided() {
        true => Ok(()),
        false => Err(Refusal::CorrectionDecided),
    }
}

/// Whether this may stand in the list of corrections.
pub fn may_list(line: &str) -> Result<(), Refusal> {
    if is_blank(line) {
        return Err(Refusal::ErratumEmpty);
    }
    if line.chars().count() > MAX_LINE_CHARS {
        return Err(Refusal::ErratumTooLong {
            max: MAX_LINE_CHARS,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::address::Network;

    fn stranger() -> Reader {
        Reader {
            author: None,
            network: Network::of("192.0.2.1".parse().unwrap()),
        }
    }

    #[test]
    fn corrections_are_taken_where_the_publisher_wants_them() {
        let settings = Settings::default();
        let may = |passages| may_correct(&settings, passages, &stranger());

        assert_eq!(may(Passages::Off), Err(Refusal::CorrectionsOff));
        assert_eq!(may(Passages::Comment), Err(Refusal::CorrectionsOff));
        assert_eq!(may(Passages::Correct), Ok(()));
        assert_eq!(may(Passages::Both), Ok(()));
        let settings = Settings {
            guests: GuestPolicy::Refused,
            ..settings
        };
        let refused = may_correct(&settings, Passages::Both, &stranger());
        assert_eq!(refused, Err(Refusal::SignInNeeded));
    }

    #[test]
    fn a_correction_says_what_is_wrong_or_what_is_right() {
        let settings = Settings::default();
        let long = "ä".repeat(MAX_CHARS + 1);
        let say = |text: &str, proposed| may_say(&settings, text, proposed, 0);

        assert_eq!(say(" \n", None), Err(Refusal::CorrectionEmpty));
        assert_eq!(say("", Some("\u{200b}")), Err(Refusal::CorrectionEmpty));
        assert_eq!(say("", Some("Monday")), Ok(()));
        assert_eq!(say("It was Monday.", None), Ok(()));
        let refusal = Err(Refusal::CorrectionTooLong { max: MAX_CHARS });
        assert_eq!(say(&long, None), refusal);
        assert_eq!(say("Wrong", Some(&long)), refusal);
    }

    #[test]
    fn a_stored_word_is_of_one_state() {
        for state in CorrectionState::ALL {
            assert_eq!(CorrectionState::parse(state.as_str()), Some(state));
        }
        assert_eq!(CorrectionState::parse("lost"), None);
    }
}
