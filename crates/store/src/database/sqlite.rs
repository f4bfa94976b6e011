//! SQLite: many readers, one writer, and many writes to a commit.
//!
//! The writer drains what has queued up during the last commit into the next one, with a savepoint
//! around each operation, so that one that fails takes nothing with it. Nobody is answered before
//! the commit has returned. There is no timer: a lone write commits at once.
//!
//! What was committed last stands in a second file beside the database until it is copied over. A
//! store that is closed leaves one file. How large the second one grows is looked at after each commit
//! ([`wal`]). What is erased is written over with zeros, and the second
//! file is emptied after the commit, because it may hold what stood there before.

use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use leftovers::Leftovers;
use place::Place;
use room::Room;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use tracing::warn;
use wal::{Reads, Wal};

use crate::database::error::StoreError;
use crate::database::job::{Job, Ran, tell};
use crate::database::seals::Seals;
use crate::database::tx::{Change, Tx};
use crate::database::{estimates, migrations, sealed};
use crate::{CommitHook, MAX_WAITING};

mod leftovers;
mod place;
pub(crate) mod room;
pub(crate) mod wal;

/// The most operations that share one commit.
const MAX_BATCH: usize = 256;

/// The rights of a file that only its owner reads and writes.
const PRIVATE: u32 = 0o600;

/// Prepared statements that each connection keeps.
const STATEMENTS: usize = 256;

/// What SQLite says where it may not write.
const NOT_WRITABLE: [&str; 2] = [
    "attempt to write a readonly database",
    "unable to open database file",
];

/// What a thread is asked to do.
pub(crate) enum Work {
    /// Run the job.
    Job(Box<dyn Job>),
    /// Run the job in a transaction of its own, which refers to no row that is not there.
    Alone(Box<dyn Job>),
    /// Close the connection, and end.
    End,
}

/// The two queues of an open database.
#[derive(Clone)]
pub(crate) struct Queues {
    pub(crate) reads: Sender<Work>,
    pub(crate) writes: Sender<Work>,
    probes: Sender<Work>,
    pub(crate) room: Arc<Room>,
    threads: Arc<Mutex<Threads>>,
}

/// How often another that opens the file is waited for, and how long each time: five seconds in all, as
/// elsewhere.
const TURNS: u32 = 100;
const TURN: Duration = Duration::from_millis(50);

/// The threads that have the database open; none when it is closed.
#[derive(Default)]
struct Threads {
    readers: Vec<JoinHandle<()>>,
    prober: Option<JoinHandle<()>>,
    writer: Option<JoinHandle<()>>,
}

impl Queues {
    /// The queue of those who only ask whether the database answers: however much else is waited for, theirs
    /// is empty.
    pub(crate) fn probing(&self) -> Self {
        Self {
            reads: self.probes.clone(),
            ..self.clone()
        }
    }

    /// Close every connection. The writer's is the last, because only one that can write copies the
    /// second file over and removes it.
    pub(crate) fn close(&self) {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        let Threads {
            readers,
            prober,
            writer,
        } = std::mem::take(&mut *threads);
        // A thread that is gone already is as good: its queue takes nothing, and joining it is over.
        for _ in &readers {
            let _ = self.reads.send(Work::End);
        }
        if prober.is_some() {
            let _ = self.probes.send(Work::End);
        }
        for reader in readers.into_iter().chain(prober) {
            let _ = reader.join();
        }
        if let Some(writer) = writer {
            let _ = self.writes.send(Work::End);
            let _ = writer.join();
        }
    }
}

/// Open `path`, bring its schema up to date and start the threads.
pub(crate) fn open(
    path: &Path,
    seals: &Arc<Seals>,
    hook: CommitHook,
) -> Result<Queues, StoreError> {
    expect_folder(path)?;
    let writer = open_writer(path)?;
    migrations::run_sqlite(&writer)?;
    estimates::run(&writer)?;
    renew_seals(&writer, seals)?;
    leftovers::clear(&writer)?;
    let mut threads = Threads::default();
    let (writes, waiting) = bounded(MAX_WAITING);
    let room = Arc::new(Room::of(path));
    let writer = Writer {
        connection: writer,
        room: Arc::clone(&room),
        place: Place::of(path)?,
        seals: Arc::clone(seals),
    };
    let under_way = Reads::of(readers() + 1);
    let wal = Wal::of(path, Arc::clone(&under_way));
    let write = move || write_all(&writer, wal, &waiting, &hook);
    threads.writer = Some(spawn("store-writer", write)?);
    let start = |name: &str, number, waiting: &Receiver<Work>| {
        let reader = Reader {
            connection: connect(path, read_only())?,
            seals: Arc::clone(seals),
            under_way: Arc::clone(&under_way),
            number,
        };
        let waiting = waiting.clone();
        spawn(name, move || read_all(&reader, &waiting))
    };
    let (reads, waiting) = bounded(MAX_WAITING);
    for number in 0..readers() {
        let reader = start(&format!("store-reader-{number}"), number, &waiting)?;
        threads.readers.push(reader);
    }
    let (probes, waiting) = bounded(MAX_WAITING);
    threads.prober = Some(start("store-prober", readers(), &waiting)?);
    Ok(Queues {
        reads,
        writes,
        probes,
        room,
        threads: Arc::new(Mutex::new(threads)),
    })
}

