use std::collections::VecDeque;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;

use testing::{LONG_VARIABLE, Postgres};

use crate::command::{command, web};
use crate::needs;
use crate::scratch::Scratch;
use crate::steps::Notes;
use crate::{Result, isso_scripts, npm};

/// Test files that run side by side: most of a browser's time is waiting.
const MOST_AT_ONCE: usize = 2;

/// What is held against Isso's own scripts.
const ISSO_TEST: &str = "e2e/isso.test.js";

/// Run every test file below `web/e2e` with a database of its own, on the release build.
pub(crate) fn run(is_long: bool) -> Result<Notes> {
    npm::install()?;
    let mut files = test_files("e2e/journeys")?;
    files.extend(test_files("e2e")?);
    let stage = Stage::new(is_long)?;
    let mut notes = Notes::new();
    if let Err(reason) = &stage.isso {
        files.retain(|file| !file.ends_with(ISSO_TEST));
        notes.push(format!(
            "NOT RUN: web/{ISSO_TEST}, because Isso's scripts cannot be fetched from PyPI: {reason}"
        ));
    }
    let n_files = files.len();
    let n_at_once = thread::available_parallelism().map_or(1, NonZero::get);
    let late = side_by_side(&stage, files, n_at_once.min(MOST_AT_ONCE));
    // A browser on a busy machine can be late for once; what fails twice, and alone, is broken.
    let (mut forgiven, mut broken) = (Vec::new(), Vec::new());
    for file in late {
        println!("{} is tried once more, alone", file.display());
        match stage.run(&file) {
            Ok(()) => forgiven.push(file.display().to_string()),
            Err(error) => broken.push(error),
        }
    }
    notes.extend(outcome(n_files, &forgiven, &broken)?);
    Ok(notes)
}

/// What all files together are told as: which of them failed at first, and which for good.
fn outcome(n_files: usize, forgiven: &[String], broken: &[String]) -> Result<Notes> {
    let forgiven = match forgiven.len() {
        0 => None,
        n => {
            let named = forgiven.join(", ");
            Some(format!(
                "{n} of {n_files} files failed once and passed alone: {named}"
            ))
        }
    };
    if broken.is_empty() {
        return Ok(forgiven.into_iter().collect());
    }
    let n_broken = broken.len();
    let broken = broken.join("; ");
    let broken = format!("{n_broken} of {n_files} files failed twice: {broken}");
    Err([broken]
        .into_iter()
        .chain(forgiven)
        .collect::<Vec<_>>()
        .join("; "))
}

/// Run the files, `n_at_once` at a time; gives those that failed.
fn side_by_side(stage: &Stage, files: Vec<PathBuf>, n_at_once: usize) -> Vec<PathBuf> {
    let left = Mutex::new(VecDeque::from(files));
    let failed = Mutex::new(Vec::new());
    let next = || {
        left.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    };
    thread::scope(|scope| {
        for _ in 0..n_at_once {
            scope.spawn(|| {
                while let Some(file) = next() {
                    if let Err(error) = stage.run(&file) {
                        println!("{error}");
                        let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                        failed.push(file);
                    }
                }
            });
        }
    });
    failed.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// What the test files need around them.
struct Stage {
    server: Postgres,
    psql: PathBuf,
    chromium: String,
    nginx: PathBuf,
    /// Where Isso's scripts are, or why they are not there.
    isso: Result<PathBuf>,
    scratch: Scratch,
    is_long: bool,
}

impl Stage {
    fn new(is_long: bool) -> Result<Self> {
        Ok(Self {
            server: Postgres::start()?,
            psql: testing::programs().unwrap_or_default().join("psql"),
            chromium: needs::chromium()?,
            nginx: needs::nginx()?,
            isso: isso_scripts::provide(),
            scratch: Scratch::new()?,
            is_long,
        })
    }

    /// Run a file, and print in one piece what it said.
    fn run(&self, file: &Path) -> Result {
        let output = self.command(file)?.output();
        let output = output.map_err(|error| format!("node did not start: {error}"))?;
        println!(
            "$ node --test {}\n{}{}",
            file.display(),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        match output.status.success() {
            true => Ok(()),
            false => Err(format!("{} failed ({})", file.display(), output.status)),
        }
    }

    fn command(&self, file: &Path) -> Result<Command> {
        let mut tests = command(
            "node",
            &["--test", "--test-reporter=spec", "--test-timeout=600000"],
        );
        tests
            .arg(file)
            .current_dir(web())
            .env("REJOINDER_CHROMIUM", &self.chromium)
            .env("REJOINDER_TEST_DATABASE", self.server.fresh_database()?)
            .env("REJOINDER_TEST_PSQL", &self.psql)
            .env("REJOINDER_TEST_NGINX", &self.nginx)
            .env("TMPDIR", self.scratch.path());
        if let Ok(isso) = &self.isso {
            tests.env("REJOINDER_TEST_ISSO", isso);
        }
        if self.is_long {
            tests.env(LONG_VARIABLE, "1");
        }
        Ok(tests)
    }
}

/// The test files of a folder below `web`, in order.
fn test_files(folder: &str) -> Result<Vec<PathBuf>> {
    let mut files: Vec<_> = fs::read_dir(web().join(folder))
        .map_err(|error| format!("web/{folder} cannot be read: {error}"))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(".test.js"))
        .collect();
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(files: &[&str]) -> Vec<String> {
        files.iter().map(|&file| file.to_owned()).collect()
    }

    #[test]
    fn a_file_that_passes_only_when_it_is_tried_once_more_is_counted_and_named() {
        assert_eq!(outcome(9, &[], &[]), Ok(Notes::new()));
        assert_eq!(
            outcome(9, &names(&["e2e/bell.test.js", "e2e/live.test.js"]), &[]),
            Ok(names(&[
                "2 of 9 files failed once and passed alone: e2e/bell.test.js, e2e/live.test.js"
            ]))
        );
    }

    #[test]
    fn files_that_fail_twice_fail_the_run_and_hide_none_that_failed_once() {
        let broken = names(&["e2e/desk.test.js failed (exit status: 1)"]);
        assert_eq!(
            outcome(9, &names(&["e2e/bell.test.js"]), &broken),
            Err(
                "1 of 9 files failed twice: e2e/desk.test.js failed (exit status: 1); \
                 1 of 9 files failed once and passed alone: e2e/bell.test.js"
                    .to_owned()
            )
        );
    }
}
