//! What a revision of a transcript changed.

use askama::Template;
use captions::{Cue, CueChange, Transcript};
use rejoinder_core::Time;
use rejoinder_core::recordings::{LineText, Recording, TranscriptStatus};

use crate::catalogue::{self, RecordingsProposalsTexts, fill};
use crate::newsroom::NewsroomFrame;
use crate::page::rendered;
use crate::recordings::desk::called;
use crate::recordings::proposals::{LineDifference, WordRun};
use crate::recordings::time::clock;

/// A revision beside the one before it.
#[derive(Debug)]
pub struct RevisionPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// The recording.
    pub recording: &'a Recording,
    /// Its number.
    pub revision: i64,
    /// How much it can be relied on.
    pub status: TranscriptStatus,
    /// When it was made.
    pub made_at: &'a Time,
    /// What it says.
    pub new: &'a Transcript,
    /// What the one before said.
    pub old: &'a Transcript,
}

/// The lines that a revision changed, as a page.
pub fn revision_page(page: &RevisionPage<'_>) -> String {
    let changes = captions::diff(page.old, page.new);
    rendered(&RevisionChanges {
        frame: page.frame,
        recording: page.recording,
        revision: page.revision,
        status: page.status,
        made_at: page.made_at,
        rows: changes.iter().filter_map(ChangedLine::of).collect(),
    })
}

/// A line that is another one now.
struct ChangedLine {
    time: String,
    difference: LineDifference,
}

impl ChangedLine {
    fn of(change: &CueChange<'_>) -> Option<Self> {
        let (cue, difference) = match change {
            CueChange::Same(_) => return None,
            CueChange::Changed { old, new, words } => {
                let LineDifference { speaker, .. } =
                    LineDifference::of(Some(&said(old)), &said(new));
                let text = words.iter().map(WordRun::from).collect();
                (new, LineDifference { speaker, text })
            }
            CueChange::Added(new) => (new, LineDifference::of(None, &said(new))),
            CueChange::Removed(old) => {
                let name = old.speaker.clone().map(WordRun::Removed);
                let speaker = name.into_iter().collect();
                let text = vec![WordRun::Removed(old.text.clone())];
                (old, LineDifference { speaker, text })
            }
        };
        let start_ms = i64::try_from(cue.start_ms).unwrap_or(i64::MAX);
        Some(Self {
            time: clock(start_ms),
            difference,
        })
    }
}

fn said(cue: &Cue) -> LineText {
    LineText {
        speaker: cue.speaker.clone(),
        text: cue.text.clone(),
    }
}

#[derive(Template)]
#[template(path = "recordings/revision.html")]
struct RevisionChanges<'a> {
    frame: &'a NewsroomFrame<'a>,
    recording: &'a Recording,
    revision: i64,
    status: TranscriptStatus,
    made_at: &'a Time,
    rows: Vec<ChangedLine>,
}

impl RevisionChanges<'_> {
    fn own(&self) -> &'static RecordingsProposalsTexts {
        let language = self.frame.site.settings.language;
        &catalogue::of(language).recordings.proposals
    }

    fn about(&self) -> String {
        let language = self.frame.site.settings.language;
        let status = called(&catalogue::of(language).recordings.desk, self.status);
        let with = [
            ("n", &self.revision as &dyn std::fmt::Display),
            ("status", &status),
        ];
        fill(self.own().revision_by, &with)
    }
}
