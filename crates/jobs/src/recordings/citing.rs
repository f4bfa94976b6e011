//! Looking once more at what is said on a page whose recordings changed.

use std::sync::Arc;

use rejoinder_core::{Clock, CommentId};
use store::jobs::Job;
use store::recordings::citing::{self, FindCited};
use store::{Result, Store, Tx};

use crate::worker::{Handler, JobOutcome};

/// Finds the parts of recordings that comments speak of, step by step.
pub struct CitedHandler {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
}

impl CitedHandler {
    /// A handler that works on `store`.
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }
}

impl Handler for CitedHandler {
    type Payload = FindCited;

    async fn run(&self, job: &Job, FindCited { page, .. }: FindCited) -> Result<JobOutcome> {
        let (site, mut after) = (job.site, CommentId(0));
        loop {
            let step = move |tx: &mut Tx<'_>| citing::step(tx, site, page, after);
            match self.store.write(step).await? {
                Some(last) => after = last,
                None => break,
            }
        }
        let now = self.clock.now();
        let show = move |tx: &mut Tx<'_>| citing::show(tx, now, site, page);
        self.store.write(show).await?;
        Ok(JobOutcome::Done)
    }
}
