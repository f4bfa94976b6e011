//! Telling Akismet that moderators decided otherwise than it did, so that it learns.

use std::sync::Arc;
use std::time::Duration;

use egress::Client;
use rejoinder_core::moderation::spam_check::SpamCheckService;
use rejoinder_core::publication::settings;
use store::jobs::Job;
use store::moderation::corrections::{self, CorrectSpamCheck};
use store::{Result, Store};

use super::{SpamCheckQuestion, TIMEOUT, akismet, limits};
use crate::worker::{Handler, JobOutcome};

/// Tells Akismet of comments about which it was wrong.
pub struct SpamCorrectionHandler {
    store: Arc<Store>,
    client: Client,
    akismet: Arc<str>,
    timeout: Duration,
}

impl SpamCorrectionHandler {
    /// A handler that tells it through `client`.
    pub fn new(store: Arc<Store>, client: Client) -> Self {
        Self {
            store,
            client,
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
}

impl Handler for SpamCorrectionHandler {
    type Payload = CorrectSpamCheck;

    async fn run(&self, job: &Job, correct: CorrectSpamCheck) -> Result<JobOutcome> {
        let (site, correction) = (job.site, correct.says);
        let (comment, revision) = (correct.comment, correct.revision);
        let question = SpamCheckQuestion::read(&self.store, site, comment).await?;
        let still_so = |it: &SpamCheckQuestion| {
            it.site.settings.external != settings::SpamCheckMode::Off
                && it.comment.revision == revision
                && correction.holds(it.comment.state)
        };
        let question = question.filter(still_so);
        let service = question
            .as_ref()
            .and_then(|it| SpamCheckService::of(&it.site.settings).ok());
        let (Some(question), Some(SpamCheckService::Akismet { key })) = (question, service) else {
            self.store
                .write(move |tx| corrections::withdraw(tx, site, comment, revision))
                .await?;
            return Ok(JobOutcome::Done);
        };
        let limits = limits(self.timeout);
        let request = akismet::corrected(&self.akismet, correction, &key, &question, limits);
        Ok(match self.client.send(request).await {
            Ok(answer) if answer.status != 200 => {
                JobOutcome::Retry(format!("it answered {}", answer.status))
            }
            Ok(answer) if answer.body.trim_ascii() == b"invalid" => {
                JobOutcome::Retry("it does not know the key".to_owned())
            }
            Ok(_) => JobOutcome::Done,
            Err(error) => JobOutcome::Retry(error.to_string()),
        })
    }
}
