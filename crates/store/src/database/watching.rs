//! Looking at every server of PostgreSQL that an address names, so that one that was promoted is seen before
//! the one that it followed is gone.

use std::thread;
use std::time::Duration;

use crate::Result;
use crate::database::error::StoreError;
use crate::database::tls::Address;

/// How often each is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Look at each host for as long as the address is used; nothing where there is one.
pub(super) fn watch(address: &Address) -> Result<()> {
    let hosts = address.each_host();
    if hosts.len() < 2 {
        return Ok(());
    }
    let seen = address.timelines.downgrade();
    let watch = move || {
        while let Some(timelines) = seen.upgrade() {
            for host in &hosts {
                // What it has to say is learned on the way.
                drop(host.sharing(&timelines).connect());
            }
            drop(timelines);
            thread::sleep(LOOK_EVERY);
        }
    };
    let spawned = thread::Builder::new()
        .name("store-watcher".to_owned())
        .spawn(watch);
    spawned
        .map(drop)
        .map_err(|error| StoreError::Internal(error.into()))
}
