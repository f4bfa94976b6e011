//! What a reader writes, as it is kept and shown.

use std::sync::Arc;

use markup::{RenderedText, VisibleText, escape, sanitise};
use rejoinder_core::discussion::policy;
use rejoinder_core::recordings::CitableRecording;
use rejoinder_core::{PageKey, SafeHtml, Site, SiteId};
use store::Tx;
use store::discussion::{mentions, pages};
use store::recordings::citing;

use crate::http::error::ApiError;
use crate::http::extract::Visitor;
use crate::http::limits::Who;
use crate::state::App;

/// The longest headline that is kept, in graphemes.
const MAX_TITLE: usize = 200;

/// What `text` looks like beside the recordings of its page, made where it keeps nobody waiting.
pub(super) async fn render(
    app: &App,
    visitor: &Visitor,
    text: &str,
    recordings: Vec<CitableRecording>,
) -> Result<RenderedText, ApiError> {
    let text = text.to_owned();
    let work = move || markup::render_beside(&text, &recordings);
    app.slots.run(Who::of(visitor), work).await
}

/// `html` with links to whom it mentions, as a new comment on the page would have them.
pub(super) async fn with_mentions(
    app: &App,
    site: &Arc<Site>,
    page: PageKey,
    html: SafeHtml,
) -> Result<SafeHtml, ApiError> {
    let site = Arc::clone(site);
    let read = move |tx: &mut Tx<'_>| match pages::find(tx, site.id, &page)? {
        Some(page) => {
            let place = (site.id, page.id);
            Ok(mentions::linked(tx, &site.settings, place, None, None, &html)?.0)
        }
        None => Ok(html.clone()),
    };
    Ok(app.store.read(read).await?)
}

/// What the rules look at of a text that is shown as it is typed: what would become a link in a comment is
/// one here, too.
pub(super) async fn as_typed(
    app: &App,
    visitor: &Visitor,
    text: &str,
) -> Result<RenderedText, ApiError> {
    let marked = render(app, visitor, text, Vec::new()).await?;
    let html = sanitise(&escape(text));
    Ok(RenderedText {
        shown: VisibleText::of(&html),
        html,
        times: Vec::new(),
        ..marked
    })
}

/// Refuse `text` where it is too long for `site`; what takes long to count is counted where it keeps
/// nobody waiting.
pub(super) async fn is_short_enough(
    app: &App,
    visitor: &Visitor,
    site: &Arc<Site>,
    text: &str,
) -> Result<(), ApiError> {
    if text.is_ascii() {
        return Ok(policy::is_short_enough(&site.settings, text)?);
    }
    let (site, text) = (Arc::clone(site), text.to_owned());
    let work = move || policy::is_short_enough(&site.settings, &text);
    Ok(app.slots.run(Who::of(visitor), work).await??)
}

/// The recordings of a page that `text` could name a part of.
pub(super) async fn citable(
    app: &App,
    site: SiteId,
    page: &PageKey,
    text: &str,
) -> Result<Vec<CitableRecording>, ApiError> {
    if !citing::may_cite(text) {
        return Ok(Vec::new());
    }
    let page = page.clone();
    let read = move |tx: &mut Tx<'_>| match pages::find(tx, site, &page)? {
        Some(page) => citing::citable(tx, site, page.id),
        None => Ok(Vec::new()),
    };
    Ok(app.store.read(read).await?)
}

/// The headline of a page that may not be known yet: of an article of the server's own its own,
/// else what the page said of itself, as it may be kept: one line, and no longer than one.
pub(super) fn title(app: &App, site: &Site, page: &PageKey, typed: Option<&str>) -> Option<String> {
    let publication = app.config.publication_of(site);
    let own = publication.and_then(|publication| publication.headline(page));
    own.or(typed)
        .map(|headline| markup::excerpt(headline, MAX_TITLE))
}
