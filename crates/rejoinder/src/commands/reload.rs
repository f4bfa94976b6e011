//! Options that are read again while the server runs, on SIGHUP.

use std::sync::Arc;

use store::Store;
use tracing::{error, info, warn};

use super::site;
use crate::config::{Fingerprints, Options};
use crate::failure::Failure;
use crate::log;

/// What takes hold at once, beside what the file says of sites.
const AT_ONCE: [&str; 1] = ["log_level"];

/// Reads the options again when it is told to.
pub(super) struct Reload<A> {
    pub(super) again: A,
    pub(super) before: Fingerprints,
    pub(super) store: Arc<Store>,
}

impl<A: Fn() -> Result<Options, Failure>> Reload<A> {
    /// Take over what can be. Where the options cannot be understood, everything stays as it is.
    pub(super) async fn run(&mut self) {
        let options = match (self.again)() {
            Ok(options) => options,
            Err(failure) => {
                let why = failure.text();
                error!("The options were not read again: {why}");
                return;
            }
        };
        log::set_level(options.log_level);
        if let Err(failure) = site::apply(&self.store, &options.sites).await {
            let why = failure.text();
            error!("The sites of the file were not set: {why}");
            return;
        }
        let later = changed(&self.before, &options.fingerprints);
        info!("The options were read again");
        if !later.is_empty() {
            let later = later.join(", ");
            warn!("Changed, and taken over at the next start: {later}");
        }
    }
}

/// The options that have another value now, and keep the old one until the next start.
fn changed(before: &Fingerprints, now: &Fingerprints) -> Vec<&'static str> {
    let mut keys: Vec<&str> = before.keys().chain(now.keys()).copied().collect();
    keys.sort_unstable();
    keys.dedup();
    keys.retain(|key| before.get(key) != now.get(key) && !AT_ONCE.contains(key));
    keys
}
