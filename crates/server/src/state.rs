//! What every request can reach.

use std::ops::Deref;
use std::sync::Arc;

use jobs::Backups;
use rejoinder_core::{Clock, IdSource, Random, Time};
use rejoinder_core::{Token, TokenHash};
use sha2::{Digest, Sha256};
use store::Store;

use crate::auth::provider::OpenidProviders;
use crate::campaigns::Campaigns;
use crate::config::Config;
use crate::http::bodies::Bodies;
use crate::http::limits::{Limits, Load};
use crate::http::live::Live;
use crate::http::metrics::Metrics;
use crate::http::page_cache::{Moment, PageCache};
use crate::http::request_id::Names;
use crate::http::security::SecurityLog;
use crate::http::serve::connections::Connections;
use crate::http::slots::Slots;
use crate::sites::{KnownSites, Sites};

/// What a server is made of.
pub struct AppParts {
    /// What the operator decided.
    pub config: Config,
    /// Where comments are kept. Its hook must tell `pages`, `live` and `sites`: see [`hook`].
    pub store: Arc<Store>,
    /// Rendered threads.
    pub pages: PageCache,
    /// Those who follow a page live.
    pub live: Live,
    /// The sites that are in use.
    pub sites: KnownSites,
    /// Makes backups by the clock, where the operator wants them.
    pub backups: Option<Backups>,
    /// Tells the worker that there is something to do now.
    pub wake: Arc<dyn Fn() + Send + Sync>,
    /// Asks what is outside.
    pub outside: egress::Client,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes secrets.
    pub random: Arc<dyn Random>,
    /// Makes ids that no other node makes.
    pub ids: Arc<IdSource>,
}

/// The store's hook: the sites first, then the page cache, so that whoever is told live finds the new bytes.
pub fn hook(pages: &PageCache, live: &Live, sites: &KnownSites) -> store::CommitHook {
    let (sites, forgetting) = (sites.clone(), pages.clone());
    let (pages, live) = (pages.on_commit(), live.clone());
    Arc::new(move |changes| {
        sites.hear(changes, &forgetting);
        pages(changes);
        live.hear(changes);
    })
}

/// A running server's state; a handle to it, cheap to clone.
#[derive(Clone)]
pub struct App(Arc<AppState>);

/// What an [`App`] holds.
pub struct AppState {
    pub(crate) config: Config,
    pub(crate) store: Arc<Store>,
    pub(crate) pages: PageCache,
    pub(crate) live: Live,
    pub(crate) backups: Option<Backups>,
    pub(crate) connections: Connections,
    pub(crate) wake: Arc<dyn Fn() + Send + Sync>,
    pub(crate) outside: egress::Client,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) ids: Arc<IdSource>,
    pub(crate) sites: Sites,
    pub(crate) campaigns: Campaigns,
    pub(crate) limits: Limits,
    pub(crate) load: Load,
    pub(crate) slots: Slots,
    /// Where what is read is rendered, however much is written.
    pub(crate) renderings: Slots,
    pub(crate) bodies: Bodies,
    pub(crate) requests: Names,
    pub(crate) metrics: Metrics,
    pub(crate) security: SecurityLog,
    pub(crate) openid: OpenidProviders,
}

impl App {
    /// A server made of `parts`.
    pub fn new(parts: AppParts) -> Self {
        let config = parts.config.settled();
        Self(Arc::new(AppState {
            limits: Limits::new(
                config.rate_limits,
                parts.store.exchange(),
                Arc::clone(&parts.clock),
            ),
            slots: Slots::for_writing(config.rate_limits),
            renderings: Slots::for_reading(config.rate_limits),
            bodies: Bodies::new(config.rate_limits),
            connections: Connections::new(config.connections),
            config,
            sites: Sites::new(
                parts.sites,
                Arc::clone(&parts.store),
                parts.pages.clone(),
                Arc::clone(&parts.clock),
            ),
            campaigns: Campaigns::default(),
            store: parts.store,
            pages: parts.pages,
            live: parts.live,
            backups: parts.backups,
            openid: OpenidProviders::new(parts.outside.clone(), Arc::clone(&parts.clock)),
            outside: parts.outside,
            ids: parts.ids,
            wake: parts.wake,
            clock: parts.clock,
            requests: Names::new(&*parts.random),
            random: parts.random,
            metrics: Metrics::default(),
            security: SecurityLog::default(),
            load: Load::default(),
        }))
    }
}

impl Deref for App {
    type Target = AppState;

    fn deref(&self) -> &AppState {
        &self.0
    }
}

impl AppState {
    pub(crate) fn now(&self) -> Time {
        self.clock.now()
    }

    /// The time for how long something takes; see [`Clock::steady`].
    pub(crate) fn steady(&self) -> Time {
        self.clock.steady()
    }

    /// Both.
    pub(crate) fn moment(&self) -> Moment {
        Moment {
            at: self.now(),
            steady: self.steady(),
        }
    }

    /// A key that nobody can guess.
    pub(crate) fn random_key(&self) -> [u8; 32] {
        let mut key = [0; 32];
        self.random.fill(&mut key);
        key
    }
}

/// What the store knows of a token.
pub(crate) fn hash_of(token: &Token) -> TokenHash {
    TokenHash(Sha256::digest(token.bytes()).into())
}
