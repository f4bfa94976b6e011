//! What goes by the clock: keys of addresses, and everything that expires.

use std::sync::Arc;
use std::time::Duration;

use rejoinder_core::Clock;
use store::{Result, Store, Tx, housekeeping};
use tokio::sync::watch;
use tracing::warn;

/// How often that is looked for.
const INTERVAL: Duration = Duration::from_secs(5 * 60);

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
        for site in self.store.write(begin).await? {
            let tidy = move |tx: &mut Tx<'_>| housekeeping::tidy(tx, now, site);
            self.store.write(tidy).await?;
        }
        Ok(())
    }
}
