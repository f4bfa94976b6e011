//! What is remembered of sites: those that are in use, the hosts and origins that lead to them, and those
//! that lead nowhere. All of it is bounded, so that names that strangers make up cost nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use moka::sync::Cache;
use rejoinder_core::{Site, SiteId, Time};
use store::Change;
use store::publication::sites;

use crate::http::page_cache::PageCache;

/// Another process may change a site; here it is known after so many microseconds.
pub(super) const MAX_AGE_MICROS: i64 = 2_000_000;

/// A name that leads nowhere is asked for again no sooner.
const MIN_AGE_MICROS: i64 = 100_000;

/// So many sites are held.
const MAX_SITES: u64 = 10_000;

/// So many hosts, and so many origins.
pub(super) const MAX_NAMES: u64 = 20_000;

/// For how long a site is held that nobody names.
const IDLE: Duration = Duration::from_secs(3_600);

/// Of what nobody has confirmed.
const NEVER: i64 = i64::MIN;

/// The sites that are in use, as they were a moment ago; a handle, cheap to clone.
#[derive(Clone)]
pub struct KnownSites(Arc<Known>);

struct Known {
    sites: Cache<SiteId, Arc<Held>>,
    hosts: Cache<String, SiteId>,
    /// Hosts of no site, with the time when they were asked for.
    strangers: Cache<String, Time>,
    /// Which sites each origin may act on, and all origins together.
    origins: Cache<Option<String>, Arc<OfOrigin>>,
    /// How many changes were heard of. What was read before the last one may be what it changed.
    n_changes: AtomicU64,
}

/// A site that is in use.
pub(super) struct Held {
    pub(super) site: Arc<Site>,
    /// When the store last said that it is so, in microseconds.
    confirmed_at: AtomicI64,
    used_at: AtomicI64,
}

impl Held {
    /// Whether it need not be asked for at `now`.
    pub(super) fn is_good(&self, now: Time) -> bool {
        is_younger(
            self.confirmed_at.load(Ordering::Acquire),
            now,
            MAX_AGE_MICROS,
        )
    }

    pub(super) fn is_used_since(&self, time: Time) -> bool {
        self.used_at.load(Ordering::Relaxed) >= time.micros()
    }
}

/// Which sites an origin may act on: the first two of them, for nobody wants to know more than whether it is
/// one.
pub(super) struct OfOrigin {
    pub(super) sites: Vec<SiteId>,
    asked_at: Time,
}

impl OfOrigin {
    pub(super) fn is_good(&self, now: Time) -> bool {
        let age = match self.sites.is_empty() {
            true => MIN_AGE_MICROS,
            false => MAX_AGE_MICROS,
        };
        is_younger(self.asked_at.micros(), now, age)
    }
}

fn is_younger(then: i64, now: Time, age: i64) -> bool {
    now.micros().saturating_sub(then) <= age
}

/// When something was read: the time, and how many changes had been heard of before.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    at: Time,
    n_changes: u64,
}

impl Default for KnownSites {
    fn default() -> Self {
        Self(Arc::new(Known {
            sites: Cache::builder()
                .max_capacity(MAX_SITES)
                .time_to_idle(IDLE)
                .build(),
            hosts: Cache::new(MAX_NAMES),
            strangers: Cache::new(MAX_NAMES),
            origins: Cache::new(MAX_NAMES),
            n_changes: AtomicU64::new(0),
        }))
    }
}

impl KnownSites {
    /// Hear of commits: what a changed site was is asked for again, and nothing is shown in `pages` that was
    /// rendered under its former settings.
    pub(crate) fn hear(&self, changes: &[Change], pages: &PageCache) {
        for change in changes.iter().filter(|own| sites::is_changed_by(own)) {
            self.0.n_changes.fetch_add(1, Ordering::AcqRel);
            if let Some(held) = self.0.sites.get(&change.site)
                && held.site.version < change.version
            {
                held.confirmed_at.store(NEVER, Ordering::Release);
            }
            self.0.origins.invalidate_all();
            pages.forget_site(change.site);
        }
    }

