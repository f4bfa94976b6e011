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
    /// So many were passed on.
    n_passed: u32,
}

impl Feed {
    pub(super) fn new(task: Task, ready: Receiver<Batch>) -> Self {
        Self {
            task,
            ready,
            begun: Vec::new(),
            before: Before::default(),
            n_passed: 0,
        }
    }

    /// Find or add what is in the next batches, as many as share a transaction; in a dry run, look for it.
    /// Gives nothing when there are no more.
    pub(super) fn pass_on(&mut self, tx: &mut Tx<'_>) -> store::Result<Option<Outcome>> {
        let mut outcome = Outcome::default();
        // PostgreSQL tries a transaction again that collides with another, SQLite none. One that takes all of
        // an import is too long for that.
        let is_kept = tx.dialect() == Dialect::Postgres && self.task.manner != Manner::Whole;
        for n in 0..MAX_BATCHES {
            if let Some(batch) = self.begun.get(n) {
                self.pass(tx, batch, &mut outcome)?;
            } else if let Ok(batch) = self.ready.recv() {
                self.pass(tx, &batch, &mut outcome)?;
                self.begun.extend(is_kept.then_some(batch));
            } else {
                return Ok((n > 0).then_some(outcome));
            }
            self.n_passed += 1;
            // What was right for few rows is not for many.
            if self.n_passed.is_power_of_two() && self.task.manner != Manner::Dry {
                imports::measure(tx)?;
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
        self.before.extend(before);
    }
}
