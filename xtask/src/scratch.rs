use std::path::{Path, PathBuf};
use std::{fs, process};

use crate::Result;
use crate::command::root;

const PREFIX: &str = "scratch-";

/// A folder for what browsers and servers of this run leave behind; removed with all of it.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// Make it, and remove those of runs that were stopped.
    pub(crate) fn new() -> Result<Self> {
        let parent = root().join("target/tmp");
        for entry in fs::read_dir(&parent).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let pid = name
                .to_str()
                .and_then(|name| name.strip_prefix(PREFIX)?.parse().ok());
            if pid.is_some_and(testing::is_gone) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        let folder = parent.join(format!("{PREFIX}{}", process::id()));
        fs::create_dir_all(&folder)
            .map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
        Ok(Self(folder))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
