//! What each command does.

mod alone;
pub(crate) mod backup;
mod collecting;
pub(crate) mod distribute;
pub(crate) mod doctor;
pub(crate) mod erasures;
pub(crate) mod export;
pub(crate) mod freeze;
pub(crate) mod import;
mod listening;
mod numbered;
mod reload;
pub(crate) mod serve;
pub(crate) mod site;
pub(crate) mod staff;
mod work;

use std::ops::Deref;
use std::sync::Arc;

use rejoinder_core::Site;
use store::{Reach, Seals, Store, StoreError, publication::sites};
use tokio::runtime::Runtime;

use crate::config::Options;
use crate::failure::Failure;
use crate::keys;

pub(crate) use serve::Running;

/// A store that is closed when its command ends, however it ends.
pub(crate) struct Opened(Arc<Store>);

impl Opened {
    /// A handle for those who work beside the command. It does nothing any more after the command.
    pub(crate) fn handle(&self) -> Arc<Store> {
        Arc::clone(&self.0)
    }
}

impl Deref for Opened {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.0
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Open the database for a command that ends, and takes as long as it takes.
fn open(options: &Options) -> Result<Opened, Failure> {
    let reach = Reach {
        timeouts: options.reach.timeouts.patient(),
        ..options.reach.clone()
    };
    open_with(options, &reach, Arc::new(|_| {})).map_err(|error| error.failure(options))
}

/// Why a database could not be opened.
enum NotOpened {
    /// It was never asked.
    Unasked(Failure),
    /// The store said so.
    Store(StoreError),
}

impl NotOpened {
    fn failure(self, options: &Options) -> Failure {
        match self {
            Self::Unasked(failure) => failure,
            Self::Store(error) => {
                let doing = format!("the database {} cannot be opened", options.database);
                Failure::failed(&doing, &error)
            }
        }
    }
}

/// Open the database as `reach` says; `on_commit` hears of every change.
fn open_with(
    options: &Options,
    reach: &Reach,
    on_commit: store::CommitHook,
) -> Result<Opened, NotOpened> {
    options.make_place().map_err(NotOpened::Unasked)?;
    let open = |seals, hook| {
        let opened = Store::open_within(&options.database, reach, seals, hook);
        opened.map_err(NotOpened::Store)
    };
    let seals = match keys::find(options) {
        Ok(seals) => seals,
        Err(why) => {
            // What is wrong with the database is said first.
            open(Seals::none(), Arc::new(|_| {}))?.close();
            return Err(NotOpened::Unasked(why));
        }
    };
    let store = open(seals, on_commit)?;
    options.tighten();
    Ok(Opened(Arc::new(store)))
}

/// The runtime of a command.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let built = builder.enable_all().build();
    built.map_err(|error| Failure::failed("the program cannot start its threads", &error))
}

/// The failure of something that the store was asked to do.
pub(crate) fn store_failed(doing: &str) -> impl FnOnce(store::StoreError) -> Failure {
    move |error| Failure::failed(doing, &error)
}

/// The site that was named, or why it is not one.
async fn find_site(store: &Store, typed: &str) -> Result<Site, Failure> {
    let host = rejoinder_core::publication::origin::parse_host(typed)
        .map_err(|refusal| Failure::misused(refusal.to_string()))?;
    let wanted = host.clone();
    let found = store.read(move |tx| sites::by_host(tx, &wanted)).await;
    found
        .map_err(store_failed("the sites cannot be read"))?
        .ok_or_else(|| {
            Failure::Failed(format!(
                "there is no site {host}; `rejoinder site add {host}` adds it"
            ))
        })
}
