//! What webhooks tell: an event as JSON, with what everyone may see of it and nothing else.

use rejoinder_core::discussion::thread::ThreadEntry;
use rejoinder_core::integrations::webhook::WebhookEvent;
use rejoinder_core::passages::Erratum;
use rejoinder_core::passages::correction::CorrectionState;
use rejoinder_core::recordings::{CutComparison, Recording, TranscriptStatus};
use rejoinder_core::{Comment, CommentId, CorrectionId, Page, RecordingId, Time};
use serde::Serialize;

use crate::RenderContext;
use crate::discussion::json::{self, CommentBody, PageBody};
use crate::links::{Links, encoded};

/// An event to be told.
#[derive(Debug, Clone, Copy)]
pub struct WebhookEventDetails<'a> {
    /// What happened.
    pub kind: WebhookEvent,
    /// When it happened.
    pub at: Time,
    /// On which page.
    pub page: &'a Page,
    /// To which comment.
    pub id: Option<CommentId>,
    /// The comment as it is now; what is not published is not told.
    pub comment: Option<&'a Comment>,
    /// To which recording, or cut of one.
    pub recording_id: Option<RecordingId>,
    /// The recording as it is now, if everybody may hear of it.
    pub recording: Option<&'a EventRecording<'a>>,
    /// To which correction.
    pub correction_id: Option<CorrectionId>,
    /// What may be told of the correction as it is now.
    pub correction: Option<&'a EventCorrection<'a>>,
}

/// A correction as it is told of: what became of it, and nothing that its sender wrote.
#[derive(Debug, Clone, Copy)]
pub struct EventCorrection<'a> {
    /// What became of it.
    pub state: CorrectionState,
    /// When it came.
    pub made_at: Time,
    /// When it was decided on.
    pub decided_at: Option<Time>,
    /// The line of the list of corrections that readers see.
    pub erratum: Option<&'a Erratum>,
}

/// A recording, or a cut of one, as it is told of.
#[derive(Debug, Clone)]
pub struct EventRecording<'a> {
    /// The recording.
    pub recording: &'a Recording,
    /// The newest revision of its transcript: number, status, language.
    pub transcript: Option<(i64, TranscriptStatus, Option<&'a str>)>,
    /// What a cut was found to hold of the whole.
    pub comparison: Option<CutComparison>,
}

#[derive(Serialize)]
struct WebhookMessage<'a> {
    r#type: &'static str,
    timestamp: String,
    data: WebhookData<'a>,
}

#[derive(Serialize)]
struct WebhookData<'a> {
    site: &'a str,
    page: PageBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<CommentData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    featured: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recording: Option<RecordingBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correction: Option<CorrectionBody<'a>>,
}

#[derive(Serialize)]
struct CorrectionBody<'a> {
    id: String,
    state: &'static str,
    made_at: String,
    decided_at: Option<String>,
    url: String,
    listed: Option<ErratumBody<'a>>,
}

#[derive(Serialize)]
struct ErratumBody<'a> {
    line: &'a str,
    thanks: Option<&'a str>,
    version: Option<i64>,
    published_at: Option<String>,
}

#[derive(Serialize, Default)]
struct RecordingBody {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cut_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transcript: Option<TranscriptBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<ComparisonBody>,
}

#[derive(Serialize)]
struct TranscriptBody {
    revision: i64,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    url: String,
}

#[derive(Serialize)]
struct ComparisonBody {
    whole_ms: i64,
    cut_ms: i64,
    kept_ms: i64,
    left_out: Vec<(i64, i64)>,
    is_reordered: bool,
}

#[derive(Serialize)]
#[serde(untagged)]
enum CommentData {
    Whole(Box<CommentBody>),
    Name { id: String },
}

/// The body of a message.
pub fn message(context: &RenderContext<'_>, event: &WebhookEventDetails<'_>) -> String {
    let WebhookEventDetails {
        kind, at, page, id, ..
    } = *event;
    let published = event.comment.filter(|comment| comment.is_published());
    let comment = match (published, kind) {
        (
            Some(comment),
            WebhookEvent::CommentPublished
            | WebhookEvent::CommentEdited
            | WebhookEvent::CommentFeatured,
        ) => {
            let entry = ThreadEntry {
                comment: comment.clone(),
                level: usize::try_from(comment.depth).unwrap_or(0),
                more: None,
            };
            let body = json::comment(context, &page.key, &entry);
            Some(CommentData::Whole(Box::new(body)))
        }
        _ => id.map(|id| CommentData::Name { id: id.to_string() }),
    };
    let featured = published
        .filter(|_| kind == WebhookEvent::CommentFeatured)
        .map(|comment| comment.featured_at.is_some());
    let message = WebhookMessage {
        r#type: kind.as_str(),
        timestamp: at.to_string(),
        data: WebhookData {
            site: &context.site.host,
            page: json::page(context, page),
            comment,
            featured,
            recording: recording(context, event),
            correction: correction(context, event),
        },
    };
    serde_json::to_string(&message).unwrap_or_default()
}

/// What is told of the correction, with where editors find it.
fn correction<'a>(
    context: &RenderContext<'_>,
    event: &WebhookEventDetails<'a>,
) -> Option<CorrectionBody<'a>> {
    let (id, own) = event.correction_id.zip(event.correction)?;
    let listed = own.erratum.map(|erratum| ErratumBody {
        line: &erratum.line,
        thanks: erratum.thanks.as_deref(),
        version: erratum.version,
        published_at: erratum.published_at.map(|at| at.to_string()),
    });
    Some(CorrectionBody {
        id: id.to_string(),
        state: own.state.as_str(),
        made_at: own.made_at.to_string(),
        decided_at: own.decided_at.map(|at| at.to_string()),
        url: format!(
            "{}/edit/{}/corrections?state={}",
            context.base,
            encoded(&context.site.host),
            own.state.as_str()
        ),
        listed,
    })
}

/// What is told of the recording: of one that is gone its id alone.
fn recording(
    context: &RenderContext<'_>,
    event: &WebhookEventDetails<'_>,
) -> Option<RecordingBody> {
    let id = event.recording_id?.to_string();
    let current = event
        .recording
        .filter(|_| event.kind != WebhookEvent::RecordingRemoved);
    let Some(current) = current else {
        return Some(RecordingBody {
            id,
            ..RecordingBody::default()
        });
    };
    let own = current.recording;
    // Of a cut there is nothing to hear here.
    let whole = own.cut_of.unwrap_or(own.id);
    let files = format!(
        "{}/recordings/{}/{whole}",
        context.base,
        encoded(&context.site.host)
    );
    let transcript = current
        .transcript
        .map(|(revision, status, language)| TranscriptBody {
            revision,
            status: status.as_str(),
            language: language.map(str::to_owned),
            url: format!("{files}/transcript.vtt"),
        });
    let comparison = current.comparison.as_ref().map(|found| ComparisonBody {
        whole_ms: found.whole_ms,
        cut_ms: found.cut_ms,
        kept_ms: found.kept_ms(),
        left_out: found
            .left_out
            .iter()
            .map(|part| (part.whole.start_ms, part.whole.end_ms))
            .collect(),
        is_reordered: found.is_reordered(),
    });
    Some(RecordingBody {
        id,
        cut_of: own.cut_of.map(|id| id.to_string()),
        title: Some(own.title.clone()),
        url: Some(Links::new(context.base, context.site, &event.page.key).recording(whole)),
        file: own.has_file().then(|| format!("{files}/file")),
        duration_ms: own.duration_ms,
        transcript,
        comparison,
    })
}
