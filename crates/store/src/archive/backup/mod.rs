//! Copies of a whole database, while it is in use, and the way back.
//!
//! A backup is a file of SQLite, whatever database it is of: both have the same tables with the same columns.
//! So one of PostgreSQL is checked as any other, and a backup of either goes back into either.

mod from_postgres;
mod into_postgres;
mod tables;

use std::collections::BTreeSet;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::database::doctor::{self, Finding};
use crate::database::error::StoreError;
use crate::database::migrations::{self, NEWEST};
use crate::database::tls::Address;
use crate::database::tx::Tx;
use crate::identity::erasures;
use crate::identity::erasures::ledger::ErasureLine;
use crate::{Location, Reach, Result};

/// So many pages of the database are copied at once.
const STEP: i32 = 4_096;

/// Copy the database at `from` into the new file `to`; `tell` hears how far that is, of how far: in bytes,
/// or in rows.
///
/// It is the database as it is at one moment, and every write that was answered before this began
/// is in it. Writers go on.
pub fn back_up(
    from: &Location,
    reach: &Reach,
    to: &Path,
    mut tell: impl FnMut(u64, u64) + Send,
) -> Result<()> {
    let url = match from {
        Location::Sqlite(path) => return copy(path, to, tell),
        Location::Postgres(url) => url,
    };
    let address = direct(url, reach)?;
    on_thread(|| from_postgres::copy(&address, to, &mut tell))
}

/// Put the backup in the file `from` where the database of PostgreSQL at `url` belongs, all of it or
/// nothing.
///
/// What stands there goes, which must be wanted: else the backup is refused. So it is while another
/// program is at the database.
pub fn put_into_postgres(
    from: &Path,
    url: &str,
    reach: &Reach,
    may_replace: bool,
    mut tell: impl FnMut(u64, u64) + Send,
) -> Result<()> {
    let address = direct(url, reach)?;
    on_thread(|| into_postgres::put(from, &address, may_replace, &mut tell))
}

/// Whether anything of ours stands in the database of PostgreSQL at `url`.
pub fn is_in_postgres(url: &str, reach: &Reach) -> Result<bool> {
    let address = direct(url, reach)?;
    on_thread(|| Ok(migrations::done_on_postgres(&mut address.connect()?)? > 0))
}

/// The server itself, where there is a pool before it: a transaction of minutes is nothing for a pool.
fn direct(url: &str, reach: &Reach) -> Result<Address> {
    Address::parse(reach.direct.as_deref().unwrap_or(url), &reach.timeouts)
}

/// Do `work` on a thread of its own: the client of PostgreSQL brings a runtime, and must not meet another.
fn on_thread<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    thread::scope(|scope| scope.spawn(work).join())
        .map_err(|_| StoreError::Internal("a copy of the database panicked".into()))?
}

/// As [`back_up`], of the database in the file `from`.
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
    leave_out_sides(&copy)
}

/// Which side a reader is on is kept until the next fit and no longer, so a copy has nothing of it, nor
/// what was counted by it.
fn leave_out_sides(copy: &Connection) -> Result<()> {
    copy.execute_batch(
        "pragma secure_delete = on;
         delete from agreement_comment; delete from agreement_side; delete from agreement;",
    )?;
    Ok(())
}

/// What is wrong with the database in the file `path`, which nobody uses: damage first, then broken
/// rules. Those of an older schema are not known any more, so there damage is all.
pub fn check(path: &Path) -> Result<Vec<Finding>> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut tx = Tx::sqlite(&connection);
    let damage = doctor::damage(&mut tx)?;
    if !damage.is_empty() {
        return Ok(damage);
    }
    match migrations::done_on_sqlite(&connection)? {
        NEWEST => doctor::check(&mut tx),
        _ => Ok(Vec::new()),
    }
}

/// Refuse a file that is no backup of ours: what is in its schema is exactly what the program made,
/// and nothing in it runs by itself. Opened so that nothing of a hostile one runs meanwhile.
pub fn expect_ours(path: &Path) -> Result<()> {
    let connection = untrusted(path)?;
    let done = migrations::done_on_sqlite(&connection).map_err(|error| match error {
        StoreError::TooNew { .. } | StoreError::Unreleased => error,
        _ => NotOurs::NoMigrations.into(),
    })?;
    if done == 0 {
        return Err(NotOurs::NoMigrations.into());
    }
    let made = Connection::open_in_memory()?;
    migrations::run_sqlite_to(&made, done)?;
    let (known, found) = (schema(&made)?, schema(&connection)?);
    if let Some(strange) = found.difference(&known).next() {
        return Err(NotOurs::Strange(strange.kind.clone(), strange.name.clone()).into());
    }
    match known.difference(&found).next() {
        None => Ok(()),
        Some(missing) => Err(NotOurs::Missing(missing.kind.clone(), missing.name.clone()).into()),
    }
}

/// Why a file is no backup of ours.
#[derive(Debug, thiserror::Error)]
enum NotOurs {
    #[error("it is no database of this program")]
    NoMigrations,
    #[error(
        "it holds the {0} {1:?}, which this program did not make so; a backup has nothing of its own"
    )]
    Strange(String, String),
    #[error("its {0} {1:?} is missing or not as this program made it")]
    Missing(String, String),
}

impl From<NotOurs> for StoreError {
    fn from(why: NotOurs) -> Self {
        Self::Unavailable(why.to_string())
    }
}

/// A connection on which nothing that a file brings along runs.
fn untrusted(path: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    connection.execute_batch("pragma cell_size_check = on")?;
    Ok(connection)
}

/// A thing that a schema has.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Thing {
    kind: String,
    name: String,
    table: String,
    sql: Option<String>,
}

/// What a schema has, but for what SQLite measures of its tables.
fn schema(connection: &Connection) -> Result<BTreeSet<Thing>> {
    let mut select = connection.prepare(
        "select type, name, tbl_name, sql from sqlite_schema
         where name not in ('sqlite_stat1', 'sqlite_stat4')",
    )?;
    let found = select.query_map([], |row| {
        Ok(Thing {
            kind: row.get(0)?,
            name: row.get(1)?,
            table: row.get(2)?,
            sql: row.get(3)?,
        })
    })?;
    Ok(found.collect::<std::result::Result<_, _>>()?)
}

/// The ledger of erasures of the database at `location`, which nobody uses; none before it has a schema.
pub fn ledger(location: &Location, reach: &Reach) -> Result<Vec<ErasureLine>> {
    let path = match location {
        Location::Sqlite(path) => path,
        Location::Postgres(url) => {
            let address = direct(url, reach)?;
            return on_thread(|| into_postgres::ledger(&address));
        }
    };
    let connection = untrusted(path)?;
    let has_one = "select exists (select 1 from sqlite_schema where name = 'erased')";
    if !connection.query_row(has_one, [], |row| row.get(0))? {
        return Ok(Vec::new());
    }
    erasures::ledger::all(&mut Tx::sqlite(&connection))
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
