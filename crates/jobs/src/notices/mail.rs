//! Sending mail: one job for each mail.

use std::sync::Arc;

use egress::{Mail, MailOutcome, Mailer};
use rejoinder_core::Clock;
use serde::{Deserialize, Serialize};
use store::Result;
use store::jobs::{self, Job, Payload};
use tracing::info;

use crate::worker::{Handler, JobOutcome};

/// Sends a mail as it is. Its Message-ID makes it the same mail when added twice.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SendMail(pub Mail);

impl Payload for SendMail {
    const KIND: &'static str = jobs::MAIL;

    fn dedup_key(&self) -> Option<String> {
        Some(self.0.message_id.clone())
    }

    fn subject(&self) -> Option<String> {
        Some(self.0.to.clone())
    }
}

/// Sends mails through a [`Mailer`].
///
/// A mail that may have been sent already is never sent again: when the connection died after the
/// mail was handed over, or the program did, the doubt is recorded and the job parked.
pub struct MailHandler {
    mailer: Mailer,
    clock: Arc<dyn Clock>,
}

impl MailHandler {
    /// A handler that sends through `mailer`.
    pub fn new(mailer: Mailer, clock: Arc<dyn Clock>) -> Self {
        Self { mailer, clock }
    }
}

/// What becomes of the job of a mail that another attempt may have sent.
pub(crate) fn in_doubt() -> JobOutcome {
    let why = "the program stopped while this mail was being sent; it may have been delivered";
    JobOutcome::Park(why.to_owned())
}

/// What becomes of the job of a mail.
pub(crate) fn outcome(outcome: MailOutcome) -> JobOutcome {
    match outcome {
        MailOutcome::Delivered => JobOutcome::Done,
        // Anybody can give an address; what is wrong with one is nothing for the owner to mend.
        MailOutcome::NoMailbox(why) => {
            info!(%why, "Dropped a mail to an address without a mailbox: {why}");
            JobOutcome::Done
        }
        MailOutcome::Deferred(why) => JobOutcome::Retry(why),
        MailOutcome::Refused(why) => JobOutcome::Park(why),
        MailOutcome::Doubt(why) => JobOutcome::Park(format!("it may have been delivered: {why}")),
    }
}

impl Handler for MailHandler {
    type Payload = SendMail;

    /// Somebody waits for it, to sign in.
    fn slots(&self) -> usize {
        8
    }

    async fn run(&self, job: &Job, SendMail(mail): SendMail) -> Result<JobOutcome> {
        if job.is_interrupted {
            return Ok(in_doubt());
        }
        Ok(outcome(self.mailer.send(&mail, self.clock.now()).await))
    }
}
