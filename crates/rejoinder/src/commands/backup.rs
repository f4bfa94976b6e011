//! `rejoinder backup` and `rejoinder restore`.

use std::fs;
use std::path::{Path, PathBuf};

use store::{Location, StoreError, archive::backup};

use crate::cli::{BackupArgs, RestoreArgs};
use crate::commands::{erasures, store_failed};
use crate::config::Options;
use crate::failure::Failure;
use crate::output::say;
use crate::progress::Progress;

/// Write a copy of the database that was checked, under a name that is only taken when it is whole.
pub(crate) fn back_up(args: &BackupArgs) -> Result<(), Failure> {
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

/// Put a backup where the database belongs, without what was erased since. What stood there is kept
/// beside it. Nothing is touched before the backup is known to be one and whole.
pub(crate) fn restore(args: &RestoreArgs) -> Result<(), Failure> {
    let options = Options::for_place(&args.place)?;
    let database = sqlite(&options.database)?;
    options.make_place()?;
    expect_backup(&args.file)?;
    let kept = with(database, ".before-restore");
    if database.exists() {
        expect_replaceable(database, &kept, args.replace)?;
    }
    let mut ledger = Vec::new();
    if let Some(file) = &args.erasures {
        ledger = erasures::read(file)?;
    }
    if database.exists() {
        match backup::ledger(database) {
            Ok(own) => ledger.extend(own),
            Err(error) => say(format_args!(
                "The ledger of erasures in {} cannot be read ({error}): what was erased after the \
                 backup comes back, unless --erasures names a ledger.",
                database.display()
            )),
        }
    }
    let partial = with(database, ".partial");
    copy(&args.file, &partial)?;
    let erased = erasures::erase_again(&Location::Sqlite(partial.clone()), &ledger);
    if erased.is_err() {
        let _ = fs::remove_file(&partial);
    }
    erased?;
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
    if !ledger.is_empty() {
        say(format_args!("{}", erasures::done(ledger.len())));
    }
    if kept.exists() {
        say(format_args!(
            "What stood there is now in {}. Remove it when it is not needed any more: nothing is \
             erased in it.",
            kept.display()
        ));
    }
    Ok(())
}

/// Refuse to take the place of a database that is in use, or that nobody said may be replaced.
fn expect_replaceable(database: &Path, kept: &Path, may_replace: bool) -> Result<(), Failure> {
    let used = backup::is_in_use(database);
    if used.map_err(store_failed("the database cannot be looked at"))? {
        return Err(Failure::Failed(format!(
            "a server has {} open: stop it first",
            database.display()
        )));
    }
    if !may_replace {
        return Err(Failure::Failed(format!(
            "{} is there already; with --replace the backup takes its place, and it is kept as {}",
            database.display(),
            kept.display()
        )));
    }
    refuse_existing(kept)
}

/// Refuse what is no backup before anything is made of it.
fn expect_backup(file: &Path) -> Result<(), Failure> {
    let doing = format!("{} cannot be restored", file.display());
    let about = fs::metadata(file).map_err(|error| Failure::failed(&doing, &error))?;
    if !about.is_file() {
        return Err(Failure::Failed(format!("{} is not a file", file.display())));
    }
    backup::expect_ours(file).map_err(|error| broken(file, &error))
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

pub(super) fn move_to(from: &Path, to: &Path) -> Result<(), Failure> {
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

pub(super) fn refuse_existing(file: &Path) -> Result<(), Failure> {
    match file.exists() {
        true => Err(Failure::Failed(format!(
            "{} is there already",
            file.display()
        ))),
        false => Ok(()),
    }
}

/// `file` with more after its whole name.
pub(super) fn with(file: &Path, more: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(more);
    name.into()
}
