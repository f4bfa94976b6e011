//! Everything that is kept, and the only place that knows SQL.
//!
//! A [`Store`] has two doors: [`Store::read`] and [`Store::write`]. Both take an operation, a plain
//! function of a transaction ([`Tx`]); operations are grouped by area ([`discussion`],
//! [`moderation`], …), and each is written once for SQLite and PostgreSQL. A write is durable when its
//! answer arrives. Whoever keeps something made of a page is told of its changes by the hook, after
//! the commit and before the writer hears of it.

pub mod archive;
pub mod database;
pub mod discussion;
mod effects;
pub mod funding;
pub mod housekeeping;
pub mod identity;
pub mod integrations;
pub mod jobs;
pub mod moderation;
pub mod notices;
pub mod passages;
pub mod publication;
pub mod recordings;

use std::any::type_name;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Sender, TrySendError};
use database::job::{Job, Reply, job};
use database::operation::{Access, Watch};
use database::pulse::{self, Pulse};
use database::replica::Replica;
use database::{postgres, sqlite};

pub use database::error::StoreError;
pub use database::exchange::{Exchange, MAX_LINE};
pub use database::seals::{NotAKey, Seals};
pub use database::sql::{Dialect, Registered, Sql};
pub use database::timeouts::Timeouts;
pub use database::tx::{Change, Tx};
pub use database::value::{Column, Row, Value};

/// What an operation gives.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Hears of changed pages, once for each commit.
pub type CommitHook = Arc<dyn Fn(&[Change]) + Send + Sync>;

/// The most operations that wait in one queue; more are refused with [`StoreError::Busy`].
const MAX_WAITING: usize = 8_192;

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A file of SQLite.
    Sqlite(PathBuf),
    /// A database of PostgreSQL, by its connection URL.
    Postgres(String),
}

/// A text that names no store.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a database: use sqlite:PATH or postgres://USER@HOST/NAME")]
pub struct NotALocation(String);

impl FromStr for Location {
    type Err = NotALocation;

    fn from_str(text: &str) -> std::result::Result<Self, NotALocation> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        match text.strip_prefix("sqlite:") {
            Some(path) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            _ => Err(NotALocation(text.to_owned())),
        }
    }
}

/// Without the password.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => {
                f.write_str(url.rsplit_once('@').map_or("postgres", |(_, at)| at))
            }
        }
    }
}

/// How a store reaches its database, and for how long it waits for it.
#[derive(Debug, Clone)]
pub struct Reach {
    /// For how long it waits.
    pub timeouts: Timeouts,
    /// How many connections of PostgreSQL read.
    pub n_readers: usize,
    /// How many connections of PostgreSQL write.
    pub n_writers: usize,
    /// The connection URL of PostgreSQL itself, where the store is at a pool that hands out its connections
    /// for a transaction each.
    pub direct: Option<String>,
    /// The connection URL of a standby of PostgreSQL, for what may be read there.
    pub replica: Option<String>,
}

/// The reach of a command, which waits for as long as it takes.
impl Default for Reach {
    fn default() -> Self {
        Self {
            timeouts: Timeouts::PATIENT,
            n_readers: 4,
            n_writers: 8,
            direct: None,
            replica: None,
        }
    }
}

/// An open database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    queues: Queues,
    /// What holds for those who do not wait for ever.
    deadline: Option<Deadline>,
}

#[derive(Clone)]
enum Queues {
    Sqlite(sqlite::Queues),
    Postgres(postgres::Queues),
}

#[derive(Clone)]
struct Deadline {
    after: Duration,
    pulse: Pulse,
}

impl Store {
    /// As [`Store::open_sealed`], with secrets stored as they are: for a database that is thrown away,
    /// or in which none is read or written.
    pub fn open(location: &Location, hook: CommitHook) -> Result<Self> {
        Self::open_sealed(location, Seals::none(), hook)
    }

    /// Open the database at `location`, bring its schema up to date, seal the secrets in it by the first
    /// key of `seals`, and tell `hook` of changes.
    pub fn open_sealed(location: &Location, seals: Seals, hook: CommitHook) -> Result<Self> {
        Self::open_within(location, &Reach::default(), seals, hook)
    }

