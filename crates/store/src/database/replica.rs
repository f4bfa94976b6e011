//! A standby of PostgreSQL, for reads that need not go to the server that writes.
//!
//! It is asked only while it is known to answer, and for no longer than a moment: whoever asked in vain goes
//! to the server that writes at once, and so does everybody else until the standby has answered again. What it
//! says is taken only where whoever asked finds that it has come far enough.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::database::job::{Job, job};
use crate::database::operation::{Access, Watch};
use crate::{Dialect, Result, Store, Tx, params, sql};

/// For how long the standby is waited for.
const MAX_WAIT: Duration = Duration::from_millis(100);

/// How long one that did not answer is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// The standby, as a store reaches it; cheap to clone.
#[derive(Clone)]
pub(crate) struct Replica(Arc<Known>);

/// Takes a job that reads there, where there is room for it.
type Take = Box<dyn Fn(Box<dyn Job>) -> bool + Send + Sync>;

struct Known {
    take: Take,
    /// Whether it is asked: not before it has answered once, nor after it did not answer.
    is_asked: AtomicBool,
    is_being_tried: AtomicBool,
}

impl Replica {
    /// The one whose connections `take` jobs.
    pub(crate) fn new(take: impl Fn(Box<dyn Job>) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(Known {
            take: Box::new(take),
            is_asked: AtomicBool::new(false),
            is_being_tried: AtomicBool::new(false),
        }))
    }

    /// What `operation` reads there; none where it cannot be asked now. `primary` is the server that writes.
    pub(crate) async fn read<T, F>(&self, primary: &Store, watch: Watch, operation: F) -> Option<T>
    where
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        if !self.0.is_asked.load(Ordering::Acquire) {
            self.try_again(primary);
            return None;
        }
        let read = self.once(watch, operation).await;
        if read.is_none() && self.0.is_asked.swap(false, Ordering::AcqRel) {
            tracing::warn!("The replica does not answer: everything is read where it is written");
        }
        read
    }

    async fn once<T, F>(&self, watch: Watch, operation: F) -> Option<T>
    where
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (job, mut reply) = job(watch, operation);
        if !(self.0.take)(job) {
            return None;
        }
        match timeout(MAX_WAIT, &mut reply).await {
            Ok(answer) => answer.ok()?.ok(),
            Err(_) => {
                reply.give_up();
                None
            }
        }
    }

    /// Try it until it answers, unless somebody does so already.
    fn try_again(&self, primary: &Store) {
        if !self.0.is_being_tried.swap(true, Ordering::AcqRel) {
            tokio::spawn(self.clone().tried(primary.clone()));
        }
    }

    async fn tried(self, primary: Store) {
        // Whoever is gone needs no replica any more: it is held here, and by `primary`.
        while Arc::strong_count(&self.0) > 2 {
            let watch = Watch::begin("cluster", Access::Read, Dialect::Postgres);
            let (there, here) = tokio::join!(self.once(watch, cluster), primary.read(cluster));
            match (there, here) {
                (Some(there), Ok(here)) if there == here => {
                    tracing::info!("Threads are read from the replica");
                    self.0.is_asked.store(true, Ordering::Release);
                    break;
                }
                (Some(_), Ok(_)) => {
                    tracing::warn!("The replica is one of another database, and is not read from");
                }
                _ => {}
            }
            sleep(PAUSE).await;
        }
        self.0.is_being_tried.store(false, Ordering::Release);
    }
}

/// What a server of PostgreSQL and its standbys have in common, and no other: the cluster, and the database
/// in it.
fn cluster(tx: &mut Tx<'_>) -> Result<Option<(i64, i64)>> {
    let common = sql!(@postgres
        "select system_identifier, (select cast(oid as bigint) from pg_database
             where datname = current_database())
         from pg_control_system()"
    );
    tx.one(common, params![], |row| Ok((row.next()?, row.next()?)))
}
