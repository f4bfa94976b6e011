//! The sites, held in memory: nearly every request names one, and they change rarely.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use rejoinder_core::{Clock, Site, SiteId, Time, publication::origin};
use store::Store;
use store::publication::sites;

use crate::http::error::ApiError;
use crate::http::page_cache::PageCache;

/// Another process may change a site; here it is known after so many microseconds.
const MAX_AGE_MICROS: i64 = 2_000_000;

/// A host that is not known is asked for again no sooner.
const MIN_AGE_MICROS: i64 = 100_000;

/// All sites, as they were a moment ago.
pub(crate) struct Sites {
    store: Arc<Store>,
    pages: PageCache,
    clock: Arc<dyn Clock>,
    known: RwLock<Arc<Vec<Arc<Site>>>>,
    read_at: AtomicI64,
    reading: tokio::sync::Mutex<()>,
}

impl Sites {
    /// Those in `store`; of each that changes, what `pages` has is forgotten.
    pub(crate) fn new(store: Arc<Store>, pages: PageCache, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            pages,
            clock,
            known: RwLock::default(),
            read_at: AtomicI64::default(),
            reading: tokio::sync::Mutex::default(),
        }
    }

    fn known(&self) -> Arc<Vec<Arc<Site>>> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_older(&self, age: i64, now: Time) -> bool {
        now.micros() - self.read_at.load(Ordering::Acquire) > age
    }

    /// Whether a page of `origin` may act on any site. Says nothing about which.
    pub(crate) fn any_allows(&self, origin: &str) -> bool {
        self.known().iter().any(|site| site.allows(origin))
    }

    /// The site of `host`, as clients name it.
    pub(crate) async fn named(&self, host: &str) -> Result<Arc<Site>, ApiError> {
        let host = origin::parse_host(host).map_err(|_| ApiError::site_unknown())?;
        self.look_again().await?;
        let find = || self.known().iter().find(|site| site.host == host).cloned();
        if let Some(site) = find() {
            return Ok(site);
        }
        self.read_again(MIN_AGE_MICROS).await?;
        find().ok_or_else(ApiError::site_unknown)
    }

    /// The site of an id.
    pub(crate) async fn by_id(&self, id: SiteId) -> Result<Arc<Site>, ApiError> {
        self.look_again().await?;
        let known = self.known();
        let found = known.iter().find(|site| site.id == id).cloned();
        found.ok_or_else(ApiError::site_unknown)
    }

    /// Whether any site lists `origin`. While the store cannot be reached, those that were known say so;
    /// where none is known yet, nobody knows.
    pub(crate) async fn is_listed(&self, origin: &str) -> Result<bool, ApiError> {
        self.look_again().await?;
        if self.any_allows(origin) {
            return Ok(true);
        }
        self.read_again(MIN_AGE_MICROS).await?;
        Ok(self.any_allows(origin))
    }

    /// The sites that pages of `origin` may act on; all of them without an origin.
    pub(crate) async fn open_to(&self, origin: Option<&str>) -> Result<Vec<Arc<Site>>, ApiError> {
        self.look_again().await?;
        let all = self.known();
        let open = all
            .iter()
            .filter(|site| origin.is_none_or(|origin| site.allows(origin)));
        Ok(open.cloned().collect())
    }

    /// Take over at once what was changed here; other nodes hear of it within two seconds.
    pub(crate) async fn learn_now(&self) -> Result<(), ApiError> {
        let _reading = self.reading.lock().await;
        let read = self.store.read(sites::list).await?;
        self.learn(read);
        Ok(())
    }

    /// Read the sites now and then. One request does so; those that come meanwhile find the sites as they
    /// were.
    async fn look_again(&self) -> Result<(), ApiError> {
        if !self.is_older(MAX_AGE_MICROS, self.clock.steady()) {
            return Ok(());
        }
        let is_being_read = self.reading.try_lock().is_err();
        if is_being_read && !self.known().is_empty() {
            return Ok(());
        }
        self.read_again(MAX_AGE_MICROS).await
    }

    /// Read the sites again if they were last read longer ago than `age`. While the store cannot
    /// be reached, those that were known stay known.
    async fn read_again(&self, age: i64) -> Result<(), ApiError> {
        if !self.is_older(age, self.clock.steady()) {
            return Ok(());
        }
        let _reading = self.reading.lock().await;
        let now = self.clock.steady();
        if !self.is_older(age, now) {
            return Ok(());
        }
        let is_any_known = !self.known().is_empty();
        let read = tokio::select! {
            biased;
            read = self.store.read(sites::list) => Some(read),
            () = self.store.silence(), if is_any_known => None,
        };
        match read {
            Some(Ok(read)) => self.learn(read),
            Some(Err(error)) if !is_any_known => return Err(error.into()),
            Some(Err(_)) | None => {}
        }
        self.read_at.store(now.micros(), Ordering::Release);
        Ok(())
    }

    /// Take over the sites as they are now; what was rendered under other settings is dropped.
    fn learn(&self, read: Vec<Site>) {
        let before: HashMap<SiteId, Arc<Site>> = self
            .known()
            .iter()
            .map(|site| (site.id, Arc::clone(site)))
            .collect();
        let mut changed = Vec::new();
        let now = read
            .into_iter()
            .map(|site| match before.get(&site.id) {
                Some(known) if **known == site => Arc::clone(known),
                Some(_) => {
                    changed.push(site.id);
                    Arc::new(site)
                }
                None => Arc::new(site),
            })
            .collect();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(now);
        for site in changed {
            self.pages.forget_site(site);
        }
    }
}
