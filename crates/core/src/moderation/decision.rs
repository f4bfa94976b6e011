//! What moderators may do with a comment, and what it is afterwards.

use serde::{Deserialize, Serialize};

use crate::discussion::comment::CommentState;
use crate::identity::author::Role;
use crate::ids::AuthorId;
use crate::notices::bell::NoticeKind;
use crate::refusal::Refusal;
use crate::time::Time;
use crate::word::Word;

use super::reason::{Reason, StateReason};

/// The most comments that can be pinned on a page.
pub const MAX_PINS: i64 = 20;

/// The longest note, in units of UTF-16, as a form counts.
pub const MAX_NOTE: usize = 2_000;

/// Something that a moderator does with a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModerationAction {
    /// It is fit to be read.
    Approve,
    /// It is not.
    Reject,
    /// It is spam.
    Spam,
    /// Take it away for good.
    Remove,
    /// Show it among the best.
    Feature,
    /// No longer show it among the best.
    Unfeature,
    /// Let it stand above the thread, at this place from 1.
    Pin(i64),
    /// Let it stand one place further up among the pinned.
    PinUp,
    /// Let it stand one place further down among the pinned.
    PinDown,
    /// Let it stand in its order again.
    Unpin,
    /// Take no more replies in its branch.
    CloseBranch,
    /// Take replies again.
    OpenBranch,
}

impl ModerationAction {
    /// All of them; a pin goes to the first place.
    pub const ALL: [Self; 12] = [
        Self::Approve,
        Self::Reject,
        Self::Spam,
        Self::Remove,
        Self::Feature,
        Self::Unfeature,
        Self::Pin(1),
        Self::PinUp,
        Self::PinDown,
        Self::Unpin,
        Self::CloseBranch,
        Self::OpenBranch,
    ];

    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Spam => "spam",
            Self::Remove => "remove",
            Self::Feature => "feature",
            Self::Unfeature => "unfeature",
            Self::Pin(_) => "pin",
            Self::PinUp => "pin_up",
            Self::PinDown => "pin_down",
            Self::Unpin => "unpin",
            Self::CloseBranch => "close_branch",
            Self::OpenBranch => "open_branch",
        }
    }

    /// The action of a word; a pin goes to the first place.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == word)
    }

    /// The pin that it comes to for a comment at `place` among `n` pinned ones.
    #[must_use]
    pub fn pinned_among(self, place: i64, n: i64) -> Self {
        match self {
            Self::PinUp => Self::Pin((place - 1).max(1)),
            Self::PinDown => Self::Pin((place + 1).min(n)),
            action => action,
        }
    }

    /// Whether it says of the text that it is fit to be read, or is not.
    pub const fn judges(self) -> bool {
        matches!(
            self,
            Self::Approve | Self::Reject | Self::Spam | Self::Remove
        )
    }
}

/// Everything of a comment that a decision can change, as it is kept in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentSnapshot {
    /// Its state.
    pub state: CommentState,
    /// Why it is in it.
    pub reason: Option<Word<StateReason>>,
    /// Its newest revision.
    pub revision: i64,
    /// The revision that a moderator decided on, when that is the newest.
    pub decided_revision: Option<i64>,
    /// Its place among the pinned.
    pub pin: Option<i64>,
    /// When it was featured, in microseconds.
    pub featured_at: Option<i64>,
    /// When its branch was closed, in microseconds.
    pub closed_at: Option<i64>,
}

/// Who changes where a comment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decider {
    /// A moderator.
    Moderator(AuthorId),
    /// Whoever wrote it.
    Author,
    /// The rules.
    Rules,
}

impl Decider {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Moderator(_) => "moderator",
            Self::Author => "author",
            Self::Rules => "rules",
        }
    }

    /// The moderator, where it was one.
    pub const fn moderator(self) -> Option<AuthorId> {
        match self {
            Self::Moderator(moderator) => Some(moderator),
            Self::Author | Self::Rules => None,
        }
    }
}

/// What a decision changed, for whoever follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionChange {
    /// Who decided.
    pub by: Decider,
    /// How the comment stood.
    pub before: CommentSnapshot,
    /// How it stands.
    pub after: CommentSnapshot,
    /// Whether it says of the text that it is fit to be read or not.
    pub judges: bool,
    /// Whether it undoes another.
    pub undoes: bool,
}

