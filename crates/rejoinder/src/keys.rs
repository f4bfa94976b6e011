//! The key that secrets in the database are sealed with: given as an option, or in a file of its own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rejoinder_core::Random as _;
use store::{Location, Seals};

use crate::config::Options;
use crate::failure::Failure;
use crate::private;
use crate::system::SystemRandom;

/// The keys that the operator gave, or those in the file, which is made where there is none.
pub(crate) fn find(options: &Options) -> Result<Seals, Failure> {
    if let Some(given) = &options.key {
        return given
            .reveal()
            .parse()
            .map_err(|error: store::NotAKey| Failure::misused(format!("`key`: {error}")));
    }
    let file = place(options)?;
    let doing = format!("the key {} cannot be read", file.display());
    let failed = |error: &dyn std::error::Error| Failure::failed(&doing, error);
    private::tighten_file(&file);
    let text = match fs::read_to_string(&file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(&file),
        read => read,
    };
    let text = text.map_err(|error| failed(&error))?;
    text.parse().map_err(|error: store::NotAKey| failed(&error))
}

/// Beside a file of SQLite; in the data directory for PostgreSQL.
fn place(options: &Options) -> Result<PathBuf, Failure> {
    match &options.database {
        Location::Sqlite(path) => {
            let mut name = path.as_os_str().to_owned();
            name.push(".key");
            Ok(name.into())
        }
        Location::Postgres(_) => Ok(options.data_directory()?.join("rejoinder.key")),
    }
}

/// Make a key, unless another process was quicker. Returns the text of the file.
fn make(file: &Path) -> io::Result<String> {
    let mut key = [0; 32];
    SystemRandom.fill(&mut key);
    let text = format!(
        "# Opens the secrets in the database. Keep a copy, and not beside the backups.\n{}\n",
        Seals::written(&key)
    );
    match private::write_new(file, text.as_bytes()) {
        Ok(()) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read_to_string(file),
        Err(error) => Err(error),
    }
}
