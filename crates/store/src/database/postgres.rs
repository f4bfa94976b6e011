//! PostgreSQL: one connection to a thread, one operation to a transaction.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use postgres::{Client, IsolationLevel, Transaction};

use crate::database::error::StoreError;
use crate::database::exchange::Exchange;
use crate::database::job::{Job, Ran, tell};
use crate::database::lines::Lines;
use crate::database::notify::Notifier;
use crate::database::overseer::{Overseer, Shift};
use crate::database::replica::Replica;
use crate::database::seals::Seals;
use crate::database::timeouts::Timeouts;
use crate::database::tls::Address;
use crate::database::tx::{self, Change, Prepared, Tx};
use crate::database::{distribution, listen, migrations, sealed, watching};
use crate::{CommitHook, MAX_WAITING, Reach};

/// Connections for work that nobody waits for.
const N_IN_BACKGROUND: usize = 4;

/// How often an operation that collides is tried.
const MAX_TRIES: usize = 5;

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

/// The queues of an open database. Whoever reads waits for no commit, and whoever is waited for waits for
/// no work in the background.
#[derive(Clone)]
pub(crate) struct Queues {
    pub(crate) reads: Sender<Work>,
    pub(crate) writes: Sender<Work>,
    background: Sender<Work>,
    probes: Sender<Work>,
    pub(crate) exchange: Exchange,
    pub(crate) replica: Option<Replica>,
    /// Looks after the threads for as long as there is work for them.
    _overseer: Arc<Overseer>,
}

impl Queues {
    /// The queue of work that nobody waits for, for reads and for writes.
    pub(crate) fn in_background(&self) -> Self {
        Self {
            reads: self.background.clone(),
            writes: self.background.clone(),
            ..self.clone()
        }
    }

    /// The queue of those who only ask whether the database answers: however much else is waited for, theirs
    /// is empty.
    pub(crate) fn probing(&self) -> Self {
        Self {
            reads: self.probes.clone(),
            ..self.clone()
        }
    }
}

/// Bring the schema of the database up to date and start the threads. The client brings a runtime of
/// its own and must not meet another, so it runs on plain threads only.
pub(crate) fn open(
    url: &str,
    reach: &Reach,
    seals: &Arc<Seals>,
    hook: &CommitHook,
) -> Result<Queues, StoreError> {
    let timeouts = reach.timeouts;
    let address = Address::parse(url, &timeouts)?;
    let direct = match &reach.direct {
        Some(direct) => Address::parse(direct, &timeouts)?.sharing(&address.timelines),
        None => address.clone(),
    };
    let (migrating, own) = (direct.clone(), Arc::clone(seals));
    let migrate = move || {
        let mut client = migrating.connect()?;
        tx::expect_writable(&mut client)?;
        migrations::run_postgres(&mut client)?;
        distribution::keep_up(&mut client)?;
        let mut prepared = Prepared::default();
        let mut tx = Tx::postgres(client.transaction()?, &mut prepared).sealed_by(&own);
        sealed::tell(&sealed::renew(&mut tx)?);
        tx.commit().map(drop)
    };
    thread::spawn(migrate)
        .join()
        .map_err(|_| StoreError::Internal("a migration panicked".into()))??;
    watching::watch(&direct)?;
    let lines = Lines::sealed_by(seals);
    let overseer = Overseer::start(address.timelines.clone(), timeouts.link)?;
    listen::start(&overseer, direct.clone(), hook.clone(), lines.clone())?;
    let notifier = Notifier::start(&overseer, direct, lines.clone())?;
    let exchange = Exchange::new(notifier.clone(), lines);
    let crew = Crew {
        address,
        timeouts,
        patience: timeouts.operation.map(|own| own + timeouts.link),
        is_pooled: reach.direct.is_some(),
        seals: Arc::clone(seals),
        hook: hook.clone(),
        notifier,
    };
    let patient = Crew {
        timeouts: timeouts.patient(),
        patience: None,
        ..crew.clone()
    };
    let prober = Crew {
        patience: Some(timeouts.connect + timeouts.link),
        ..patient.clone()
    };
    let replica = match &reach.replica {
        Some(url) => {
            let timeouts = timeouts.of_replica();
            let reader = Crew {
                address: Address::parse(url, &timeouts)?,
                timeouts,
                is_pooled: false,
                ..crew.clone()
            };
            let reads = reader.start(&overseer, "replica", reach.n_readers)?;
            let take = move |job| reads.try_send(Work::Read(job)).is_ok();
            Some(Replica::new(take))
        }
        None => None,
    };
    Ok(Queues {
        replica,
        reads: crew.start(&overseer, "reader", reach.n_readers)?,
        writes: crew.start(&overseer, "writer", reach.n_writers)?,
        background: patient.start(&overseer, "helper", N_IN_BACKGROUND)?,
        probes: prober.start(&overseer, "probe", 1)?,
        exchange,
        _overseer: overseer,
    })
}

/// What the workers of a queue have in common.
#[derive(Clone)]
struct Crew {
    address: Address,
    timeouts: Timeouts,
    /// How long a job may take before another worker takes over; `None` for as long as no other server has.
    patience: Option<Duration>,
    /// Whether each transaction may be on another connection of the server's.
    is_pooled: bool,
    seals: Arc<Seals>,
    hook: CommitHook,
    notifier: Notifier,
}

