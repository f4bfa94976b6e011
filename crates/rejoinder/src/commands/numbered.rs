//! The number that this node holds, of which its ids are made.

use std::sync::Arc;

use rejoinder_core::{Clock as _, IdSource, Random as _};
use store::Store;
use store::database::nodes::{self, RENEW_EVERY};
use tokio::task::JoinHandle;
use tracing::{info, warn};

use crate::system::{SystemClock, SystemRandom};

/// Holds a number for as long as the server runs.
pub(super) struct Numbered {
    store: Arc<Store>,
    ids: Arc<IdSource>,
    /// Names this process.
    holder: [u8; 32],
    renewing: JoinHandle<()>,
}

impl Numbered {
    /// Take a number, and go on saying that this node is there.
    pub(super) async fn begin(store: Arc<Store>) -> Self {
        let ids = Arc::new(IdSource::new(&SystemRandom));
        let mut holder = [0; 32];
        SystemRandom.fill(&mut holder);
        hold(&store, &ids, holder).await;
        let renewing = tokio::spawn(renew(Arc::clone(&store), Arc::clone(&ids), holder));
        Self {
            store,
            ids,
            holder,
            renewing,
        }
    }

    /// What makes this node's ids.
    pub(super) fn ids(&self) -> Arc<IdSource> {
        Arc::clone(&self.ids)
    }

    /// Give the number back.
    pub(super) async fn end(self) {
        self.renewing.abort();
        let holder = self.holder;
        let released = self.store.write(move |tx| nodes::release(tx, &holder));
        if let Err(error) = released.await {
            info!(%error, "The number of this node is free in ten minutes");
        }
    }
}

async fn renew(store: Arc<Store>, ids: Arc<IdSource>, holder: [u8; 32]) {
    loop {
        tokio::time::sleep(RENEW_EVERY).await;
        hold(&store, &ids, holder).await;
    }
}

/// Hold a number, if need be another than before; without one, ids are made of one that was drawn.
async fn hold(store: &Store, ids: &IdSource, holder: [u8; 32]) {
    let now = SystemClock.now();
    match store.write(move |tx| nodes::hold(tx, now, &holder)).await {
        Ok(Some(number)) => ids.hold(number),
        Ok(None) => warn!("More nodes than there are numbers: two may make the same id"),
        Err(error) => warn!(cause = %error, "This node could not say that it is there: {error}"),
    }
}
