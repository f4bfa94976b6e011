//! Batches on their way into transactions.

use std::sync::mpsc::Receiver;

use store::archive::imports;
use store::{Dialect, Tx};

use super::batch::{Batch, Before, Outcome};
use super::{Manner, Task};

/// So many batches are passed on at once. Where that is a transaction, a commit costs little when many records
/// share it, and as long as it lasts nobody else can write to SQLite.
const MAX_BATCHES: usize = 8;

/// Takes batches as they become ready.
pub(super) struct Feed {
    task: Task,
    ready: Receiver<Batch>,
    /// The batches of the transaction that is under way, where it may be tried again.
    begun: Vec<Batch>,
    before: Before,
    /// Whether the database has seen what an import is.
    is_measured: bool,
}

impl Feed {
    pub(super) fn new(task: Task, ready: Receiver<Batch>) -> Self {
        Self {
            task,
            ready,
            begun: Vec::new(),
            before: Before::default(),
            is_measured: false,
        }
    }

    /// Find or add what is in the next batches, as many as share a transaction; in a dry run, look for it.
    /// Gives nothing when there are no more.
    pub(super) fn pass_on(&mut self, tx: &mut Tx<'_>) -> store::Result<Option<Outcome>> {
        let mut outcome = Outcome::default();
        // PostgreSQL tries a transaction again that collides with another, SQLite none.
        let is_kept = tx.dialect() == Dialect::Postgres;
        for n in 0..MAX_BATCHES {
            if n == 1 && !self.is_measured && self.task.manner != Manner::Dry {
                imports::measure(tx)?;
            }
            if let Some(batch) = self.begun.get(n) {
                self.pass(tx, batch, &mut outcome)?;
                continue;
            }
            let Ok(batch) = self.ready.recv() else {
                return Ok((n > 0).then_some(outcome));
            };
            if is_kept {
                self.begun.push(batch);
                self.pass(tx, &self.begun[n], &mut outcome)?;
            } else {
                self.pass(tx, &batch, &mut outcome)?;
            }
        }
        Ok(Some(outcome))
    }

    fn pass(&self, tx: &mut Tx<'_>, batch: &Batch, outcome: &mut Outcome) -> store::Result<()> {
        match self.task.manner {
            Manner::Dry => batch.look(tx, self.task, outcome),
            Manner::Whole | Manner::InParts => batch.write(tx, self.task, &self.before, outcome),
        }
    }

    /// What was passed on last is there.
    pub(super) fn done(&mut self, before: Before) {
        self.begun.clear();
        self.is_measured = true;
        self.before.extend(before);
    }
}
