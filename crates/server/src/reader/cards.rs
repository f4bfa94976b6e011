//! The cards of one's own comments.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::http::error::{ApiError, Problem};
use crate::http::extract::{Params, Visitor};
use crate::reader::{find, posting};
use crate::state::App;

/// Let a link of a comment be only a link.
#[utoipa::path(
    delete, path = "/api/v1/comments/{id}/cards", tag = "writing",
    params(
        ("id" = String, Path, description = "The comment's id"),
        ("url" = String, Query, description = "The link, as the card names it"),
        ("site" = Option<String>, Query, description = "The site's host; needed unless the page that asks belongs to one site alone, or there is only one"),
    ),
    responses((status = 204, description = "It is only a link"), (status = "4XX", body = Problem)),
)]
pub(crate) async fn turn_off(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
) -> Result<StatusCode, ApiError> {
    let missing = || ApiError::query("url", "The parameter `url` is missing.");
    let url = params.get("url").ok_or_else(missing)?.to_owned();
    let (site, comment) = find(&app, &visitor, &id, params.get("site")).await?;
    posting::turn_card_off(&app, &visitor, &site, comment.id, url).await?;
    Ok(StatusCode::NO_CONTENT)
}