impl DecisionChange {
    /// What the comment's author is told of it, when somebody else decided.
    pub fn author_notice(&self, author: AuthorId) -> Option<NoticeKind> {
        if self.by == Decider::Author || self.by.moderator() == Some(author) {
            return None;
        }
        let (before, after) = (&self.before, &self.after);
        match (before.state, after.state) {
            (CommentState::Held, CommentState::Published) => Some(NoticeKind::Approved),
            (before, CommentState::Rejected) if before != CommentState::Rejected => {
                Some(NoticeKind::Rejected)
            }
            _ if before.featured_at.is_none() && after.featured_at.is_some() => {
                Some(NoticeKind::Featured)
            }
            _ => None,
        }
    }
}

impl CommentSnapshot {
    /// The same comment in another state. What is not published is neither pinned nor featured.
    #[must_use]
    pub fn entering(&self, state: CommentState, reason: Option<Word<StateReason>>) -> Self {
        let shown = state == CommentState::Published;
        Self {
            state,
            reason,
            pin: self.pin.filter(|_| shown),
            featured_at: self.featured_at.filter(|_| shown),
            ..self.clone()
        }
    }

    fn stand(&self) -> (CommentState, Option<&Word<StateReason>>, i64, Option<i64>) {
        (
            self.state,
            self.reason.as_ref(),
            self.revision,
            self.decided_revision,
        )
    }
}

/// Whether someone with `role` may do `action`. Editors feature; all else is for moderators.
pub fn may_decide(role: Role, action: ModerationAction) -> Result<(), Refusal> {
    let least = match action {
        ModerationAction::Feature | ModerationAction::Unfeature => Role::Editor,
        _ => Role::Moderator,
    };
    if role < least {
        return Err(Refusal::NotAllowed);
    }
    Ok(())
}

/// Whether a note is short enough.
pub fn may_note(note: Option<&str>) -> Result<(), Refusal> {
    // As a form counts: units of UTF-16, with one for the end of a line.
    let units = note.map_or(0, |note| note.replace("\r\n", "\n").encode_utf16().count());
    if units > MAX_NOTE {
        return Err(Refusal::NoteTooLong {
            characters: units,
            max: MAX_NOTE,
        });
    }
    Ok(())
}

/// What a comment is after `action`. The same as before when there is nothing to change.
pub fn after(
    action: ModerationAction,
    before: &CommentSnapshot,
    reason: Option<Reason>,
    is_root: bool,
    now: Time,
) -> Result<CommentSnapshot, Refusal> {
    if before.state == CommentState::Removed {
        return match action {
            ModerationAction::Remove => Ok(before.clone()),
            _ => Err(Refusal::CommentRemoved),
        };
    }
    let needs_published = matches!(action, ModerationAction::Feature | ModerationAction::Pin(_));
    if needs_published && before.state != CommentState::Published {
        return Err(Refusal::NotPublished);
    }
    let or = |usual| Some(reason.map_or(usual, StateReason::from).into());
    let decided = |after: CommentSnapshot| CommentSnapshot {
        decided_revision: Some(after.revision),
        ..after
    };
    let but = |change: fn(&mut CommentSnapshot, i64)| {
        let mut after = before.clone();
        change(&mut after, now.micros());
        after
    };
    Ok(match action {
        ModerationAction::Approve => decided(before.entering(CommentState::Published, None)),
        ModerationAction::Reject => {
            decided(before.entering(CommentState::Rejected, or(StateReason::Moderator)))
        }
        ModerationAction::Spam => {
            decided(before.entering(CommentState::Spam, or(StateReason::Spam)))
        }
        ModerationAction::Remove => {
            let removed = before.entering(CommentState::Removed, or(StateReason::Moderator));
            decided(CommentSnapshot {
                revision: before.revision + 1,
                ..removed
            })
        }
        ModerationAction::Feature => {
            but(|after, now| after.featured_at = after.featured_at.or(Some(now)))
        }
        ModerationAction::Unfeature => but(|after, _| after.featured_at = None),
        ModerationAction::Pin(_) if !is_root => return Err(Refusal::NotARoot),
        ModerationAction::Pin(place) => CommentSnapshot {
            pin: Some(place.clamp(1, MAX_PINS)),
            ..before.clone()
        },
        // Where they lead depends on the other pinned comments: see [`ModerationAction::pinned_among`].
        ModerationAction::PinUp | ModerationAction::PinDown => before.clone(),
        ModerationAction::Unpin => but(|after, _| after.pin = None),
        ModerationAction::CloseBranch => {
            but(|after, now| after.closed_at = after.closed_at.or(Some(now)))
        }
        ModerationAction::OpenBranch => but(|after, _| after.closed_at = None),
    })
}

