//! Which servers of PostgreSQL were left behind: whoever is promoted begins a timeline with a higher number
//! (PostgreSQL's manual, "Timelines"), and the one before must not be written to, even where it still lives.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};

use postgres::Client;

use crate::Result;
use crate::database::error::StoreError;

/// A file of the log begins with the timeline that is written. Whoever follows another writes none, and is
/// taken as it is: nothing is written there.
const TIMELINE: &str = "select case when not pg_is_in_recovery()
         then ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer end";

/// The newest timeline that any server was seen on; 0 before the first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Timelines(Arc<AtomicU32>);

/// Those of an address, for as long as it is used.
pub(super) struct WeakTimelines(Weak<AtomicU32>);

impl WeakTimelines {
    pub(super) fn upgrade(&self) -> Option<Timelines> {
        self.0.upgrade().map(Timelines)
    }
}

impl Timelines {
    pub(super) fn downgrade(&self) -> WeakTimelines {
        WeakTimelines(Arc::downgrade(&self.0))
    }

    pub(crate) fn newest(&self) -> u32 {
        self.0.load(Ordering::Acquire)
    }

    /// Give up a connection that was made when `timeline` was the newest, once there is a newer one.
    pub(super) fn expect(&self, timeline: u32) -> Result<()> {
        match self.newest() == timeline {
            true => Ok(()),
            false => Err(StoreError::Unavailable(
                "another server has taken over".to_owned(),
            )),
        }
    }

    /// Learn what timeline a server writes, and refuse one that was left behind. What is like PostgreSQL and
    /// has none is taken as it is.
    pub(super) fn admit(&self, client: &mut Client) -> Result<()> {
        let asked = client.query_one(TIMELINE, &[]);
        let asked = asked.and_then(|row| row.try_get::<_, Option<i32>>(0));
        let own = asked.ok().flatten();
        let Some(own) = own.and_then(|own| u32::try_from(own).ok()) else {
            return Ok(());
        };
        let newest = self.0.fetch_max(own, Ordering::AcqRel);
        if own < newest {
            let why = format!(
                "it is on timeline {own}, and another server was promoted to {newest}; if this one is meant \
                 all the same, restart Rejoinder"
            );
            tracing::warn!("A server of PostgreSQL is not used: {why}");
            return Err(StoreError::Unavailable(why));
        }
        if newest > 0 && own > newest {
            tracing::info!(
                timeline = own,
                "Another server of PostgreSQL has taken over"
            );
        }
        Ok(())
    }
}
