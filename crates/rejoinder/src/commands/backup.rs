//! `rejoinder backup` and `rejoinder restore`.

use std::fs;
use std::path::{Path, PathBuf};

use store::archive::backup;
use store::identity::erasures::ledger::ErasureLine;
use store::{Location, Reach, StoreError};

use crate::cli::{BackupArgs, RestoreArgs};
use crate::commands::{erasures, store_failed};
use crate::config::Options;
use crate::failure::Failure;
use crate::output::say;
use crate::progress::Progress;

/// Write a copy of the database that was checked, under a name that is only taken when it is whole.
pub(crate) fn back_up(args: &BackupArgs) -> Result<(), Failure> {
    let options = Options::for_place(&args.place)?;
    if let Location::Sqlite(database) = &options.database
        && !database.exists()
    {
        return Err(Failure::Failed(format!(
            "there is no database {}",
            database.display()
        )));
    }
    write(&options, &args.file)?;
    say(format_args!(
        "Backed up {} into {} and checked it.",
        shown(&options.database),
        args.file.display()
    ));
    Ok(())
}

fn write(options: &Options, to: &Path) -> Result<(), Failure> {
    refuse_existing(to)?;
    let partial = with(to, ".partial");
    copy(&options.database, &options.reach, &partial)?;
    move_to(&partial, to)
}

/// Put a backup where the database belongs, without what was erased since. What stood there is kept
/// beside it. Nothing is touched before the backup is known to be one and whole.
pub(crate) fn restore(args: &RestoreArgs) -> Result<(), Failure> {
    let options = Options::for_place(&args.place)?;
    match &options.database {
        Location::Sqlite(database) => restore_file(&options, database, args),
        Location::Postgres(url) => restore_into_postgres(&options, url, args),
    }
}

fn restore_file(options: &Options, database: &Path, args: &RestoreArgs) -> Result<(), Failure> {
    options.make_place()?;
    expect_backup(&args.file)?;
    let kept = with(database, ".before-restore");
    if database.exists() {
        expect_replaceable(database, &kept, args.replace)?;
    }
    let ledger = ledger(options, args, database.exists())?;
    let partial = with(database, ".partial");
    copy_without_erased(args, &partial, &ledger)?;
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
    tell_restored(options, args, &ledger);
    if kept.exists() {
        say(format_args!(
            "What stood there is now in {}. Remove it when it is not needed any more: nothing is \
             erased in it.",
            kept.display()
        ));
    }
    Ok(())
}

/// As [`restore`], into PostgreSQL: what stood there is kept as a backup beside the one that is restored.
fn restore_into_postgres(options: &Options, url: &str, args: &RestoreArgs) -> Result<(), Failure> {
    expect_backup(&args.file)?;
    let there = backup::is_in_postgres(url, &options.reach);
    let is_there = there.map_err(store_failed("the database cannot be looked at"))?;
    let kept = with(&args.file, ".before-restore");
    if is_there && !args.replace {
        return Err(Failure::Failed(format!(
            "{} holds a database of this program already; with --replace the backup takes its place, \
             and it is kept as {}",
            options.database,
            kept.display()
        )));
    }
    let ledger = ledger(options, args, is_there)?;
    if is_there {
        write(options, &kept)?;
    }
    let partial = with(&args.file, ".partial");
    copy_without_erased(args, &partial, &ledger)?;
    let mut progress = Progress::of_rows();
    let tell = |n_done, n_total| progress.at(n_done, n_total);
    let put = backup::put_into_postgres(&partial, url, &options.reach, args.replace, tell);
    progress.finish();
    let _ = fs::remove_file(&partial);
    put.map_err(store_failed(&format!(
        "{} cannot be restored",
        args.file.display()
    )))?;
    tell_restored(options, args, &ledger);
    if is_there {
        say(format_args!(
            "What stood there is now in {}, a backup like any other. Remove it when it is not needed any \
             more: nothing is erased in it.",
            kept.display()
        ));
    }
    Ok(())
}

/// What was erased since the backup, as far as it is known: by the file that was named, and by the database
/// that stands there.
fn ledger(
    options: &Options,
    args: &RestoreArgs,
    is_there: bool,
) -> Result<Vec<ErasureLine>, Failure> {
    let mut ledger = Vec::new();
    if let Some(file) = &args.erasures {
        ledger = erasures::read(file)?;
    }
    if is_there {
        match backup::ledger(&options.database, &options.reach) {
            Ok(own) => ledger.extend(own),
            Err(error) => say(format_args!(
                "The ledger of erasures in {} cannot be read ({error}): what was erased after the \
                 backup comes back, unless --erasures names a ledger.",
                shown(&options.database)
            )),
        }
    }
    Ok(ledger)
}

/// Copy the backup into the new file `partial`, without what the ledger says was erased since.
fn copy_without_erased(
    args: &RestoreArgs,
    partial: &Path,
    ledger: &[ErasureLine],
) -> Result<(), Failure> {
    let backup = Location::Sqlite(args.file.clone());
    copy(&backup, &Reach::default(), partial)?;
    let erased = erasures::erase_again(&Location::Sqlite(partial.to_owned()), ledger);
    if erased.is_err() {
        let _ = fs::remove_file(partial);
    }
    erased
}

fn tell_restored(options: &Options, args: &RestoreArgs, ledger: &[ErasureLine]) {
    say(format_args!(
        "Restored {} into {}.",
        args.file.display(),
        shown(&options.database)
    ));
    if !ledger.is_empty() {
        say(format_args!("{}", erasures::done(ledger.len())));
    }
}

/// A database, as people are told of it.
fn shown(database: &Location) -> String {
    match database {
        Location::Sqlite(path) => path.display().to_string(),
        Location::Postgres(_) => database.to_string(),
    }
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
    backup::expect_ours(file).map_err(|error| broken(&Location::Sqlite(file.to_owned()), &error))
}

/// Copy the database `from` into the new file `to`, and check the copy. A copy that is not good
/// does not stay.
fn copy(from: &Location, reach: &Reach, to: &Path) -> Result<(), Failure> {
    refuse_existing(to)?;
    let copied = copy_and_check(from, reach, to);
    if copied.is_err() {
        let _ = fs::remove_file(to);
    }
    copied
}

fn copy_and_check(from: &Location, reach: &Reach, to: &Path) -> Result<(), Failure> {
    let mut progress = match from {
        Location::Sqlite(_) => Progress::new(),
        Location::Postgres(_) => Progress::of_rows(),
    };
    let tell = |n_done, n_total| progress.at(n_done, n_total);
    let copied = backup::back_up(from, reach, to, tell);
    progress.finish();
    copied.map_err(|error| broken(from, &error))?;
    let findings = backup::check(to).map_err(|error| broken(from, &error))?;
    match findings.first() {
        None => Ok(()),
        Some(finding) => Err(Failure::Failed(format!(
            "{} does not keep its rules; not so in {} places: {}",
            shown(from),
            finding.n_wrong,
            finding.check
        ))),
    }
}

pub(super) fn move_to(from: &Path, to: &Path) -> Result<(), Failure> {
    let doing = format!("{} cannot be moved to {}", from.display(), to.display());
    fs::rename(from, to).map_err(|error| Failure::failed(&doing, &error))
}

fn broken(from: &Location, error: &StoreError) -> Failure {
    let doing = format!(
        "{} cannot be copied as a database of Rejoinder",
        shown(from)
    );
    Failure::failed(&doing, error)
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
