//! The sites that are in use, held in memory: nearly every request names one, and they change rarely.
//!
//! A site is read when it is named, and asked for again when two seconds have gone by. Those that are named all
//! the time are asked for by their versions alone, all at once and before anybody would wait for it. A
//! change is heard of at once: one that was made here before its writer is answered, one of another node by
//! a notice.

mod known;
#[cfg(test)]
mod tests;
mod turns;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use rejoinder_core::{Clock, Site, SiteId, Time, publication::origin};
use store::publication::sites;
use store::{Store, StoreError};

use self::known::{Held, OfOrigin};
use self::turns::Turns;
use crate::http::error::ApiError;
use crate::http::page_cache::PageCache;

pub use self::known::KnownSites;

/// Those that are in use are asked for again so often.
const REFRESH_MICROS: i64 = known::MAX_AGE_MICROS / 2;

/// So many versions are read at once.
const VERSIONS_AT_ONCE: usize = 1_000;

/// No origin is longer: `https://`, a host, and a port.
const MAX_ORIGIN_BYTES: usize = 8 + 253 + 6;

/// The sites, by host, by id and by origin.
pub(crate) struct Sites {
    known: KnownSites,
    store: Arc<Store>,
    pages: PageCache,
    clock: Arc<dyn Clock>,
    wanted: Turns<Name>,
    wanted_origins: Turns<Option<String>>,
    refreshed_at: AtomicI64,
    is_refreshing: Arc<AtomicBool>,
}

/// What a site is asked for by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Name {
    Host(String),
    Id(SiteId),
}

impl Sites {
    /// Those in `store`, held in `known`; of each that changes, what `pages` has is forgotten.
    pub(crate) fn new(
        known: KnownSites,
        store: Arc<Store>,
        pages: PageCache,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            known,
            store,
            pages,
            clock,
            wanted: Turns::default(),
            wanted_origins: Turns::default(),
            refreshed_at: AtomicI64::default(),
            is_refreshing: Arc::default(),
        }
    }

    /// The site of `host`, as clients name it.
    pub(crate) async fn named(&self, host: &str) -> Result<Arc<Site>, ApiError> {
        let host = origin::parse_host(host).map_err(|_| ApiError::site_unknown())?;
        self.find(Name::Host(host)).await
    }

    /// The site of an id.
    pub(crate) async fn by_id(&self, id: SiteId) -> Result<Arc<Site>, ApiError> {
        self.find(Name::Id(id)).await
    }

    /// Whether any site lists `origin`.
    pub(crate) async fn is_listed(&self, origin: &str) -> Result<bool, ApiError> {
        if origin.len() > MAX_ORIGIN_BYTES {
            return Ok(false);
        }
        let open = self.of_origin(Some(origin.to_owned())).await?;
        Ok(!open.sites.is_empty())
    }

    /// The only site that pages of `origin` may act on, or the only one that there is, without an origin.
    /// None where there are more.
    pub(crate) async fn only_one_open_to(
        &self,
        origin: Option<&str>,
    ) -> Result<Option<Arc<Site>>, ApiError> {
        if origin.is_some_and(|origin| origin.len() > MAX_ORIGIN_BYTES) {
            return Ok(None);
        }
        let open = self.of_origin(origin.map(str::to_owned)).await?;
        match open.sites.as_slice() {
            [only] => self.by_id(*only).await.map(Some),
            _ => Ok(None),
        }
    }

    /// The site of a name: as it is held, or else as the store has it. While the store cannot be reached,
    /// one that was known stays known.
    async fn find(&self, name: Name) -> Result<Arc<Site>, ApiError> {
        let now = self.clock.steady();
        self.refresh(now);
        let held = match self.remember(&name, now) {
            Remembered::Good(held) => return Ok(Arc::clone(&held.site)),
            Remembered::Nobody => return Err(ApiError::site_unknown()),
            Remembered::Old(held) => Some(held),
            Remembered::Nothing => None,
        };
        let asked = tokio::select! {
            biased;
            asked = self.ask(name) => Some(asked),
            () = self.store.silence(), if held.is_some() => None,
        };
        match (asked, held) {
            (Some(Ok(found)), _) => found.ok_or_else(ApiError::site_unknown),
            (_, Some(held)) => Ok(Arc::clone(&held.site)),
            (Some(Err(error)), None) => Err(error.into()),
            // Only who knows something does not wait.
            (None, None) => Err(ApiError::unavailable()),
        }
    }

    fn remember(&self, name: &Name, now: Time) -> Remembered {
        let held = match name {
            Name::Host(host) => {
                let held = self.known.id_of(host);
                let held = held.and_then(|id| self.known.site(id, now));
                held.filter(|held| held.site.host == *host)
            }
            Name::Id(id) => self.known.site(*id, now),
        };
        match (held, name) {
            (Some(held), _) if held.is_good(now) => Remembered::Good(held),
            (Some(held), _) => Remembered::Old(held),
            (None, Name::Host(host)) if self.known.is_stranger(host, now) => Remembered::Nobody,
            (None, _) => Remembered::Nothing,
        }
    }

    /// Ask the store for `name`, together with what others want to know.
    async fn ask(&self, name: Name) -> Result<Option<Arc<Site>>, StoreError> {
        let turn = self.wanted.turn(&name).await;
        let now = self.clock.steady();
        match self.remember(&name, now) {
            Remembered::Good(held) => return Ok(Some(Arc::clone(&held.site))),
            Remembered::Nobody => return Ok(None),
            Remembered::Old(_) | Remembered::Nothing => {}
        }
        let all = self.wanted.all(&turn, name.clone());
        let reading = self.known.reading(now);
        let read = self.store.read(move |tx| {
            let found = all.iter().map(|name| {
                let site = match name {
                    Name::Host(host) => sites::by_host(tx, host)?,
                    Name::Id(id) => sites::by_id(tx, *id)?,
                };
                Ok((name.clone(), site))
            });
            found.collect::<store::Result<Vec<_>>>()
        });
        let mut asked_for = None;
        for (one, site) in read.await? {
            let is_asked_for = one == name;
            let site = match (site, one) {
                (Some(site), _) => Some(self.known.learn(site, reading, &self.pages)),
                (None, Name::Host(host)) => {
                    self.known.learn_stranger(host, reading);
                    None
                }
                (None, Name::Id(id)) => {
                    self.known.forget(id);
                    None
                }
            };
            if is_asked_for {
                asked_for = site;
            }
        }
        Ok(asked_for)
    }

    /// Which sites `origin` may act on. While the store cannot be reached, what was known stays known.
    async fn of_origin(&self, origin: Option<String>) -> Result<Arc<OfOrigin>, ApiError> {
        let known = self.known.of_origin(&origin);
        if let Some(known) = known.as_ref()
            && known.is_good(self.clock.steady())
        {
            return Ok(Arc::clone(known));
        }
        let asked = tokio::select! {
            biased;
            asked = self.ask_for_origin(origin) => Some(asked),
            () = self.store.silence(), if known.is_some() => None,
        };
        match (asked, known) {
            (Some(Ok(open)), _) => Ok(open),
            (_, Some(known)) => Ok(known),
            (Some(Err(error)), None) => Err(error.into()),
            (None, None) => Err(ApiError::unavailable()),
        }
    }

    /// Ask the store for `origin`, together with what others want to know.
    async fn ask_for_origin(&self, origin: Option<String>) -> Result<Arc<OfOrigin>, StoreError> {
        let turn = self.wanted_origins.turn(&origin).await;
        let now = self.clock.steady();
        let known = self.known.of_origin(&origin);
        if let Some(known) = known.filter(|known| known.is_good(now)) {
            return Ok(known);
        }
        let all = self.wanted_origins.all(&turn, origin.clone());
        let reading = self.known.reading(now);
        let read = self.store.read(move |tx| {
            let open = all.iter().map(|origin| {
                let sites = match origin {
                    Some(origin) => sites::of_origin(tx, origin, 2)?,
                    None => sites::ids(tx, None, 2)?,
                };
                Ok((origin.clone(), sites))
            });
            open.collect::<store::Result<Vec<_>>>()
        });
        let mut asked_for = None;
        for (one, sites) in read.await? {
            let is_asked_for = one == origin;
            let open = self.known.learn_origin(one, sites, reading);
            if is_asked_for {
                asked_for = Some(open);
            }
        }
        let missing = || StoreError::Internal("an origin was not asked for".into());
        asked_for.ok_or_else(missing)
    }

    /// Ask for the versions of the sites that are in use, now and then, while nobody waits for it.
    fn refresh(&self, now: Time) {
        let last = self.refreshed_at.load(Ordering::Acquire);
        if now.micros() - last < REFRESH_MICROS
            || self.store.is_silent()
            || self.is_refreshing.swap(true, Ordering::AcqRel)
        {
            return;
        }
        self.refreshed_at.store(now.micros(), Ordering::Release);
        let refreshing = Refreshing {
            known: self.known.clone(),
            store: Arc::clone(&self.store),
            pages: self.pages.clone(),
            since: Time::from_micros(last.max(now.micros() - known::MAX_AGE_MICROS)),
            now,
            is_refreshing: Arc::clone(&self.is_refreshing),
        };
        tokio::spawn(async move {
            if let Err(error) = refreshing.run().await {
                tracing::debug!(%error, "The sites in use are asked for one by one");
            }
        });
    }
}

