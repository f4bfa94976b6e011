//! Copies of a whole SQLite database, while it is in use.

use std::path::Path;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use crate::Result;
use crate::doctor::{self, Finding};
use crate::error::StoreError;
use crate::migrations::NEWEST;
use crate::tx::Tx;

/// So many pages of the database are copied at once.
const STEP: i32 = 4_096;

/// Copy the database in the file `from` into the new file `to`; `tell` hears how many bytes
/// are copied, of how many.
///
/// It is the database as it is at one moment, and every write that was answered before this began
/// is in it. Writers go on.
pub fn copy(from: &Path, to: &Path, mut tell: impl FnMut(u64, u64)) -> Result<()> {
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    source.busy_timeout(Duration::from_secs(5))?;
    // One transaction over all steps: what is written meanwhile would make the copy begin anew.
    source.execute_batch("begin; select count(*) from sqlite_schema;")?;
    let page_bytes: i64 = source.query_row("pragma page_size", [], |row| row.get(0))?;
    let mut copy = Connection::open(to)?;
    let backup = Backup::new(&source, &mut copy)?;
    loop {
        let step = backup.step(STEP)?;
        let progress = backup.progress();
        let n = |pages: i32| u64::try_from(i64::from(pages) * page_bytes).unwrap_or(0);
        tell(
            n(progress.pagecount - progress.remaining),
            n(progress.pagecount),
        );
        match step {
            StepResult::Done => break,
            StepResult::More => {}
            _ => return Err(StoreError::Unavailable("the database is locked".to_owned())),
        }
    }
    drop(backup);
    // A copy stands alone: without the second file that a database in use has.
    copy.execute_batch("pragma journal_mode = delete;")?;
    Ok(())
}

/// What is wrong with the database in the file `path`, which nobody uses: damage first, then broken
/// rules. Those of an older schema are not known any more, so there damage is all.
pub fn check(path: &Path) -> Result<Vec<Finding>> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let damage: String = connection.query_row("pragma integrity_check(1)", [], |row| row.get(0))?;
    if damage != "ok" {
        return Ok(vec![Finding {
            check: "the file is whole",
            n_wrong: 1,
        }]);
    }
    let newest = "select max(number) from migration";
    let schema: i64 = connection.query_row(newest, [], |row| row.get(0))?;
    match schema {
        NEWEST => doctor::check(&mut Tx::sqlite(&connection)),
        ..NEWEST => Ok(Vec::new()),
        _ => Err(StoreError::TooNew {
            found: schema,
            known: NEWEST,
        }),
    }
}

/// Whether another program, or another part of this one, has the database in the file `path` open.
pub fn is_in_use(path: &Path) -> Result<bool> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let locked =
        connection.execute_batch("pragma locking_mode = exclusive; begin exclusive; rollback;");
    match locked.map_err(StoreError::from) {
        Ok(()) => Ok(false),
        Err(StoreError::Unavailable(_)) => Ok(true),
        Err(error) => Err(error),
    }
}
