//! Counting anew what readers reacted with, once other reactions count for comments.

use std::sync::Arc;

use rejoinder_core::CommentId;
use store::discussion::liking::{self, CountLiked};
use store::jobs::Job;
use store::{Result, Store, Tx};

use crate::worker::{Handler, JobOutcome};

/// Counts the comments of sites where other reactions count than before.
pub struct LikedHandler {
    store: Arc<Store>,
}

impl LikedHandler {
    /// A handler that works on `store`.
    pub fn new(store: Arc<Store>) -> Self {
        Self { store }
    }
}

impl Handler for LikedHandler {
    type Payload = CountLiked;

    async fn run(&self, job: &Job, _: CountLiked) -> Result<JobOutcome> {
        let (site, mut after) = (job.site, CommentId(-1));
        loop {
            let count = move |tx: &mut Tx<'_>| liking::count_some(tx, site, after);
            match self.store.write(count).await? {
                Some(last) => after = last,
                None => return Ok(JobOutcome::Done),
            }
        }
    }
}
