//! Forgetting cards that no comment shows any more.

use std::sync::Arc;

use store::Store;
use store::discussion::cards::{self, FORGET_CARD_JOB};
use store::jobs::Job;

use crate::worker::{Handler, Outcome, Running};

/// Forgets what no comment shows any more.
pub struct UnusedCardHandler {
    store: Arc<Store>,
}

impl UnusedCardHandler {
    /// A handler over `store`.
    pub fn new(store: Arc<Store>) -> Self {
        Self { store }
    }

    async fn forget(&self, job: &Job) -> Outcome {
        let (site, url) = (job.site, job.payload.clone());
        let forgotten = self
            .store
            .write(move |tx| cards::forget_unused(tx, site, &url));
        match forgotten.await {
            Ok(()) => Outcome::Done,
            Err(error) => Outcome::Retry(error.to_string()),
        }
    }
}

impl Handler for UnusedCardHandler {
    fn kind(&self) -> &'static str {
        FORGET_CARD_JOB
    }

    fn run<'a>(&'a self, job: &'a Job) -> Running<'a> {
        Box::pin(self.forget(job))
    }
}