/// Seal what is not sealed yet, and leave nothing of it beside the database.
fn renew_seals(writer: &Connection, seals: &Arc<Seals>) -> Result<(), StoreError> {
    run(writer, "begin immediate")?;
    let mut tx = Tx::sqlite(writer).sealed_by(seals);
    let renewed = sealed::renew(&mut tx);
    let erases = tx.erases();
    drop(tx);
    run(
        writer,
        if renewed.is_ok() {
            "commit"
        } else {
            "rollback"
        },
    )?;
    sealed::tell(&renewed?);
    Leftovers::default().after(writer, erases);
    Ok(())
}

/// SQLite says only that it cannot open the file.
fn expect_folder(path: &Path) -> Result<(), StoreError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    match folder.filter(|folder| !folder.is_dir()) {
        None => Ok(()),
        Some(folder) => Err(StoreError::Unavailable(format!(
            "the folder {} does not exist; create it, or choose another place for the database",
            folder.display()
        ))),
    }
}

/// The connection that writes. SQLite opens a file that it may not write as one to read, without a
/// word, and of a folder that it may not write it says that the file cannot be opened.
fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    let refused = |why: String| {
        StoreError::Unavailable(format!(
            "{} cannot be written ({why}); let the user that runs the program write this file and \
             its folder",
            path.display()
        ))
    };
    let mut options = OpenOptions::new();
    let file = options.append(true).create(true).mode(PRIVATE).open(path);
    drop(file.map_err(|error| refused(error.to_string()))?);
    tighten(path);
    let begun = connect(path, OpenFlags::default()).and_then(|writer| {
        run(&writer, "begin immediate")?;
        run(&writer, "rollback")?;
        Ok(writer)
    });
    begun.map_err(|error| match error {
        StoreError::Unavailable(why) if NOT_WRITABLE.contains(&&*why) => refused(why),
        other => other,
    })
}

/// Let nobody else read a database that was left open to others, nor what stands beside it. SQLite
/// makes the files beside it with the rights of the database's own.
fn tighten(path: &Path) {
    for more in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(more);
        let file = Path::new(&file);
        let Ok(about) = fs::metadata(file) else {
            continue;
        };
        if about.permissions().mode() & 0o077 == 0 {
            continue;
        }
        let shown = file.display();
        if let Err(error) = fs::set_permissions(file, Permissions::from_mode(PRIVATE)) {
            warn!(%error, "Others can read {shown}, and that cannot be changed");
            continue;
        }
        warn!("Others could read {shown}; now only the user that runs the program can");
    }
}

fn readers() -> usize {
    thread::available_parallelism()
        .map_or(2, std::num::NonZero::get)
        .clamp(2, 8)
}

fn read_only() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(work);
    spawned.map_err(|error| StoreError::Internal(error.into()))
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Without it a statement that might use a partial index is compiled anew for each new value.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(
        "pragma busy_timeout = 5000;
         pragma foreign_keys = on;
         pragma synchronous = full;
         pragma secure_delete = on;
         pragma temp_store = memory;",
    )?;
    // Readers share what the system has of the file in memory. The writer's cache is its own, so
    // that a large transaction touches each page of the file once.
    if flags.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
        into_wal(&connection)?;
        connection.pragma_update(None, "journal_size_limit", wal::LIMIT)?;
        connection.pragma_update(None, "wal_autocheckpoint", wal::COPIED_AT)?;
        connection.execute_batch("pragma cache_size = -32000;")?;
    } else {
        connection.execute_batch(
            "pragma cache_size = -4000;
             pragma mmap_size = 268435456;",
        )?;
    }
    Ok(connection)
}

/// Let what is written stand beside the database first. Of several that open a new file at once SQLite
/// refuses some, however long they would wait: here they do.
fn into_wal(connection: &Connection) -> Result<(), StoreError> {
    let mut left = TURNS;
    loop {
        match connection.execute_batch("pragma journal_mode = wal;") {
            Err(error)
                if left > 0 && error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) =>
            {
                left -= 1;
                thread::sleep(TURN);
            }
            begun => return Ok(begun?),
        }
    }
}

/// What a thread that reads has.
struct Reader {
    connection: Connection,
    seals: Arc<Seals>,
    under_way: Arc<Reads>,
    number: usize,
}

fn read_all(reader: &Reader, waiting: &Receiver<Work>) {
    let connection = &reader.connection;
    while let Ok(Work::Job(mut job)) = waiting.recv() {
        if !job.is_wanted() {
            continue;
        }
        if let Err(error) = run(connection, "begin deferred") {
            job.fail(error);
            continue;
        }
        reader.under_way.begin(reader.number);
        job.run(&mut Tx::sqlite(connection).sealed_by(&reader.seals));
        let _ = run(connection, "rollback");
        reader.under_way.end(reader.number);
        job.answer();
    }
}

