//! Forgetting cards that no comment shows any more.

use std::sync::Arc;

use store::discussion::cards::{self, ForgetCard};
use store::jobs::Job;
use store::{Result, Store};

use crate::worker::{Handler, JobOutcome};

/// Forgets what no comment shows any more.
pub struct UnusedCardHandler {
    store: Arc<Store>,
}

impl UnusedCardHandler {
    /// A handler over `store`.
    pub fn new(store: Arc<Store>) -> Self {
        Self { store }
    }
}

impl Handler for UnusedCardHandler {
    type Payload = ForgetCard;

    async fn run(&self, job: &Job, ForgetCard { url, .. }: ForgetCard) -> Result<JobOutcome> {
        let site = job.site;
        self.store
            .write(move |tx| cards::forget_unused(tx, site, &url))
            .await?;
        Ok(JobOutcome::Done)
    }
}
