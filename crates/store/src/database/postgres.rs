//! PostgreSQL: one connection to a thread, one operation to a transaction.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use postgres::{Client, Config, IsolationLevel, Transaction};

use crate::database::error::StoreError;
use crate::database::job::{Job, Ran, tell};
use crate::database::notify::Notifier;
use crate::database::seals::Seals;
use crate::database::tx::{self, Change, Prepared, Tx};
use crate::database::{listen, migrations, sealed, tls};
use crate::{CommitHook, MAX_WAITING};

/// Connections, each with its thread.
const WORKERS: usize = 8;

/// How often an operation that collides is tried.
const MAX_TRIES: usize = 5;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// For how long sent bytes may stay unanswered before the connection counts as lost.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// After how long a silent server is asked whether it is there, how often, and how many times.
const PROBE_AFTER: Duration = Duration::from_secs(3);
const PROBE_EVERY: Duration = Duration::from_secs(1);
const MAX_PROBES: u32 = 3;

/// Said once to each new connection. No operation waits for another's lock for ever; and a node whose
/// link is cut while it holds one keeps it no longer than the server needs to notice.
const GREETING: &str = "set lock_timeout = '10s';
    set idle_in_transaction_session_timeout = '5s';
    set tcp_user_timeout = '5s';
    set tcp_keepalives_idle = 3;
    set tcp_keepalives_interval = 1;
    set tcp_keepalives_count = 3";

/// What a worker is asked to do.
pub(crate) enum Work {
    /// Run the job in a transaction that sees one moment.
    Read(Box<dyn Job>),
    /// Run the job and commit it.
    Write(Box<dyn Job>),
}

impl Work {
    /// The job, and whether it writes.
    fn open(self) -> (Box<dyn Job>, bool) {
        match self {
            Self::Read(job) => (job, false),
            Self::Write(job) => (job, true),
        }
    }
}

/// Bring the schema of the database up to date and start the threads. The client brings a runtime of
/// its own and must not meet another, so it runs on plain threads only.
pub(crate) fn open(
    url: &str,
    seals: &Arc<Seals>,
    hook: &CommitHook,
) -> Result<Sender<Work>, StoreError> {
    let mut config: Config = url.parse()?;
    config
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_user_timeout(ANSWER_TIMEOUT)
        .keepalives_idle(PROBE_AFTER)
        .keepalives_interval(PROBE_EVERY)
        .keepalives_retries(MAX_PROBES)
        .application_name("rejoinder");
    let (migrating, own) = (config.clone(), Arc::clone(seals));
    let migrate = move || {
        let mut client = tls::connect(&migrating)?;
        tx::expect_writable(&mut client)?;
        migrations::run_postgres(&mut client)?;
        let mut prepared = Prepared::new();
        let mut tx = Tx::postgres(client.transaction()?, &mut prepared).sealed_by(&own);
        sealed::tell(&sealed::renew(&mut tx)?);
        tx.commit().map(drop)
    };
    thread::spawn(migrate)
        .join()
        .map_err(|_| StoreError::Internal("a migration panicked".into()))??;
    listen::start(config.clone(), hook.clone())?;
    let notifier = Notifier::start(config.clone())?;
    let (queue, waiting) = bounded(MAX_WAITING);
    for number in 0..WORKERS {
        let worker = Worker {
            config: config.clone(),
            connection: None,
            seals: Arc::clone(seals),
            hook: hook.clone(),
            notifier: notifier.clone(),
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
    seals: Arc<Seals>,
    hook: CommitHook,
    notifier: Notifier,
}

impl Worker {
    fn run(mut self, waiting: &Receiver<Work>) {
        for work in waiting {
            let (mut job, is_write) = work.open();
            match self.attempt(job.as_mut(), is_write) {
                Ok(()) => job.answer(),
                Err(error) => job.fail(error),
            }
            match &self.connection {
                None => fail_all(waiting),
                Some((client, _)) if client.is_closed() => self.connection = None,
                Some(_) => {}
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
        let (kept, was_open) = match self.connection.take() {
            Some(kept) => (kept, true),
            None => (connect(&self.config)?, false),
        };
        let (mut client, mut prepared) = kept;
        // A connection that died while it was idle: a new one may do.
        let begun = begin(&mut client, is_write).map_err(|error| {
            if was_open {
                StoreError::Collision
            } else {
                error
            }
        })?;
        let tx = Tx::postgres(begun, &mut prepared).sealed_by(&self.seals);
        let done = finish(job, tx, is_write);
        if let Ok(changes) = &done {
            tell(&self.hook, changes);
            self.notifier.tell(changes);
        }
        self.connection = Some((client, prepared));
        done.map(drop)
    }
}

fn begin(client: &mut Client, is_write: bool) -> Result<Transaction<'_>, StoreError> {
    let builder = client.build_transaction();
    // A write does not ask for leave to write: who set the database to be read meant it.
    let builder = if is_write {
        builder.isolation_level(IsolationLevel::ReadCommitted)
    } else {
        let builder = builder.isolation_level(IsolationLevel::RepeatableRead);
        builder.read_only(true)
    };
    Ok(builder.start()?)
}

/// Run `job` and commit what it wrote; the pages that it changed.
fn finish(job: &mut dyn Job, mut tx: Tx<'_>, is_write: bool) -> Result<Vec<Change>, StoreError> {
    match job.run(&mut tx) {
        Ran::Kept if is_write => tx.commit(),
        Ran::Collided => Err(StoreError::Collision),
        Ran::Kept | Ran::Undone => Ok(Vec::new()),
    }
}

fn connect(config: &Config) -> Result<(Client, Prepared), StoreError> {
    let mut client = tls::connect(config)?;
    client.batch_execute(GREETING)?;
    Ok((client, Prepared::new()))
}

/// The database cannot be reached: whoever waits hears it now, and not after a timeout each.
fn fail_all(waiting: &Receiver<Work>) {
    for work in waiting.try_iter() {
        work.open().0.fail(gone());
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable("the database does not answer".to_owned())
}
