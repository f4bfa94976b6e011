//! What the scripts of Isso ask, so that a site that had Isso changes nothing but one address.
//!
//! Nothing is decided here: each route asks for what the API of the server's own does, by the same
//! rules, limits and moderation, and writes the answer as Isso would. A site that does not allow it
//! answers as one that does not exist. Where the two differ, `docs/operators/isso.md` says.

mod files;
mod reading;
mod writing;

use std::sync::Arc;

use rejoinder_core::publication::settings::IssoApi;
use rejoinder_core::{PageKey, Site};
use store::discussion::slices;

use crate::access::Access::{Public, Reader};
use crate::http::error::ApiError;
use crate::http::extract::{MAX_TEXT_BODY, Visitor};
use crate::http::route::{Route, delete, get, post, put, route};
use crate::state::App;

/// Below `/isso/HOST`, which is what a page names as the address of its Isso.
pub(crate) fn routes() -> Vec<Route> {
    let reader = |path, asked| route(path, Reader, asked);
    vec![
        route("/isso/{site}/", Public, get(reading::thread)),
        route("/isso/{site}/config", Public, get(reading::config)),
        route("/isso/{site}/info", Public, get(reading::info)),
        route("/isso/{site}/feed", Public, get(reading::feed)),
        route("/isso/{site}/js/{file}", Public, get(files::script)),
        route("/isso/{site}/css/{file}", Public, get(files::style)),
        reader("/isso/{site}/count", post(reading::count)),
        reader("/isso/{site}/preview", post(writing::preview)).takes(MAX_TEXT_BODY),
        reader("/isso/{site}/new", post(writing::post)).takes(MAX_TEXT_BODY),
        reader("/isso/{site}/id/{id}", get(writing::view)),
        reader("/isso/{site}/id/{id}", put(writing::edit)).takes(MAX_TEXT_BODY),
        reader("/isso/{site}/id/{id}", delete(writing::remove)),
        reader("/isso/{site}/id/{id}/like", post(writing::like)),
        reader("/isso/{site}/id/{id}/dislike", post(writing::dislike)),
    ]
}

/// The site of `host`, where it lets the scripts of Isso read.
async fn site(app: &App, visitor: &Visitor, host: &str) -> Result<Arc<Site>, ApiError> {
    let site = visitor.at(app, host).await?;
    allowed(site)
}

/// The same, for a page that acts on it as the visitor.
async fn acting_site(app: &App, visitor: &Visitor, host: &str) -> Result<Arc<Site>, ApiError> {
    let site = visitor.acting_at(app, host).await?;
    allowed(site)
}

fn allowed(site: Arc<Site>) -> Result<Arc<Site>, ApiError> {
    match site.settings.isso_api {
        IssoApi::On => Ok(site),
        IssoApi::Off => Err(ApiError::not_found()),
    }
}

/// What a page may be known by that calls itself `uri`: Isso's pages are paths, which are those of the
/// page that asks, or else of the site's first origin; what came from Isso's database is known by the
/// path alone, too.
fn page_keys(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    uri: &str,
) -> Result<Vec<PageKey>, ApiError> {
    let uri = uri.trim();
    if uri.is_empty() {
        return Err(ApiError::query("uri", "The parameter `uri` is missing."));
    }
    let own = visitor.page(app, site, uri)?;
    if !uri.starts_with('/') || uri.starts_with("//") {
        return Ok(vec![own]);
    }
    let is_known = |origin: &&str| visitor.base.is_origin(origin) || site.allows(origin);
    let origin = visitor.origin.as_deref().filter(is_known);
    let origin = origin.or_else(|| site.origins.first().map(String::as_str));
    match origin {
        Some(origin) => Ok(vec![
            visitor.page(app, site, &format!("{origin}{uri}"))?,
            own,
        ]),
        None => Ok(vec![own]),
    }
}

/// The page that calls itself `uri`: the one that is known, or else the one that it is to be.
async fn page(app: &App, visitor: &Visitor, site: &Site, uri: &str) -> Result<PageKey, ApiError> {
    let keys = page_keys(app, visitor, site, uri)?;
    let first = keys[0].clone();
    let id = site.id;
    let known = app.store.read(move |tx| slices::find_page(tx, id, &keys));
    Ok(known.await?.map_or(first, |page| page.key))
}
