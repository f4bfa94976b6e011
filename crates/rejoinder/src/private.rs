//! Files and folders that only their owner may read.
//!
//! What is written is made so. What an older version has left open to others is taken from them at the
//! start, where it is ours: a folder that belongs to the user who runs the program, and holds what the
//! program puts there and nothing else. A folder that holds anything else is the operator's, and so is
//! the one of a database that was named by its path: it may be `/var/lib`. Links are not followed.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use tracing::warn;

/// The rights of a file that only its owner reads and writes.
const FILE: u32 = 0o600;

/// The rights of a folder that only its owner looks into.
const FOLDER: u32 = 0o700;

/// Let nobody else look into `folder`, nor read its files, if it is ours: it holds something, and what it
/// holds is all `ours` by its name.
pub(crate) fn tighten(folder: &Path, ours: impl Fn(&str) -> bool) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let entries = entries.map(|entry| entry.ok()?.file_name().into_string().ok());
    let Some(names) = entries.collect::<Option<Vec<String>>>() else {
        return;
    };
    if names.is_empty() || !names.iter().all(|name| ours(name)) {
        return;
    }
    take(folder, FOLDER);
    for name in names {
        tighten_file(&folder.join(name));
    }
}

/// Let nobody else read the file `file`, if it is one of this user.
pub(crate) fn tighten_file(file: &Path) {
    take(file, FILE);
}

/// Give what is at `path` the rights of a file or a folder, if it is one of this user and others have any.
///
/// Nothing is opened: closing a file ends every lock that this process holds on it, those of SQLite too
/// (<https://www.sqlite.org/howtocorrupt.html>, 2.2).
fn take(path: &Path, rights: u32) {
    let Ok(about) = fs::symlink_metadata(path) else {
        return;
    };
    let is_right = about.is_dir() == (rights == FOLDER) && (about.is_dir() || about.is_file());
    let is_own = about.uid() == rustix::process::geteuid().as_raw();
    if !is_right || !is_own || about.mode() & 0o077 == 0 {
        return;
    }
    let shown = path.display();
    match fs::set_permissions(path, fs::Permissions::from_mode(rights)) {
        Ok(()) => warn!("Others could read {shown}; now only the user that runs the program can"),
        Err(error) => warn!(%error, "Others can read {shown}, and that cannot be changed"),
    }
}

/// Write `bytes` into `file`, which only its owner may read afterwards, whatever stood there.
pub(crate) fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(FILE);
    let mut open = options.open(file)?;
    open.set_permissions(fs::Permissions::from_mode(FILE))?;
    open.write_all(bytes)?;
    open.sync_all()
}

/// Write `bytes` into the new file `file`, which only its owner may read.
pub(crate) fn write_new(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut open = options.write(true).create_new(true).mode(FILE).open(file)?;
    open.write_all(bytes)?;
    open.sync_all()
}