    /// The same, reached as `reach` says. Fails with
    /// [`StoreError::Unavailable`] where it cannot be reached or written, and with [`StoreError::TooNew`] where
    /// a newer program has written it.
    pub fn open_within(
        location: &Location,
        reach: &Reach,
        seals: Seals,
        hook: CommitHook,
    ) -> Result<Self> {
        let seals = Arc::new(seals);
        let queues = match location {
            Location::Sqlite(path) => Queues::Sqlite(sqlite::open(path, &seals, hook)?),
            Location::Postgres(url) => Queues::Postgres(postgres::open(url, reach, &seals, &hook)?),
        };
        let deadline = reach.timeouts.operation.map(|after| Deadline {
            after,
            pulse: Pulse::new(),
        });
        Ok(Self { queues, deadline })
    }

    /// The same for work that nobody waits for: it has no deadline, and takes no connection from those who
    /// wait.
    #[must_use]
    pub fn in_background(&self) -> Self {
        let queues = match &self.queues {
            Queues::Sqlite(queues) => Queues::Sqlite(queues.clone()),
            Queues::Postgres(queues) => Queues::Postgres(queues.in_background()),
        };
        Self {
            queues,
            deadline: None,
        }
    }

    /// The same for asking whether the database answers, past all that waits, and without a deadline.
    fn probing(&self) -> Self {
        let queues = match &self.queues {
            Queues::Sqlite(queues) => Queues::Sqlite(queues.probing()),
            Queues::Postgres(queues) => Queues::Postgres(queues.probing()),
        };
        Self {
            queues,
            deadline: None,
        }
    }

    /// Which database this is.
    pub const fn dialect(&self) -> Dialect {
        match self.queues {
            Queues::Sqlite(_) => Dialect::Sqlite,
            Queues::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Where nodes on the same database tell one another what is no change; none where there is one node.
    pub fn exchange(&self) -> Option<Exchange> {
        match &self.queues {
            Queues::Sqlite(_) => None,
            Queues::Postgres(queues) => Some(queues.exchange.clone()),
        }
    }

    /// Run `operation` on the database as it is at one moment.
    pub async fn read<T, F>(&self, operation: F) -> Result<T>
    where
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let watch = self.watch::<F>(Access::Read);
        self.expect_presence()?;
        let (job, reply) = job(watch, operation);
        self.let_read(job)?;
        self.wait(reply).await
    }

    fn let_read(&self, job: Box<dyn Job>) -> Result<()> {
        match &self.queues {
            Queues::Sqlite(queues) => send(&queues.reads, sqlite::Work::Job(job)),
            Queues::Postgres(queues) => send(&queues.reads, postgres::Work::Read(job)),
        }
    }

    /// What follows an operation of the type `F`.
    fn watch<F>(&self, access: Access) -> Watch {
        Watch::begin(type_name::<F>(), access, self.dialect())
    }

    /// What `operation` reads from the standby, where there is one and `is_far_enough` holds of it; else from
    /// the server that writes. Returns whether the standby said it, too. Only for what is shown, never for
    /// what is decided.
    pub async fn read_nearby<T, F>(
        &self,
        operation: F,
        is_far_enough: impl FnOnce(&T) -> bool,
    ) -> Result<(T, bool)>
    where
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static,
        T: Send + 'static,
    {
        let Some(replica) = self.replica() else {
            return Ok((self.read(operation).await?, false));
        };
        let operation = Arc::new(operation);
        let there = Arc::clone(&operation);
        let watch = self.watch::<F>(Access::Read);
        let read = replica.read(self, watch, move |tx| there(tx)).await;
        match read.filter(is_far_enough) {
            Some(read) => Ok((read, true)),
            None => Ok((self.read(move |tx| operation(tx)).await?, false)),
        }
    }

    /// Whether there is a standby.
    pub const fn has_replica(&self) -> bool {
        self.replica().is_some()
    }

    const fn replica(&self) -> Option<&Replica> {
        match &self.queues {
            Queues::Sqlite(_) => None,
            Queues::Postgres(queues) => queues.replica.as_ref(),
        }
    }

    /// Run `operation` and commit what it did, whole or not at all. It may run more than once, when
    /// it collides with another.
    pub async fn write<T, F>(&self, operation: F) -> Result<T>
    where
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.write_as(sqlite::Work::Job, operation).await
    }

