//! Muting: not to be shown what someone writes.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use rejoinder_core::AuthorId;
use serde::{Deserialize, Serialize};
use store::identity::mutes::{self, NewMute};
use utoipa::ToSchema;

use super::find;
use crate::http::error::{ApiError, Problem};
use crate::http::extract::{self, Params, Visitor};
use crate::http::limits::Act;
use crate::state::App;

/// Whether the author of a comment is muted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mute {
    muted: bool,
}

/// Who is muted now, or no longer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MutedAuthor {
    /// The author of the comment.
    author: String,
    muted: bool,
}

/// Hide what the author of a comment writes, for oneself alone, or show it again. `GET /api/v1/me`
/// tells whom the reader has muted. The newsroom cannot be muted.
#[utoipa::path(
    put, path = "/api/v1/comments/{id}/mute", tag = "writing", request_body = Mute,
    params(
        ("id" = String, Path, description = "The comment's id"),
        ("site" = Option<String>, Query, description = "The site's host; needed unless the page that asks belongs to one site alone, or there is only one"),
    ),
    responses((status = 200, body = MutedAuthor), (status = "4XX", body = Problem)),
)]
pub(crate) async fn set(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
    extract::Json(body): extract::Json<Mute>,
) -> Result<(HeaderMap, Json<MutedAuthor>), ApiError> {
    let now = app.now();
    app.limits.take(Act::Vote, &visitor, app.steady())?;
    let (site, comment) = find(&app, &visitor, &id, params.get("site")).await?;
    let token = visitor.token(&app);
    let mute = NewMute {
        site: site.id,
        comment: comment.id,
        token: token.hash,
        author: AuthorId(app.ids.next(now)),
        is_muted: body.muted,
    };
    let set = app.store.write(move |tx| mutes::set(tx, now, &mute));
    let muted = MutedAuthor {
        author: set.await?.to_string(),
        muted: body.muted,
    };
    Ok((token.headers(), Json(muted)))
}
