//! Whether the file that is open still lies where it was opened.
//!
//! A file that was deleted or replaced can be written on, and what is written is gone with the program.
//! SQLite does not look.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::StoreError;

/// Where a file lies, and which one it is.
pub(super) struct Place {
    path: PathBuf,
    file: File,
}

/// A file, whatever it is called: its device and its number there.
type File = (u64, u64);

impl Place {
    /// The place of the file that lies at `path` now.
    pub(super) fn of(path: &Path) -> Result<Self, StoreError> {
        let file = at(path).map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    /// Fail with [`StoreError::Unavailable`] where another file lies there, or none. One that is moved
    /// back is as good as before.
    pub(super) fn expect_unmoved(&self) -> Result<(), StoreError> {
        let what = match at(&self.path) {
            Ok(file) if file == self.file => return Ok(()),
            Ok(_) => "replaced".to_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => "deleted or moved".to_owned(),
            Err(error) => format!("taken away ({error})"),
        };
        Err(StoreError::Unavailable(format!(
            "{} was {what} while the program runs, so nothing is written any more: put the file back, \
             or stop the program and start it with the other one",
            self.path.display()
        )))
    }
}

fn at(path: &Path) -> io::Result<File> {
    let about = fs::metadata(path)?;
    Ok((about.dev(), about.ino()))
}
