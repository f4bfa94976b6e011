//! Answers from the page cache.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, Response, Uri};
use rejoinder_core::Site;

use crate::http::error::ApiError;
use crate::http::front::raw_address;
use crate::http::page_cache::{Encoding, Shape, Source};
use crate::state::App;

/// What `source` renders of the page known by `key` in this shape, in the encoding asked for. Where `raw`
/// is given, the same address leads there at once from now on, and nothing is asked on the way.
pub(super) async fn answer(
    app: &App,
    site: &Arc<Site>,
    key: &str,
    shape: &Shape,
    source: &impl Source,
    raw: Option<&Uri>,
    asked: &HeaderMap,
) -> Result<Response<Body>, ApiError> {
    let encoding = Encoding::accepted(asked);
    let (variant, entry) = app
        .pages
        .get(site, key, shape, encoding, app.now(), source)
        .await?;
    if let Some(raw) = raw.and_then(|uri| raw_address(app, uri, asked)) {
        app.pages.remember(raw.into_owned(), &variant);
    }
    Ok(entry.answer(asked, encoding))
}
