//! PostgreSQL: one connection to a thread, one operation to a transaction.

use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use postgres::{Client, Config, IsolationLevel};

use crate::error::StoreError;
use crate::job::{Job, Ran};
use crate::migrations;
use crate::tx::{Prepared, Tx};
use crate::{Hook, MAX_WAITING, listen, tls};

/// Connections, each with its thread.
const WORKERS: usize = 8;

/// How often an operation that collides is tried.
const MAX_TRIES: usize = 5;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// What a worker is asked to do.
pub(crate) enum Work {
    /// Run the job in a transaction that sees one moment.
    Read(Box<dyn Job>),
    /// Run the job and commit it.
    Write(Box<dyn Job>),
}

/// Bring the schema of the database up to date and start the threads. The client brings a runtime of
/// its own and must not meet another, so it runs on plain threads only.
pub(crate) fn open(url: &str, hook: &Hook) -> Result<Sender<Work>, StoreError> {
    let mut config: Config = url.parse()?;
    config
        .connect_timeout(CONNECT_TIMEOUT)
        .application_name("rejoinder");
    let migrating = config.clone();
    let migrate = move || migrations::run_postgres(&mut tls::connect(&migrating)?);
    thread::spawn(migrate)
        .join()
        .map_err(|_| StoreError::Internal("a migration panicked".into()))??;
    listen::start(config.clone(), hook.clone())?;
    let (queue, waiting) = bounded(MAX_WAITING);
    for number in 0..WORKERS {
        let worker = Worker {
            config: config.clone(),
            connection: None,
            hook: hook.clone(),
        };
        let waiting: Receiver<Work> = waiting.clone();
        let name = format!("store-worker-{number}");
        let spawned = thread::Builder::new()
            .name(name)
            .spawn(move || worker.run(&waiting));
        spawned.map_err(|error| StoreError::Internal(error.into()))?;
    }
    Ok(queue)
}

struct Worker {
    config: Config,
    connection: Option<(Client, Prepared)>,
    hook: Hook,
}

impl Worker {
    fn run(mut self, waiting: &Receiver<Work>) {
        for work in waiting {
            let (mut job, is_write) = match work {
                Work::Read(job) => (job, false),
                Work::Write(job) => (job, true),
            };
            match self.attempt(job.as_mut(), is_write) {
                Ok(()) => job.answer(),
                Err(error) => job.fail(error),
            }
            if self
                .connection
                .as_ref()
                .is_some_and(|(client, _)| client.is_closed())
            {
                self.connection = None;
            }
        }
    }

    /// Run `job` until it neither collides nor meets a connection that died while it was idle.
    fn attempt(&mut self, job: &mut dyn Job, is_write: bool) -> Result<(), StoreError> {
        for _ in 0..MAX_TRIES {
            match self.once(job, is_write) {
                Err(StoreError::Collision) => {}
                done => return done,
            }
        }
        Err(StoreError::Busy)
    }

    fn once(&mut self, job: &mut dyn Job, is_write: bool) -> Result<(), StoreError> {
        let (client, prepared) = match self
            .connection
            .take()
            .filter(|(client, _)| !client.is_closed())
        {
            Some(connection) => self.connection.insert(connection),
            None => self
                .connection
                .insert((tls::connect(&self.config)?, Prepared::new())),
        };
        let isolation = if is_write {
            IsolationLevel::ReadCommitted
        } else {
            IsolationLevel::RepeatableRead
        };
        let begun = client
            .build_transaction()
            .isolation_level(isolation)
            .read_only(!is_write)
            .start()?;
        let mut tx = Tx::postgres(begun, prepared);
        match job.run(&mut tx) {
            Ran::Kept if is_write => {
                let changes = tx.commit()?;
                if !changes.is_empty() {
                    (self.hook)(&changes);
                }
                Ok(())
            }
            Ran::Collided => Err(StoreError::Collision),
            Ran::Kept | Ran::Undone => Ok(()),
        }
    }
}
