//! One server at a time on a file of SQLite: another would not hear of what this one removes, and go on
//! showing it. Commands that end may run beside it.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;

use store::Location;

use crate::failure::Failure;

/// The right to serve a database. The system takes it back from a process that was killed.
///
/// Closing the file would end the locks that SQLite holds on it in this process
/// (<https://www.sqlite.org/howtocorrupt.html>, 2.2), so this is had before the store is opened and given
/// back after it is closed.
pub(crate) struct Alone {
    _file: Option<File>,
}

impl Alone {
    /// Fails where another server has the database. Whatever else is wrong with the file is said by who
    /// opens it as a database.
    pub(crate) fn begin(database: &Location) -> Result<Self, Failure> {
        let Location::Sqlite(path) = database else {
            return Ok(Self { _file: None });
        };
        let mut options = OpenOptions::new();
        let Ok(file) = options.append(true).create(true).mode(0o600).open(path) else {
            return Ok(Self { _file: None });
        };
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: Some(file) }),
            Err(TryLockError::WouldBlock) => Err(Failure::Failed(format!(
                "another server has {} open: stop it first, or give this one another place with --data",
                path.display()
            ))),
            Err(TryLockError::Error(error)) => Err(Failure::failed(
                &format!("{} cannot be locked", path.display()),
                &error,
            )),
        }
    }
}
