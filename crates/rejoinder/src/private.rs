//! Files that only their owner may read.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

/// The rights of a file that only its owner reads and writes.
const FILE: u32 = 0o600;

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
