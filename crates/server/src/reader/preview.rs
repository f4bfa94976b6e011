//! How a text will look.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use rejoinder_core::Site;
use rejoinder_core::discussion::policy;
use rejoinder_core::discussion::text::lines;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rendering;
use crate::http::error::{ApiError, Problem};
use crate::http::extract::{self, Visitor};
use crate::http::limits::Act;
use crate::state::App;

/// A text to try out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TryText {
    /// The site's host.
    site: String,
    /// The text, in Markdown.
    text: String,
    /// The page that it is for, whose recordings it may name a part of.
    page: Option<String>,
}

/// How a text will look.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Preview {
    /// The text as HTML.
    html: String,
}

/// See how a text will look.
#[utoipa::path(
    post, path = "/api/v1/preview", tag = "writing", request_body = TryText,
    responses((status = 200, body = Preview), (status = "4XX", body = Problem)),
)]
pub(crate) async fn preview(
    State(app): State<App>,
    visitor: Visitor,
    extract::Json(body): extract::Json<TryText>,
) -> Result<Json<Preview>, ApiError> {
    let site = visitor.acting_at(&app, &body.site).await?;
    let html = html(&app, &visitor, &site, &body.text, body.page.as_deref()).await?;
    Ok(Json(Preview { html }))
}

/// How a text will look on `page`, as HTML.
pub(crate) async fn html(
    app: &App,
    visitor: &Visitor,
    site: &Arc<Site>,
    text: &str,
    page: Option<&str>,
) -> Result<String, ApiError> {
    app.limits.take(Act::Preview, visitor, app.steady())?;
    let text = lines(text);
    rendering::is_short_enough(app, visitor, site, &text).await?;
    let page = page.map(|page| visitor.page(app, site, page)).transpose()?;
    let recordings = match &page {
        Some(page) => rendering::citable(app, site.id, page, &text).await?,
        None => Vec::new(),
    };
    let rendered = rendering::render(app, visitor, &text, recordings).await?;
    let shown = rendered.shown.text();
    policy::may_say(&site.settings, &text, shown, rendered.n_links)?;
    let html = match page {
        Some(page) => rendering::with_mentions(app, site, page, rendered.html).await?,
        None => rendered.html,
    };
    Ok(html.into_string())
}
