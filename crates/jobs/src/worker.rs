//! The worker: claims due jobs and records what became of them.
//!
//! Each kind has slots of its own, so that slow jobs of one kind hold up no other: a mail by which
//! someone signs in goes out while link cards wait for their pages.

use std::any::Any;
use std::collections::HashMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use rejoinder_core::{Clock, Random, Time};
use store::jobs::{self, Job, Payload};
use store::{Result, Store, Tx};
use tokio::sync::{Notify, watch};
use tokio::task::{self, JoinSet};
use traces::{Attribute, Kind, Name, Span, Tracer};
use tracing::{Instrument as _, error, warn};

use crate::backoff;

/// For how long a worker has a job to itself, unless it renews the lease.
const LEASE: Duration = Duration::from_secs(300);

/// How many jobs of a kind run at a time, unless its handler says otherwise.
const SLOTS: usize = 4;

/// After so many attempts a job is parked.
const MAX_ATTEMPTS: i64 = 12;

/// After so many attempts a job whose worker died at the last one is parked: it may be what kills it.
const MAX_INTERRUPTED: i64 = 50;

/// The longest a worker sleeps: other nodes may have added jobs.
const LONGEST_SLEEP: Duration = Duration::from_secs(15);

/// How long done jobs are kept, so that the same job is not added again.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What became of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobOutcome {
    /// It is done.
    Done,
    /// Not now; the reason.
    Retry(String),
    /// Not before this time; the reason. The handler counts by itself how often.
    RetryAt(Time, String),
    /// Never; the reason, for a person to read.
    Park(String),
}

impl JobOutcome {
    const fn as_str(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Retry(_) | Self::RetryAt(..) => "retry",
            Self::Park(_) => "parked",
        }
    }
}

/// Does the jobs of one kind.
pub trait Handler: Send + Sync + 'static {
    /// What its jobs are to do; it also says of which kind they are.
    type Payload: Payload;

    /// How many of them run at a time.
    fn slots(&self) -> usize {
        SLOTS
    }

    /// Whether its jobs are let go at once when the worker stops, and begun anew later: what takes minutes
    /// and can be lost.
    fn is_let_go(&self) -> bool {
        false
    }

    /// Does `job`, which carries `payload`. When the store fails, the job is tried again.
    fn run(
        &self,
        job: &Job,
        payload: Self::Payload,
    ) -> impl Future<Output = Result<JobOutcome>> + Send;
}

/// A [`Handler`] of whatever payload. Every handler is one.
pub trait AnyHandler: Send + Sync + 'static {
    /// The word of its kind.
    fn kind(&self) -> &'static str;
    /// How many of its jobs run at a time.
    fn n_slots(&self) -> usize;
    /// Whether its jobs are let go at once when the worker stops.
    fn can_be_let_go(&self) -> bool;
    /// Reads the payload of `job`, and does it. A payload that cannot be read parks its job.
    fn handle<'a>(&'a self, job: &'a Job) -> Pin<Box<dyn Future<Output = JobOutcome> + Send + 'a>>;
}

impl<H: Handler> AnyHandler for H {
    fn kind(&self) -> &'static str {
        H::Payload::KIND
    }

    fn n_slots(&self) -> usize {
        self.slots()
    }

    fn can_be_let_go(&self) -> bool {
        self.is_let_go()
    }

    fn handle<'a>(&'a self, job: &'a Job) -> Pin<Box<dyn Future<Output = JobOutcome> + Send + 'a>> {
        Box::pin(async move {
            match job.read() {
                Ok(payload) => match self.run(job, payload).await {
                    Ok(outcome) => outcome,
                    Err(error) => JobOutcome::Retry(error.to_string()),
                },
                Err(error) => JobOutcome::Park(format!("what it is to do cannot be read: {error}")),
            }
        })
    }
}

/// Claims due jobs and gives each to its handler. Cheap to clone.
#[derive(Clone)]
pub struct Worker {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    handlers: Arc<HashMap<&'static str, Arc<dyn AnyHandler>>>,
    wake: Arc<Notify>,
    lease: Duration,
    tracer: Option<Tracer>,
}

/// The jobs that a worker is at, by their kinds.
#[derive(Default)]
struct RunningJobs {
    tasks: JoinSet<Result<()>>,
    kinds: HashMap<task::Id, String>,
}

impl RunningJobs {
    fn n_of(&self, kind: &str) -> usize {
        self.kinds.values().filter(|own| *own == kind).count()
    }

    /// Wait until a job has come to its end; for ever when there is none.
    async fn ended(&mut self) -> Result<()> {
        let ended = match self.tasks.join_next_with_id().await {
            Some(ended) => ended,
            None => std::future::pending().await,
        };
        let (id, ended) = match ended {
            Ok((id, ended)) => (id, ended),
            Err(problem) => {
                error!(error = %problem, "A job was given up; it is tried again when its lease ends");
                (problem.id(), Ok(()))
            }
        };
        self.kinds.remove(&id);
        ended
    }
}

