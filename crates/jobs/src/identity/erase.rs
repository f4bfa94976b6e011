//! Deleting accounts whose owners have had their day to change their mind.

use std::sync::Arc;

use rejoinder_core::{AuthorId, Clock, IdSource, Random};
use store::identity::erasures::{self, ERASE_JOB};
use store::jobs::Job;
use store::{Store, StoreError};

use crate::worker::{Handler, Outcome, Running};

/// Deletes accounts, step by step; what was interrupted goes on where it stopped.
pub struct EraseHandler {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    ids: IdSource,
}

impl EraseHandler {
    /// A handler that works on `store`.
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>, random: &dyn Random) -> Self {
        Self {
            store,
            clock,
            ids: IdSource::new(random),
        }
    }

    async fn erase(&self, job: &Job) -> Outcome {
        let Ok(author) = job.payload.parse() else {
            return Outcome::Park("this names no account".to_owned());
        };
        match self.steps(job, author).await {
            Ok(()) => Outcome::Done,
            Err(error) => Outcome::Retry(error.to_string()),
        }
    }

    async fn steps(&self, job: &Job, author: AuthorId) -> Result<(), StoreError> {
        let site = job.site;
        loop {
            let now = self.clock.now();
            let nobody = AuthorId(self.ids.next(now));
            let step = move |tx: &mut store::Tx<'_>| erasures::step(tx, now, site, author, nobody);
            if self.store.write(step).await? {
                return Ok(());
            }
        }
    }
}

impl Handler for EraseHandler {
    fn kind(&self) -> &'static str {
        ERASE_JOB
    }

    fn run<'a>(&'a self, job: &'a Job) -> Running<'a> {
        Box::pin(self.erase(job))
    }
}