    /// The same for one long operation on a file of SQLite that nobody else writes to, which adds many rows.
    /// Those that they refer to are not looked for: it knows that they are there. On PostgreSQL it is as any other.
    pub async fn write_alone<T, F>(&self, operation: F) -> Result<T>
    where
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.write_as(sqlite::Work::Alone, operation).await
    }

    async fn write_as<T, F>(
        &self,
        on_sqlite: impl FnOnce(Box<dyn Job>) -> sqlite::Work,
        operation: F,
    ) -> Result<T>
    where
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let watch = self.watch::<F>(Access::Write);
        self.expect_presence()?;
        let (job, reply) = job(watch, move |tx| {
            let done = operation(tx)?;
            effects::follow(tx)?;
            moderation::standing::counting::write(tx)?;
            Ok(done)
        });
        match &self.queues {
            Queues::Sqlite(queues) => send(&queues.writes, on_sqlite(job))?,
            Queues::Postgres(queues) => send(&queues.writes, postgres::Work::Write(job))?,
        }
        self.wait(reply).await
    }

    /// Wait for the answer to an operation, but not beyond the deadline. Whoever waited in vain lets the
    /// database be asked whether it is there.
    async fn wait<T>(&self, mut reply: Reply<T>) -> Result<T> {
        let Some(Deadline { after, pulse }) = &self.deadline else {
            return reply.await.unwrap_or_else(|_| Err(gone()));
        };
        let answer = match tokio::time::timeout(*after, &mut reply).await {
            Ok(answer) => answer.unwrap_or_else(|_| Err(gone())),
            Err(_) => {
                reply.give_up();
                let waited = format!("no answer within {} s", after.as_secs_f32());
                Err(StoreError::TimedOut(waited))
            }
        };
        if let Err(StoreError::Unavailable(_) | StoreError::TimedOut(_)) = &answer {
            pulse.ask(&self.probing());
        }
        answer
    }

    /// Whether the database is known not to answer now. It is asked again all the while.
    pub fn is_silent(&self) -> bool {
        let pulse = self.deadline.as_ref().map(|own| &own.pulse);
        pulse.is_some_and(Pulse::is_silent)
    }

    /// Ends when the database does not answer: at once where that is known, else after a moment in which it
    /// was asked. What is held in memory need not wait for it any longer.
    pub async fn silence(&self) {
        match &self.deadline {
            Some(own) => own.pulse.silence(&self.probing()).await,
            None => std::future::pending().await,
        }
    }

    /// Nobody waits for a database that is known to be away.
    fn expect_presence(&self) -> Result<()> {
        match &self.deadline {
            Some(own) if own.pulse.is_away() => {
                let why = "it does not answer, and is asked again until it does";
                Err(StoreError::Unavailable(why.to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// Fail where the database cannot be read.
    pub async fn expect_answer(&self) -> Result<()> {
        self.read(pulse::answer).await
    }

    /// Fail with [`StoreError::Unavailable`] or [`StoreError::DiskFull`] and the reason where the database
    /// takes no writes.
    pub async fn expect_writable(&self) -> Result<()> {
        match &self.queues {
            // A transaction that writes begins only where it can.
            Queues::Sqlite(queues) => {
                let room = Arc::clone(&queues.room);
                self.write(move |tx| room.expect(tx)).await
            }
            Queues::Postgres(_) => self.write(|tx| tx.expect_writable()).await,
        }
    }

    /// How large the file beside a database of SQLite is, in bytes.
    pub fn wal_bytes(&self) -> Option<u64> {
        match &self.queues {
            Queues::Sqlite(queues) => Some(queues.room.wal_bytes()),
            Queues::Postgres(_) => None,
        }
    }

    /// End what is under way and close the database, so that a file of SQLite holds everything by
    /// itself. Nothing is done after it, by any handle. Closing again changes nothing.
    pub fn close(&self) {
        if let Queues::Sqlite(queues) = &self.queues {
            queues.close();
        }
    }
}

fn send<T>(queue: &Sender<T>, work: T) -> Result<()> {
    queue.try_send(work).map_err(|error| match error {
        TrySendError::Full(_) => StoreError::Busy,
        TrySendError::Disconnected(_) => gone(),
    })
}

fn gone() -> StoreError {
    StoreError::Unavailable("the store has stopped".to_owned())
}
