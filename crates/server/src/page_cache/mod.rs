//! Threads, rendered once and served to everyone.
//!
//! A page's *slot* knows which version the page has; a *variant* is one way to show the page
//! (sort, cursor, HTML or JSON) with its last rendering; the *front* leads from the raw address of
//! a request to its variant, so that a hit reads one clock and parses nothing.
//!
//! A commit raises the versions of the slots that are held. What a moderator or an author took
//! away raises `urgent`: an older rendering is never shown again. Anything else folds: a variant is
//! rendered a few times in quick succession, then at most [`PERIOD`] apart, and meanwhile readers
//! get the bytes before. A rendering carries the version of the transaction that it read, so one
//! that began before a commit never counts as newer than what it read.

mod entry;
mod slot;

use std::future::Future;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use moka::sync::Cache;
use rejoinder_core::{CommentId, Site, SiteId, ThreadQuery, Time};

pub(crate) use entry::{Encoding, Entry, Rendered};
pub(crate) use slot::Slot;
use slot::Slots;

/// On a busy page renderings of a variant are so far apart.
const PERIOD: Duration = Duration::from_millis(250);

/// So many renderings of a variant may come at once, before they are spread by [`PERIOD`].
const BURST: u32 = 8;

/// After so long the store is asked whether another process has changed the page.
const CHECK_AFTER: Duration = Duration::from_secs(2);

/// After so long a page is rendered again, because time itself changes it: scores come out of
/// hiding, pages close.
const RENDER_AFTER: Duration = Duration::from_secs(60);

/// So many ways to show one page are kept.
const MAX_VARIANTS: usize = 64;

/// What addresses may take, in bytes.
const FRONT_BYTES: u64 = 4 << 20;

/// Threads, rendered once and served to everyone.
#[derive(Clone)]
pub struct PageCache(Arc<Shelves>);

struct Shelves {
    slots: Slots,
    variants: Cache<(u64, Shape), Arc<Variant>>,
    front: Cache<String, Weak<Variant>>,
    aliases: Cache<(SiteId, String), String>,
}

/// The form in which a thread is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// An HTML fragment for the widget.
    Fragment,
    /// JSON.
    Json,
    /// A whole page.
    Page,
    /// An article of the publication with its thread.
    Article,
}

/// One way to show a page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Shape {
    pub(crate) form: Form,
    /// The server's own address, which links in the bytes begin with.
    pub(crate) base: Arc<str>,
    pub(crate) query: ThreadQuery,
    /// The comment under which the form stands.
    pub(crate) reply: Option<CommentId>,
    /// The comment that a link pointed to.
    pub(crate) marked: Option<CommentId>,
}

/// Where renderings come from.
pub(crate) trait Source {
    /// The page's version now.
    fn version(&self, slot: &Slot) -> impl Future<Output = Result<i64, PageError>> + Send;

    /// The page as it is now.
    fn render(
        &self,
        slot: &Slot,
        shape: &Shape,
    ) -> impl Future<Output = Result<Rendered, PageError>> + Send;
}

/// Why a page could not be rendered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    /// The store, or what was asked for, stood in the way.
    #[error("the thread could not be read")]
    Store(#[from] store::StoreError),
    /// Something here did.
    #[error("the thread could not be rendered: {0}")]
    Broken(Box<dyn std::error::Error + Send + Sync>),
}

impl PageError {
    pub(crate) fn broken(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Broken(cause.into())
    }
}

/// A way to show a page, with its last rendering.
pub(crate) struct Variant {
    pub(crate) slot: Arc<Slot>,
    shape: Shape,
    last: RwLock<Option<Arc<Entry>>>,
    /// Held by the one who renders.
    flight: tokio::sync::Mutex<()>,
    /// When the next rendering would be due if they were evenly spread, in microseconds.
    due_at: AtomicI64,
    is_kept: bool,
}

/// What a variant's last rendering is good for.
enum Look {
    /// It may be shown.
    Good(Arc<Entry>),
    /// It may be shown, but whoever comes first should render anew.
    Old(Arc<Entry>),
    /// It may be shown, but whoever comes first should ask for the version.
    Unsure(Arc<Entry>),
    /// There is none that may be shown.
    None,
}

