//! One way to show a page, and what its last rendering is good for.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rejoinder_core::discussion::feed::{FeedFormat, FeedScope};
use rejoinder_core::recordings::Span;
use rejoinder_core::{CampaignId, CommentId, RecordingId, Settings, ThreadQuery, Time};

use super::{Entry, Slot};

/// On a busy page renderings of a variant are so far apart.
const PERIOD: Duration = Duration::from_millis(250);

/// So many renderings of a variant may come at once, before they are spread by [`PERIOD`].
const BURST: u32 = 8;

/// After so long the store is asked whether another process has changed the page.
const CHECK_AFTER: Duration = Duration::from_secs(2);

/// After so long a page is rendered again, because time itself changes it: scores come out of
/// hiding, pages close.
const RENDER_AFTER: Duration = Duration::from_secs(60);

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
    /// A feed.
    Feed(FeedScope, FeedFormat),
    /// What there is to read of a recording, as an HTML fragment for the widget.
    Along(RecordingId),
    /// The same as a whole page, and the part of it that is marked.
    Recording(RecordingId, Option<Span>),
    /// The passages of an article that are commented on, as JSON.
    Annotations,
    /// The comments on passages as Web Annotations.
    WebAnnotations,
    /// What an article or a site was corrected in: as an HTML fragment, or as a feed.
    Errata(Option<FeedFormat>),
    /// What there is of campaigns.
    Funding(FundingForm, FundingOf),
}

/// The form in which campaigns are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum FundingForm {
    /// The bar as an HTML fragment.
    Bar,
    /// A whole page.
    Page,
    /// The bar as a picture.
    Picture,
    /// JSON.
    Json,
}

/// Whose campaigns are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum FundingOf {
    /// This one.
    Campaign(CampaignId),
    /// The one that is on in the section that this one belongs to.
    Section(CampaignId),
    /// The one that is on everywhere; of JSON, all.
    Site,
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

impl Shape {
    /// What has one form alone at a site, whichever comments a thread shows.
    pub(crate) fn of(form: Form, base: Arc<str>, settings: &Settings) -> Self {
        Self {
            form,
            base,
            query: ThreadQuery::first_page(settings),
            reply: None,
            marked: None,
        }
    }

    /// Whether it is what a site's own pages ask for first, whatever the order.
    pub(super) fn is_usual(&self, settings: &Settings) -> bool {
        let usual = ThreadQuery {
            sort: self.query.sort,
            ..ThreadQuery::first_page(settings)
        };
        let is_part = matches!(self.form, Form::Recording(_, Some(_)));
        self.query == usual && self.reply.or(self.marked).is_none() && !is_part
    }
}

/// For how long a variant is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeping {
    /// As long as the cache has room.
    Usual,
    /// The same, as one of the few unusual ones that are kept of a page.
    Counted,
    /// While someone waits for it.
    Passing,
}

/// A way to show a page, with its last rendering.
pub(crate) struct Variant {
    pub(crate) slot: Arc<Slot>,
    pub(super) shape: Shape,
    last: RwLock<Option<Arc<Entry>>>,
    /// Held by the one who renders.
    pub(super) flight: tokio::sync::Mutex<()>,
    /// When the next rendering would be due if they were evenly spread, in microseconds.
    due_at: AtomicI64,
    keeping: Keeping,
}

/// What a variant's last rendering is good for.
pub(super) enum Look {
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
    pub(super) fn new(slot: Arc<Slot>, shape: Shape, keeping: Keeping) -> Self {
        Self {
            slot,
            shape,
            last: RwLock::new(None),
            flight: tokio::sync::Mutex::new(()),
            due_at: AtomicI64::new(0),
            keeping,
        }
    }

    pub(super) fn is_kept(&self) -> bool {
        self.keeping != Keeping::Passing
    }

    pub(super) fn last(&self) -> Option<Arc<Entry>> {
        self.last
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn look(&self, now: Time, max_stale: Duration) -> Look {
        let Some(entry) = self.last() else {
            return Look::None;
        };
        let slot = &self.slot;
        if slot.is_forgotten() || entry.version < slot.urgent.load(Ordering::Acquire) {
            return Look::None;
        }
        if now.since(slot.answered_at()) > max_stale {
            return Look::None;
        }
        let is_behind = entry.version < slot.latest.load(Ordering::Acquire);
        let is_old = is_behind || now.since(entry.made_at) > RENDER_AFTER;
        if is_old && self.may_render(now) {
            return Look::Old(entry);
        }
        if !is_behind && now.since(slot.checked_at()) > CHECK_AFTER {
            return Look::Unsure(entry);
        }
        Look::Good(entry)
    }

    pub(super) fn show(&self, entry: Arc<Entry>) {
        *self.last.write().unwrap_or_else(PoisonError::into_inner) = Some(entry);
    }

    fn may_render(&self, now: Time) -> bool {
        let ahead = micros(PERIOD) * i64::from(BURST - 1);
        self.due_at.load(Ordering::Acquire) <= now.micros() + ahead
    }

    pub(super) fn note_rendering(&self, now: Time) {
        let next = |due: i64| Some(due.max(now.micros()) + micros(PERIOD));
        let _ = self
            .due_at
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, next);
    }

    pub(super) fn weight(&self) -> u32 {
        let bytes = self.last().map_or(0, |entry| entry.weight());
        u32::try_from(bytes + 512).unwrap_or(u32::MAX)
    }
}

impl Drop for Variant {
    fn drop(&mut self) {
        if self.keeping == Keeping::Counted {
            self.slot.n_variants.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