impl Worker {
    /// A worker with `handlers`.
    pub fn new(
        store: Arc<Store>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        handlers: Vec<Arc<dyn AnyHandler>>,
    ) -> Self {
        let handlers = handlers
            .into_iter()
            .map(|handler| (handler.kind(), handler))
            .collect();
        Self {
            store,
            clock,
            random,
            handlers: Arc::new(handlers),
            wake: Arc::new(Notify::new()),
            lease: LEASE,
            tracer: None,
        }
    }

    /// This worker, with jobs to itself for so long at a time.
    #[must_use]
    pub fn with_lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// This worker, which begins a span for each job, in the trace of what the job follows from.
    #[must_use]
    pub fn traced(self, tracer: Option<Tracer>) -> Self {
        Self { tracer, ..self }
    }

    /// Look for jobs now: something was committed.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Do jobs as they fall due, until `stop` turns true; what is under way then comes to its end, unless
    /// its handler lets it go.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut under_way = RunningJobs::default();
        loop {
            let sleep = match self.start_due(&mut under_way, &stop).await {
                Ok((_, sleep)) => sleep,
                Err(problem) => {
                    warn!(error = %problem, "Jobs cannot be claimed");
                    LONGEST_SLEEP
                }
            };
            tokio::select! {
                () = tokio::time::sleep(sleep) => {}
                () = self.wake.notified() => {}
                ended = under_way.ended() => noted(ended),
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
        while !under_way.tasks.is_empty() {
            noted(under_way.ended().await);
        }
    }

    /// Do everything that is due now, and what falls due by it. Returns how many jobs ran.
    pub async fn run_due(&self) -> Result<usize> {
        let mut n_run = 0;
        let mut under_way = RunningJobs::default();
        let (_unused, never) = watch::channel(false);
        loop {
            let (n_started, sleep) = self.start_due(&mut under_way, &never).await?;
            n_run += n_started;
            if under_way.tasks.is_empty() {
                return Ok(n_run);
            }
            tokio::select! {
                () = tokio::time::sleep(sleep) => {}
                () = self.wake.notified() => {}
                ended = under_way.ended() => ended?,
            }
        }
    }

    /// Start what is due, where its kind has room. Returns how many jobs that were, and how long it is
    /// until the next falls due.
    async fn start_due(
        &self,
        under_way: &mut RunningJobs,
        stop: &watch::Receiver<bool>,
    ) -> Result<(usize, Duration)> {
        let now = self.clock.now();
        let claimed = self.claim(now, under_way).await?;
        let n_started = claimed.len();
        for job in claimed {
            let (worker, kind, stop) = (self.clone(), job.kind.clone(), stop.clone());
            let task = under_way
                .tasks
                .spawn(async move { worker.run_traced(job, stop).await });
            under_way.kinds.insert(task.id(), kind);
        }
        if under_way.tasks.is_empty() {
            let forget = move |tx: &mut Tx<'_>| jobs::forget(tx, now.before(KEPT));
            self.store.write(forget).await?;
        }
        let next = self.store.read(move |tx| jobs::next_due(tx, now)).await?;
        let sleep = next.map_or(LONGEST_SLEEP, |due| due.since(self.clock.now()));
        Ok((n_started, sleep.min(LONGEST_SLEEP)))
    }

    async fn claim(&self, now: Time, under_way: &RunningJobs) -> Result<Vec<Job>> {
        let slots = |kind: &str| self.handlers.get(kind).map_or(SLOTS, |it| it.n_slots());
        let kinds = self.handlers.keys().copied();
        let kinds = kinds.chain(under_way.kinds.values().map(String::as_str));
        let room: HashMap<String, usize> = kinds
            .map(|kind| {
                let n_free = slots(kind).saturating_sub(under_way.n_of(kind));
                (kind.to_owned(), n_free)
            })
            .collect();
        let lease = self.lease;
        let claim = move |tx: &mut Tx<'_>| {
            let room = |kind: &str| room.get(kind).copied().unwrap_or(SLOTS);
            jobs::claim_where_room(tx, now, lease, |kind| {
                i64::try_from(room(kind)).unwrap_or(i64::MAX)
            })
        };
        self.store.write(claim).await
    }

