//! Sending mail: one job for each mail.

use std::sync::Arc;

use egress::{Mail, Mailer, Sent};
use rejoinder_core::{Clock, SiteId, Time};
use store::jobs::{Job, NewJob};
use tracing::info;

use crate::worker::{Handler, Outcome, Running};

/// The kind of a mail's job.
pub const MAIL: &str = "mail";

/// The job that sends `mail` at `run_at`. Its Message-ID makes it the same mail when added twice.
pub fn mail_job(id: i64, site: SiteId, mail: &Mail, run_at: Time) -> NewJob {
    NewJob {
        id,
        site,
        kind: MAIL,
        dedup_key: mail.message_id.clone(),
        payload: serde_json::to_string(mail).unwrap_or_default(),
        run_at,
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

    async fn send(&self, job: &Job) -> Outcome {
        if job.is_interrupted {
            return in_doubt();
        }
        let mail: Mail = match serde_json::from_str(&job.payload) {
            Ok(mail) => mail,
            Err(error) => return Outcome::Park(format!("this is no mail: {error}")),
        };
        outcome(self.mailer.send(&mail, self.clock.now()).await)
    }
}

/// What becomes of the job of a mail that another attempt may have sent.
pub(crate) fn in_doubt() -> Outcome {
    let why = "the program stopped while this mail was being sent; it may have been delivered";
    Outcome::Park(why.to_owned())
}

/// What becomes of the job of a mail.
pub(crate) fn outcome(sent: Sent) -> Outcome {
    match sent {
        Sent::Delivered => Outcome::Done,
        // Anybody can give an address; what is wrong with one is nothing for the owner to mend.
        Sent::NoMailbox(why) => {
            info!(%why, "Dropped a mail to an address without a mailbox: {why}");
            Outcome::Done
        }
        Sent::Deferred(why) => Outcome::Retry(why),
        Sent::Refused(why) => Outcome::Park(why),
        Sent::Doubt(why) => Outcome::Park(format!("it may have been delivered: {why}")),
    }
}

impl Handler for MailHandler {
    fn kind(&self) -> &'static str {
        MAIL
    }

    /// Somebody waits for it, to sign in.
    fn slots(&self) -> usize {
        8
    }

    fn run<'a>(&'a self, job: &'a Job) -> Running<'a> {
        Box::pin(self.send(job))
    }
}
