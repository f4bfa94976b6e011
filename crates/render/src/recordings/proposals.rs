//! Corrections of a transcript that readers propose: beside their lines, the form for one, and what
//! became of a reader's own.

use std::fmt::Display;

use askama::Template;
use captions::{Cue, CueChange, Transcript, WordChange};
use rejoinder_core::PageKey;
use rejoinder_core::publication::language::Language;
use rejoinder_core::recordings::proposals::{MAX_CHARS, MAX_SPEAKER_CHARS, ProposalState};
use rejoinder_core::recordings::{LineText, Proposal, Recording};

use crate::RenderContext;
use crate::catalogue::{Catalogue, RecordingsProposalsTexts};
use crate::discussion::form::{FormProblem, FormProblems};
use crate::links::Links;
use crate::look::PageLook;
use crate::page::rendered;
use crate::recordings::time::{clock, seconds};

/// Words in a row of which the same became.
pub(crate) enum WordRun {
    Same(String),
    Added(String),
    Removed(String),
}

impl From<&WordChange<'_>> for WordRun {
    fn from(words: &WordChange<'_>) -> Self {
        match words {
            WordChange::Same(text) => Self::Same((*text).to_owned()),
            WordChange::Added(text) => Self::Added((*text).to_owned()),
            WordChange::Removed(text) => Self::Removed((*text).to_owned()),
        }
    }
}

/// What becomes of a line, word by word: first who speaks, where that changes, then what is said.
pub(crate) struct LineDifference {
    pub(crate) speaker: Vec<WordRun>,
    pub(crate) text: Vec<WordRun>,
}

impl LineDifference {
    pub(crate) fn of(before: Option<&LineText>, after: &LineText) -> Self {
        let text = match before {
            Some(before) => words(&before.text, &after.text),
            None => vec![WordRun::Added(after.text.clone())],
        };
        let before = before.and_then(|said| said.speaker.as_ref());
        let speaker = match (before, after.speaker.as_ref()) {
            (Some(before), Some(after)) if before == after => Vec::new(),
            (before, after) => {
                let gone = before.map(|name| WordRun::Removed(name.clone()));
                let come = after.map(|name| WordRun::Added(name.clone()));
                gone.into_iter().chain(come).collect()
            }
        };
        Self { speaker, text }
    }
}

fn words(before: &str, after: &str) -> Vec<WordRun> {
    let alone = |text: &str| {
        let cue = Cue {
            start_ms: 0,
            end_ms: Some(1_000),
            speaker: None,
            text: text.to_owned(),
        };
        Transcript::new(None, vec![cue]).0
    };
    let (old, new) = (alone(before), alone(after));
    let changes = captions::diff(&old, &new);
    let pieces = changes.iter().flat_map(|change| match change {
        CueChange::Same(cue) => vec![WordRun::Same(cue.text.clone())],
        CueChange::Changed { words, .. } => words.iter().map(WordRun::from).collect(),
        CueChange::Added(cue) => vec![WordRun::Added(cue.text.clone())],
        CueChange::Removed(cue) => vec![WordRun::Removed(cue.text.clone())],
    });
    pieces.collect()
}

/// A proposal beside its line, for everybody.
#[derive(Template)]
#[template(path = "recordings/proposal.html")]
pub(crate) struct ProposalView<'a> {
    pub(crate) texts: &'static Catalogue,
    pub(crate) links: &'a Links,
    pub(crate) base: &'a str,
    pub(crate) language: Language,
    /// The language that is spoken, where it is known.
    pub(crate) spoken: Option<&'a str>,
    pub(crate) proposal: &'a Proposal,
    pub(crate) difference: LineDifference,
}

impl ProposalView<'_> {
    fn own(&self) -> &'static RecordingsProposalsTexts {
        &self.texts.recordings.proposals
    }

    fn confirmed(&self) -> Option<String> {
        let n = self.proposal.n_confirmations;
        (n > 0).then(|| self.texts.counted(&self.own().confirmed, n))
    }

    /// When a new line is said; the line that a correction stands with says so itself.
    fn time(&self) -> Option<String> {
        let is_new = self.proposal.before.is_none();
        is_new.then(|| clock(self.proposal.start_ms))
    }
}

/// The form on which a reader corrects a line, or adds one.
#[derive(Debug, Clone, Copy)]
pub struct ProposalForm<'a> {
    /// The recording.
    pub recording: &'a Recording,
    /// The page that it stands with.
    pub key: &'a PageKey,
    /// Where the line is; nothing where the reader says so.
    pub place: Option<(i64, Option<i64>)>,
    /// Where it begins and ends, as typed.
    pub between: (&'a str, &'a str),
    /// Who speaks.
    pub speaker: &'a str,
    /// What is said.
    pub text: &'a str,
    /// Whether guests say who they are, and by which address.
    pub asks: RequiredDetails,
    /// The name that was given.
    pub name: &'a str,
    /// The e-mail address that was given.
    pub email: &'a str,
    /// Why it was not taken.
    pub problem: Option<FormProblem<'a>>,
    /// What became of the reader's own, newest first.
    pub decided: &'a [Proposal],
}

/// What a reader is asked about themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequiredDetails {
    /// They are known.
    Nothing,
    /// What they are called.
    Name,
    /// What they are called, and their e-mail address.
    NameAndEmail,
}

/// The form as a page.
pub fn proposal_page(context: &RenderContext<'_>, form: &ProposalForm<'_>) -> String {
    let links = Links::new(context.base, context.site, form.key);
    let texts = &context.texts.recordings.proposals;
    rendered(&ProposalPage {
        texts: context.texts,
        language: context.site.settings.language,
        direction: context.site.settings.language.direction(),
        assets: context.look(),
        title: match form.place {
            Some(_) => texts.correct,
            None => texts.add,
        },
        base: context.base,
        links: &links,
        problems: FormProblems(form.problem),
        form,
    })
}

#[derive(Template)]
#[template(path = "recordings/proposal_page.html")]
struct ProposalPage<'a> {
    texts: &'static Catalogue,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: &'a str,
    base: &'a str,
    links: &'a Links,
    problems: FormProblems<'a>,
    form: &'a ProposalForm<'a>,
}

impl ProposalPage<'_> {
    fn own(&self) -> &'static RecordingsProposalsTexts {
        &self.texts.recordings.proposals
    }

    fn clock(&self, ms: &i64) -> String {
        clock(*ms)
    }

    /// Back to the line.
    fn back(&self) -> impl Display {
        let recording = self.links.recording(self.form.recording.id);
        match self.form.place {
            Some((start_ms, _)) => {
                let at = seconds(start_ms);
                format!("{recording}&t={at}#t={at}")
            }
            None => recording,
        }
    }

    fn state(&self, proposal: &Proposal) -> &str {
        let own = self.own();
        match proposal.state {
            ProposalState::Accepted => own.accepted,
            ProposalState::Declined => own.declined,
            ProposalState::Outdated => own.outdated,
            ProposalState::Held | ProposalState::Open => "",
        }
    }

    fn asks_name(&self) -> bool {
        self.form.asks != RequiredDetails::Nothing
    }

    fn asks_email(&self) -> bool {
        self.form.asks == RequiredDetails::NameAndEmail
    }
}