    /// How many sites are held.
    #[cfg(test)]
    pub(super) fn n_held(&self) -> u64 {
        self.0.sites.run_pending_tasks();
        self.0.sites.entry_count()
    }

    /// How many names are remembered.
    #[cfg(test)]
    pub(super) fn n_names(&self) -> u64 {
        let known = &*self.0;
        known.hosts.run_pending_tasks();
        known.strangers.run_pending_tasks();
        known.origins.run_pending_tasks();
        known.hosts.entry_count() + known.strangers.entry_count() + known.origins.entry_count()
    }

    /// What is about to be read at `now`.
    pub(super) fn reading(&self, now: Time) -> Reading {
        Reading {
            at: now,
            n_changes: self.0.n_changes.load(Ordering::Acquire),
        }
    }

    fn is_overtaken(&self, reading: Reading) -> bool {
        self.0.n_changes.load(Ordering::Acquire) != reading.n_changes
    }

    /// The site of an id, which is used at `now`.
    pub(super) fn site(&self, id: SiteId, now: Time) -> Option<Arc<Held>> {
        let held = self.0.sites.get(&id)?;
        held.used_at.store(now.micros(), Ordering::Relaxed);
        Some(held)
    }

    /// The site that was known by `host`.
    pub(super) fn id_of(&self, host: &str) -> Option<SiteId> {
        self.0.hosts.get(host)
    }

    /// Whether `host` was no site's a moment ago.
    pub(super) fn is_stranger(&self, host: &str, now: Time) -> bool {
        let asked = self.0.strangers.get(host);
        asked.is_some_and(|asked| is_younger(asked.micros(), now, MIN_AGE_MICROS))
    }

    pub(super) fn of_origin(&self, origin: &Option<String>) -> Option<Arc<OfOrigin>> {
        self.0.origins.get(origin)
    }

    /// All sites that were named since `time`.
    pub(super) fn used_since(&self, time: Time) -> Vec<Arc<Held>> {
        let all = self.0.sites.iter().map(|(_, held)| held);
        all.filter(|held| held.is_used_since(time)).collect()
    }

    /// Take over a site as it was read, and drop from `pages` what was rendered under other settings.
    pub(super) fn learn(&self, site: Site, reading: Reading, pages: &PageCache) -> Arc<Site> {
        let known = self.0.sites.get(&site.id);
        if let Some(known) = &known
            && known.site.version >= site.version
        {
            // What is older was read before what is held.
            if known.site.version == site.version {
                self.confirm(known, reading);
            }
            return Arc::clone(&known.site);
        }
        if known.is_some() {
            pages.forget_site(site.id);
        }
        let confirmed_at = match self.is_overtaken(reading) {
            true => NEVER,
            false => reading.at.micros(),
        };
        let held = Arc::new(Held {
            site: Arc::new(site),
            confirmed_at: AtomicI64::new(confirmed_at),
            used_at: AtomicI64::new(reading.at.micros()),
        });
        let site = Arc::clone(&held.site);
        self.0.hosts.insert(site.host.clone(), site.id);
        self.0.sites.insert(site.id, held);
        site
    }

    /// Nothing had changed at `held` when it was asked for.
    pub(super) fn confirm(&self, held: &Held, reading: Reading) {
        if !self.is_overtaken(reading) {
            let at = reading.at.micros();
            held.confirmed_at.fetch_max(at, Ordering::AcqRel);
        }
    }

    /// Nobody has the site `id`.
    pub(super) fn forget(&self, id: SiteId) {
        self.0.sites.invalidate(&id);
    }

    /// No site has the host.
    pub(super) fn learn_stranger(&self, host: String, reading: Reading) {
        self.0.hosts.invalidate(&host);
        self.0.strangers.insert(host, reading.at);
    }

    /// Take over which sites an origin may act on.
    pub(super) fn learn_origin(
        &self,
        origin: Option<String>,
        sites: Vec<SiteId>,
        reading: Reading,
    ) -> Arc<OfOrigin> {
        let known = Arc::new(OfOrigin {
            sites,
            asked_at: reading.at,
        });
        if !self.is_overtaken(reading) {
            self.0.origins.insert(origin, Arc::clone(&known));
        }
        known
    }
}