/// What is remembered of a name.
enum Remembered {
    Good(Arc<Held>),
    /// It has to be asked for again.
    Old(Arc<Held>),
    /// No site had it a moment ago.
    Nobody,
    Nothing,
}

/// Asking for the versions of the sites in use.
struct Refreshing {
    known: KnownSites,
    store: Arc<Store>,
    pages: PageCache,
    since: Time,
    now: Time,
    is_refreshing: Arc<AtomicBool>,
}

impl Refreshing {
    async fn run(&self) -> Result<(), StoreError> {
        let used = self.known.used_since(self.since);
        for some in used.chunks(VERSIONS_AT_ONCE) {
            self.confirm(some).await?;
        }
        Ok(())
    }

    /// Find out which of `held` have changed, and read those.
    async fn confirm(&self, held: &[Arc<Held>]) -> Result<(), StoreError> {
        let reading = self.known.reading(self.now);
        let ids: Vec<SiteId> = held.iter().map(|held| held.site.id).collect();
        let read = self.store.read(move |tx| sites::versions(tx, &ids));
        let versions: HashMap<SiteId, i64> = read.await?.into_iter().collect();
        let mut changed = Vec::new();
        for held in held {
            match versions.get(&held.site.id) {
                Some(version) if *version == held.site.version => {
                    self.known.confirm(held, reading);
                }
                Some(_) => changed.push(held.site.id),
                None => self.known.forget(held.site.id),
            }
        }
        if changed.is_empty() {
            return Ok(());
        }
        let read = self.store.read(move |tx| {
            let each = changed.iter().map(|id| sites::by_id(tx, *id));
            each.collect::<store::Result<Vec<_>>>()
        });
        for site in read.await?.into_iter().flatten() {
            self.known.learn(site, reading, &self.pages);
        }
        Ok(())
    }
}

impl Drop for Refreshing {
    fn drop(&mut self) {
        self.is_refreshing.store(false, Ordering::Release);
    }
}
