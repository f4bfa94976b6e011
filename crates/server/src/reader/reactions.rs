//! Reacting to comments with the publisher's words.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use rejoinder_core::discussion::reaction::{self, ReactionCount};
use rejoinder_core::{AuthorId, Site};
use render::discussion::json::ReactionBody;
use serde::{Deserialize, Serialize};
use store::discussion::reactions::{self, NewReaction};
use utoipa::ToSchema;

use super::find;
use crate::http::error::{ApiError, Problem};
use crate::http::extract::{self, Params, Visitor};
use crate::http::limits::Act;
use crate::state::App;

/// A reaction.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GiveReaction {
    /// Which one, by its key.
    #[schema(example = "respect")]
    reaction: String,
    /// 1 to give it, 0 to take it back.
    #[schema(minimum = 0, maximum = 1)]
    value: i64,
}

/// The reactions to a comment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reactions {
    /// All that the site offers, in its order.
    reactions: Vec<ReactionBody>,
    /// The reader's own one of those that was asked for: 1, or 0 for none.
    mine: i64,
}

/// React to a comment with one of the site's words, or take that back.
#[utoipa::path(
    put, path = "/api/v1/comments/{id}/reactions", tag = "writing", request_body = GiveReaction,
    params(
        ("id" = String, Path, description = "The comment's id"),
        ("site" = Option<String>, Query, description = "The site's host; needed unless the page that asks belongs to one site alone, or there is only one"),
    ),
    security((), ("api_token" = ["comments:write"])),
    responses((status = 200, body = Reactions), (status = "4XX", body = Problem)),
)]
pub(crate) async fn give(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
    extract::Json(body): extract::Json<GiveReaction>,
) -> Result<(HeaderMap, Json<Reactions>), ApiError> {
    let wrong = || ApiError::body("The field `value` must be 1 or 0.").field("value");
    let is_given = match body.value {
        1 => true,
        0 => false,
        _ => return Err(wrong()),
    };
    let site = params.get("site");
    let given = react(&app, &visitor, &id, site, (body.reaction, Some(is_given))).await?;
    let reactions = Reactions {
        reactions: ReactionBody::all(&given.site.settings, &given.counted),
        mine: body.value,
    };
    Ok((given.headers, Json(reactions)))
}

/// What became of a reaction; the headers hand a new reader their token.
pub(super) struct ReactionOutcome {
    pub(super) site: std::sync::Arc<Site>,
    pub(super) counted: Vec<ReactionCount>,
    pub(super) headers: HeaderMap,
}

/// Give the reaction `key` as `visitor`, or take it back; without a wish, whichever changes something.
pub(super) async fn react(
    app: &App,
    visitor: &Visitor,
    id: &str,
    site: Option<&str>,
    (key, is_given): (String, Option<bool>),
) -> Result<ReactionOutcome, ApiError> {
    let now = app.now();
    app.limits.take(Act::Vote, visitor, app.steady())?;
    let (site, comment) = find(app, visitor, id, site).await?;
    visitor.must_be_someone()?;
    let reader = visitor.reader(app, &site).await?;
    let token = visitor.token(app);
    let react = NewReaction {
        site: Site::clone(&site),
        comment: comment.id,
        reader,
        author: AuthorId(app.ids.next(now)),
        address_key: app.random_key(),
        token: token.hash,
        key: reaction::key(&key),
        wish: is_given,
    };
    let counted = app
        .store
        .write(move |tx| reactions::react(tx, now, &react))
        .await?;
    Ok(ReactionOutcome {
        site,
        counted,
        headers: token.headers(),
    })
}
