//! A delivery: an event on its way to an endpoint.

use std::fmt;

use rejoinder_core::integrations::webhook::{WebhookEvent, WebhookSecret};
use rejoinder_core::passages::Erratum;
use rejoinder_core::passages::correction::CorrectionState;
use rejoinder_core::recordings::Recording;
use rejoinder_core::{
    Comment, CommentId, CommentState, CorrectionId, Page, PageId, RecordingId, Time,
};

use super::Webhook;
use crate::recordings::transcripts::TranscriptRevision;

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is to be made, or made again.
    Waiting,
    /// The endpoint has taken it.
    Delivered,
    /// It was given up.
    Failed,
    /// What it tells of was over before it could be told.
    Obsolete,
}

impl DeliveryState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Delivered, Self::Failed, Self::Obsolete];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Obsolete => "obsolete",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// Names an event to all endpoints, at each attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageId {
    /// The page of the event.
    pub page: PageId,
    /// The page's version after it.
    pub version: i64,
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "evt_{}_{}", self.page, self.version)
    }
}

/// An event on its way to an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Names it at its site.
    pub id: i64,
    /// To which endpoint.
    pub webhook: i64,
    /// What is told.
    pub kind: WebhookEvent,
    /// The name of the event.
    pub message: MessageId,
    /// About which comment.
    pub comment: Option<CommentId>,
    /// About which recording, or cut of one.
    pub recording: Option<RecordingId>,
    /// About which correction.
    pub correction: Option<CorrectionId>,
    /// What became of it.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i64,
    /// The endpoint's last answer.
    pub status: Option<i64>,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// When the event happened.
    pub created_at: Time,
    /// When it was last tried.
    pub attempted_at: Option<Time>,
    /// When it is tried next, while it waits.
    pub run_at: Time,
}

impl Delivery {
    /// Where a list of deliveries goes on after this one.
    pub const fn cursor(&self) -> DeliveryCursor {
        DeliveryCursor {
            at: self.created_at,
            id: self.id,
        }
    }
}

/// Where a list of deliveries goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryCursor {
    /// The time of the last one that was listed.
    pub at: Time,
    /// Its id.
    pub id: i64,
}

/// A delivery that is to be made now.
#[derive(Debug, Clone)]
pub struct DueDelivery {
    /// The delivery.
    pub delivery: Delivery,
    /// The endpoint that it goes to.
    pub webhook: Webhook,
    /// What signs it: one secret, or two while they change.
    pub secrets: Vec<WebhookSecret>,
    /// The page, as it is now.
    pub page: Page,
    /// The comment, as it is now, in whatever state.
    pub comment: Option<Comment>,
    /// The recording or the cut, as it is now, if it is one that everybody may hear of.
    pub recording: Option<DueRecording>,
    /// What may be told of the correction, as it is now.
    pub correction: Option<DueCorrection>,
}

/// A correction as it is told of: nothing of what its sender wrote, which the newsroom alone sees.
#[derive(Debug, Clone)]
pub struct DueCorrection {
    /// What became of it.
    pub state: CorrectionState,
    /// When it came.
    pub made_at: Time,
    /// When it was decided on.
    pub decided_at: Option<Time>,
    /// The line of the list of corrections that readers see.
    pub erratum: Option<Erratum>,
}

/// A recording, or a cut of one, as it is told of.
#[derive(Debug, Clone)]
pub struct DueRecording {
    /// The recording.
    pub recording: Recording,
    /// The newest revision of its transcript.
    pub transcript: Option<TranscriptRevision>,
    /// What a cut was found to hold, as JSON.
    pub comparison: Option<String>,
}

impl DueDelivery {
    /// Whether there is still something to tell.
    pub fn is_current(&self) -> bool {
        let state = self.comment.as_ref().map(|comment| comment.state);
        let correction = self.correction.as_ref().map(|own| own.state);
        match self.delivery.kind {
            WebhookEvent::CommentPublished
            | WebhookEvent::CommentEdited
            | WebhookEvent::CommentFeatured => state == Some(CommentState::Published),
            WebhookEvent::CommentRemoved => state != Some(CommentState::Published),
            WebhookEvent::PageChanged => true,
            WebhookEvent::RecordingPublished
            | WebhookEvent::RecordingChanged
            | WebhookEvent::TranscriptChanged
            | WebhookEvent::CutCompared => self.recording.is_some(),
            WebhookEvent::RecordingRemoved => self.recording.is_none(),
            WebhookEvent::CorrectionReceived => correction == Some(CorrectionState::Open),
            WebhookEvent::CorrectionDecided => {
                correction.is_some_and(|state| !state.is_undecided())
            }
        }
    }
}

/// How an attempt went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// The endpoint took it, with this status.
    Taken(i64),
    /// The endpoint did not, with this status if it gave any, and why.
    Failed(Option<i64>, String),
    /// The endpoint says that it is gone for good.
    Gone,
    /// There is nothing left to tell.
    Obsolete,
    /// The endpoint is off.
    Off,
}
