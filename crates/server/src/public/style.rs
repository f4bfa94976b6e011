//! What a site looks like on pages of ours.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use crate::http::error::ApiError;
use crate::http::extract::{Params, Visitor};
use crate::http::limits::Act;
use crate::state::App;

/// For how long it may be kept: a change comes with another address.
const KEPT: &str = "public, max-age=3600";

const CSS: &str = "text/css; charset=utf-8";

/// `GET /embed/site.css`: a site's own colour and letters.
pub(crate) async fn style(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<impl IntoResponse, ApiError> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let site = visitor.at(&app, params.site()?).await?;
    let headers = [(header::CONTENT_TYPE, CSS), (header::CACHE_CONTROL, KEPT)];
    Ok((headers, render::site_style(&site)))
}
