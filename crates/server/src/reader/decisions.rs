//! A moderator's decisions, made where the comment stands.
//!
//! The store asks whether the reader is a moderator of the page, as it does for the desk.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::identity::author::Role;
use rejoinder_core::moderation::{ModerationAction, Reason};
use rejoinder_core::{Author, Comment, Refusal, Site};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::moderation::decisions::{self, DecisionId, DecisionOutcome, DecisionRequest};
use store::moderation::reach;
use utoipa::ToSchema;

use super::{find, page_of};
use crate::http::error::{ApiError, Problem};
use crate::http::error_page::ErrorPage;
use crate::http::extract::{self, Form, Params, Visitor};
use crate::http::limits::Act;
use crate::newsroom::see_other;
use crate::public::comments::shown;
use crate::public::threads::context;
use crate::state::App;

/// A decision on a comment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MakeDecision {
    /// What: `approve`, `reject`, `spam`, `remove`, `feature`, `unfeature`, `pin`, `pin_up`, `pin_down`,
    /// `unpin`, `close_branch`, `open_branch`.
    #[schema(example = "reject")]
    action: String,
    /// The revision of the comment that was judged; when it has another by now, nothing is decided.
    revision: i64,
    /// Why, in one of the words that the form offers.
    reason: Option<String>,
    /// More about it, for the author.
    note: Option<String>,
}

/// What a decision has made of a comment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Decision {
    /// Names the decision, to undo it; nothing where nothing had to change.
    decision: Option<String>,
    /// The comment as it stands in the thread now, if readers still see it.
    html: Option<String>,
}

/// Decide on a comment, as a moderator.
#[utoipa::path(
    post, path = "/api/v1/comments/{id}/decisions", tag = "moderating", request_body = MakeDecision,
    security((), ("api_token" = ["moderation:write"])),
    params(
        ("id" = String, Path, description = "The comment's id"),
        ("site" = Option<String>, Query, description = "The site's host; needed unless the page that asks belongs to one site alone, or there is only one"),
    ),
    responses((status = 200, body = Decision), (status = "4XX", body = Problem)),
)]
pub(crate) async fn decide(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
    extract::Json(body): extract::Json<MakeDecision>,
) -> Result<Json<Decision>, ApiError> {
    let (site, decided) = make(&app, &visitor, &id, params.get("site"), body).await?;
    let decision = decided.decision.map(|decision| decision.to_string());
    let html = seen(&app, &visitor, &site, decided.comment).await?;
    Ok(Json(Decision { decision, html }))
}

async fn make(
    app: &App,
    visitor: &Visitor,
    id: &str,
    site: Option<&str>,
    body: MakeDecision,
) -> Result<(std::sync::Arc<Site>, DecisionOutcome), ApiError> {
    let now = app.now();
    app.limits.take(Act::Decide, visitor, app.steady())?;
    let (site, comment) = find(app, visitor, id, site).await?;
    let no_action = || ApiError::body("There is no such action.").field("action");
    let reason = body.reason.filter(|reason| !reason.is_empty());
    let known = |word: &str| {
        let unknown = || ApiError::body("There is no such reason.").field("reason");
        Reason::from_word(word).ok_or_else(unknown)
    };
    let decide = DecisionRequest {
        site: site.id,
        moderator: colleague(app, visitor, &site, Role::Editor).await?,
        comment: comment.id,
        revision: body.revision,
        action: ModerationAction::from_word(&body.action).ok_or_else(no_action)?,
        reason: reason.as_deref().map(known).transpose()?,
        note: body.note.filter(|note| !note.trim().is_empty()),
    };
    let decide = move |tx: &mut Tx<'_>| decisions::decide(tx, now, &decide);
    Ok((site, app.store.write(decide).await?))
}

/// The reader, who must be a moderator here.
pub(super) async fn moderator(
    app: &App,
    visitor: &Visitor,
    site: &Site,
) -> Result<Author, ApiError> {
    colleague(app, visitor, site, Role::Moderator).await
}

/// The reader, who must have this role here or a higher one. What each may decide, the rules say.
pub(super) async fn colleague(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    least: Role,
) -> Result<Author, ApiError> {
    let reader = visitor.reader(app, site).await?;
    let colleague = reader.author.filter(|own| own.role >= least);
    Ok(colleague.ok_or(Refusal::NotAllowed)?)
}

/// A comment as readers see it, if they do.
async fn seen(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    comment: Comment,
) -> Result<Option<String>, ApiError> {
    if !comment.is_published() {
        return Ok(None);
    }
    let page = page_of(app, site, &comment).await?;
    let (_, html) = shown(app, visitor, site, &page, comment);
    Ok(Some(html))
}

/// Undo a decision, as a moderator.
#[utoipa::path(
    delete, path = "/api/v1/decisions/{id}", tag = "moderating",
    security((), ("api_token" = ["moderation:write"])),
    params(
        ("id" = String, Path, description = "The decision's id"),
        ("site" = String, Query, description = "The site's host"),
    ),
    responses((status = 200, body = Decision), (status = "4XX", body = Problem)),
)]
pub(crate) async fn undo(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<Decision>, ApiError> {
    let now = app.now();
    app.limits.take(Act::Decide, &visitor, app.steady())?;
    let site = visitor.acting_at(&app, params.site()?).await?;
    let moderator = colleague(&app, &visitor, &site, Role::Editor).await?;
    let id: DecisionId = id.parse().map_err(|_| Refusal::NotUndoable)?;
    let at = site.id;
    let undo = move |tx: &mut Tx<'_>| decisions::undo(tx, now, at, &moderator, id);
    let html = match app.store.write(undo).await? {
        Some(comment) => seen(&app, &visitor, &site, comment).await?,
        None => None,
    };
    Ok(Json(Decision {
        decision: None,
        html,
    }))
}

/// `GET /embed/comments/{id}/moderate`: the form, which the widget puts under the comment.
pub(crate) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response, ErrorPage> {
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    let (site, comment) = find(&app, &visitor, &id, params.get("site")).await?;
    let moderator = moderator(&app, &visitor, &site).await?;
    let (at, judged) = (site.id, comment.clone());
    let decides = move |tx: &mut Tx<'_>| reach::may_moderate(tx, at, &moderator, &judged);
    if !app.store.read(decides).await? {
        return Err(ApiError::from(Refusal::CommentUnknown).into());
    }
    let key = page_of(&app, &site, &comment).await?.key;
    let context = context(&app, &site, &visitor.base.0);
    Ok(Html(render::moderate_page(&context, &key, &comment)).into_response())
}

/// `POST /embed/comments/{id}/moderate`: the same by a plain form; on to the comment on the desk.
pub(crate) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let own = |name: &str| fields.get(name).map(str::to_owned);
    let body = MakeDecision {
        action: own("action").unwrap_or_default(),
        revision: fields.read("revision")?.unwrap_or(0),
        reason: own("reason"),
        note: own("note"),
    };
    let (site, decided) = make(&app, &visitor, &id, fields.get("site"), body).await?;
    let (host, id) = (&site.host, decided.comment.id);
    Ok(see_other(&format!("/moderate/{host}/comments/{id}")))
}
