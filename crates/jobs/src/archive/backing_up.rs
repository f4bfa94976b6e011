//! Backups of the database by the clock, while the server runs.
//!
//! Each is checked before it takes its name, and the oldest go when there are more than are to be kept. Only
//! files with such names are ever looked at or removed.

use std::error::Error;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rejoinder_core::{Clock, Time};
use store::archive::backup;
use store::{Location, Reach};
use tokio::sync::watch;
use tracing::{error, info};

/// How often it is looked whether a backup is due.
const LOOK: Duration = Duration::from_secs(60);

/// So long after one that failed another is tried.
const RETRY: Duration = Duration::from_secs(60 * 60);

const START: &str = "rejoinder-";
const END: &str = ".db";
const PARTIAL: &str = ".db.partial";

/// What is backed up, where to, how often, and how many backups are kept.
#[derive(Debug, Clone)]
pub struct BackupPlan {
    /// The database.
    pub database: Location,
    /// How it is reached.
    pub reach: Reach,
    /// Where backups lie.
    pub folder: PathBuf,
    /// How many of them.
    pub keep: usize,
    /// How long it is from one to the next.
    pub every: Duration,
}

/// How the last backups went, since the server started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BackupStatus {
    /// When the newest that is good was made, also before.
    pub done_at: Option<Time>,
    /// When the last one failed, if none was made since.
    pub failed_at: Option<Time>,
    /// How many failed.
    pub n_failed: u64,
}

/// Makes backups by the clock. A handle, cheap to clone.
#[derive(Clone)]
pub struct Backups {
    plan: Arc<BackupPlan>,
    clock: Arc<dyn Clock>,
    status: Arc<Mutex<BackupStatus>>,
}

impl Backups {
    /// Backups by this plan.
    pub fn new(plan: BackupPlan, clock: Arc<dyn Clock>) -> Self {
        Self {
            plan: Arc::new(plan),
            clock,
            status: Arc::default(),
        }
    }

    /// How they go.
    pub fn status(&self) -> BackupStatus {
        *self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, change: impl FnOnce(&mut BackupStatus)) {
        change(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Make them when they are due, until `stop` turns true.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        loop {
            self.look().await;
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Make one if it is due. Returns whether one was made.
    pub async fn look(&self) -> bool {
        let (now, plan) = (self.clock.now(), Arc::clone(&self.plan));
        let failed_at = self.status().failed_at;
        if failed_at.is_some_and(|failed| now < failed.after(RETRY)) {
            return false;
        }
        let made = tokio::task::spawn_blocking(move || plan.back_up_if_due(now)).await;
        let made = made.unwrap_or_else(|error| Err(error.into()));
        match made {
            Ok(Made::No(newest)) => {
                self.note(|status| status.done_at = Some(newest));
                false
            }
            Ok(Made::At(file)) => {
                info!(backup.file = %file.display(), "Backed up into {}", file.display());
                self.note(|status| {
                    status.done_at = Some(now);
                    status.failed_at = None;
                });
                true
            }
            Err(problem) => {
                error!(error = %chain(&*problem), "The database was not backed up");
                self.note(|status| {
                    status.failed_at = Some(now);
                    status.n_failed += 1;
                });
                false
            }
        }
    }
}

fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| Error::source(*cause));
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// What came of looking.
enum Made {
    /// None is due after the newest.
    No(Time),
    At(PathBuf),
}

type Problem = Box<dyn Error + Send + Sync>;

impl BackupPlan {
    fn back_up_if_due(&self, now: Time) -> Result<Made, Problem> {
        // Nobody else on the machine needs to read what people wrote.
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)?;
        let there = self.backups()?;
        if let Some((newest, _)) = there.last()
            && now < newest.after(self.every)
        {
            return Ok(Made::No(*newest));
        }
        let name = format!("{START}{}", now.to_string().replace(':', "-"));
        let file = self.folder.join(format!("{name}{END}"));
        let partial = self.folder.join(format!("{name}{PARTIAL}"));
        let made = self.copy(&partial);
        if made.is_err() {
            let _ = fs::remove_file(&partial);
        }
        made?;
        fs::rename(&partial, &file)?;
        self.let_go()?;
        Ok(Made::At(file))
    }

    fn copy(&self, partial: &Path) -> Result<(), Problem> {
        backup::back_up(&self.database, &self.reach, partial, |_, _| {})?;
        match backup::check(partial)?.first() {
            None => Ok(fs::File::open(partial)?.sync_all()?),
            Some(finding) => Err(format!(
                "the database does not keep its rules; not so in {} places: {}",
                finding.n_wrong, finding.check
            )
            .into()),
        }
    }

    /// The backups that there are, oldest first.
    fn backups(&self) -> io::Result<Vec<(Time, PathBuf)>> {
        let mut backups = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if let Some(made_at) = entry.file_name().to_str().and_then(|name| at(name, END)) {
                backups.push((made_at, entry.path()));
            }
        }
        backups.sort();
        Ok(backups)
    }

    /// Remove the oldest, and what was being written when a server died.
    fn let_go(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry
                .file_name()
                .to_str()
                .is_some_and(|name| at(name, PARTIAL).is_some())
            {
                fs::remove_file(entry.path())?;
            }
        }
        let backups = self.backups()?;
        let n_old = backups.len().saturating_sub(self.keep);
        for (_, old) in backups.into_iter().take(n_old) {
            fs::remove_file(old)?;
        }
        Ok(())
    }
}

/// When a backup with this name was made.
fn at(name: &str, end: &str) -> Option<Time> {
    let stem = name.strip_prefix(START)?.strip_suffix(end)?;
    let (date, time) = stem.split_once('T')?;
    format!("{date}T{}", time.replace('-', ":")).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_backups_are_taken_for_backups() {
        assert!(at("rejoinder-2026-11-30T02-37-18Z.db", END).is_some());
        for name in [
            "rejoinder.db",
            "rejoinder-2026-11-30.db",
            "rejoinder-2026-11-30T02-37-18Z.db.partial",
            "backup-2026-11-30T02-37-18Z.db",
            "rejoinder-old.db",
        ] {
            assert_eq!(at(name, END), None, "{name}");
        }
    }
}