/// What a comment is after undoing the decision that took it from `before` to `after`.
///
/// Only what that decision changed is changed back, and only while it still stands as the decision
/// left it. A text that was removed comes back as a new revision.
pub fn undo(
    current: &CommentSnapshot,
    before: &CommentSnapshot,
    after: &CommentSnapshot,
) -> Result<CommentSnapshot, Refusal> {
    let mut undone = current.clone();
    if before.stand() != after.stand() {
        if current.revision != after.revision {
            return Err(Refusal::EditedMeanwhile {
                revision: current.revision,
            });
        }
        if current.stand() != after.stand() {
            return Err(Refusal::DecidedMeanwhile);
        }
        undone.state = before.state;
        undone.reason.clone_from(&before.reason);
        undone.decided_revision = before.decided_revision;
        if before.revision != after.revision {
            undone.revision = current.revision + 1;
            let was_decided = before.decided_revision == Some(before.revision);
            undone.decided_revision = was_decided.then_some(undone.revision);
        }
    }
    for (place, before, after) in [
        (&mut undone.pin, before.pin, after.pin),
        (
            &mut undone.featured_at,
            before.featured_at,
            after.featured_at,
        ),
        (&mut undone.closed_at, before.closed_at, after.closed_at),
    ] {
        if before == after {
            continue;
        }
        if *place != after {
            return Err(Refusal::DecidedMeanwhile);
        }
        *place = before;
    }
    Ok(undone)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_micros(7);

    fn snapshot(state: CommentState) -> CommentSnapshot {
        CommentSnapshot {
            state,
            reason: None,
            revision: 1,
            decided_revision: None,
            pin: None,
            featured_at: None,
            closed_at: None,
        }
    }

    fn decide(
        action: ModerationAction,
        before: &CommentSnapshot,
    ) -> Result<CommentSnapshot, Refusal> {
        after(action, before, None, true, NOW)
    }

    #[test]
    fn what_was_removed_is_left_only_by_undoing() {
        let held = snapshot(CommentState::Held);
        let removed = decide(ModerationAction::Remove, &held).unwrap();
        assert_eq!(
            (removed.state, removed.revision),
            (CommentState::Removed, 2)
        );
        for action in [
            ModerationAction::Approve,
            ModerationAction::Reject,
            ModerationAction::Spam,
            ModerationAction::Feature,
            ModerationAction::Pin(1),
        ] {
            assert_eq!(decide(action, &removed), Err(Refusal::CommentRemoved));
        }
        let undone = undo(&removed, &held, &removed).unwrap();
        assert_eq!((undone.state, undone.revision), (CommentState::Held, 3));
    }

    #[test]
    fn every_other_state_can_be_decided_anew() {
        for state in [
            CommentState::Published,
            CommentState::Held,
            CommentState::Rejected,
            CommentState::Spam,
        ] {
            for (action, to) in [
                (ModerationAction::Approve, CommentState::Published),
                (ModerationAction::Reject, CommentState::Rejected),
                (ModerationAction::Spam, CommentState::Spam),
                (ModerationAction::Remove, CommentState::Removed),
            ] {
                let after = decide(action, &snapshot(state)).unwrap();
                assert_eq!(after.state, to);
                assert_eq!(after.decided_revision, Some(after.revision));
            }
        }
    }

    #[test]
    fn deciding_the_same_again_changes_nothing() {
        for action in [
            ModerationAction::Approve,
            ModerationAction::Reject,
            ModerationAction::Remove,
            ModerationAction::Spam,
        ] {
            let once = decide(action, &snapshot(CommentState::Held)).unwrap();
            assert_eq!(decide(action, &once).unwrap(), once, "{action:?}");
        }
        for action in [
            ModerationAction::Feature,
            ModerationAction::Pin(2),
            ModerationAction::CloseBranch,
        ] {
            let once = decide(action, &snapshot(CommentState::Published)).unwrap();
            let twice = after(action, &once, None, true, Time::from_micros(9));
            assert_eq!(twice.unwrap(), once, "{action:?}");
        }
    }

    #[test]
    fn what_is_not_published_is_neither_pinned_nor_featured() {
        let shown = CommentSnapshot {
            pin: Some(1),
            featured_at: Some(3),
            ..snapshot(CommentState::Published)
        };
        let rejected = decide(ModerationAction::Reject, &shown).unwrap();
        assert_eq!((rejected.pin, rejected.featured_at), (None, None));
        let undone = undo(&rejected, &shown, &rejected).unwrap();
        assert_eq!(undone, shown);
        let held = snapshot(CommentState::Held);
        assert_eq!(
            decide(ModerationAction::Feature, &held),
            Err(Refusal::NotPublished)
        );
        let reply = after(
            ModerationAction::Pin(1),
            &snapshot(CommentState::Published),
            None,
            false,
            NOW,
        );
        assert_eq!(reply, Err(Refusal::NotARoot));
    }

    #[test]
    fn an_undo_changes_back_only_what_its_decision_changed() {
        let before = snapshot(CommentState::Published);
        let featured = decide(ModerationAction::Feature, &before).unwrap();
        let pinned = decide(ModerationAction::Pin(3), &featured).unwrap();
        let undone = undo(&pinned, &before, &featured).unwrap();
        assert_eq!((undone.featured_at, undone.pin), (None, Some(3)));
    }

    #[test]
    fn an_undo_does_not_overrule_what_came_after() {
        let held = snapshot(CommentState::Held);
        let approved = decide(ModerationAction::Approve, &held).unwrap();
        let rejected = decide(ModerationAction::Reject, &approved).unwrap();
        assert_eq!(
            undo(&rejected, &held, &approved),
            Err(Refusal::DecidedMeanwhile)
        );
        let edited = CommentSnapshot {
            revision: 2,
            decided_revision: None,
            ..approved.clone()
        };
        assert_eq!(
            undo(&edited, &held, &approved),
            Err(Refusal::EditedMeanwhile { revision: 2 })
        );
    }

    #[test]
    fn editors_feature_and_moderators_decide() {
        assert!(may_decide(Role::Editor, ModerationAction::Feature).is_ok());
        assert_eq!(
            may_decide(Role::Editor, ModerationAction::Approve),
            Err(Refusal::NotAllowed)
        );
        assert!(may_decide(Role::Moderator, ModerationAction::Remove).is_ok());
    }

    #[test]
    fn an_action_reads_back() {
        assert_eq!(
            ModerationAction::from_word("close_branch"),
            Some(ModerationAction::CloseBranch)
        );
        assert_eq!(
            ModerationAction::from_word("pin"),
            Some(ModerationAction::Pin(1))
        );
        assert_eq!(
            ModerationAction::from_word("pin_up"),
            Some(ModerationAction::PinUp)
        );
        assert_eq!(ModerationAction::from_word("restore"), None);
    }

    #[test]
    fn a_pin_moves_by_one_place_and_not_beyond_the_ends() {
        let moved = |action: ModerationAction, place| action.pinned_among(place, 3);
        assert_eq!(moved(ModerationAction::PinUp, 3), ModerationAction::Pin(2));
        assert_eq!(moved(ModerationAction::PinUp, 1), ModerationAction::Pin(1));
        assert_eq!(
            moved(ModerationAction::PinDown, 1),
            ModerationAction::Pin(2)
        );
        assert_eq!(
            moved(ModerationAction::PinDown, 3),
            ModerationAction::Pin(3)
        );
        assert_eq!(moved(ModerationAction::Unpin, 3), ModerationAction::Unpin);
    }
}