struct Worker {
    crew: Crew,
    connection: Option<Connection>,
    /// Whether the last attempt to connect found nobody.
    is_out_of_reach: bool,
}

struct Connection {
    client: Client,
    prepared: Prepared,
    /// The newest timeline when it was made.
    timeline: u32,
}

impl Crew {
    /// Start `n` workers; gives the queue that they take their work from.
    fn start(&self, overseer: &Overseer, name: &str, n: usize) -> Result<Sender<Work>, StoreError> {
        let (queue, waiting) = bounded(MAX_WAITING);
        for number in 0..n {
            let (crew, waiting) = (self.clone(), waiting.clone());
            let run = move |shift: &Shift| Worker::of(&crew).run(&waiting, shift);
            overseer.keep(format!("store-{name}-{number}"), self.patience, run)?;
        }
        Ok(queue)
    }
}

impl Worker {
    fn of(crew: &Crew) -> Self {
        Self {
            crew: crew.clone(),
            connection: None,
            is_out_of_reach: false,
        }
    }

    fn run(mut self, waiting: &Receiver<Work>, shift: &Shift) {
        for work in waiting {
            let (mut job, is_write) = work.open();
            if !job.is_wanted() {
                continue;
            }
            shift.begin(Some(job.caller()));
            let done = self.attempt(job.as_mut(), is_write, shift);
            shift.end();
            match done {
                Ok(()) => job.answer(),
                Err(error) => job.fail(error),
            }
            if shift.is_relieved() {
                return;
            }
            if self.is_out_of_reach {
                fail_all(waiting);
            }
        }
    }

    /// Run `job` until it neither collides nor meets a connection that died while it was idle.
    fn attempt(
        &mut self,
        job: &mut dyn Job,
        is_write: bool,
        shift: &Shift,
    ) -> Result<(), StoreError> {
        for _ in 0..MAX_TRIES {
            shift.is_on(self.crew.address.timelines.newest());
            match self.once(job, is_write) {
                Err(StoreError::Collision) if job.is_wanted() => {}
                Err(StoreError::Collision) => break,
                done => return done,
            }
        }
        Err(StoreError::Busy)
    }

    fn once(&mut self, job: &mut dyn Job, is_write: bool) -> Result<(), StoreError> {
        let newest = self.crew.address.timelines.newest();
        let kept = self.connection.take();
        let (mut connection, was_open) = match kept.filter(|kept| kept.timeline == newest) {
            Some(kept) => (kept, true),
            None => (self.connect()?, false),
        };
        let Connection {
            client, prepared, ..
        } = &mut connection;
        // A connection that died while it was idle: a new one may do.
        let begun = self.begin(client, is_write).map_err(|error| {
            if was_open {
                StoreError::Collision
            } else {
                error
            }
        })?;
        let tx = Tx::postgres(begun, prepared).sealed_by(&self.crew.seals);
        let done = finish(job, tx, is_write);
        if let Ok(changes) = &done {
            tell(&self.crew.hook, changes);
            self.crew.notifier.tell(changes);
        }
        if is_out_of_service(done.as_ref().err()) {
            return done.map(drop);
        }
        if is_out_of_service(job.error()) {
            // The server went away, or writes no more since another took its place: nothing was
            // committed, and a new connection may lead to that one.
            return if was_open {
                Err(StoreError::Collision)
            } else {
                Ok(())
            };
        }
        if !connection.client.is_closed() {
            self.connection = Some(connection);
        }
        done.map(drop)
    }

    fn connect(&mut self) -> Result<Connection, StoreError> {
        // Asked first: what is seen meanwhile may be newer than the server that this leads to.
        let timeline = self.crew.address.timelines.newest();
        let connected = self.crew.address.connect().and_then(|mut client| {
            if !self.crew.is_pooled {
                client.batch_execute(&self.crew.timeouts.greeting())?;
            }
            Ok(client)
        });
        // A server that takes no more connections is there, and has work for those that it took.
        self.is_out_of_reach = !matches!(connected, Ok(_) | Err(StoreError::Busy));
        match connected {
            Ok(client) => Ok(Connection {
                client,
                prepared: Prepared::new(!self.crew.is_pooled),
                timeline,
            }),
            // A password that was changed meanwhile, a database that was renamed: it may heal.
            Err(StoreError::Internal(error)) => Err(StoreError::Unavailable(error.to_string())),
            Err(error) => Err(error),
        }
    }

    fn begin<'c>(
        &self,
        client: &'c mut Client,
        is_write: bool,
    ) -> Result<Transaction<'c>, StoreError> {
        let mut begun = begin(client, is_write)?;
        if self.crew.is_pooled {
            begun.batch_execute(&self.crew.timeouts.greeting_of_transaction())?;
        }
        Ok(begun)
    }
}

/// Whether the connection should be given up for another.
const fn is_out_of_service(error: Option<&StoreError>) -> bool {
    matches!(error, Some(StoreError::Unavailable(_)))
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
        // Whoever waited has been told that it did not happen.
        Ran::Kept if is_write && job.is_wanted() => tx.commit(),
        Ran::Collided => Err(StoreError::Collision),
        Ran::Kept | Ran::Undone => Ok(Vec::new()),
    }
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
