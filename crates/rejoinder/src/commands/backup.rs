//! `rejoinder backup` and `rejoinder restore`.

use std::fs;
use std::path::{Path, PathBuf};

use store::{Location, StoreError, backup};

use crate::cli::BackupArgs;
use crate::commands::store_failed;
use crate::config::Options;
use crate::failure::Failure;
use crate::output::say;
use crate::progress::Progress;

/// Write a copy of the database that was checked, under a name that is only taken when it is whole.
pub(super) fn back_up(args: &BackupArgs) -> Result<(), Failure> {
    let options = Options::for_place(&args.place)?;
    let database = sqlite(&options.database)?;
    let to = &args.file;
    refuse_existing(to)?;
    if !database.exists() {
        return Err(Failure::Failed(format!(
            "there is no database {}",
            database.display()
        )));
    }
    let partial = with(to, ".partial");
    copy(database, &partial)?;
    move_to(&partial, to)?;
    say(format_args!(
        "Backed up {} into {} and checked it.",
        database.display(),
        to.display()
    ));
    Ok(())
}

/// Put a backup where the database belongs. What stood there is kept beside it.
pub(super) fn restore(args: &BackupArgs) -> Result<(), Failure> {
    let options = Options::for_place(&args.place)?;
    let database = sqlite(&options.database)?;
    options.make_place()?;
    let kept = with(database, ".before-restore");
    if database.exists() {
        let used = backup::is_in_use(database);
        if used.map_err(store_failed("the database cannot be looked at"))? {
            return Err(Failure::Failed(format!(
                "a server has {} open: stop it first",
                database.display()
            )));
        }
        refuse_existing(&kept)?;
    }
    let partial = with(database, ".partial");
    copy(&args.file, &partial)?;
    if database.exists() {
        move_to(database, &kept)?;
        // What SQLite keeps beside a database belongs to that database alone.
        for more in ["-wal", "-shm"] {
            let (from, to) = (with(database, more), with(&kept, more));
            if from.exists() {
                move_to(&from, &to)?;
            }
        }
    }
    move_to(&partial, database)?;
    say(format_args!(
        "Restored {} into {}.",
        args.file.display(),
        database.display()
    ));
    if kept.exists() {
        say(format_args!(
            "What stood there is now in {}.",
            kept.display()
        ));
    }
    Ok(())
}

/// Copy the database in `from` into the new file `to`, and check the copy. A copy that is not good
/// does not stay.
fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    refuse_existing(to)?;
    let copied = copy_and_check(from, to);
    if copied.is_err() {
        let _ = fs::remove_file(to);
    }
    copied
}

fn copy_and_check(from: &Path, to: &Path) -> Result<(), Failure> {
    let mut progress = Progress::new();
    let copied = backup::copy(from, to, |n_done, n_total| progress.at(n_done, n_total));
    progress.finish();
    copied.map_err(|error| broken(from, &error))?;
    let findings = backup::check(to).map_err(|error| broken(from, &error))?;
    match findings.first() {
        None => Ok(()),
        Some(finding) => Err(Failure::Failed(format!(
            "{} does not keep its rules; not so in {} places: {}",
            from.display(),
            finding.n_wrong,
            finding.check
        ))),
    }
}

fn move_to(from: &Path, to: &Path) -> Result<(), Failure> {
    let doing = format!("{} cannot be moved to {}", from.display(), to.display());
    fs::rename(from, to).map_err(|error| Failure::failed(&doing, &error))
}

fn broken(file: &Path, error: &StoreError) -> Failure {
    Failure::failed(
        &format!(
            "{} cannot be copied as a database of Rejoinder",
            file.display()
        ),
        error,
    )
}

/// The file of the database, when it is one.
fn sqlite(location: &Location) -> Result<&Path, Failure> {
    match location {
        Location::Sqlite(path) => Ok(path),
        Location::Postgres(_) => Err(Failure::misused(
            "PostgreSQL has its own tools for this: pg_dump and pg_restore",
        )),
    }
}

fn refuse_existing(file: &Path) -> Result<(), Failure> {
    match file.exists() {
        true => Err(Failure::Failed(format!(
            "{} is there already",
            file.display()
        ))),
        false => Ok(()),
    }
}

/// `file` with more after its whole name.
fn with(file: &Path, more: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(more);
    name.into()
}
