//! The owner's pages about webhooks.

use askama::Template;
use rejoinder_core::Time;
use rejoinder_core::integrations::webhook::WebhookEvent;

use crate::catalogue::{NewsroomTexts, fill};
use crate::newsroom::{Age, NewsroomFrame};
use crate::page::rendered;

/// An endpoint, as its owner sees it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Names it.
    pub id: i64,
    /// Where it is.
    pub url: String,
    /// What it is told of.
    pub kinds: Vec<WebhookEvent>,
    /// Since when it has taken nothing.
    pub failing_since: Option<Time>,
    /// Since when it is off, and why when nobody turned it off.
    pub off: Option<(Time, Option<String>)>,
    /// Until when the secret before still signs.
    pub old_secret_until: Option<Time>,
}

/// A delivery, as the log shows it.
#[derive(Debug, Clone)]
pub struct DeliveryRow {
    /// Names it.
    pub id: i64,
    /// What was told.
    pub kind: &'static str,
    /// The id of the message.
    pub message: String,
    /// When it happened.
    pub created_at: Time,
    /// The word of what became of it.
    pub state: &'static str,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was last tried.
    pub attempted_at: Option<Time>,
    /// The endpoint's last answer.
    pub status: Option<i64>,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// When it is tried next.
    pub next_at: Option<Time>,
}

/// What was typed into the form for a new endpoint, and why it was not taken.
#[derive(Debug, Clone, Default)]
pub struct WebhookForm {
    /// The address.
    pub url: String,
    /// The kinds that were chosen.
    pub kinds: Vec<WebhookEvent>,
    /// Why not.
    pub problem: Option<String>,
}

/// All endpoints of a site.
#[derive(Debug, Template)]
#[template(path = "integrations/webhooks.html")]
pub struct WebhooksPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// The endpoints.
    pub endpoints: &'a [Endpoint],
    /// The form for another one.
    pub typed: &'a WebhookForm,
}

/// One endpoint with its deliveries.
#[derive(Debug, Template)]
#[template(path = "integrations/webhook.html")]
pub struct WebhookPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// The endpoint.
    pub endpoint: &'a Endpoint,
    /// What was delivered, newest first.
    pub deliveries: &'a [DeliveryRow],
    /// Where the list goes on.
    pub next: Option<String>,
}

/// A secret, which is shown this once.
#[derive(Debug, Template)]
#[template(path = "integrations/webhook_secret.html")]
pub struct SecretPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// The endpoint.
    pub endpoint: &'a Endpoint,
    /// The secret.
    pub secret: &'a str,
}

/// All endpoints of a site.
pub fn webhooks_page(page: &WebhooksPage<'_>) -> String {
    rendered(page)
}

/// One endpoint with its deliveries.
pub fn webhook_page(page: &WebhookPage<'_>) -> String {
    rendered(page)
}

/// A secret, which is shown this once.
pub fn secret_page(page: &SecretPage<'_>) -> String {
    rendered(page)
}

fn base(frame: &NewsroomFrame<'_>) -> String {
    format!("/admin/{}/webhooks", frame.site.host)
}

/// Each kind with what it tells, and whether it is chosen.
fn kinds<'a>(
    texts: &'a NewsroomTexts,
    chosen: &[WebhookEvent],
) -> Vec<(WebhookEvent, &'a str, bool)> {
    let texts = &texts.kinds;
    let about = |kind| match kind {
        WebhookEvent::CommentPublished => texts.comment_published,
        WebhookEvent::CommentEdited => texts.comment_edited,
        WebhookEvent::CommentRemoved => texts.comment_removed,
        WebhookEvent::CommentFeatured => texts.comment_featured,
        WebhookEvent::PageChanged => texts.page_changed,
        WebhookEvent::RecordingPublished => texts.recording_published,
        WebhookEvent::RecordingChanged => texts.recording_changed,
        WebhookEvent::RecordingRemoved => texts.recording_removed,
        WebhookEvent::TranscriptChanged => texts.transcript_changed,
        WebhookEvent::CutCompared => texts.cut_compared,
        WebhookEvent::CorrectionReceived => texts.correction_received,
        WebhookEvent::CorrectionDecided => texts.correction_decided,
    };
    let kinds = WebhookEvent::ALL.into_iter();
    kinds
        .map(|kind| (kind, about(kind), chosen.contains(&kind)))
        .collect()
}

impl WebhooksPage<'_> {
    fn base(&self) -> String {
        base(self.frame)
    }

    fn kinds(&self) -> Vec<(WebhookEvent, &'static str, bool)> {
        kinds(self.frame.texts(), &self.typed.kinds)
    }

    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }
}

impl WebhookPage<'_> {
    fn base(&self) -> String {
        format!("{}/{}", base(self.frame), self.endpoint.id)
    }

    fn all(&self) -> String {
        base(self.frame)
    }

    fn kinds(&self) -> Vec<(WebhookEvent, &'static str, bool)> {
        kinds(self.frame.texts(), &self.endpoint.kinds)
    }

    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }
}

impl WebhookPage<'_> {
    /// How long it is until `time`.
    fn wait(&self, time: &Time) -> String {
        let texts = &self.frame.texts().wait;
        let (text, n) = match time.since(self.frame.now).as_secs() {
            0..60 => return texts.moment.to_owned(),
            seconds @ 60..3_600 => (&texts.minutes, seconds / 60),
            seconds => (&texts.hours, seconds / 3_600),
        };
        fill(text, &[("n", &n)])
    }
}

impl SecretPage<'_> {
    fn base(&self) -> String {
        format!("{}/{}", base(self.frame), self.endpoint.id)
    }
}

impl DeliveryRow {
    /// Why the last attempt failed, where the status does not say it.
    fn why(&self) -> Option<&str> {
        let error = self.error.as_deref()?;
        let is_said = self
            .status
            .is_some_and(|status| error == format!("it answered {status}"));
        (!is_said).then_some(error)
    }

    fn label<'a>(&self, texts: &'a NewsroomTexts) -> &'a str {
        let texts = &texts.deliveries;
        match self.state {
            "waiting" if self.attempts == 0 => texts.waits,
            "waiting" => texts.again,
            "delivered" => texts.delivered,
            "failed" => texts.failed,
            _ => texts.skipped,
        }
    }
}
