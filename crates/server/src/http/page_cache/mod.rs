//! Threads, rendered once and served to everyone.
//!
//! A page's *slot* knows which version the page has; a *variant* is one way to show the page
//! (sort, cursor, HTML or JSON) with its last rendering; the *front* leads from the raw address of
//! a request to its variant, so that a hit reads one clock and parses nothing.
//!
//! A commit raises the versions of the slots that are held. What a moderator or an author took
//! away raises `urgent`: an older rendering is never shown again. Anything else folds: a variant is
//! rendered a few times in quick succession, then a few times a second at most, and meanwhile
//! readers get the bytes before. A rendering carries the version of the transaction that it read,
//! so one that began before a commit never counts as newer than what it read.

mod entry;
mod problem;
mod slot;
mod source;
mod variant;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use moka::sync::Cache;
use rejoinder_core::{Site, SiteId, Time};
use store::funding;

pub(crate) use entry::{Encoding, Entry, Rendered, Validators};
pub(crate) use problem::PageError;
use slot::Slots;
pub(crate) use slot::{Slot, WHOLE_SITE};
use source::unless_silent;
pub(crate) use source::{Source, TurnOf, Turns};
pub(crate) use variant::{Form, FundingForm, FundingOf, Shape};
use variant::{Keeping, Look, Variant};

/// So many unusual ways to show one page are kept.
const MAX_VARIANTS: usize = 64;

/// So many ways to show what is about a whole site are kept.
const MAX_SITE_VARIANTS: usize = 4_096;

/// So many are remembered that someone may be waiting for.
const MAX_PASSING: u64 = 10_000;

/// One in so many hits tells the cache that the variant is in use, so that it stays.
const TOUCH_EVERY: i64 = 64;

/// What addresses may take, in bytes.
const FRONT_BYTES: u64 = 4 << 20;

/// For how long a page is shown that the store could not confirm meanwhile.
const MAX_STALE: Duration = Duration::from_secs(3_600);

/// The time of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// By the calendar.
    pub(crate) at: Time,
    /// For how long something is good.
    pub(crate) steady: Time,
}

/// Threads, rendered once and served to everyone.
#[derive(Clone)]
pub struct PageCache(Arc<Shelves>);

struct Shelves {
    slots: Slots,
    max_stale: Duration,
    variants: Cache<(u64, Shape), Arc<Variant>>,
    /// Those that are not kept, so that all who want one at the same time wait for one rendering.
    passing: Cache<(u64, Shape), Weak<Variant>>,
    front: Cache<String, Weak<Variant>>,
    aliases: Cache<(SiteId, String), String>,
}

impl PageCache {
    /// A cache that holds about `max_bytes` of renderings.
    pub fn new(max_bytes: u64) -> Self {
        Self::stale_for(max_bytes, MAX_STALE)
    }