impl Variant {
    fn last(&self) -> Option<Arc<Entry>> {
        self.last
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn look(&self, now: Time) -> Look {
        let Some(entry) = self.last() else {
            return Look::None;
        };
        let slot = &self.slot;
        if slot.is_forgotten() || entry.version < slot.urgent.load(Ordering::Acquire) {
            return Look::None;
        }
        let is_behind = entry.version < slot.latest.load(Ordering::Acquire);
        let is_old = is_behind || now.since(entry.rendered_at) > RENDER_AFTER;
        if is_old && self.may_render(now) {
            return Look::Old(entry);
        }
        let checked_at = Time::from_micros(slot.checked_at.load(Ordering::Acquire));
        if !is_behind && now.since(checked_at) > CHECK_AFTER {
            return Look::Unsure(entry);
        }
        Look::Good(entry)
    }

    fn may_render(&self, now: Time) -> bool {
        let ahead = micros(PERIOD) * i64::from(BURST - 1);
        self.due_at.load(Ordering::Acquire) <= now.micros() + ahead
    }

    fn note_rendering(&self, now: Time) {
        let next = |due: i64| Some(due.max(now.micros()) + micros(PERIOD));
        let _ = self
            .due_at
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, next);
    }

    fn weight(&self) -> u32 {
        let bytes = self.last().map_or(0, |entry| entry.weight());
        u32::try_from(bytes + 512).unwrap_or(u32::MAX)
    }
}

