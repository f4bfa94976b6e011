//! Corrections of a transcript that readers propose, and what it takes for one to be taken.
//!
//! A proposal gives one line other words or another speaker, or adds a line where none begins. Readers
//! confirm it, or an editor decides. What the newsroom has locked takes none.

use crate::discussion::text::is_blank;
use crate::identity::author::Role;
use crate::ids::{AuthorId, ProposalId, RecordingId, SiteId};
use crate::moderation::Trust;
use crate::refusal::Refusal;
use crate::time::Time;

use super::recording::TranscriptStatus;

/// The longest text of a line, in characters.
pub const MAX_CHARS: usize = 2_000;

/// The longest name of a speaker, in characters.
pub const MAX_SPEAKER_CHARS: usize = 100;

/// The longest line that is proposed where none is.
pub const MAX_LINE_MS: i64 = 60_000;

/// One author has so many undecided proposals at most.
pub const MAX_OF_AUTHOR: usize = 10;

/// A recording has so many undecided proposals at most.
pub const MAX_OF_RECORDING: usize = 200;

/// What the confirmations of a proposal must weigh together.
pub const NEEDED: i64 = 2;

/// What became of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalState {
    /// Only editors see it, for what the rules found in it or for who made it.
    Held,
    /// Everybody sees it and can confirm it.
    Open,
    /// The transcript says it now.
    Accepted,
    /// An editor has decided against it.
    Declined,
    /// The line that it was about is another one now.
    Outdated,
}

impl ProposalState {
    const ALL: [Self; 5] = [
        Self::Held,
        Self::Open,
        Self::Accepted,
        Self::Declined,
        Self::Outdated,
    ];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Outdated => "outdated",
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

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineText {
    /// Who speaks, where that is known.
    pub speaker: Option<String>,
    /// The words.
    pub text: String,
}

/// A correction of one line, or a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The recording's site.
    pub site: SiteId,
    /// Names it.
    pub id: ProposalId,
    /// The recording.
    pub recording: RecordingId,
    /// The revision of the transcript that its author saw; 0 where there was none.
    pub revision: i64,
    /// Where the line begins.
    pub start_ms: i64,
    /// Where it ends, where that is known.
    pub end_ms: Option<i64>,
    /// What the line said; nothing where there was none.
    pub before: Option<LineText>,
    /// What it is to say.
    pub after: LineText,
    /// Who made it, where they are still known.
    pub author: Option<AuthorId>,
    /// When it was sent.
    pub made_at: Time,
    /// What became of it.
    pub state: ProposalState,
    /// When it was decided on.
    pub decided_at: Option<Time>,
    /// What the editor who declined it says to its author.
    pub reason: Option<String>,
    /// When its author, who has an account, saw what became of it.
    pub read_at: Option<Time>,
    /// How many readers have confirmed it.
    pub n_confirmations: i64,
}

/// A part of a transcript that takes no proposals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TranscriptLock {
    /// Where it begins.
    pub start_ms: i64,
    /// Where it ends; without one, at the end of the recording.
    pub end_ms: Option<i64>,
}

impl TranscriptLock {
    /// Whether it holds any of what is from `start_ms` to `end_ms`.
    pub fn touches(self, start_ms: i64, end_ms: Option<i64>) -> bool {
        let end_ms = end_ms.unwrap_or(start_ms + 1);
        self.start_ms < end_ms && self.end_ms.is_none_or(|end| end > start_ms)
    }
}

/// Whether a line may be given these words.
pub fn may_say(before: Option<&LineText>, after: &LineText, n_links: usize) -> Result<(), Refusal> {
    if is_blank(&after.text) {
        return Err(Refusal::ProposalEmpty);
    }
    if after.text.chars().count() > MAX_CHARS {
        return Err(Refusal::ProposalTooLong { max: MAX_CHARS });
    }
    let speaker = after.speaker.as_deref().unwrap_or_default();
    if speaker.chars().count() > MAX_SPEAKER_CHARS {
        return Err(Refusal::SpeakerTooLong {
            max: MAX_SPEAKER_CHARS,
        });
    }
    if n_links > 0 {
        return Err(Refusal::ProposalLinks);
    }
    if before == Some(after) {
        return Err(Refusal::ProposalSame);
    }
    Ok(())
}

