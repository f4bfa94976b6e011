//! What the phases found, and what may follow from it.

use serde::{Deserialize, Serialize};

use crate::discussion::comment::CommentState;
use crate::moderation::reason::StateReason;
use crate::word::Word;

/// A step of the pipeline, in the order in which they are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The same text a moment ago.
    Repeat,
    /// The site's word lists.
    Words,
    /// Too many links.
    Links,
    /// Too many comments at once.
    Rate,
    /// What the site's filter has learned.
    Learned,
    /// A proof of work that was asked for.
    Work,
    /// A program outside.
    External,
    /// What the moderators think of the author.
    Standing,
    /// An author of whom little is known yet.
    NewAuthor,
    /// The first picture of an author.
    Images,
    /// The mode of the page, its section or the site.
    Mode,
    /// Readers who flagged it.
    Flags,
}

impl Phase {
    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Repeat => "repeat",
            Self::Words => "words",
            Self::Links => "links",
            Self::Rate => "rate",
            Self::Learned => "learned",
            Self::Work => "work",
            Self::External => "external",
            Self::Standing => "standing",
            Self::NewAuthor => "new_author",
            Self::Images => "images",
            Self::Mode => "mode",
            Self::Flags => "flags",
        }
    }
}

/// What is judged of a comment, and which text a [`FindingMark`] counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JudgedField {
    /// The text as it was typed, which earlier versions looked at.
    #[default]
    Typed,
    /// The text as it is shown, with the addresses of its links below.
    Text,
    /// What the author calls themself.
    Name,
    /// The author's own site.
    Website,
}

impl JudgedField {
    /// The form's field.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Typed | Self::Text => "text",
            Self::Name => "name",
            Self::Website => "website",
        }
    }
}

/// A place in what was judged that a moderator should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingMark {
    /// The entry of the list that was found there.
    pub entry: String,
    /// In which text.
    #[serde(default)]
    pub judged: JudgedField,
    /// Where it starts in the text, in bytes.
    pub start: usize,
    /// Where it ends in the text, in bytes.
    pub end: usize,
}

/// What one phase found, and what it would have done about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Which phase.
    pub phase: Phase,
    /// The state it asks for.
    pub asks: CommentState,
    /// The reason that goes with the state.
    pub reason: Word<StateReason>,
    /// Where in the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<FindingMark>,
    /// How likely a moderator would refuse the comment, from 0 to 1, where a filter says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// The words that say so most strongly, with the probability that each has alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub telling: Vec<(String, f64)>,
    /// What a program says besides, in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Finding {
    /// A finding that says no more than its reason.
    pub fn new(phase: Phase, asks: CommentState, reason: StateReason) -> Self {
        Self {
            phase,
            asks,
            reason: reason.into(),
            marks: Vec::new(),
            probability: None,
            telling: Vec::new(),
            note: None,
        }
    }
}

/// A state, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonedState {
    /// Where the comment stands.
    pub state: CommentState,
    /// Why; nothing needs saying of what is published.
    pub reason: Option<Word<StateReason>>,
}

impl ReasonedState {
    /// Published, for which there is no reason to give.
    pub const PUBLISHED: Self = Self {
        state: CommentState::Published,
        reason: None,
    };

    /// What `finding` asks for.
    pub fn of(finding: &Finding) -> Self {
        Self {
            state: finding.asks,
            reason: Some(finding.reason.clone()),
        }
    }
}

/// Whether a comment that was refused for `reason` was refused by a rule and by nobody who read it.
pub fn is_of_rules(reason: &Word<StateReason>) -> bool {
    matches!(
        reason.known(),
        Some(StateReason::BannedWord | StateReason::Outside)
    )
}

/// What the pipeline says of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Where the comment stands because of it.
    pub outcome: ReasonedState,
    /// The first phase that decided; `None` when nothing stood against the comment.
    pub decided_by: Option<Phase>,
    /// What every phase found, in their order, also those that came too late to decide.
    pub findings: Vec<Finding>,
    /// Whether a program outside is to be asked as well.
    pub asks_outside: bool,
}

/// Where a comment stands before a verdict that comes late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriorState {
    /// Its state and why.
    pub outcome: ReasonedState,
    /// Its newest revision.
    pub revision: i64,
    /// The revision that a moderator decided on, when that is the newest.
    pub decided_revision: Option<i64>,
}

/// What came to be known of a text after its comment was stored.
#[derive(Debug, Clone, PartialEq)]
pub struct LateVerdict {
    /// Who says so.
    pub phase: Phase,
    /// What was found; `None` when there is nothing against the comment.
    pub finding: Option<Finding>,
}

/// Where a comment stands after an edit with `verdict`. An edit never makes visible what was not.
pub fn edited(before: &ReasonedState, verdict: &Verdict) -> ReasonedState {
    let to = &verdict.outcome;
    match (before.state, to.state) {
        (CommentState::Published, _)
        | (CommentState::Held, CommentState::Rejected | CommentState::Spam) => to.clone(),
        _ => before.clone(),
    }
}

