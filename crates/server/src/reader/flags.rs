//! Flags: saying that a comment breaks the rules.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::moderation::FlagReason;
use rejoinder_core::{AuthorId, Site};
use serde::Deserialize;
use store::moderation::flagging;
use store::moderation::flagging::NewFlag;
use utoipa::ToSchema;

use super::{find, page_of};
use crate::http::error::{ApiError, Problem};
use crate::http::error_page::ErrorPage;
use crate::http::extract::{self, Form, Params, Visitor};
use crate::http::limits::Act;
use crate::public::threads::context;
use crate::state::App;

/// A flag.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RaiseFlag {
    /// Why: one of the words that the form of the thread offers.
    #[schema(example = "abusive")]
    reason: String,
    /// More about it, for the moderators.
    #[serde(default)]
    note: Option<String>,
}

/// Tell the moderators that a comment breaks the rules. Telling it again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/comments/{id}/flags", tag = "writing", request_body = RaiseFlag,
    params(
        ("id" = String, Path, description = "The comment's id"),
        ("site" = Option<String>, Query, description = "The site's host; needed unless the page that asks belongs to one site alone, or there is only one"),
    ),
    responses((status = 204, description = "It was noted."), (status = "4XX", body = Problem)),
)]
pub(crate) async fn raise(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
    extract::Json(body): extract::Json<RaiseFlag>,
) -> Result<(StatusCode, HeaderMap), ApiError> {
    let headers = flag(&app, &visitor, &id, params.get("site"), body).await?;
    Ok((StatusCode::NO_CONTENT, headers))
}

/// `GET /embed/comments/{id}/flag`: the form.
pub(crate) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response, ErrorPage> {
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    let (site, comment) = find(&app, &visitor, &id, params.get("site")).await?;
    let key = page_of(&app, &site, &comment).await?.key;
    let context = context(&app, &site, &visitor.base.0);
    Ok(Html(render::flag_page(&context, &key, &comment)).into_response())
}

/// `POST /embed/comments/{id}/flag`: the same by a plain form.
pub(crate) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let (site, comment) = find(&app, &visitor, &id, fields.get("site")).await?;
    let key = page_of(&app, &site, &comment).await?.key;
    let body = RaiseFlag {
        reason: fields.get("reason").unwrap_or_default().to_owned(),
        note: fields.get("note").map(str::to_owned),
    };
    let headers = flag(&app, &visitor, &id, Some(&site.host), body).await?;
    let page = render::flagged_page(&context(&app, &site, &visitor.base.0), &key, &comment);
    Ok((headers, Html(page)).into_response())
}

/// Raise the flag; the headers hand a new reader their token.
async fn flag(
    app: &App,
    visitor: &Visitor,
    id: &str,
    site: Option<&str>,
    body: RaiseFlag,
) -> Result<HeaderMap, ApiError> {
    let now = app.now();
    app.limits.take(Act::Post, visitor, app.steady())?;
    let wrong = || {
        let known: Vec<_> = FlagReason::ALL.iter().map(|one| one.as_str()).collect();
        let detail = format!("The reason must be one of {}.", known.join(", "));
        ApiError::body(detail).field("reason")
    };
    let reason = FlagReason::from_word(&body.reason).ok_or_else(wrong)?;
    let (site, comment) = find(app, visitor, id, site).await?;
    let reader = visitor.reader(app, &site).await?;
    let token = visitor.token(app);
    let flag = NewFlag {
        site: Site::clone(&site),
        comment: comment.id,
        reader,
        token: token.hash,
        author: AuthorId(app.ids.next(now)),
        address_key: app.random_key(),
        reason,
        note: body.note.filter(|note| !note.trim().is_empty()),
    };
    app.store
        .write(move |tx| flagging::raise(tx, now, &flag))
        .await?;
    Ok(token.headers())
}