/// What the thread that writes has.
struct Writer {
    connection: Connection,
    place: Place,
    room: Arc<Room>,
    seals: Arc<Seals>,
}

impl Writer {
    fn run(&self, command: &str) -> Result<(), StoreError> {
        run(&self.connection, command)
    }

    fn tx(&self) -> Tx<'_> {
        Tx::sqlite(&self.connection).sealed_by(&self.seals)
    }

    /// Without a look at each row that another refers to, which can be left out and taken up again only between
    /// transactions.
    fn unchecked<T>(&self, write: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        let check = |is_on| self.connection.pragma_update(None, "foreign_keys", is_on);
        check(false)?;
        let written = write();
        check(true)?;
        written
    }

    /// What is committed into a file that was taken away would be acknowledged and gone.
    fn commit(&self) -> Result<(), StoreError> {
        self.place.expect_unmoved()?;
        self.run("commit")
    }
}

fn write_all(writer: &Writer, mut wal: Wal, waiting: &Receiver<Work>, hook: &CommitHook) {
    let mut leftovers = Leftovers::default();
    let mut next = None;
    while let Some(work) = next.take().or_else(|| waiting.recv().ok()) {
        let mut jobs = Vec::new();
        let is_alone = matches!(work, Work::Alone(_));
        match work {
            Work::Job(first) => {
                jobs.push(first);
                next = take_jobs(waiting, &mut jobs);
            }
            Work::Alone(job) => jobs.push(job),
            Work::End => return,
        }
        jobs.retain(|job| job.is_wanted());
        if jobs.is_empty() {
            continue;
        }
        let written = match is_alone {
            true => writer.unchecked(|| write_batch(writer, &mut jobs)),
            false => write_batch(writer, &mut jobs),
        };
        match written {
            Ok(written) => {
                tell(hook, &written.changes);
                leftovers.after(&writer.connection, written.erases);
                wal.after(&writer.connection);
                jobs.into_iter().for_each(Job::answer);
            }
            Err(error) => {
                // Fails when SQLite has rolled back by itself, which is as good.
                let _ = writer.run("rollback");
                writer.room.note(Some(&error));
                jobs.into_iter().for_each(|job| job.fail(again(&error)));
            }
        }
    }
}

/// Take the jobs that wait, as many as share a commit; gives what else was found behind them.
fn take_jobs(waiting: &Receiver<Work>, jobs: &mut Vec<Box<dyn Job>>) -> Option<Work> {
    for work in waiting.try_iter().take(MAX_BATCH - 1) {
        match work {
            Work::Job(job) => jobs.push(job),
            other => return Some(other),
        }
    }
    None
}

/// What a commit did.
#[derive(Default)]
struct Written {
    changes: Vec<Change>,
    erases: bool,
}

impl Written {
    fn add(&mut self, mut tx: Tx<'_>) {
        self.erases |= tx.erases();
        self.changes.append(&mut tx.take_changes());
    }
}

/// Run `jobs` in one transaction; an error means that none of them happened.
fn write_batch(writer: &Writer, jobs: &mut [Box<dyn Job>]) -> Result<Written, StoreError> {
    let mut written = Written::default();
    writer.run("begin immediate")?;
    // Inside a savepoint each statement costs more the more its job has done, which an import of
    // thousands of comments would feel.
    if let [job] = jobs {
        let mut tx = writer.tx();
        let ran = job.run(&mut tx);
        if ran == Ran::Kept && job.is_wanted() {
            writer.commit()?;
            written.add(tx);
            return Ok(written);
        }
        writer.room.note(job.error());
        // SQLite may have done so already, as it does when the disk is full.
        if !writer.connection.is_autocommit() {
            writer.run("rollback")?;
        }
        return Ok(written);
    }
    for job in jobs {
        writer.run("savepoint job")?;
        let mut tx = writer.tx();
        match job.run(&mut tx) {
            Ran::Kept if job.is_wanted() => written.add(tx),
            // SQLite has undone the whole batch.
            Ran::Undone | Ran::Collided if writer.connection.is_autocommit() => {
                let undone = || StoreError::Unavailable(String::new());
                return Err(job.error().map_or_else(undone, again));
            }
            Ran::Kept | Ran::Undone | Ran::Collided => {
                writer.room.note(job.error());
                writer.run("rollback to job")?;
            }
        }
        writer.run("release job")?;
    }
    writer.commit()?;
    Ok(written)
}

/// What those hear whose operations were undone with one that failed.
fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(why) => StoreError::Unavailable(why.clone()),
        StoreError::DiskFull(why) => StoreError::DiskFull(why.clone()),
        other => StoreError::Unavailable(other.to_string()),
    }
}

fn run(connection: &Connection, command: &str) -> Result<(), StoreError> {
    connection.prepare_cached(command)?.execute([])?;
    Ok(())
}
