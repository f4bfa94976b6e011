//! The editors' pages about recordings.

use std::fmt::Display;

use askama::Template;
use captions::{ChapterError, MAX_TITLE_CHARS};
use rejoinder_core::recordings::proposals::ProposalState;
use rejoinder_core::recordings::{
    Proposal, Recording, RecordingProblem, RecordingState, TranscriptLock, TranscriptStatus,
};
use rejoinder_core::{Page, Site, Time, Word};

use crate::catalogue::{
    self, Plural, RecordingsDeskTexts, RecordingsProblemsTexts, RecordingsProposalsTexts,
    RecordingsTexts, fill,
};
use crate::links::Links;
use crate::moderation;
use crate::newsroom::{Age, FlashMessage, NewsroomFrame};
use crate::page::rendered;
use crate::recordings::cut_of::CutOf;
use crate::recordings::proposals::{LineDifference, WordRun};
use crate::recordings::time::clock;

fn texts(site: &Site) -> &'static RecordingsTexts {
    &catalogue::of(site.settings.language).recordings
}

/// What the list of recordings is called.
pub fn title(site: &Site) -> &'static str {
    catalogue::of(site.settings.language)
        .newsroom
        .titles
        .recordings
}

/// What was just done, by the word that the address carries.
pub fn flash(site: &Site, code: &str) -> Option<FlashMessage> {
    let RecordingsTexts {
        desk: texts,
        proposals,
        ..
    } = texts(site);
    match code {
        "attached" => Some(FlashMessage::new(texts.flash_attached)),
        "saved" => Some(FlashMessage::new(texts.flash_saved)),
        "removed" => Some(FlashMessage::new(texts.flash_removed)),
        "accepted" => Some(FlashMessage::new(proposals.flash_accepted)),
        "outdated" => Some(FlashMessage::new(proposals.flash_outdated)),
        "declined" => Some(FlashMessage::new(proposals.flash_declined)),
        "locked" => Some(FlashMessage::new(proposals.flash_locked)),
        "unlocked" => Some(FlashMessage::new(proposals.flash_unlocked)),
        _ => None,
    }
}

/// That another revision of a transcript was made meanwhile.
pub fn meanwhile(site: &Site) -> &'static str {
    texts(site).desk.meanwhile
}

/// Why chapters cannot be taken, as their editor reads it.
pub fn chapters_problem(site: &Site, problem: &ChapterError) -> String {
    let texts = &texts(site).desk;
    let (text, nth) = match problem {
        ChapterError::File(_) => return texts.chapters_none.to_owned(),
        ChapterError::Title { nth } => (&texts.chapter_title, nth),
        ChapterError::Outside { nth } => (&texts.chapter_outside, nth),
        ChapterError::Inverted { nth } => (&texts.chapter_inverted, nth),
        ChapterError::NotIncreasing { nth } => (&texts.chapter_order, nth),
        ChapterError::Crossing { nth } => (&texts.chapter_crossing, nth),
    };
    fill(text, &[("nth", nth), ("max", &MAX_TITLE_CHARS)])
}

/// What the page of a revision is called.
pub fn changes(site: &Site) -> &'static str {
    texts(site).proposals.changes
}

/// That a part to be locked is none.
pub fn lock_invalid(site: &Site) -> &'static str {
    texts(site).proposals.lock_invalid
}

/// How far a recording has come, as its editor reads it.
pub fn state_of(site: &Site, recording: &Recording) -> String {
    state(texts(site), recording)
}

/// Whether that will be something else soon.
pub const fn is_underway(recording: &Recording) -> bool {
    matches!(
        recording.state,
        RecordingState::Arriving | RecordingState::Waiting
    )
}

fn state(texts: &RecordingsTexts, recording: &Recording) -> String {
    match recording.state {
        RecordingState::Arriving => {
            let percent = recording.n_arrived * 100 / recording.n_bytes.max(1);
            fill(texts.desk.arriving, &[("percent", &percent)])
        }
        RecordingState::Waiting => match (recording.progress, recording.cut_of) {
            (None, _) => texts.desk.waiting.to_owned(),
            (Some(percent), None) => fill(texts.desk.reading, &[("percent", &percent)]),
            (Some(percent), Some(_)) => fill(texts.desk.comparing, &[("percent", &percent)]),
        },
        RecordingState::Ready => texts.desk.ready.to_owned(),
        RecordingState::Refused => {
            let why = recording.problem.as_ref().and_then(Word::known);
            let why = why_refused(&texts.problems, why.unwrap_or(RecordingProblem::Io));
            format!("{}. {why}", texts.desk.refused)
        }
    }
}

