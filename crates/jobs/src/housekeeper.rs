//! What goes by the clock: keys of addresses, and everything that expires.

use std::sync::Arc;
use std::time::Duration;

use rejoinder_core::{Clock, SiteId};
use store::publication::sites;
use store::{Result, Store, StoreError, Tx, housekeeping};
use tokio::sync::watch;
use tracing::warn;

/// How often that is looked for.
const INTERVAL: Duration = Duration::from_secs(5 * 60);

/// So many sites are named at once.
const SITES_AT_ONCE: i64 = 500;

/// So many times as many sites are tidied each time at most, so that a hundred thousand, at which hardly
/// anything happens, do not keep the database busy: what has expired is not used, however long it lies.
const MAX_TURNS: usize = 20;

/// Lets go of what the clock says is over. Any number of nodes may do so at once.
pub struct Housekeeper {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
}

impl Housekeeper {
    /// A housekeeper of `store`.
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Look now, and every few minutes, until `stop` turns true.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut last = None;
        loop {
            last = self.keep_house(last).await.unwrap_or_else(|problem| {
                warn!(error = %problem, "What has expired stays for now");
                last
            });
            tokio::select! {
                () = tokio::time::sleep(INTERVAL) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Look once, at the sites after `last`; gives the last of them, unless those were all. Each site is
    /// tidied by itself, so that nobody waits for all of them.
    pub async fn keep_house(&self, mut last: Option<SiteId>) -> Result<Option<SiteId>> {
        let now = self.clock.now();
        let begin = move |tx: &mut Tx<'_>| housekeeping::begin(tx, now);
        self.store.write(begin).await?;
        for _ in 0..MAX_TURNS {
            let next = move |tx: &mut Tx<'_>| sites::ids(tx, last, SITES_AT_ONCE);
            let next = self.store.read(next).await?;
            if next.is_empty() {
                return Ok(None);
            }
            for site in next {
                let tidy = move |tx: &mut Tx<'_>| housekeeping::tidy(tx, now, site);
                match self.store.write(tidy).await {
                    Err(StoreError::Internal(problem)) => {
                        warn!(error = %problem, site = site.0, "What has expired at a site stays");
                    }
                    done => done?,
                }
                last = Some(site);
            }
        }
        Ok(last)
    }
}
