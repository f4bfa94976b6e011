//! Recordings: where they stand with a thread, and what there is to read of them.

mod content;
mod cut_of;
mod cuts;
mod desk;
mod player;
mod podcast;
mod proposals;
mod reading;
mod revision;
mod search;
mod section;
pub(crate) mod time;
pub(crate) mod times;
mod wave;

pub use content::{CitedPart, PlayerContent};
pub use cut_of::CutOf;
pub use desk::{
    OpenProposal, RecordingForm, RecordingFormProblem, RecordingPage, RecordingsPage,
    TranscriptReport, changes, chapters_problem, flash, form_problem, is_underway, lock_invalid,
    meanwhile, recording_page, recordings_page, state_of, title,
};
pub use player::{player_fragment, player_page};
pub use podcast::{Episode, podcast};
pub use proposals::{ProposalForm, RequiredDetails, proposal_page};
pub use reading::{report, transcript_problem};
pub use revision::{RevisionPage, revision_page};
pub use search::{RecordingSearch, SearchHit, SearchedLine, address, search_page};
pub use section::playing;
pub(crate) use section::section;