fn why_refused(texts: &RecordingsProblemsTexts, problem: RecordingProblem) -> &str {
    match problem {
        RecordingProblem::TooLarge => texts.too_large,
        RecordingProblem::NoRoom => texts.no_room,
        RecordingProblem::TooLong => texts.too_long,
        RecordingProblem::UnknownFormat => texts.unknown_format,
        RecordingProblem::NoSound => texts.no_sound,
        RecordingProblem::UnknownCodec => texts.unknown_codec,
        RecordingProblem::Channels => texts.channels,
        RecordingProblem::SampleRate => texts.sample_rate,
        RecordingProblem::Damaged => texts.damaged,
        RecordingProblem::TooShort => texts.too_short,
        RecordingProblem::Memory => texts.memory,
        RecordingProblem::Time => texts.time,
        RecordingProblem::Crashed => texts.crashed,
        RecordingProblem::Io => texts.io,
        RecordingProblem::NoWhole => texts.no_whole,
        RecordingProblem::Unreachable => texts.unreachable,
    }
}

/// How much a transcript can be relied on, in words.
pub(super) fn called(
    texts: &'static RecordingsDeskTexts,
    status: TranscriptStatus,
) -> &'static str {
    match status {
        TranscriptStatus::Draft => texts.draft,
        TranscriptStatus::Community => texts.community,
        TranscriptStatus::Approved => texts.approved,
    }
}

/// Why a recording cannot be attached as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingFormProblem {
    /// It has no title.
    Title,
    /// Its address is none.
    Address,
    /// Its length is no time.
    Length,
    /// It is a cut that plays elsewhere.
    Elsewhere,
    /// Its file is larger than the owner allows.
    Size {
        /// In millions of bytes.
        max: u32,
    },
    /// The files of the site leave no room for its own.
    Room {
        /// In millions of bytes.
        max: u32,
    },
    /// There are as many as there can be.
    Full {
        /// So many.
        max: usize,
    },
}

impl RecordingFormProblem {
    /// The field of the form that is to blame.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Address | Self::Elsewhere => "address",
            Self::Length => "duration",
            Self::Size { .. } | Self::Room { .. } => "file",
            Self::Full { .. } => "page",
        }
    }
}

/// Why a recording cannot be attached, as its editor reads it.
pub fn form_problem(site: &Site, problem: RecordingFormProblem) -> String {
    let texts = &texts(site).desk;
    match problem {
        RecordingFormProblem::Title => texts.unfit_title.to_owned(),
        RecordingFormProblem::Address => texts.unfit_address.to_owned(),
        RecordingFormProblem::Length => texts.unfit_length.to_owned(),
        RecordingFormProblem::Elsewhere => texts.unfit_elsewhere.to_owned(),
        RecordingFormProblem::Size { max } => fill(texts.unfit_size, &[("max", &max)]),
        RecordingFormProblem::Room { max } => fill(texts.unfit_room, &[("max", &max)]),
        RecordingFormProblem::Full { max } => fill(texts.unfit_full, &[("max", &max)]),
    }
}

/// What was typed to attach a recording, and why it was not taken.
#[derive(Debug, Clone, Copy, Default)]
pub struct RecordingForm<'a> {
    /// The page's address.
    pub page: &'a str,
    /// The title.
    pub title: &'a str,
    /// The recording's address.
    pub address: &'a str,
    /// How long it lasts.
    pub duration: &'a str,
    /// Why it was not attached.
    pub problem: Option<&'a str>,
}

/// The recordings of a site as a page.
#[derive(Debug, Template)]
#[template(path = "recordings/list.html")]
pub struct RecordingsPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// Each recording with its page, and how many corrections of it wait, newest first.
    pub rows: &'a [(&'a Recording, &'a Page, i64)],
    /// Where the list goes on.
    pub next: Option<String>,
    /// What was typed to attach one.
    pub typed: &'a RecordingForm<'a>,
}

/// The recordings of a site as a page.
pub fn recordings_page(page: &RecordingsPage<'_>) -> String {
    rendered(page)
}

impl<'a> RecordingsPage<'a> {
    fn is_underway(&self, recording: &Recording) -> bool {
        is_underway(recording)
    }

    fn texts(&self) -> &'static RecordingsDeskTexts {
        &texts(self.frame.site).desk
    }

    fn state(&self, recording: &Recording) -> String {
        state(texts(self.frame.site), recording)
    }

    fn length(&self, recording: &Recording) -> String {
        recording.duration_ms.map_or_else(String::new, clock)
    }

    fn page_title(&self, page: &'a Page) -> &'a str {
        moderation::title(page)
    }

    fn proposals(&self) -> &'static RecordingsProposalsTexts {
        &texts(self.frame.site).proposals
    }

    fn waiting(&self, n: &i64) -> Option<String> {
        let catalogue = catalogue::of(self.frame.site.settings.language);
        (*n > 0).then(|| catalogue.counted(&self.proposals().count, *n))
    }

    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }
}

