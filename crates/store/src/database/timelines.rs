//! Which servers of PostgreSQL were left behind: whoever is promoted begins a timeline with a higher number
//! (PostgreSQL's manual, "Timelines"), and the one before must not be written to, even where it still lives.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use postgres::Client;

use crate::Result;
use crate::database::error::StoreError;
use crate::database::tls::Address;

/// How often every host is asked, where several are named.
const ASK_EVERY: Duration = Duration::from_secs(5);

/// A file of the log begins with the timeline that is written. Whoever follows writes none, and knows the one
/// of its last restart point.
const TIMELINE: &str = "select case when pg_is_in_recovery()
         then (select timeline_id from pg_control_checkpoint())
         else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer end";

/// The newest timeline that any server was seen on; 0 before the first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Timelines(Arc<AtomicU32>);

impl Timelines {
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

    /// Learn what timeline a server is on, and refuse one that was left behind. What is like PostgreSQL and
    /// has none is taken as it is.
    pub(super) fn admit(&self, client: &mut Client) -> Result<()> {
        let asked = client.query_one(TIMELINE, &[]);
        let asked = asked.and_then(|row| row.try_get::<_, i32>(0));
        let Some(own) = asked.ok().and_then(|own| u32::try_from(own).ok()) else {
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

/// Look at each host for as long as the address is used, so that one that was promoted is seen before the
/// one that it follows is gone.
pub(super) fn watch(address: &Address) -> Result<()> {
    let hosts = address.each_host();
    if hosts.len() < 2 {
        return Ok(());
    }
    let seen = Arc::downgrade(&address.timelines.0);
    let watch = move || {
        while let Some(timelines) = seen.upgrade().map(Timelines) {
            for host in &hosts {
                // What it has to say is learned on the way.
                drop(host.sharing(&timelines).connect());
            }
            drop(timelines);
            thread::sleep(ASK_EVERY);
        }
    };
    let spawned = thread::Builder::new()
        .name("store-timelines".to_owned())
        .spawn(watch);
    spawned
        .map(drop)
        .map_err(|error| StoreError::Internal(error.into()))
}