/// What a late verdict on `revision` changes, if anything.
///
/// It counts only for the newest text, and only while no moderator has decided on that text. It may
/// withdraw a comment; it publishes only one that waited for it, and only when none of the `findings`
/// of the phases after it asks for something else.
pub fn late(
    stand: &PriorState,
    revision: i64,
    verdict: &LateVerdict,
    findings: &[Finding],
) -> Option<ReasonedState> {
    let is_current = stand.revision == revision && stand.decided_revision != Some(revision);
    if !is_current
        || !matches!(
            stand.outcome.state,
            CommentState::Published | CommentState::Held
        )
    {
        return None;
    }
    let waits = stand.outcome.state == CommentState::Held
        && stand.outcome.reason.as_deref() == Some(verdict.phase.as_str());
    match &verdict.finding {
        Some(finding) if finding.asks == CommentState::Published => None,
        Some(finding)
            if stand.outcome.state == CommentState::Published
                || finding.asks != CommentState::Held =>
        {
            Some(ReasonedState::of(finding))
        }
        Some(finding) if waits => {
            Some(ReasonedState::of(finding)).filter(|to| *to != stand.outcome)
        }
        None if waits => {
            let next = findings.iter().find(|found| found.phase > verdict.phase);
            Some(next.map_or(ReasonedState::PUBLISHED, ReasonedState::of))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(state: CommentState, reason: &str) -> ReasonedState {
        ReasonedState {
            state,
            reason: Some(Word::from(reason.to_owned())),
        }
    }

    fn stand(outcome: ReasonedState) -> PriorState {
        PriorState {
            outcome,
            revision: 2,
            decided_revision: None,
        }
    }

    fn external(asks: CommentState) -> LateVerdict {
        LateVerdict {
            phase: Phase::External,
            finding: Some(Finding {
                reason: Word::from("akismet".to_owned()),
                ..Finding::new(Phase::External, asks, StateReason::Outside)
            }),
        }
    }

    const NOTHING: LateVerdict = LateVerdict {
        phase: Phase::External,
        finding: None,
    };

    #[test]
    fn an_edit_never_makes_visible_what_was_not() {
        let clean = Verdict {
            outcome: ReasonedState::PUBLISHED,
            decided_by: None,
            findings: Vec::new(),
            asks_outside: false,
        };
        for state in [
            CommentState::Held,
            CommentState::Rejected,
            CommentState::Spam,
            CommentState::Removed,
        ] {
            let before = outcome(state, "flags");
            assert_eq!(edited(&before, &clean), before);
        }
        assert_eq!(
            edited(&ReasonedState::PUBLISHED, &clean),
            ReasonedState::PUBLISHED
        );
    }

    #[test]
    fn an_edit_can_take_a_comment_from_view() {
        let bad = Verdict {
            outcome: outcome(CommentState::Rejected, "banned_word"),
            decided_by: Some(Phase::Words),
            findings: Vec::new(),
            asks_outside: false,
        };
        assert_eq!(
            edited(&ReasonedState::PUBLISHED, &bad).state,
            CommentState::Rejected
        );
        let held = outcome(CommentState::Held, "mode");
        assert_eq!(edited(&held, &bad).state, CommentState::Rejected);
    }

    #[test]
    fn a_late_verdict_withdraws_what_is_published() {
        let published = stand(ReasonedState::PUBLISHED);
        let to = late(&published, 2, &external(CommentState::Spam), &[]).unwrap();
        assert_eq!(to, outcome(CommentState::Spam, "akismet"));
    }

    #[test]
    fn a_late_verdict_on_an_earlier_text_changes_nothing() {
        let published = stand(ReasonedState::PUBLISHED);
        assert_eq!(
            late(&published, 1, &external(CommentState::Spam), &[]),
            None
        );
    }

    #[test]
    fn a_late_verdict_yields_to_a_moderator() {
        let decided = PriorState {
            decided_revision: Some(2),
            ..stand(ReasonedState::PUBLISHED)
        };
        assert_eq!(late(&decided, 2, &external(CommentState::Spam), &[]), None);
        let edited_since = PriorState {
            decided_revision: Some(1),
            ..stand(ReasonedState::PUBLISHED)
        };
        assert!(late(&edited_since, 2, &external(CommentState::Spam), &[]).is_some());
    }

    #[test]
    fn nothing_late_brings_back_what_was_refused_or_removed() {
        for state in [
            CommentState::Rejected,
            CommentState::Spam,
            CommentState::Removed,
        ] {
            for verdict in [
                NOTHING,
                external(CommentState::Published),
                external(CommentState::Held),
            ] {
                assert_eq!(
                    late(&stand(outcome(state, "external")), 2, &verdict, &[]),
                    None
                );
            }
        }
    }

    #[test]
    fn a_comment_that_waited_appears_unless_a_later_phase_holds_it() {
        let waits = stand(outcome(CommentState::Held, "external"));
        assert_eq!(
            late(&waits, 2, &NOTHING, &[]),
            Some(ReasonedState::PUBLISHED)
        );
        let new = [Finding::new(
            Phase::NewAuthor,
            CommentState::Held,
            StateReason::NewAuthor,
        )];
        let to = late(&waits, 2, &NOTHING, &new);
        assert_eq!(to, Some(outcome(CommentState::Held, "new_author")));
    }

    #[test]
    fn a_comment_that_waits_for_something_else_goes_on_waiting() {
        let waits = stand(outcome(CommentState::Held, "suspect_word"));
        assert_eq!(late(&waits, 2, &NOTHING, &[]), None);
        assert_eq!(late(&waits, 2, &external(CommentState::Held), &[]), None);
    }
}