/// What was left out or changed when a transcript was read, line by line.
#[derive(Debug, Clone)]
pub struct TranscriptReport(pub Vec<String>);

/// A correction that waits for a decision.
#[derive(Debug, Clone, Copy)]
pub struct OpenProposal<'a> {
    /// What is proposed.
    pub proposal: &'a Proposal,
    /// What its author is called; empty where they are not.
    pub author: &'a str,
}

impl OpenProposal<'_> {
    fn time(&self) -> String {
        clock(self.proposal.start_ms)
    }

    fn difference(&self) -> LineDifference {
        LineDifference::of(self.proposal.before.as_ref(), &self.proposal.after)
    }

    fn is_held(&self) -> bool {
        self.proposal.state == ProposalState::Held
    }
}

/// One recording as its editor sees it.
#[derive(Debug, Template)]
#[template(path = "recordings/one.html")]
pub struct RecordingPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// The recording.
    pub recording: &'a Recording,
    /// The page that it stands with.
    pub page: &'a Page,
    /// The number of the transcript's newest revision; 0 where there is none.
    pub revision: i64,
    /// How much that one can be relied on.
    pub status: Option<TranscriptStatus>,
    /// The language that is spoken.
    pub language: &'a str,
    /// The transcript as text, or what was typed.
    pub text: &'a str,
    /// Why it was not taken.
    pub problem: Option<&'a str>,
    /// What was left out or changed.
    pub report: Option<&'a TranscriptReport>,
    /// Its chapters as lines, or what was typed.
    pub chapters: &'a str,
    /// Why they were not taken.
    pub chapters_problem: Option<&'a str>,
    /// Its revisions, newest first: number, status, time.
    pub history: &'a [(i64, TranscriptStatus, Time)],
    /// What readers propose to correct, in its order.
    pub proposals: &'a [OpenProposal<'a>],
    /// The parts that take no such proposals.
    pub locks: &'a [TranscriptLock],
    /// Why a part was not locked.
    pub lock_problem: Option<&'a str>,
    /// What others made of the recording.
    pub cuts: &'a [CutOf<'a>],
}

/// One recording as a page.
pub fn recording_page(page: &RecordingPage<'_>) -> String {
    rendered(page)
}

impl RecordingPage<'_> {
    fn is_underway(&self, recording: &Recording) -> bool {
        is_underway(recording)
    }

    fn texts(&self) -> &'static RecordingsDeskTexts {
        &texts(self.frame.site).desk
    }

    fn own(&self) -> &'static RecordingsProposalsTexts {
        &texts(self.frame.site).proposals
    }

    fn counted(&self, plural: &Plural, n: &i64) -> String {
        catalogue::of(self.frame.site.settings.language).counted(plural, *n)
    }

    fn by(&self, open: &OpenProposal<'_>) -> Option<String> {
        let name = [("name", &open.author as &dyn Display)];
        (!open.author.is_empty()).then(|| fill(self.own().by, &name))
    }

    fn locked(&self, lock: &TranscriptLock) -> String {
        let end = lock.end_ms.map(clock);
        let end = end.as_deref().unwrap_or(self.own().to_end);
        format!("{} – {end}", clock(lock.start_ms))
    }

    fn state(&self, recording: &Recording) -> String {
        state(texts(self.frame.site), recording)
    }

    /// Where readers find it.
    fn alone(&self) -> String {
        Links::new("", self.frame.site, &self.page.key).recording(self.recording.id)
    }

    fn page_title(&self) -> &str {
        moderation::title(self.page)
    }

    fn statuses(&self) -> Vec<(&'static str, &'static str, bool)> {
        let own = self.status.unwrap_or(TranscriptStatus::Draft);
        let line = |status: TranscriptStatus| (status.as_str(), self.called(status), status == own);
        TranscriptStatus::ALL.map(line).to_vec()
    }

    fn called(&self, status: TranscriptStatus) -> &'static str {
        called(self.texts(), status)
    }

    fn status_of(&self, revision: &(i64, TranscriptStatus, Time)) -> &'static str {
        self.called(revision.1)
    }

    fn revision_of(&self, revision: &(i64, TranscriptStatus, Time)) -> String {
        fill(self.texts().revision, &[("n", &revision.0)])
    }

    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }

    /// What a cut holds, in a sentence.
    fn summary(&self, of: &CutOf<'_>) -> String {
        match of.cut.state {
            RecordingState::Ready => of.summary(catalogue::of(self.frame.site.settings.language)),
            _ => self.state(of.cut),
        }
    }
}
