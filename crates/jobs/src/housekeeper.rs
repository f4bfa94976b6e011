//! What goes by the clock: keys of addresses, and everything that expires.

use std::sync::Arc;
use std::time::Duration;

use rejoinder_core::Clock;
use store::publication::sites;
use store::{Result, Store, Tx, housekeeping};
use tokio::sync::watch;
use tracing::warn;

/// How often that is looked for.
const INTERVAL: Duration = Duration::from_secs(5 * 60);

/// So many sites are named at once.
const SITES_AT_ONCE: i64 = 500;

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
        loop {
            if let Err(problem) = self.keep_house().await {
                warn!(error = %problem, "What has expired stays for now");
            }
            tokio::select! {
                () = tokio::time::sleep(INTERVAL) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Look once. Each site is tidied by itself, so that nobody waits for all of them.
    pub async fn keep_house(&self) -> Result<()> {
        let now = self.clock.now();
        let begin = move |tx: &mut Tx<'_>| housekeeping::begin(tx, now);
        self.store.write(begin).await?;
        let mut last = None;
        loop {
            let next = move |tx: &mut Tx<'_>| sites::ids(tx, last, SITES_AT_ONCE);
            let next = self.store.read(next).await?;
            let Some(site) = next.last() else {
                return Ok(());
            };
            last = Some(*site);
            for site in next {
                let tidy = move |tx: &mut Tx<'_>| housekeeping::tidy(tx, now, site);
                self.store.write(tidy).await?;
            }
        }
    }
}