    /// The same, which shows none for longer than `max_stale` after the store last confirmed it.
    pub fn stale_for(max_bytes: u64, max_stale: Duration) -> Self {
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
            max_stale,
            variants,
            passing: Cache::new(MAX_PASSING),
            front,
            aliases,
        }))
    }

    /// What the store is to call with the changes of each commit.
    pub fn on_commit(&self) -> store::CommitHook {
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
        if let Some(slot) = self.0.slots.held_of(site, WHOLE_SITE) {
            slot.raise_by_one(urgent);
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

    /// The rendering for a raw address, when it may be shown at once: any that may be shown at all while
    /// `is_silent`, since the store does not answer.
    pub(crate) fn hit(
        &self,
        raw: &str,
        encoding: Encoding,
        now: Time,
        is_silent: bool,
    ) -> Option<(Arc<Variant>, Arc<Entry>)> {
        let variant = self.0.front.get(raw)?.upgrade()?;
        let entry = match variant.look(now, self.0.max_stale) {
            Look::Good(entry) => entry,
            Look::Old(entry) | Look::Unsure(entry) if is_silent => entry,
            // Someone is at it already.
            Look::Old(entry) | Look::Unsure(entry) if variant.flight.try_lock().is_err() => entry,
            Look::Old(_) | Look::Unsure(_) | Look::None => return None,
        };
        if now.micros() % TOUCH_EVERY == 0 {
            self.0
                .variants
                .get(&(variant.slot.id, variant.shape.clone()));
        }
        entry.has(encoding).then_some((variant, entry))
    }

    /// Let `raw` lead to `variant` from now on.
    pub(crate) fn remember(&self, raw: String, variant: &Arc<Variant>) {
        if variant.is_kept() {
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
        now: Moment,
        source: &impl Source,
    ) -> Result<(Arc<Variant>, Arc<Entry>), PageError> {
        let alias = self.0.aliases.get(&(site.id, key.to_owned()));
        let mut key = alias.unwrap_or_else(|| key.to_owned());
        loop {
            let variant = self.variant(site, &key, shape);
            match self.fresh(&variant, now, source).await? {
                Fresh::Entry(entry) => {
                    self.encode(&variant, &entry, encoding, source).await?;
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
        let name = (slot.id, shape.clone());
        if let Some(variant) = self.0.variants.get(&name) {
            return variant;
        }
        let keeping = keeping(&slot, shape);
        let new = Arc::new(Variant::new(slot, shape.clone(), keeping));
        // Two who come at once share the first one's.
        if keeping != Keeping::Passing {
            return self.0.variants.get_with(name, || new);
        }
        loop {
            let shared = self.0.passing.entry(name.clone());
            let is_gone = |variant: &Weak<Variant>| variant.strong_count() == 0;
            let shared = shared.or_insert_with_if(|| Arc::downgrade(&new), is_gone);
            // It may go in between.
            if let Some(variant) = shared.value().upgrade() {
                return variant;
            }
        }
    }

    async fn fresh(
        &self,
        variant: &Arc<Variant>,
        now: Moment,
        source: &impl Source,
    ) -> Result<Fresh, PageError> {
        let look = || variant.look(now.steady, self.0.max_stale);
        let mut turn = None;
        let _flight = match look() {
            Look::Good(entry) => return Ok(Fresh::Entry(entry)),
            Look::Old(entry) | Look::Unsure(entry) => match variant.flight.try_lock() {
                Ok(flight) => flight,
                Err(_) => return Ok(Fresh::Entry(entry)),
            },
            // The turn comes first: whoever others wait for must not wait for what it asked for before.
            Look::None => {
                turn = Some(source.turns().turn().await?);
                variant.flight.lock().await
            }
        };
        let has_old = match look() {
            Look::Good(entry) => return Ok(Fresh::Entry(entry)),
            Look::Unsure(entry) => {
                let asked = source.version(&variant.slot);
                let version = unless_silent(source.turns(), asked).await;
                variant.slot.note_check(now.steady);
                let version = match version {
                    Some(Ok(version)) => version,
                    Some(Err(error)) => return look().despite(error),
                    None => return look().despite(PageError::silent()),
                };
                variant.slot.note_answer(now.steady);
                if version <= entry.version {
                    return Ok(Fresh::Entry(entry));
                }
                variant.slot.raise(version, true);
                false
            }
            Look::Old(entry) if source.turns().is_silent() => return Ok(Fresh::Entry(entry)),
            Look::Old(entry) => {
                turn = turn.or_else(|| source.turns().turn_at_once());
                if turn.is_none() {
                    return Ok(Fresh::Entry(entry));
                }
                true
            }
            Look::None => false,
        };
        let turn = match turn {
            Some(turn) => turn,
            None => source.turns().turn().await?,
        };
        let rendering = self.render(variant, now, source, turn);
        if !has_old {
            return rendering.await;
        }
        match unless_silent(source.turns(), rendering).await {
            None => look().despite(PageError::silent()),
            Some(Err(error @ PageError::Store(_))) => look().despite(error),
            Some(rendered) => rendered,
        }
    }

    async fn render<S: Source>(
        &self,
        variant: &Arc<Variant>,
        now: Moment,
        source: &S,
        turn: TurnOf<S>,
    ) -> Result<Fresh, PageError> {
        variant.note_rendering(now.steady);
        let rendered = source.render(&variant.slot, &variant.shape, turn).await?;
        if let Some(canonical) = &rendered.canonical
            && *canonical != variant.slot.key
        {
            return Ok(Fresh::Elsewhere(canonical.clone()));
        }
        let before = variant.last();
        let entry = Arc::new(Entry::new(rendered, now, before.as_deref())?);
        variant.slot.raise(entry.version, false);
        variant.slot.note_check(now.steady);
        variant.slot.note_answer(now.steady);
        variant.show(Arc::clone(&entry));
        self.weigh(variant);
        Ok(Fresh::Entry(entry))
    }

    /// Compress `entry` for `encoding`, once, where it does not hold up other requests.
    async fn encode<S: Source>(
        &self,
        variant: &Arc<Variant>,
        entry: &Arc<Entry>,
        encoding: Encoding,
        source: &S,
    ) -> Result<(), PageError> {
        if entry.has(encoding) {
            return Ok(());
        }
        let turn = source.turns().turn().await?;
        let _flight = variant.flight.lock().await;
        if entry.has(encoding) {
            return Ok(());
        }
        let shared = Arc::clone(entry);
        S::Turns::apart(turn, move || shared.encode(encoding)).await??;
        self.weigh(variant);
        Ok(())
    }

    /// Tell the cache how much the variant weighs now.
    fn weigh(&self, variant: &Arc<Variant>) {
        if variant.is_kept() {
            let name = (variant.slot.id, variant.shape.clone());
            self.0.variants.insert(name, Arc::clone(variant));
        }
    }
}

/// For how long a new variant is to be there. What readers usually see is kept however many other ways
/// to show the page were asked for before.
fn keeping(slot: &Slot, shape: &Shape) -> Keeping {
    let most = match slot.key.as_str() {
        WHOLE_SITE | funding::KEY => MAX_SITE_VARIANTS,
        _ if shape.is_usual(&slot.site.settings) => return Keeping::Usual,
        _ => MAX_VARIANTS,
    };
    if slot.n_variants.fetch_add(1, Ordering::AcqRel) < most {
        return Keeping::Counted;
    }
    slot.n_variants.fetch_sub(1, Ordering::AcqRel);
    Keeping::Passing
}

enum Fresh {
    Entry(Arc<Entry>),
    /// The page is known by this; start again there.
    Elsewhere(String),
}

impl Look {
    /// What may be shown although there is nothing newer, or why not. To be looked for after the wait for
    /// something newer: old bytes are better than none, but something may have had to vanish from them.
    fn despite(self, error: PageError) -> Result<Fresh, PageError> {
        match self {
            Self::Good(entry) | Self::Old(entry) | Self::Unsure(entry) => Ok(Fresh::Entry(entry)),
            Self::None => Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
