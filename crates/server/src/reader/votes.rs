//! Voting.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use rejoinder_core::{AuthorId, Site, Vote, VoteTally};
use serde::{Deserialize, Serialize};
use store::discussion::votes::{self, NewVote};
use utoipa::ToSchema;

use super::find;
use crate::http::error::{ApiError, Problem};
use crate::http::extract::{self, Params, Visitor};
use crate::http::limits::Act;
use crate::http::metrics::Counter;
use crate::state::App;

/// A vote.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CastVote {
    /// 1 for, −1 against, 0 to take the vote back.
    #[schema(minimum = -1, maximum = 1)]
    value: i64,
}

/// The votes on a comment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Votes {
    /// How many are for it.
    up: i64,
    /// How many are against it.
    down: i64,
    /// The reader's own: 1, −1, or 0 for none.
    mine: i64,
}

/// Vote on a comment, change the vote, or take it back.
#[utoipa::path(
    put, path = "/api/v1/comments/{id}/vote", tag = "writing", request_body = CastVote,
    params(
        ("id" = String, Path, description = "The comment's id"),
        ("site" = Option<String>, Query, description = "The site's host; needed unless the page that asks belongs to one site alone, or there is only one"),
    ),
    security((), ("api_token" = ["comments:write"])),
    responses((status = 200, body = Votes), (status = "4XX", body = Problem)),
)]
pub(crate) async fn cast(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
    extract::Json(body): extract::Json<CastVote>,
) -> Result<(HeaderMap, Json<Votes>), ApiError> {
    let (tally, headers) = vote(&app, &visitor, &id, params.get("site"), body.value).await?;
    let votes = Votes {
        up: tally.up,
        down: tally.down,
        mine: body.value,
    };
    Ok((headers, Json(votes)))
}

/// Cast a vote of `value` as `visitor`; the headers hand a new reader their token.
pub(crate) async fn vote(
    app: &App,
    visitor: &Visitor,
    id: &str,
    site: Option<&str>,
    value: i64,
) -> Result<(VoteTally, HeaderMap), ApiError> {
    let now = app.now();
    app.limits.take(Act::Vote, visitor, app.steady())?;
    let wrong = || ApiError::body("The field `value` must be 1, 0 or -1.").field("value");
    let vote = Vote::from_value(value).ok_or_else(wrong)?;
    let (site, comment) = find(app, visitor, id, site).await?;
    visitor.must_be_someone()?;
    let reader = visitor.reader(app, &site).await?;
    let token = visitor.token(app);
    let cast = NewVote {
        site: Site::clone(&site),
        comment: comment.id,
        reader,
        author: AuthorId(app.ids.next(now)),
        address_key: app.random_key(),
        token: token.hash,
        vote,
    };
    let tally = app
        .store
        .write(move |tx| votes::cast(tx, now, &cast))
        .await?;
    app.metrics.count(Counter::Votes);
    Ok((tally, token.headers()))
}
