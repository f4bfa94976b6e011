//! Deleting accounts whose owners have had their day to change their mind.

use std::sync::Arc;

use rejoinder_core::{AuthorId, Clock, IdSource, Random};
use store::identity::erasures::{self, EraseAuthor};
use store::jobs::Job;
use store::{Result, Store, Tx};

use crate::worker::{Handler, JobOutcome};

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
}

impl Handler for EraseHandler {
    type Payload = EraseAuthor;

    async fn run(&self, job: &Job, EraseAuthor { author, .. }: EraseAuthor) -> Result<JobOutcome> {
        let site = job.site;
        loop {
            let now = self.clock.now();
            let nobody = AuthorId(self.ids.next(now));
            let step = move |tx: &mut Tx<'_>| erasures::step(tx, now, site, author, nobody);
            if self.store.write(step).await? {
                return Ok(JobOutcome::Done);
            }
        }
    }
}
