//! Telling readers in their browsers, by way of push services.

use std::sync::Arc;
use std::time::Duration;

use egress::{Client, FetchError, Push, PushKey, PushTarget, Request, Response, SealError};
use rejoinder_core::{Clock, Random, Site, Time};
use render::RenderContext;
use render::notices::notice::SubscriptionContext;
use sha2::{Digest, Sha256};
use store::jobs::Job;
use store::notices::devices::{self, PushDevice};
use store::notices::pushes::{self, SendPush};
use store::notices::{mails::DueMail, outbox::PendingNotice};
use store::{Result, Store, Tx, publication::sites};
use tracing::warn;

use crate::backoff;
use crate::home::Home;
use crate::worker::{Handler, JobOutcome};

/// How long a push service may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// For how long a push service keeps what a browser that is away is told.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// After so many attempts, most of a day, a reader has heard of it otherwise.
const MAX_ATTEMPTS: i64 = 10;

/// The longest that a push service can make us wait.
const LONGEST_WAIT: Duration = Duration::from_secs(6 * 60 * 60);

/// Tells browsers what their readers wanted to be told.
///
/// Where it is not known whether a push arrived it is sent again, under the same topic and tag: the
/// push service and the browser put it in the place of the first.
pub struct PushHandler {
    store: Arc<Store>,
    client: Client,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    contact: String,
    home: Home,
    timeout: Duration,
}

/// What a push service made of a push.
enum PushResult {
    Taken,
    /// The browser is not there any more.
    Gone,
    Later(Option<Time>, String),
    Never(String),
}

impl PushHandler {
    /// A handler that sends through `client`. Push services are told `contact`, a `mailto:` or
    /// `https:` address, and links begin with `home`.
    pub fn new(
        store: Arc<Store>,
        client: Client,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        contact: impl Into<String>,
        home: impl Into<Home>,
    ) -> Self {
        Self {
            store,
            client,
            clock,
            random,
            contact: contact.into(),
            home: home.into(),
            timeout: TIMEOUT,
        }
    }

    /// This handler, with another timeout for one attempt.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Wait as long as failures have us wait, and as long as the push service asked for.
    fn later(&self, job: &Job, now: Time, asked: Option<Time>, why: String) -> JobOutcome {
        if job.attempts >= MAX_ATTEMPTS {
            warn!(error = why, "A browser could not be told something");
            return JobOutcome::Done;
        }
        let own = now.after(backoff::wait(job.attempts, &*self.random));
        let asked = asked.map(|at| at.min(now.after(LONGEST_WAIT)));
        JobOutcome::RetryAt(asked.map_or(own, |at| at.max(own)), why)
    }

    fn request(
        &self,
        site: &Site,
        device: &PushDevice,
        due: &DueMail,
        push: SendPush,
        key: &[u8],
        topic: String,
    ) -> std::result::Result<Request, SealError> {
        let now = self.clock.now();
        let target = PushTarget {
            endpoint: device.endpoint.clone(),
            p256dh: device.p256dh.clone(),
            auth: device.auth.clone(),
        };
        let message = self.message(site, due, push, &topic, now);
        let sealed = Push {
            target: &target,
            message: message.as_bytes(),
            topic,
            lifetime: LIFETIME,
            may_wait: matches!(push.notice, PendingNotice::Digest(..)),
            timeout: self.timeout,
        };
        sealed.request(&PushKey::read(key)?, &self.contact, &*self.random, now)
    }

    fn message(&self, site: &Site, due: &DueMail, push: SendPush, tag: &str, now: Time) -> String {
        let context = RenderContext {
            site,
            now,
            base: self.home.base(),
            texts: render::catalogue::of(site.settings.language),
            assets: "",
            has_accounts: true,
        };
        let about = SubscriptionContext {
            page: &due.page,
            kind: due.subscription.kind,
            pace: due.subscription.pace,
            email: &due.subscription.email,
            manage: "",
        };
        let kind = match push.notice {
            PendingNotice::AuthorNotice(_, _, kind) => Some(kind),
            _ => None,
        };
        render::push_message(&context, &about, kind, (&due.comments, due.n_more), tag)
    }
}

/// The same push again has the same topic, and no other has.
fn topic(job: &Job) -> String {
    let hash = Sha256::digest(format!("{} {}", job.site, job.id));
    hash.iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn result_of(answer: std::result::Result<Response, FetchError>, now: Time) -> PushResult {
    match answer {
        Ok(Response {
            status, headers, ..
        }) => match status {
            200..=299 => PushResult::Taken,
            404 | 410 => PushResult::Gone,
            429 | 500..=599 => {
                let asked = headers
                    .get("retry-after")
                    .and_then(|text| text.to_str().ok());
                let at = asked.and_then(|text| retry_at(text, now));
                PushResult::Later(at, format!("it answered {status}"))
            }
            status => PushResult::Never(format!("the push service answered {status}")),
        },
        // Nobody's push service is there.
        Err(FetchError::Forbidden(_)) => PushResult::Gone,
        Err(error) => PushResult::Later(None, error.to_string()),
    }
}

/// What `Retry-After` says: so many seconds, or a date.
fn retry_at(text: &str, now: Time) -> Option<Time> {
    match text.trim().parse() {
        Ok(seconds) => Some(now.after(Duration::from_secs(seconds))),
        Err(_) => Time::from_http(text.trim()),
    }
}

impl Handler for PushHandler {
    type Payload = SendPush;

    async fn run(&self, job: &Job, push: SendPush) -> Result<JobOutcome> {
        let (site, now) = (job.site, self.clock.now());
        let read = self.store.read(move |tx| {
            let (due, key) = (pushes::due(tx, now, site, push)?, devices::key(tx)?);
            Ok(due.zip(key).zip(sites::by_id(tx, site)?))
        });
        let Some((((device, mut due), key), of)) = read.await? else {
            return Ok(JobOutcome::Done);
        };
        self.home.place(&of, &mut due.page.key);
        let result = match self.request(&of, &device, &due, push, &key, topic(job)) {
            Ok(request) => result_of(self.client.send_for_start(request).await, self.clock.now()),
            Err(SealError::Target) => PushResult::Gone,
            Err(why) => PushResult::Never(why.to_string()),
        };
        let now = self.clock.now();
        match result {
            PushResult::Taken => {
                let note = move |tx: &mut Tx<'_>| pushes::mark_sent(tx, now, site, push);
                self.store.write(note).await?;
            }
            PushResult::Gone => {
                let remove = move |tx: &mut Tx<'_>| devices::remove_gone(tx, site, push.device);
                self.store.write(remove).await?;
            }
            PushResult::Later(at, why) => return Ok(self.later(job, now, at, why)),
            PushResult::Never(why) => return Ok(JobOutcome::Park(why)),
        }
        Ok(JobOutcome::Done)
    }
}
