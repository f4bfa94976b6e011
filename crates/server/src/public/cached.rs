//! Answers from the page cache.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, Response, Uri};
use rejoinder_core::{PageKey, Site};
use store::discussion::pages;

use crate::http::error::ApiError;
use crate::http::extract::Visitor;
use crate::http::front::raw_address;
use crate::http::limits::Who;
use crate::http::metrics::Counter;
use crate::http::mount::{self, Placed};
use crate::http::page_cache::{Encoding, PageError, Rendered, Shape, Slot, Source, TurnOf, Turns};
use crate::http::seats::Full;
use crate::http::slots::Turn;
use crate::state::App;

/// Whoever asks for something to read.
pub(crate) struct ReadRequest {
    app: App,
    who: Who,
}

impl ReadRequest {
    pub(crate) fn new(app: &App, visitor: &Visitor) -> Self {
        Self {
            app: app.clone(),
            who: Who::of(visitor),
        }
    }

    /// The version that what follows `page` has by now; what follows no page follows all of the site.
    pub(super) async fn version(
        &self,
        slot: &Slot,
        page: Option<&PageKey>,
    ) -> Result<i64, PageError> {
        let Some(page) = page else {
            return Ok(slot.latest());
        };
        let (site, key) = (slot.site.id, slot.page(page));
        let found = self.app.store.read(move |tx| pages::find(tx, site, &key));
        Ok(found.await?.map_or(0, |page| page.version))
    }
}

impl Turns for ReadRequest {
    type Turn = Turn;

    async fn turn(&self) -> Result<Turn, PageError> {
        let turn = self.app.renderings.turn(self.who.clone()).await;
        turn.map_err(|full| match full {
            Full::Client => PageError::Greedy,
            Full::All => PageError::Busy,
        })
    }

    fn turn_at_once(&self) -> Option<Turn> {
        self.app.renderings.turn_at_once(self.who.clone())
    }

    fn is_silent(&self) -> bool {
        self.app.store.is_silent()
    }

    async fn silence(&self) {
        self.app.store.silence().await;
    }

    async fn apart<T: Send + 'static>(
        turn: Turn,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PageError> {
        let done = turn.run(work).await;
        done.map_err(|error| PageError::broken(error.detail))
    }
}

/// What `source` renders of the page known by `key` in this shape, in the encoding asked for. Where `raw`
/// is given, the same address leads there at once from now on, and nothing is asked on the way.
pub(super) async fn answer(
    app: &App,
    site: &Arc<Site>,
    key: &str,
    shape: &Shape,
    source: &(impl Source + Sync),
    raw: Option<&Uri>,
    asked: &HeaderMap,
) -> Result<Response<Body>, ApiError> {
    let encoding = Encoding::accepted(asked);
    let root = app.config.root();
    let source = MountedSource { source, root };
    let (variant, entry) = app
        .pages
        .get(site, key, shape, encoding, app.moment(), &source)
        .await?;
    if app.store.is_silent() {
        app.metrics.count(Counter::Stale);
    }
    if let Some(raw) = raw.and_then(|uri| raw_address(app, uri, asked)) {
        app.pages.remember(raw.into_owned(), &variant);
    }
    let mut response = entry.answer(asked, encoding);
    response.extensions_mut().insert(Placed);
    Ok(response)
}

/// A source whose pages lead below the path that the server is found under.
struct MountedSource<'a, S> {
    source: &'a S,
    root: &'a str,
}

impl<S: Source + Sync> Source for MountedSource<'_, S> {
    type Turns = S::Turns;

    fn turns(&self) -> &S::Turns {
        self.source.turns()
    }

    async fn version(&self, slot: &Slot) -> Result<i64, PageError> {
        self.source.version(slot).await
    }

    async fn render(
        &self,
        slot: &Slot,
        shape: &Shape,
        turn: TurnOf<S>,
    ) -> Result<Rendered, PageError> {
        let mut rendered = self.source.render(slot, shape, turn).await?;
        mount::place(self.root, &mut rendered);
        Ok(rendered)
    }
}