/// Whether one more may be made about the part from `start_ms` to `end_ms`, beside `undecided` ones of the
/// recording and so many of the author anywhere.
pub fn may_propose(
    (start_ms, end_ms): (i64, Option<i64>),
    after: &LineText,
    locks: &[TranscriptLock],
    undecided: &[Proposal],
    n_of_author: usize,
) -> Result<(), Refusal> {
    if locks.iter().any(|lock| lock.touches(start_ms, end_ms)) {
        return Err(Refusal::ProposalLocked);
    }
    let is_same = |own: &Proposal| own.start_ms == start_ms && own.after == *after;
    if undecided
        .iter()
        .any(|own| own.state == ProposalState::Open && is_same(own))
    {
        return Err(Refusal::ProposalKnown);
    }
    let full = [
        (n_of_author, MAX_OF_AUTHOR),
        (undecided.len(), MAX_OF_RECORDING),
    ];
    match full.into_iter().find(|(n, max)| n >= max) {
        Some((_, max)) => Err(Refusal::TooManyProposals { max }),
        None => Ok(()),
    }
}

/// Whether a new line may be where nobody has one: it ends behind its start, and lasts no longer than
/// lines do.
pub fn may_begin(start_ms: i64, end_ms: Option<i64>) -> Result<(), Refusal> {
    match end_ms {
        Some(end_ms) if start_ms >= 0 && (1..=MAX_LINE_MS).contains(&(end_ms - start_ms)) => Ok(()),
        _ => Err(Refusal::ProposalMisplaced),
    }
}

/// Whether `reader` may confirm a proposal; `is_near` where somebody of their network proposed or
/// confirmed it, which only the newsroom may have in common.
pub fn may_confirm(
    proposal: &Proposal,
    reader: Option<AuthorId>,
    role: Role,
    is_near: bool,
) -> Result<(), Refusal> {
    match proposal.state {
        ProposalState::Open => {}
        // What readers are not shown is not told of either.
        ProposalState::Held => return Err(Refusal::ProposalUnknown),
        ProposalState::Accepted | ProposalState::Declined | ProposalState::Outdated => {
            return Err(Refusal::ProposalDecided);
        }
    }
    if reader.is_some() && reader == proposal.author {
        return Err(Refusal::OwnProposal);
    }
    if is_near && role < Role::Staff {
        return Err(Refusal::AddressConfirmed);
    }
    Ok(())
}

/// What the confirmation of a reader weighs: one whom the moderators trust, or of the newsroom, is enough;
/// two others are; those who always wait for a moderator weigh nothing.
pub fn weight(role: Role, trust: Trust) -> i64 {
    match trust {
        _ if role >= Role::Staff => NEEDED,
        Trust::Trusted => NEEDED,
        Trust::Plain => 1,
        Trust::AlwaysHeld => 0,
    }
}

