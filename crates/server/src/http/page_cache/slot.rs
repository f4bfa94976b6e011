//! What is known of a page's version, shared by all renderings of the page.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use rejoinder_core::{PageKey, Site, SiteId, Time};

/// What the slot of a whole site is known by; no page can be.
pub(crate) const WHOLE_SITE: &str = "\u{1}";

/// A page that someone has asked for, or the whole of a site.
pub(crate) struct Slot {
    pub(super) id: u64,
    /// The site, with the settings that the page is rendered under.
    pub(crate) site: Arc<Site>,
    /// What the page was asked for by.
    pub(crate) key: String,
    /// The version that the last commit gave the page.
    pub(super) latest: AtomicI64,
    /// The version before which nothing may be shown any more.
    pub(super) urgent: AtomicI64,
    /// When the store was last asked for the version, in microseconds.
    checked_at: AtomicI64,
    /// When it last said it.
    answered_at: AtomicI64,
    pub(super) n_variants: AtomicUsize,
    is_forgotten: AtomicBool,
}

impl Slot {
    /// The page that the slot stands for, of one that was asked for as `asked`: an alias leads to a slot of
    /// another name.
    pub(crate) fn page(&self, asked: &PageKey) -> PageKey {
        match self.key == asked.as_str() {
            true => asked.clone(),
            false => PageKey::stored(self.key.clone(), None),
        }
    }

    /// When the store was last asked for the version.
    pub(super) fn checked_at(&self) -> Time {
        Time::from_micros(self.checked_at.load(Ordering::Acquire))
    }

    /// When the store last said it.
    pub(super) fn answered_at(&self) -> Time {
        Time::from_micros(self.answered_at.load(Ordering::Acquire))
    }

    /// The store was asked for the version at `now`.
    pub(super) fn note_check(&self, now: Time) {
        self.checked_at.fetch_max(now.micros(), Ordering::AcqRel);
    }

    /// It said it.
    pub(super) fn note_answer(&self, now: Time) {
        self.answered_at.fetch_max(now.micros(), Ordering::AcqRel);
    }

    pub(super) fn is_forgotten(&self) -> bool {
        self.is_forgotten.load(Ordering::Acquire)
    }

    /// The version by the last commit. For a whole site it is counted here and starts anew with the
    /// process, so it must be read before what is rendered.
    pub(crate) fn latest(&self) -> i64 {
        self.latest.load(Ordering::Acquire)
    }

    /// Something at the site was changed by a commit.
    pub(super) fn raise_by_one(&self, urgent: bool) {
        let version = self.latest.fetch_add(1, Ordering::AcqRel) + 1;
        if urgent {
            self.urgent.fetch_max(version, Ordering::AcqRel);
        }
    }

    pub(super) fn raise(&self, version: i64, urgent: bool) {
        if urgent {
            self.urgent.fetch_max(version, Ordering::AcqRel);
        }
        self.latest.fetch_max(version, Ordering::AcqRel);
    }
}

type Key = (SiteId, String);

/// Every slot that anyone holds, so that a commit reaches each of them, even one whose renderings
/// the cache has let go while a request still holds it.
#[derive(Default)]
pub(super) struct Slots {
    held: Mutex<Held>,
    last_id: AtomicU64,
}

#[derive(Default)]
struct Held {
    slots: HashMap<Key, Weak<Slot>>,
    n_after_sweep: usize,
}

impl Held {
    /// Let go of the names of slots that nobody holds, at a cost that is constant per slot.
    fn sweep(&mut self) {
        if self.slots.len() > 1_024 + 2 * self.n_after_sweep {
            self.slots.retain(|_, slot| slot.strong_count() > 0);
            self.n_after_sweep = self.slots.len();
        }
    }
}

impl Slots {
    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The slot of a page: the one that is held, or a new one where that is of a site as it was before.
    pub(super) fn of(&self, site: &Arc<Site>, key: &str) -> Arc<Slot> {
        let name = (site.id, key.to_owned());
        let mut held = self.held();
        let known = held.slots.get(&name).and_then(Weak::upgrade);
        if let Some(slot) = known.filter(|slot| !slot.is_forgotten()) {
            if slot.site.version >= site.version {
                return slot;
            }
            slot.is_forgotten.store(true, Ordering::Release);
        }
        held.sweep();
        let slot = Arc::new(Slot {
            id: self.last_id.fetch_add(1, Ordering::Relaxed),
            site: Arc::clone(site),
            key: key.to_owned(),
            latest: AtomicI64::new(0),
            urgent: AtomicI64::new(0),
            checked_at: AtomicI64::new(0),
            answered_at: AtomicI64::new(0),
            n_variants: AtomicUsize::new(0),
            is_forgotten: AtomicBool::new(false),
        });
        held.slots.insert(name, Arc::downgrade(&slot));
        slot
    }

    /// The slot of a page, if anyone holds it.
    pub(super) fn held_of(&self, site: SiteId, key: &str) -> Option<Arc<Slot>> {
        self.held()
            .slots
            .get(&(site, key.to_owned()))
            .and_then(Weak::upgrade)
    }

    /// Nothing that was rendered for `site` may be shown any more.
    pub(super) fn forget(&self, site: SiteId) {
        for (_, slot) in self.held().slots.extract_if(|name, _| name.0 == site) {
            if let Some(slot) = slot.upgrade() {
                slot.is_forgotten.store(true, Ordering::Release);
            }
        }
    }
}
