//! Whether there is room for what is to be written.
//!
//! SQLite says that a disk is full when a write has failed, and a write that needs no new page does not fail.
//! So the disk is asked, and once a write has failed it must also show that it takes something.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::statvfs;

use super::{PRIVATE, wal};
use crate::{Result, StoreError, Tx, params, sql};

/// With less than this, in bytes, a disk is full: it would be after a few writes.
const MIN_FREE: u64 = 1 << 20;

/// So many pages of the file must be free after a write has failed for want of some, and else one.
const MIN_PAGES: i64 = 64;

/// The room that a database has.
pub(crate) struct Room {
    path: PathBuf,
    /// Whether a write has failed for want of room since there was some.
    was_short: AtomicBool,
}

impl Room {
    /// The room of the database at `path`.
    pub(super) fn of(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            was_short: AtomicBool::new(false),
        }
    }

    /// A write failed as `error` says.
    pub(super) fn note(&self, error: Option<&StoreError>) {
        if let Some(StoreError::DiskFull(_)) = error {
            self.was_short.store(true, Ordering::Release);
        }
    }

    /// Fail with [`StoreError::DiskFull`] where there is none.
    pub(crate) fn expect(&self, tx: &mut Tx<'_>) -> Result<()> {
        let was_short = self.was_short.load(Ordering::Acquire);
        let needed = if was_short { MIN_PAGES } else { 1 };
        if free_pages(tx)? < needed {
            let why = "the file may not grow any more (max_page_count)";
            return Err(StoreError::DiskFull(why.to_owned()));
        }
        let free = statvfs(&self.path).map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
        // One that does not say is asked by writing alone.
        if let Some(free) = free.ok().filter(|free| *free < MIN_FREE) {
            return Err(StoreError::DiskFull(format!("{free} bytes are left")));
        }
        if was_short {
            self.try_out()
                .map_err(|error| StoreError::DiskFull(error.to_string()))?;
            self.was_short.store(false, Ordering::Release);
        }
        Ok(())
    }

    /// How large the second file is, in bytes.
    pub(crate) fn wal_bytes(&self) -> u64 {
        wal::bytes(&self.path)
    }

    /// Write a file beside the database, and take it away again.
    fn try_out(&self) -> io::Result<()> {
        let mut beside = self.path.as_os_str().to_owned();
        beside.push("-room");
        let mut options = OpenOptions::new();
        let options = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(PRIVATE);
        let tried = options.open(&beside).and_then(|mut file| {
            file.write_all(&vec![1; 1 << 20])?;
            file.sync_all()
        });
        let removed = fs::remove_file(&beside);
        tried.and(removed)
    }
}

/// How many pages may still be filled: those that were given up, and those by which the file may grow.
fn free_pages(tx: &mut Tx<'_>) -> Result<i64> {
    let free = tx.one(
        sql!(
            @sqlite
            "select largest.max_page_count - now.page_count + free.freelist_count
             from pragma_max_page_count as largest, pragma_page_count as now,
                  pragma_freelist_count as free"
        ),
        params![],
        |row| row.next::<i64>(),
    )?;
    Ok(free.unwrap_or(0))
}
