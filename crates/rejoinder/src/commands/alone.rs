//! One server at a time on a file of SQLite: another would not hear of what this one removes, and go on
//! showing it. Commands that end may run beside it, and one that is the quicker alone sees whether it is.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use store::Location;

use crate::failure::Failure;

/// The right to have a database alone. The system takes it back from a process that was killed.
///
/// Closing the file would end the locks that SQLite holds on it in this process
/// (<https://www.sqlite.org/howtocorrupt.html>, 2.2), so this is had before the store is opened and given
/// back after it is closed.
pub(crate) struct Alone {
    _file: Option<File>,
}

/// Why a file could not be locked.
enum NotAlone {
    /// It cannot be opened. Who opens it as a database says what is wrong.
    NoFile,
    /// Another has it.
    Taken,
    Broken(io::Error),
}

impl Alone {
    /// Fails where another server has the database. Whatever else is wrong with the file is said by who
    /// opens it as a database.
    pub(crate) fn begin(database: &Location) -> Result<Self, Failure> {
        let Location::Sqlite(path) = database else {
            return Ok(Self { _file: None });
        };
        match locked(path) {
            Ok(file) => Ok(Self { _file: Some(file) }),
            Err(NotAlone::NoFile) => Ok(Self { _file: None }),
            Err(NotAlone::Taken) => Err(Failure::Failed(format!(
                "another server, or an import, has {} open: stop it first, or give this one another place \
                 with --data",
                path.display()
            ))),
            Err(NotAlone::Broken(error)) => Err(Failure::failed(
                &format!("{} cannot be locked", path.display()),
                &error,
            )),
        }
    }

    /// Where no server has the database, none begins as long as this is had. Nobody can have one of
    /// PostgreSQL.
    pub(crate) fn try_begin(database: &Location) -> Option<Self> {
        let Location::Sqlite(path) = database else {
            return None;
        };
        let file = locked(path).ok()?;
        Some(Self { _file: Some(file) })
    }
}

fn locked(path: &Path) -> Result<File, NotAlone> {
    let mut options = OpenOptions::new();
    let file = options.append(true).create(true).mode(0o600).open(path);
    let file = file.map_err(|_| NotAlone::NoFile)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(NotAlone::Taken),
        Err(TryLockError::Error(error)) => Err(NotAlone::Broken(error)),
    }
}