impl Drop for Variant {
    fn drop(&mut self) {
        if self.is_kept {
            self.slot.n_variants.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl PageCache {
    /// A cache that holds about `max_bytes` of renderings.
    pub fn new(max_bytes: u64) -> Self {
        let variants = Cache::builder()
            .max_capacity(max_bytes)
            .weigher(|_, variant: &Arc<Variant>| variant.weight())
            .build();
        let front = Cache::builder()
            .max_capacity(FRONT_BYTES)
            .weigher(|raw: &String, _| u32::try_from(raw.len() + 128).unwrap_or(u32::MAX))
            .build();
        let aliases = Cache::new(10_000);
        Self(Arc::new(Shelves {
            slots: Slots::default(),
            variants,
            front,
            aliases,
        }))
    }

    /// What the store is to call with the changes of each commit.
    pub fn on_commit(&self) -> store::Hook {
        let pages = self.clone();
        Arc::new(move |changes| {
            for change in changes {
                pages.raise(
                    change.site,
                    change.key.as_str(),
                    change.version,
                    change.urgent,
                );
            }
        })
    }

    /// A page was changed by a commit.
    pub(crate) fn raise(&self, site: SiteId, key: &str, version: i64, urgent: bool) {
        if let Some(slot) = self.0.slots.held_of(site, key) {
            slot.raise(version, urgent);
        }
    }

    /// Whoever reads the page next sees it as it is now.
    pub(crate) fn hasten(&self, site: SiteId, key: &str) {
        if let Some(slot) = self.0.slots.held_of(site, key) {
            slot.raise(slot.latest.load(Ordering::Acquire), true);
        }
    }

    /// Drop everything of a site whose settings have changed.
    pub(crate) fn forget_site(&self, site: SiteId) {
        self.0.slots.forget(site);
        self.0.aliases.invalidate_all();
    }

    /// The rendering for a raw address, when it may be shown at once.
    pub(crate) fn hit(
        &self,
        raw: &str,
        encoding: Encoding,
        now: Time,
    ) -> Option<(Arc<Variant>, Arc<Entry>)> {
        let variant = self.0.front.get(raw)?.upgrade()?;
        let entry = match variant.look(now) {
            Look::Good(entry) => entry,
            // Someone is at it already.
            Look::Old(entry) | Look::Unsure(entry) if variant.flight.try_lock().is_err() => entry,
            Look::Old(_) | Look::Unsure(_) | Look::None => return None,
        };
        entry.has(encoding).then_some((variant, entry))
    }

    /// Let `raw` lead to `variant` from now on.
    pub(crate) fn remember(&self, raw: String, variant: &Arc<Variant>) {
        if variant.is_kept {
            self.0.front.insert(raw, Arc::downgrade(variant));
        }
    }

    /// The rendering of a page in a shape: the one that is kept, or a new one.
    pub(crate) async fn get(
        &self,
        site: &Arc<Site>,
        key: &str,
        shape: &Shape,
        encoding: Encoding,
        now: Time,
        source: &impl Source,
    ) -> Result<(Arc<Variant>, Arc<Entry>), PageError> {
        let alias = self.0.aliases.get(&(site.id, key.to_owned()));
        let mut key = alias.unwrap_or_else(|| key.to_owned());
        loop {
            let variant = self.variant(site, &key, shape);
            match self.fresh(&variant, now, source).await? {
                Fresh::Entry(entry) => {
                    self.encode(&variant, &entry, encoding).await?;
                    return Ok((variant, entry));
                }
                // Its versions are told to another slot: that one must have been there before the
                // thread was read.
                Fresh::Elsewhere(canonical) => {
                    self.0.aliases.insert((site.id, key), canonical.clone());
                    key = canonical;
                }
            }
        }
    }

    fn variant(&self, site: &Arc<Site>, key: &str, shape: &Shape) -> Arc<Variant> {
        let slot = self.0.slots.of(site, key);
        if let Some(variant) = self.0.variants.get(&(slot.id, shape.clone())) {
            return variant;
        }
        let is_kept = slot.n_variants.fetch_add(1, Ordering::AcqRel) < MAX_VARIANTS;
        if !is_kept {
            slot.n_variants.fetch_sub(1, Ordering::AcqRel);
        }
        let variant = Arc::new(Variant {
            slot: Arc::clone(&slot),
            shape: shape.clone(),
            last: RwLock::new(None),
            flight: tokio::sync::Mutex::new(()),
            due_at: AtomicI64::new(0),
            is_kept,
        });
        if !is_kept {
            return variant;
        }
        // Two who come at once share the first one's.
        self.0
            .variants
            .get_with((slot.id, shape.clone()), || variant)
    }

    async fn fresh(
        &self,
        variant: &Arc<Variant>,
        now: Time,
        source: &impl Source,
    ) -> Result<Fresh, PageError> {
        let _flight = match variant.look(now) {
            Look::Good(entry) => return Ok(Fresh::Entry(entry)),
            Look::Old(entry) | Look::Unsure(entry) => match variant.flight.try_lock() {
                Ok(flight) => flight,
                Err(_) => return Ok(Fresh::Entry(entry)),
            },
            Look::None => variant.flight.lock().await,
        };
        let kept = match variant.look(now) {
            Look::Good(entry) => return Ok(Fresh::Entry(entry)),
            Look::Unsure(entry) => {
                let version = source.version(&variant.slot).await;
                variant
                    .slot
                    .checked_at
                    .fetch_max(now.micros(), Ordering::AcqRel);
                match version {
                    Ok(version) if version <= entry.version => return Ok(Fresh::Entry(entry)),
                    Ok(version) => variant.slot.raise(version, true),
                    Err(_) => return Ok(Fresh::Entry(entry)),
                }
                None
            }
            Look::Old(entry) => Some(entry),
            Look::None => None,
        };
        match (self.render(variant, now, source).await, kept) {
            // Old bytes are better than none, as long as nothing had to vanish from them.
            (Err(PageError::Store(_)), Some(entry)) => Ok(Fresh::Entry(entry)),
            (rendered, _) => rendered,
        }
    }

    async fn render(
        &self,
        variant: &Arc<Variant>,
        now: Time,
        source: &impl Source,
    ) -> Result<Fresh, PageError> {
        variant.note_rendering(now);
        let rendered = source.render(&variant.slot, &variant.shape).await?;
        if let Some(canonical) = &rendered.canonical
            && *canonical != variant.slot.key
        {
            return Ok(Fresh::Elsewhere(canonical.clone()));
        }
        let entry = Arc::new(Entry::new(rendered, now)?);
        variant.slot.raise(entry.version, false);
        variant
            .slot
            .checked_at
            .fetch_max(now.micros(), Ordering::AcqRel);
        let shown = Some(Arc::clone(&entry));
        *variant.last.write().unwrap_or_else(PoisonError::into_inner) = shown;
        self.weigh(variant);
        Ok(Fresh::Entry(entry))
    }

    /// Compress `entry` for `encoding`, once, where it does not hold up other requests.
    async fn encode(
        &self,
        variant: &Arc<Variant>,
        entry: &Arc<Entry>,
        encoding: Encoding,
    ) -> Result<(), PageError> {
        if entry.has(encoding) {
            return Ok(());
        }
        let _flight = variant.flight.lock().await;
        if entry.has(encoding) {
            return Ok(());
        }
        let shared = Arc::clone(entry);
        let encoded = tokio::task::spawn_blocking(move || shared.encode(encoding)).await;
        encoded.map_err(PageError::broken)??;
        self.weigh(variant);
        Ok(())
    }

    /// Tell the cache how much the variant weighs now.
    fn weigh(&self, variant: &Arc<Variant>) {
        if variant.is_kept {
            let name = (variant.slot.id, variant.shape.clone());
            self.0.variants.insert(name, Arc::clone(variant));
        }
    }
}

enum Fresh {
    Entry(Arc<Entry>),
    /// The page is known by this; start again there.
    Elsewhere(String),
}

#[cfg(test)]
mod tests;