    /// Does `job`, as a span where somebody wants to know.
    async fn run_traced(&self, job: Job, stop: watch::Receiver<bool>) -> Result<()> {
        let handler = self.handlers.get(job.kind.as_str());
        let (Some(tracer), Some(handler)) = (&self.tracer, handler) else {
            return self.run_one(job, stop, &mut Span::default()).await;
        };
        let kind = handler.kind();
        let name = Name::of("job", kind);
        let mut span = Span::root(tracer, job.trace_parent, Kind::Consumer, name);
        span.set(Attribute::Job(kind));
        span.set(Attribute::Attempt(job.attempts));
        span.set(Attribute::Site(job.site.0));
        let scope = span.scope();
        let log = match span.trace_id() {
            Some(trace_id) => tracing::error_span!("job", kind, id = job.id, %trace_id),
            None => tracing::Span::none(),
        };
        let running = self.run_one(job, stop, &mut span).instrument(log);
        scope.around(running).await
    }

    async fn run_one(&self, job: Job, stop: watch::Receiver<bool>, span: &mut Span) -> Result<()> {
        let outcome = match self.handlers.get(job.kind.as_str()) {
            None => JobOutcome::Park(format!("nothing here does jobs of the kind {}", job.kind)),
            Some(_) if job.is_interrupted && job.attempts > MAX_INTERRUPTED => {
                JobOutcome::Park("it was begun many times and never came to an end".to_owned())
            }
            Some(handler) => match self.run_leased(&**handler, &job, stop).await {
                Some(outcome) => outcome,
                // Whoever has it now says what becomes of it.
                None => return Ok(()),
            },
        };
        let outcome = match outcome {
            JobOutcome::Retry(why) if job.attempts >= MAX_ATTEMPTS => JobOutcome::Park(why),
            outcome => outcome,
        };
        span.set(Attribute::Outcome(outcome.as_str()));
        let (id, kind) = (job.id, job.kind.clone());
        if !self.record(job, outcome).await? {
            warn!(
                job.id = id,
                job.kind = kind,
                "Job {id} of kind {kind} is no longer this worker's: another has it, or it was erased"
            );
        }
        Ok(())
    }

    /// Does `job`, and renews its lease meanwhile. Returns nothing when it went to another worker.
    async fn run_leased(
        &self,
        handler: &dyn AnyHandler,
        job: &Job,
        mut stop: watch::Receiver<bool>,
    ) -> Option<JobOutcome> {
        let running = AssertUnwindSafe(async { handler.handle(job).await }).catch_unwind();
        let mut running = pin!(running);
        let mut renewals = tokio::time::interval(self.lease / 3);
        renewals.reset();
        loop {
            tokio::select! {
                ended = &mut running => {
                    return Some(ended.unwrap_or_else(|panic| panicked(job, &*panic)));
                }
                Ok(_) = stop.wait_for(|stop| *stop), if handler.can_be_let_go() => {
                    return Some(JobOutcome::RetryAt(
                        self.clock.now(),
                        "the worker stopped meanwhile".to_owned(),
                    ));
                }
                _ = renewals.tick() => {}
            }
            let until = self.clock.now().after(self.lease);
            let held = job.clone();
            match self
                .store
                .write(move |tx| jobs::renew(tx, &held, until))
                .await
            {
                Ok(true) => {}
                Ok(false) => {
                    let (id, kind) = (job.id, &job.kind);
                    warn!(
                        job.id,
                        job.kind, "Job {id} of kind {kind} went to another worker"
                    );
                    return None;
                }
                // There are two more tries before the lease ends.
                Err(problem) => warn!(error = %problem, job.id, "A lease cannot be renewed"),
            }
        }
    }

    /// Write down what became of `job`. Returns whether it was still this worker's.
    async fn record(&self, job: Job, outcome: JobOutcome) -> Result<bool> {
        let now = self.clock.now();
        let backoff = now.after(backoff::wait(job.attempts, &*self.random));
        if let JobOutcome::Park(why) = &outcome {
            warn!(
                job.kind,
                job.id,
                error = why,
                "Job of kind {} is parked",
                job.kind
            );
        }
        let write = move |tx: &mut Tx<'_>| match &outcome {
            JobOutcome::Done => jobs::finish(tx, now, &job),
            JobOutcome::Retry(why) => jobs::retry(tx, &job, backoff, why),
            JobOutcome::RetryAt(at, why) => jobs::retry(tx, &job, *at, why),
            JobOutcome::Park(why) => jobs::park(tx, now, &job, why),
        };
        self.store.write(write).await
    }
}

/// A handler that panicked has tried once more, and the job is parked at last as any that fails.
fn panicked(job: &Job, panic: &(dyn Any + Send)) -> JobOutcome {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let why = text.unwrap_or("no reason is known");
    error!(
        job.kind,
        job.id,
        error = why,
        "Job {} of kind {} panicked: {why}",
        job.id,
        job.kind
    );
    JobOutcome::Retry("it panicked; the log of the server says more".to_owned())
}

/// A job whose end cannot be written down is claimed again when its lease ends.
fn noted(ended: Result<()>) {
    if let Err(problem) = ended {
        warn!(error = %problem, "What became of a job cannot be written down");
    }
}
