//! A folder on the disk that the databases are measured on, and small chores.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, process};

use crate::Result;
use crate::plan::root;

/// Removed with all that is in it.
pub(crate) struct WorkFolder(PathBuf);

impl WorkFolder {
    pub(crate) fn new() -> Result<Self> {
        let folder = root().join(format!("target/bench/run-{}", process::id()));
        make(&folder)?;
        Ok(Self(folder))
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn make(folder: &Path) -> Result {
    fs::create_dir_all(folder)
        .map_err(|error| format!("{} cannot be made: {error}", folder.display()))
}

pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result {
    fs::write(path, bytes).map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

/// A port of this machine's own that nobody listens on.
pub(crate) fn free_address() -> Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map_err(|error| format!("no port is free: {error}"))
}

/// What a command printed, on either stream; nothing when it is not there.
pub(crate) fn said(program: &str, args: &[&str]) -> String {
    let Ok(output) = Command::new(program)
        .args(args)
        .current_dir(root())
        .output()
    else {
        return String::new();
    };
    let said = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&said).trim().to_owned()
}

/// Run a command to its end and refuse to go on when it fails.
pub(crate) fn done(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| {
        format!("{name} did not start: {error}; `cargo xtask peers` sets the peers up")
    })?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "{name} failed ({}): {}",
        output.status,
        complaint.trim()
    ))
}
