//! The worker: claims due jobs and records what became of them.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use rejoinder_core::{Clock, Random, Time};
use store::jobs::{self, Job};
use store::{Result, Store};
use tokio::sync::{Notify, watch};
use tokio::task::{JoinError, JoinSet};
use tracing::{error, warn};

use crate::backoff;

/// For how long a worker has a job to itself.
const LEASE: Duration = Duration::from_secs(300);

/// How many jobs run at a time.
const AT_ONCE: usize = 16;

/// After so many attempts a job is parked.
const MAX_ATTEMPTS: i64 = 12;

/// The longest a worker sleeps: other nodes may have added jobs.
const LONGEST_SLEEP: Duration = Duration::from_secs(15);

/// How long done jobs are kept, so that the same job is not added again.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What became of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// Not now; the reason.
    Retry(String),
    /// Not before this time; the reason. The handler counts by itself how often.
    RetryAt(Time, String),
    /// Never; the reason, for a person to read.
    Park(String),
}

/// A handler's work on one job.
pub type Running<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// Does the jobs of one kind.
pub trait Handler: Send + Sync + 'static {
    /// Which kind.
    fn kind(&self) -> &'static str;
    /// Do `job`.
    fn run<'a>(&'a self, job: &'a Job) -> Running<'a>;
}

/// Claims due jobs and gives each to its handler. Cheap to clone.
#[derive(Clone)]
pub struct Worker {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    handlers: Arc<HashMap<&'static str, Arc<dyn Handler>>>,
    wake: Arc<Notify>,
}

impl Worker {
    /// A worker with `handlers`.
    pub fn new(
        store: Arc<Store>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        handlers: Vec<Arc<dyn Handler>>,
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
        }
    }

    /// Look for jobs now: something was committed.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Do jobs as they fall due, until `stop` turns true.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        loop {
            let sleep = match self.run_due().await {
                Ok(_) => self.until_next().await,
                Err(problem) => {
                    warn!(error = %problem, "Jobs cannot be claimed");
                    LONGEST_SLEEP
                }
            };
            tokio::select! {
                () = tokio::time::sleep(sleep) => {}
                () = self.wake.notified() => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    async fn until_next(&self) -> Duration {
        let next = self.store.read(jobs::next_due).await.ok().flatten();
        next.map_or(LONGEST_SLEEP, |due| {
            due.since(self.clock.now()).min(LONGEST_SLEEP)
        })
    }

    /// Do everything that is due now, and what falls due by it. Gives how many jobs ran. A job that
    /// takes long holds up no other while there is room.
    pub async fn run_due(&self) -> Result<usize> {
        let mut n_run = 0;
        let mut running = JoinSet::new();
        loop {
            let claimed = self.claim(AT_ONCE.saturating_sub(running.len())).await?;
            n_run += claimed.len();
            for job in claimed {
                let worker = self.clone();
                running.spawn(async move { worker.run_one(job).await });
            }
            if running.is_empty() {
                let now = self.clock.now();
                self.store
                    .write(move |tx| jobs::forget(tx, now.before(KEPT)))
                    .await?;
                return Ok(n_run);
            }
            tokio::select! {
                Some(ended) = running.join_next() => noted(ended)?,
                () = self.wake.notified() => {}
            }
            while let Some(ended) = running.try_join_next() {
                noted(ended)?;
            }
        }
    }

    async fn claim(&self, room: usize) -> Result<Vec<Job>> {
        let (now, limit) = (self.clock.now(), i64::try_from(room).unwrap_or(0));
        if limit == 0 {
            return Ok(Vec::new());
        }
        self.store
            .write(move |tx| jobs::claim(tx, now, LEASE, limit))
            .await
    }

    async fn run_one(&self, job: Job) -> Result<()> {
        let outcome = match self.handlers.get(job.kind.as_str()) {
            Some(handler) => handler.run(&job).await,
            None => Outcome::Park(format!("nothing here does jobs of the kind {}", job.kind)),
        };
        let now = self.clock.now();
        let outcome = match outcome {
            Outcome::Retry(why) if job.attempts >= MAX_ATTEMPTS => Outcome::Park(why),
            outcome => outcome,
        };
        match outcome {
            Outcome::Done => {
                self.store
                    .write(move |tx| jobs::finish(tx, now, &job))
                    .await
            }
            Outcome::Retry(why) => {
                let at = now.after(backoff::wait(job.attempts, &*self.random));
                self.store
                    .write(move |tx| jobs::retry(tx, &job, at, &why))
                    .await
            }
            Outcome::RetryAt(at, why) => {
                self.store
                    .write(move |tx| jobs::retry(tx, &job, at, &why))
                    .await
            }
            Outcome::Park(why) => {
                warn!(
                    job.kind,
                    job.id,
                    error = why,
                    "Job of kind {} is parked",
                    job.kind
                );
                self.store
                    .write(move |tx| jobs::park(tx, now, &job, &why))
                    .await
            }
        }
    }
}

/// What became of the task of a job.
fn noted(ended: std::result::Result<Result<()>, JoinError>) -> Result<()> {
    ended.unwrap_or_else(|problem| {
        error!(error = %problem, "A job panicked; it is tried again when its lease ends");
        Ok(())
    })
}
