//! What the moderators' log says was done.

use crate::word::Vocabulary;

use super::decision::ModerationAction;

/// Something that was done at the desk, by a moderator, an author or the rules.
///
/// Rows of the log keep its word, and addresses carry it back to the page that tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the variants are the words of the log")]
pub enum LogAction {
    Approve,
    Reject,
    Spam,
    Remove,
    Feature,
    Unfeature,
    Pin,
    PinUp,
    PinDown,
    Unpin,
    CloseBranch,
    OpenBranch,
    ClosePage,
    OpenPage,
    ModeBefore,
    ModeAfter,
    ModeOfSite,
    Invitation,
    Undo,
    Delete,
    Judge,
    Late,
    Flags,
    Note,
    Trusted,
    Plain,
    AlwaysHeld,
    Suspend,
    EndSuspension,
    Ban,
    LiftBan,
    RemovePicture,
    Save,
    Forget,
    RemoveGroup,
}

impl LogAction {
    /// All of them.
    pub const ALL: [Self; 35] = [
        Self::Approve,
        Self::Reject,
        Self::Spam,
        Self::Remove,
        Self::Feature,
        Self::Unfeature,
        Self::Pin,
        Self::PinUp,
        Self::PinDown,
        Self::Unpin,
        Self::CloseBranch,
        Self::OpenBranch,
        Self::ClosePage,
        Self::OpenPage,
        Self::ModeBefore,
        Self::ModeAfter,
        Self::ModeOfSite,
        Self::Invitation,
        Self::Undo,
        Self::Delete,
        Self::Judge,
        Self::Late,
        Self::Flags,
        Self::Note,
        Self::Trusted,
        Self::Plain,
        Self::AlwaysHeld,
        Self::Suspend,
        Self::EndSuspension,
        Self::Ban,
        Self::LiftBan,
        Self::RemovePicture,
        Self::Save,
        Self::Forget,
        Self::RemoveGroup,
    ];

    /// The word that is stored; it never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Spam => "spam",
            Self::Remove => "remove",
            Self::Feature => "feature",
            Self::Unfeature => "unfeature",
            Self::Pin => "pin",
            Self::PinUp => "pin_up",
            Self::PinDown => "pin_down",
            Self::Unpin => "unpin",
            Self::CloseBranch => "close_branch",
            Self::OpenBranch => "open_branch",
            Self::ClosePage => "close_page",
            Self::OpenPage => "open_page",
            Self::ModeBefore => "mode_before",
            Self::ModeAfter => "mode_after",
            Self::ModeOfSite => "mode_of_site",
            Self::Invitation => "invitation",
            Self::Undo => "undo",
            Self::Delete => "delete",
            Self::Judge => "judge",
            Self::Late => "late",
            Self::Flags => "flags",
            Self::Note => "note",
            Self::Trusted => "trusted",
            Self::Plain => "plain",
            Self::AlwaysHeld => "always_held",
            Self::Suspend => "suspend",
            Self::EndSuspension => "end_suspension",
            Self::Ban => "ban",
            Self::LiftBan => "lift_ban",
            Self::RemovePicture => "remove_picture",
            Self::Save => "save",
            Self::Forget => "forget",
            Self::RemoveGroup => "remove_group",
        }
    }

    /// The action of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == word)
    }

    /// The decision on a comment that it stands for; a pin went to the first place.
    pub fn moderation_action(self) -> Option<ModerationAction> {
        let mut decisions = ModerationAction::ALL.into_iter();
        decisions.find(|action| Self::from(*action) == self)
    }
}

impl Vocabulary for LogAction {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::from_word(word)
    }
}

impl From<ModerationAction> for LogAction {
    fn from(action: ModerationAction) -> Self {
        match action {
            ModerationAction::Approve => Self::Approve,
            ModerationAction::Reject => Self::Reject,
            ModerationAction::Spam => Self::Spam,
            ModerationAction::Remove => Self::Remove,
            ModerationAction::Feature => Self::Feature,
            ModerationAction::Unfeature => Self::Unfeature,
            ModerationAction::Pin(_) => Self::Pin,
            ModerationAction::PinUp => Self::PinUp,
            ModerationAction::PinDown => Self::PinDown,
            ModerationAction::Unpin => Self::Unpin,
            ModerationAction::CloseBranch => Self::CloseBranch,
            ModerationAction::OpenBranch => Self::OpenBranch,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_logged_action_has_a_word_of_its_own_that_reads_back() {
        for action in LogAction::ALL {
            assert_eq!(LogAction::from_word(action.as_str()), Some(action));
        }
        assert_eq!(LogAction::from_word("change"), None);
    }

    #[test]
    fn the_log_knows_every_decision() {
        for action in ModerationAction::ALL {
            assert_eq!(LogAction::from(action).as_str(), action.as_str());
            assert_eq!(LogAction::from(action).moderation_action(), Some(action));
        }
    }
}
