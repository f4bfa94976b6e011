//! Asking a program outside about a comment, once the comment is stored.
//!
//! Where a comment waits for the answer, a program that fails leaves it with the moderators; where it
//! does not, it stays as it is. Either way the question is put again for hours.

mod akismet;
mod correction;

use std::sync::Arc;
use std::time::Duration;

use egress::{Client, Feature, FetchLimits, Method, Request, Response};
use rejoinder_core::integrations::webhook::WebhookSecret;
use rejoinder_core::moderation::LateVerdict;
use rejoinder_core::moderation::spam_check::{SpamCheckAnswer, SpamCheckService};
use rejoinder_core::publication::settings;
use rejoinder_core::{Clock, Comment, CommentId, CommentState, Page, Site, SiteId};
use serde_json::{Value, json};
use store::jobs::Job;
use store::moderation::pipeline::{self, CheckForSpam};
use store::{
    Result, Store,
    discussion::{comments, pages},
    publication::sites,
};

pub use correction::SpamCorrectionHandler;

use crate::worker::{Handler, JobOutcome};

/// How long a program may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 << 10;

/// Asks the program that a site names about its comments.
pub struct SpamCheckHandler {
    store: Arc<Store>,
    client: Client,
    clock: Arc<dyn Clock>,
    akismet: Arc<str>,
    timeout: Duration,
}

/// A comment to be asked about, with everything around it.
struct SpamCheckQuestion {
    site: Site,
    page: Page,
    comment: Comment,
}

impl SpamCheckHandler {
    /// A handler that asks through `client`.
    pub fn new(store: Arc<Store>, client: Client, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            client,
            clock,
            akismet: akismet::ADDRESS.into(),
            timeout: TIMEOUT,
        }
    }

    /// This handler, with another timeout for one attempt.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// This handler, with Akismet at another address.
    #[must_use]
    pub fn with_akismet(self, address: impl Into<Arc<str>>) -> Self {
        Self {
            akismet: address.into(),
            ..self
        }
    }

    async fn verdict(
        &self,
        question: &SpamCheckQuestion,
    ) -> std::result::Result<LateVerdict, JobOutcome> {
        let service = SpamCheckService::of(&question.site.settings);
        // Nobody can be asked before the owner changes the settings, which may be soon.
        let service = service.map_err(|error| JobOutcome::Retry(error.to_string()))?;
        let (request, read): (_, fn(&Response) -> Option<LateVerdict>) = match service {
            SpamCheckService::Program { url, secret } => {
                (self.request(question, url, &secret), answered)
            }
            SpamCheckService::Akismet { key } => (
                akismet::request(&self.akismet, &key, question, self.limits()),
                akismet::answered,
            ),
        };
        let answer = self.client.send(request).await;
        let answer = answer.map_err(|error| JobOutcome::Retry(error.to_string()))?;
        if answer.status != 200 {
            return Err(JobOutcome::Retry(format!("it answered {}", answer.status)));
        }
        read(&answer).ok_or_else(|| JobOutcome::Retry("its answer is no verdict".to_owned()))
    }

    /// The message to a program of the publisher's. At each attempt it has the same id.
    fn request(
        &self,
        question: &SpamCheckQuestion,
        url: String,
        secret: &WebhookSecret,
    ) -> Request {
        let SpamCheckQuestion { comment, .. } = question;
        let now = self.clock.now();
        let id = format!("check-{}-{}", comment.id, comment.revision);
        let body = json!({
            "type": "comment.check",
            "timestamp": now.to_string(),
            "data": question.told(),
        });
        let body = body.to_string().into_bytes();
        let signature = secret.sign(&id, now, &body);
        Request {
            feature: Feature::Filters,
            method: Method::POST,
            url,
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("accept", "application/json".to_owned()),
                ("webhook-id", id),
                ("webhook-timestamp", now.seconds().to_string()),
                ("webhook-signature", signature),
            ],
            body: Some(body),
            limits: self.limits(),
        }
    }

    fn limits(&self) -> FetchLimits {
        limits(self.timeout)
    }
}

fn limits(timeout: Duration) -> FetchLimits {
    FetchLimits {
        max_bytes: MAX_ANSWER,
        timeout,
        // A redirect is not what the owner named.
        max_redirects: 0,
    }
}

impl SpamCheckQuestion {
    async fn read(store: &Store, site: SiteId, comment: CommentId) -> Result<Option<Self>> {
        let read = store.read(move |tx| {
            let Some(comment) = comments::by_id(tx, site, comment)? else {
                return Ok(None);
            };
            let place = sites::by_id(tx, site)?.zip(pages::by_id(tx, site, comment.page)?);
            Ok(place.map(|(site, page)| Self {
                site,
                page,
                comment,
            }))
        });
        read.await
    }

    /// Whether an answer about `revision` could still change anything.
    fn is_open(&self, revision: i64) -> bool {
        self.site.settings.external != settings::SpamCheckMode::Off
            && self.comment.revision == revision
            && matches!(
                self.comment.state,
                CommentState::Published | CommentState::Held
            )
    }

    /// What a program is told: what readers would see of the comment, and nothing else.
    fn told(&self) -> Value {
        let Self {
            site,
            page,
            comment,
        } = self;
        json!({
            "site": site.host,
            "page": { "key": page.key.as_str(), "url": page.key.url(), "title": page.title },
            "comment": {
                "id": comment.id.to_string(),
                "revision": comment.revision,
                "parent": comment.parent.map(|id| id.to_string()),
                "created_at": comment.created_at.to_string(),
                "author": {
                    "id": comment.author.id.to_string(),
                    "name": comment.author.name,
                    "website": comment.author.website,
                },
                "text": comment.text,
                "html": comment.html.as_str(),
            },
        })
    }
}

fn answered(answer: &Response) -> Option<LateVerdict> {
    let answer: SpamCheckAnswer = serde_json::from_slice(&answer.body).ok()?;
    Some(answer.verdict())
}

impl Handler for SpamCheckHandler {
    type Payload = CheckForSpam;

    async fn run(&self, job: &Job, check: CheckForSpam) -> Result<JobOutcome> {
        let (site, CheckForSpam { comment, revision }) = (job.site, check);
        let question = SpamCheckQuestion::read(&self.store, site, comment).await?;
        let Some(question) = question.filter(|it| it.is_open(revision)) else {
            return Ok(JobOutcome::Done);
        };
        let verdict = match self.verdict(&question).await {
            Ok(verdict) => verdict,
            Err(outcome) => return Ok(outcome),
        };
        let now = self.clock.now();
        self.store
            .write(move |tx| pipeline::apply_late(tx, now, site, comment, revision, &verdict))
            .await?;
        Ok(JobOutcome::Done)
    }
}
