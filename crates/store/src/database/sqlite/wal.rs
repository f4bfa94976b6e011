//! How large the second file is, which has what was committed last.
//!
//! SQLite copies it over as it goes, and begins it anew when nobody reads what stands in it any more. As long
//! as someone does, or readers follow each other without a gap, it grows with every commit. Nothing can be
//! cut from it while it is read; so it is tried again and again, and the operator is told who holds it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::Connection;
use tokio::time::Instant;
use tracing::{info, warn};

/// With more than this, in bytes, the file is to be cut. When it is begun anew by itself, SQLite keeps no
/// more of it than this.
pub(super) const LIMIT: u32 = 64 << 20;

/// It is copied over when a commit leaves so many pages in it, of 4 KiB: the more, the fewer are copied that the
/// next commits change again, and the more have to be looked through by those who read.
pub(super) const COPIED_AT: u32 = 8_000;

/// It is tried to cut it each time that it has grown by so much.
const STEP: u64 = 8 << 20;

/// How long readers are waited for each time: so long nobody can write.
const TIMEOUT: Duration = Duration::from_millis(100);

/// How long another writer is waited for otherwise.
const BUSY: Duration = Duration::from_secs(5);

/// Keeps the file short.
pub(super) struct Wal {
    path: PathBuf,
    reads: Arc<Reads>,
    /// From how many bytes on it is to be cut.
    due: u64,
    /// Whether the operator was told that it cannot be.
    is_told: bool,
}

impl Wal {
    /// That of the database at `path`, which `reads` are of.
    pub(super) fn of(path: &Path, reads: Arc<Reads>) -> Self {
        Self {
            path: path_of(path),
            reads,
            due: LIMIT.into(),
            is_told: false,
        }
    }

    /// Cut it where a commit has made it too long.
    pub(super) fn after(&mut self, connection: &Connection) {
        let bytes = size(&self.path);
        if bytes <= LIMIT.into() {
            self.rest(bytes);
        } else if bytes > self.due {
            self.due = bytes + STEP;
            match cut(connection) {
                Ok(true) => self.rest(size(&self.path)),
                Ok(false) => self.tell(bytes),
                Err(error) => warn!(%error, "The file beside the database cannot be cut"),
            }
        }
    }

    /// It is short.
    fn rest(&mut self, bytes: u64) {
        self.due = LIMIT.into();
        if std::mem::take(&mut self.is_told) {
            let shown = self.path.display();
            info!(bytes, "{shown} is short again: {} MB", megabytes(bytes));
        }
    }

    /// Say once what holds it.
    fn tell(&mut self, bytes: u64) {
        if std::mem::replace(&mut self.is_told, true) {
            return;
        }
        // One that has begun since the readers were waited for holds nothing.
        let holder = match self.reads.longest().filter(|longest| *longest >= TIMEOUT) {
            Some(own) => format!("a read of this program that has taken {} s", own.as_secs()),
            None => {
                "another program that reads the database, such as a backup or an export".to_owned()
            }
        };
        let (shown, megabytes) = (self.path.display(), megabytes(bytes));
        warn!(
            bytes,
            holder,
            "{shown} has grown to {megabytes} MB and grows with every write: it cannot be cut before \
             {holder} has ended"
        );
    }
}

const fn megabytes(bytes: u64) -> u64 {
    bytes >> 20
}

/// The file beside the database at `path`.
fn path_of(path: &Path) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push("-wal");
    beside.into()
}

fn size(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |about| about.len())
}

/// How many bytes stand beside the database at `path`.
pub(crate) fn bytes(path: &Path) -> u64 {
    size(&path_of(path))
}

/// Copy the file over, and cut it; whether that could be done, which those may prevent who read from it.
pub(super) fn cut(connection: &Connection) -> rusqlite::Result<bool> {
    let is_blocked = connection.busy_timeout(TIMEOUT).and_then(|()| {
        let checkpoint = "pragma wal_checkpoint(truncate)";
        connection.query_row(checkpoint, [], |row| row.get::<_, i64>(0))
    });
    // It has been set before, and can be set again.
    let _ = connection.busy_timeout(BUSY);
    Ok(is_blocked? == 0)
}

/// Since when each thread has been reading.
pub(super) struct Reads {
    epoch: Instant,
    /// In ms since the epoch; 0 while it reads nothing.
    begun_ms: Vec<AtomicU64>,
}

impl Reads {
    /// Those of `n` threads.
    pub(super) fn of(n: usize) -> Arc<Self> {
        Arc::new(Self {
            epoch: Instant::now(),
            begun_ms: std::iter::repeat_with(AtomicU64::default).take(n).collect(),
        })
    }

    /// The thread `number` begins to read.
    pub(super) fn begin(&self, number: usize) {
        self.note(number, self.now_ms().max(1));
    }

    /// It has ended.
    pub(super) fn end(&self, number: usize) {
        self.note(number, 0);
    }

    /// How long the longest goes on already.
    fn longest(&self) -> Option<Duration> {
        let begun = self.begun_ms.iter().map(|own| own.load(Ordering::Relaxed));
        let first = begun.filter(|own| *own != 0).min()?;
        Some(Duration::from_millis(self.now_ms().saturating_sub(first)))
    }

    fn note(&self, number: usize, begun_ms: u64) {
        if let Some(own) = self.begun_ms.get(number) {
            own.store(begun_ms, Ordering::Relaxed);
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