/// How much a transcript can be relied on once a proposal is in it. What an editor takes into an approved
/// one, an editor has read.
pub fn status_after(before: Option<TranscriptStatus>, is_by_editor: bool) -> TranscriptStatus {
    match before {
        Some(TranscriptStatus::Approved) if is_by_editor => TranscriptStatus::Approved,
        _ => TranscriptStatus::Community,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(speaker: &str, text: &str) -> LineText {
        LineText {
            speaker: (!speaker.is_empty()).then(|| speaker.to_owned()),
            text: text.to_owned(),
        }
    }

    fn proposal(state: ProposalState) -> Proposal {
        Proposal {
            site: SiteId(1),
            id: ProposalId(1),
            recording: RecordingId(1),
            revision: 1,
            start_ms: 1_000,
            end_ms: Some(2_000),
            before: Some(said("", "a word")),
            after: said("", "the word"),
            author: Some(AuthorId(7)),
            made_at: Time::from_micros(0),
            state,
            decided_at: None,
            reason: None,
            read_at: None,
            n_confirmations: 0,
        }
    }

    #[test]
    fn a_stored_word_stands_for_one_state() {
        for state in ProposalState::ALL {
            assert_eq!(ProposalState::parse(state.as_str()), Some(state));
        }
        assert_eq!(ProposalState::parse("published"), None);
    }

    #[test]
    fn a_line_takes_other_words_and_other_speakers_and_nothing_else() {
        let before = said("Ann", "A word");
        let check = |after, n_links| may_say(Some(&before), &after, n_links);
        assert_eq!(check(said("Ann", "The word"), 0), Ok(()));
        assert_eq!(check(said("Bob", "A word"), 0), Ok(()));
        assert_eq!(check(said("Ann", "A word"), 0), Err(Refusal::ProposalSame));
        assert_eq!(
            check(said("Ann", " \u{200b}"), 0),
            Err(Refusal::ProposalEmpty)
        );
        assert_eq!(
            check(said("Ann", "Read this"), 1),
            Err(Refusal::ProposalLinks)
        );
        assert_eq!(
            check(said("Ann", &"x".repeat(2_001)), 0),
            Err(Refusal::ProposalTooLong { max: 2_000 })
        );
        assert_eq!(
            check(said(&"x".repeat(101), "A word"), 0),
            Err(Refusal::SpeakerTooLong { max: 100 })
        );
        assert_eq!(may_say(None, &before, 0), Ok(()));
    }

    #[test]
    fn a_locked_part_takes_no_proposals() {
        let lock = |start_ms, end_ms| TranscriptLock { start_ms, end_ms };
        let check = |lock: TranscriptLock| {
            let place = (1_000, Some(2_000));
            may_propose(place, &said("", "x"), &[lock], &[], 0)
        };
        assert_eq!(check(lock(0, Some(1_000))), Ok(()));
        assert_eq!(check(lock(2_000, None)), Ok(()));
        for lock in [
            lock(0, None),
            lock(1_500, Some(1_600)),
            lock(0, Some(1_001)),
        ] {
            assert_eq!(check(lock), Err(Refusal::ProposalLocked));
        }
    }

    #[test]
    fn what_is_open_already_is_confirmed_and_not_proposed_again() {
        let place = (1_000, Some(2_000));
        let same = |state| may_propose(place, &said("", "the word"), &[], &[proposal(state)], 0);
        assert_eq!(same(ProposalState::Open), Err(Refusal::ProposalKnown));
        // What waits for an editor is not told of.
        assert_eq!(same(ProposalState::Held), Ok(()));
    }

    #[test]
    fn an_author_and_a_recording_have_only_so_many_undecided_ones() {
        let place = (5_000, Some(6_000));
        let check = |undecided: &[Proposal], n| {
            may_propose(place, &said("", "x"), &[], undecided, n).map_err(|refusal| refusal.max())
        };
        assert_eq!(check(&[], 9), Ok(()));
        assert_eq!(check(&[], 10), Err(Some(10)));
        assert_eq!(
            check(&vec![proposal(ProposalState::Open); 200], 0),
            Err(Some(200))
        );
    }

    #[test]
    fn a_new_line_lasts_as_long_as_lines_do() {
        assert_eq!(may_begin(0, Some(60_000)), Ok(()));
        for (start, end) in [
            (0, None),
            (5, Some(5)),
            (5, Some(4)),
            (0, Some(60_001)),
            (-1, Some(5)),
        ] {
            assert_eq!(may_begin(start, end), Err(Refusal::ProposalMisplaced));
        }
    }

    #[test]
    fn nobody_confirms_their_own_nor_what_their_neighbour_did() {
        let check = |state, who, role, is_near| {
            may_confirm(&proposal(state), Some(AuthorId(who)), role, is_near)
        };
        assert_eq!(check(ProposalState::Open, 8, Role::Reader, false), Ok(()));
        assert_eq!(
            check(ProposalState::Open, 7, Role::Owner, false),
            Err(Refusal::OwnProposal)
        );
        assert_eq!(
            check(ProposalState::Open, 8, Role::Reader, true),
            Err(Refusal::AddressConfirmed)
        );
        assert_eq!(check(ProposalState::Open, 8, Role::Staff, true), Ok(()));
        assert_eq!(
            check(ProposalState::Held, 8, Role::Reader, false),
            Err(Refusal::ProposalUnknown)
        );
        assert_eq!(
            check(ProposalState::Accepted, 8, Role::Reader, false),
            Err(Refusal::ProposalDecided)
        );
    }

    #[test]
    fn one_who_is_trusted_weighs_as_much_as_two_others() {
        assert_eq!(weight(Role::Reader, Trust::Plain) * 2, NEEDED);
        assert_eq!(weight(Role::Reader, Trust::Trusted), NEEDED);
        assert_eq!(weight(Role::Staff, Trust::Plain), NEEDED);
        assert_eq!(weight(Role::Reader, Trust::AlwaysHeld), 0);
    }

    #[test]
    fn an_approved_transcript_stays_so_only_by_an_editor() {
        assert_eq!(
            status_after(Some(TranscriptStatus::Approved), true),
            TranscriptStatus::Approved
        );
        assert_eq!(
            status_after(Some(TranscriptStatus::Approved), false),
            TranscriptStatus::Community
        );
        assert_eq!(
            status_after(Some(TranscriptStatus::Draft), true),
            TranscriptStatus::Community
        );
        assert_eq!(status_after(None, false), TranscriptStatus::Community);
    }
}
