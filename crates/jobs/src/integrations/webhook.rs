//! Telling the endpoints of a site what happened there, by the rules of Standard Webhooks.

use std::sync::Arc;
use std::time::Duration;

use egress::{Client, Feature, FetchLimits, Method, Request};
use rejoinder_core::{Clock, Site, Time};
use render::RenderContext;
use render::integrations::webhook::{
    EventCorrection, EventRecording, WebhookEventDetails, message,
};
use store::integrations::webhooks::{self, AttemptOutcome, Deliver, DueDelivery};
use store::jobs::Job;
use store::{Result, Store, publication::sites};

use crate::home::Home;
use crate::worker::{Handler, JobOutcome};

/// How long an endpoint may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How many endpoints are told something at a time. Each has one delivery under way at most, so that many
/// have to be slow before another waits.
const SLOTS: usize = 32;

/// The longest answer of an endpoint, in bytes. It is not looked at.
const MAX_ANSWER: usize = 1 << 20;

/// An endpoint that has been failing for a while is tried once in so long, whatever waits for it, so
/// that it does not hold up the others.
const PAUSE: Duration = Duration::from_secs(60);

/// Makes deliveries to webhooks.
///
/// What is sent is read when it is sent: a retry tells the comment as it is by then, under the same
/// id, and what was taken away meanwhile is not told at all.
pub struct WebhookHandler {
    store: Arc<Store>,
    client: Client,
    clock: Arc<dyn Clock>,
    home: Home,
    timeout: Duration,
}

impl WebhookHandler {
    /// A handler that sends through `client`. Links in messages begin with `home`.
    pub fn new(
        store: Arc<Store>,
        client: Client,
        clock: Arc<dyn Clock>,
        home: impl Into<Home>,
    ) -> Self {
        Self {
            store,
            client,
            clock,
            home: home.into(),
            timeout: TIMEOUT,
        }
    }

    /// This handler, with another timeout for one attempt.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    async fn attempt(&self, site: &Site, due: &DueDelivery, now: Time) -> AttemptOutcome {
        if due.webhook.off_since.is_some() {
            return AttemptOutcome::Off;
        }
        if !due.is_current() {
            return AttemptOutcome::Obsolete;
        }
        let body = self.body(site, due, now);
        match self.client.send(self.request(due, body, now)).await {
            Ok(answer) => match answer.status {
                status @ 200..=299 => AttemptOutcome::Taken(i64::from(status)),
                410 => AttemptOutcome::Gone,
                status @ 300..=399 => AttemptOutcome::Failed(
                    Some(i64::from(status)),
                    "it answered with a redirect, which is not followed".to_owned(),
                ),
                status => {
                    AttemptOutcome::Failed(Some(i64::from(status)), format!("it answered {status}"))
                }
            },
            Err(error) => AttemptOutcome::Failed(None, error.to_string()),
        }
    }

    fn request(&self, due: &DueDelivery, body: String, now: Time) -> Request {
        let id = due.delivery.message.to_string();
        let signatures: Vec<String> = due
            .secrets
            .iter()
            .map(|secret| secret.sign(&id, now, body.as_bytes()))
            .collect();
        Request {
            feature: Feature::Webhooks,
            method: Method::POST,
            url: due.webhook.url.clone(),
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("webhook-id", id),
                ("webhook-timestamp", now.seconds().to_string()),
                ("webhook-signature", signatures.join(" ")),
            ],
            body: Some(body.into_bytes()),
            limits: FetchLimits {
                max_bytes: MAX_ANSWER,
                timeout: self.timeout,
                // A redirect is not what the owner named.
                max_redirects: 0,
            },
        }
    }

    fn body(&self, site: &Site, due: &DueDelivery, now: Time) -> String {
        let context = RenderContext {
            site,
            now,
            base: self.home.base(),
            texts: render::catalogue::of(site.settings.language),
            assets: "",
            has_accounts: false,
        };
        let recording = due.recording.as_ref().map(|own| EventRecording {
            recording: &own.recording,
            transcript: own.transcript.as_ref().map(|revision| {
                let language = revision.language.as_deref();
                (revision.revision, revision.status, language)
            }),
            comparison: own
                .comparison
                .as_deref()
                .and_then(|json| serde_json::from_str(json).ok()),
        });
        let correction = due.correction.as_ref().map(|own| EventCorrection {
            state: own.state,
            made_at: own.made_at,
            decided_at: own.decided_at,
            erratum: own.erratum.as_ref(),
        });
        let event = WebhookEventDetails {
            kind: due.delivery.kind,
            at: due.delivery.created_at,
            page: &due.page,
            id: due.delivery.comment,
            comment: due.comment.as_ref(),
            recording_id: due.delivery.recording,
            recording: recording.as_ref(),
            correction_id: due.delivery.correction,
            correction: correction.as_ref(),
        };
        message(&context, &event)
    }
}

/// When it may be made, if not now.
fn not_before(due: &DueDelivery, now: Time) -> Option<Time> {
    let webhook = &due.webhook;
    let paused_until = match (webhook.failing_since, webhook.failed_at) {
        (Some(since), Some(last)) if now.since(since) > PAUSE => Some(last.after(PAUSE)),
        _ => None,
    };
    let waits = [Some(due.delivery.run_at), paused_until];
    waits.into_iter().flatten().filter(|at| *at > now).max()
}

impl Handler for WebhookHandler {
    type Payload = Deliver;

    fn slots(&self) -> usize {
        SLOTS
    }

    async fn run(&self, job: &Job, Deliver { delivery: id, .. }: Deliver) -> Result<JobOutcome> {
        let site = job.site;
        let now = self.clock.now();
        let read = self.store.read(move |tx| {
            let due = webhooks::due(tx, now, site, id)?;
            Ok(due.zip(sites::by_id(tx, site)?))
        });
        let Some((mut due, site)) = read.await? else {
            return Ok(JobOutcome::Done);
        };
        self.home.place(&site, &mut due.page.key);
        if let Some(at) = not_before(&due, now) {
            return Ok(JobOutcome::RetryAt(at, "it is not time yet".to_owned()));
        }
        let attempt = self.attempt(&site, &due, now).await;
        let (site, now) = (site.id, self.clock.now());
        let noted = attempt.clone();
        let next = self
            .store
            .write(move |tx| webhooks::record(tx, now, site, id, &noted))
            .await?;
        Ok(match (next, attempt) {
            (Some(next), AttemptOutcome::Failed(_, why)) => JobOutcome::RetryAt(next, why),
            _ => JobOutcome::Done,
        })
    }
}
