//! Finding the passages of a page in a new version of its article.

use std::sync::Arc;

use rejoinder_core::Clock;
use rejoinder_core::passages::{AnchoringReport, Annotation, Folded};
use store::jobs::Job;
use store::passages::anchoring::{self, PassageOwner};
use store::passages::versions;
use store::passages::wanted::AnchorPassages;
use store::{Result, Store, StoreError, Tx};

use crate::worker::{Handler, JobOutcome};

/// Finds passages in articles.
pub struct PassagesHandler {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
}

impl PassagesHandler {
    /// A handler that works on `store`.
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }
}

impl Handler for PassagesHandler {
    type Payload = AnchorPassages;

    async fn run(
        &self,
        job: &Job,
        AnchorPassages { page, .. }: AnchorPassages,
    ) -> Result<JobOutcome> {
        let site = job.site;
        let read = self.store.read(move |tx: &mut Tx<'_>| {
            let version = versions::newest(tx, site, page)?;
            Ok::<_, StoreError>((version, anchoring::passages(tx, site, page)?))
        });
        let (Some(version), passages) = read.await? else {
            return Ok(JobOutcome::Done);
        };
        let number = version.number;
        // It takes seconds where a long article has a thousand of them.
        let found = tokio::task::spawn_blocking(move || found(&version.text, &passages));
        let (changed, report) = found
            .await
            .map_err(|error| StoreError::Internal(error.into()))?;
        let now = self.clock.now();
        let save =
            move |tx: &mut Tx<'_>| anchoring::save(tx, now, site, page, number, &changed, &report);
        // A version that came meanwhile has a job of its own.
        self.store.write(save).await?;
        Ok(JobOutcome::Done)
    }
}

/// The passages of which something else is to be kept than is, and what became of all.
fn found(
    text: &str,
    passages: &[(PassageOwner, Annotation)],
) -> (Vec<(PassageOwner, Annotation)>, AnchoringReport) {
    let folded = Folded::new(text);
    let mut report = AnchoringReport::default();
    let mut changed = Vec::new();
    for (holder, before) in passages {
        let (after, fate) = before.anchored_in(text, &folded);
        report.count(fate);
        if after != *before {
            changed.push((*holder, after));
        }
    }
    (changed, report)
}
