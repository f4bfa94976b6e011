//! Telling Akismet that moderators decided otherwise than it did, so that it learns.

use std::sync::Arc;
use std::time::Duration;

use egress::Client;
use rejoinder_core::moderation::spam_check::{Correction, Service};
use rejoinder_core::{CommentId, SiteId, publication::settings};
use serde_json::Value;
use store::jobs::Job;
use store::moderation::corrections::{self, CORRECTION_JOB};
use store::{Store, StoreError};

use super::{Question, TIMEOUT, akismet, limits};
use crate::worker::{Handler, Outcome, Running};

/// Tells Akismet of comments about which it was wrong.
pub struct CorrectionHandler {
    store: Arc<Store>,
    client: Client,
    akismet: Arc<str>,
    timeout: Duration,
}

impl CorrectionHandler {
    /// A handler that tells it through `client`.
    pub fn new(store: Arc<Store>, client: Client) -> Self {
        Self {
            store,
            client,
            akismet: akismet::ADDRESS.into(),
            timeout: TIMEOUT,
        }
    }

    /// This handler, with another patience for one attempt.
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

    async fn tell(&self, job: &Job) -> Outcome {
        let Some((comment, revision, correction)) = read(&job.payload) else {
            return Outcome::Park("this names no comment and what to say of it".to_owned());
        };
        match self.try_tell(job.site, comment, revision, correction).await {
            Ok(outcome) => outcome,
            Err(error) => Outcome::Retry(error.to_string()),
        }
    }

    async fn try_tell(
        &self,
        site: SiteId,
        comment: CommentId,
        revision: i64,
        correction: Correction,
    ) -> Result<Outcome, StoreError> {
        let question = Question::read(&self.store, site, comment).await?;
        let still_so = |it: &Question| {
            it.site.settings.external != settings::External::Off
                && it.comment.revision == revision
                && correction.holds(it.comment.state)
        };
        let question = question.filter(still_so);
        let service = question
            .as_ref()
            .and_then(|it| Service::of(&it.site.settings).ok());
        let (Some(question), Some(Service::Akismet { key })) = (question, service) else {
            self.store
                .write(move |tx| corrections::withdraw(tx, site, comment, revision))
                .await?;
            return Ok(Outcome::Done);
        };
        let limits = limits(self.timeout);
        let request = akismet::corrected(&self.akismet, correction, &key, &question, limits);
        Ok(match self.client.send(request).await {
            Ok(answer) if answer.status != 200 => {
                Outcome::Retry(format!("it answered {}", answer.status))
            }
            Ok(answer) if answer.body.trim_ascii() == b"invalid" => {
                Outcome::Retry("it does not know the key".to_owned())
            }
            Ok(_) => Outcome::Done,
            Err(error) => Outcome::Retry(error.to_string()),
        })
    }
}

fn read(payload: &str) -> Option<(CommentId, i64, Correction)> {
    let json: Value = serde_json::from_str(payload).ok()?;
    let (comment, revision) = super::read(payload)?;
    Some((
        comment,
        revision,
        Correction::from_word(json["says"].as_str()?)?,
    ))
}

impl Handler for CorrectionHandler {
    fn kind(&self) -> &'static str {
        CORRECTION_JOB
    }

    fn run<'a>(&'a self, job: &'a Job) -> Running<'a> {
        Box::pin(self.tell(job))
    }
}
