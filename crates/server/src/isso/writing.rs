//! What a reader does by the scripts of Isso: the same acts as by our own, under the same rules.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use rejoinder_core::discussion::policy;
use rejoinder_core::{Comment, CommentId, Refusal, Settings, Site};
use render::discussion::isso::{self, IssoComment, IssoTextFormat, comment_of};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Tx;
use store::discussion::{comments, images::ImagesChange};
use store::moderation::reach;

use super::{acting_site, page};
use crate::http::error::ApiError;
use crate::http::extract::{self, Params, Visitor};
use crate::http::limits::Act;
use crate::public::threads::context;
use crate::reader::posting::{self, CommentChange, CommentDraft};
use crate::reader::work::Proof;
use crate::reader::{find, preview as previewing, votes};
use crate::state::App;

/// Read by the scripts as `document.cookie`: they offer to edit and delete while it is there. Who may
/// do so is proven by the browser's own cookie, which no script reads.
const X_SET_COOKIE: HeaderName = HeaderName::from_static("x-set-cookie");

/// A comment to post: what the scripts send, and nothing else.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IssoNewComment {
    text: String,
    author: Option<String>,
    email: Option<String>,
    website: Option<String>,
    parent: Option<Value>,
    title: Option<String>,
    notification: Option<Value>,
}

/// `POST /isso/{site}/new`
pub(super) async fn post(
    State(app): State<App>,
    visitor: Visitor,
    Path(host): Path<String>,
    params: Params,
    extract::Json(body): extract::Json<IssoNewComment>,
) -> Result<(StatusCode, HeaderMap, Json<IssoComment>), ApiError> {
    let site = acting_site(&app, &visitor, &host).await?;
    let page = page(&app, &visitor, &site, params.get("uri").unwrap_or_default()).await?;
    let has_email = body
        .email
        .as_ref()
        .is_some_and(|email| !email.trim().is_empty());
    let wants_mail = body
        .notification
        .is_some_and(|wish| wish == 1 || wish == true);
    let can_mail = app.config.mail_from.is_some();
    let draft = CommentDraft {
        page,
        title: body.title,
        parent: body.parent.map(parent).transpose()?.flatten(),
        text: body.text,
        name: body.author,
        email: body.email,
        website: body.website,
        target: None,
        sources: None,
        images: Vec::new(),
        notify: (wants_mail && has_email && can_mail).then(|| "replies".to_owned()),
        // These scripts cannot work: where work is asked for, their comments wait.
        proof: Proof::Form,
        idempotency: None,
    };
    let (posted, mut headers) = posting::post(&app, &visitor, &site, draft).await?;
    let comment = posted.comment;
    mark(&mut headers, &site.settings, comment.id);
    let status = match comment.is_published() {
        true => StatusCode::CREATED,
        false => StatusCode::ACCEPTED,
    };
    let context = context(&app, &site, &visitor.base.0);
    let body = comment_of(&context, &comment, IssoTextFormat::Html);
    Ok((status, headers, Json(body)))
}

/// The comment that is replied to: its id as a number or a text; none where there is nothing.
fn parent(typed: Value) -> Result<Option<CommentId>, ApiError> {
    let typed = match typed {
        Value::Null => return Ok(None),
        Value::String(text) => text,
        other => other.to_string(),
    };
    let unknown = || ApiError::body("The field `parent` is not a comment's id.").field("parent");
    isso::read_id(&typed).map(Some).ok_or_else(unknown)
}

/// Tell the scripts for how long they may offer to change a comment.
fn mark(headers: &mut HeaderMap, settings: &Settings, id: CommentId) {
    let seconds = u64::from(settings.edit_window_minutes) * 60;
    let id = id.0;
    let cookie = format!("isso-{id}=1; Path=/; Max-Age={seconds}; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.insert(X_SET_COOKIE, cookie);
        let exposed = HeaderValue::from_static("X-Set-Cookie, Date");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}

/// The comment that a path names, where the one who asks may know of it.
async fn named(
    app: &App,
    visitor: &Visitor,
    host: &str,
    id: &str,
) -> Result<(Arc<Site>, Comment), ApiError> {
    app.limits.take(Act::Read, visitor, app.steady())?;
    let site = acting_site(app, visitor, host).await?;
    let id = isso::read_id(id).ok_or(Refusal::CommentUnknown)?;
    find(app, visitor, &id.to_string(), Some(&site.host)).await
}

/// `GET /isso/{site}/id/{id}`: a comment for who is about to change it.
pub(super) async fn view(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, id)): Path<(String, String)>,
    params: Params,
) -> Result<Json<IssoComment>, ApiError> {
    let (site, comment) = named(&app, &visitor, &host, &id).await?;
    let reader = visitor.reader(&app, &site).await?;
    let (at, id, own) = (site.id, comment.id, reader.clone());
    let read = move |tx: &mut Tx<'_>| Ok(reach::full_comment(tx, at, &own, id)?.comment().clone());
    let comment = app.store.read(read).await?;
    policy::may_edit(&site.settings, &comment, &reader, app.now())?;
    let text = match params.get("plain") {
        Some("1") => IssoTextFormat::Typed,
        _ => IssoTextFormat::Html,
    };
    let context = context(&app, &site, &visitor.base.0);
    Ok(Json(comment_of(&context, &comment, text)))
}

/// Another text; name and website stay.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IssoEdit {
    text: String,
}

/// `PUT /isso/{site}/id/{id}`
pub(super) async fn edit(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, id)): Path<(String, String)>,
    extract::Json(body): extract::Json<IssoEdit>,
) -> Result<Json<IssoComment>, ApiError> {
    let (site, comment) = named(&app, &visitor, &host, &id).await?;
    let change = CommentChange {
        text: body.text,
        sources: None,
        images: ImagesChange::Same,
        revision: None,
    };
    let comment = posting::edit(&app, &visitor, &site, &comment, change).await?;
    let context = context(&app, &site, &visitor.base.0);
    Ok(Json(comment_of(&context, &comment, IssoTextFormat::Html)))
}

/// `DELETE /isso/{site}/id/{id}`: nothing is answered, or what stays because it has replies.
pub(super) async fn remove(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, id)): Path<(String, String)>,
) -> Result<Json<Option<IssoComment>>, ApiError> {
    let (site, comment) = named(&app, &visitor, &host, &id).await?;
    posting::remove(&app, &visitor, &site, comment.id).await?;
    let (at, id) = (site.id, comment.id);
    let left = app
        .store
        .read(move |tx| comments::by_id(tx, at, id))
        .await?;
    let left = left.filter(|left| left.n_replies > 0);
    let context = context(&app, &site, &visitor.base.0);
    Ok(Json(left.map(|left| {
        comment_of(&context, &left, IssoTextFormat::Html)
    })))
}

/// The votes on a comment, and why one was not counted.
#[derive(Debug, Serialize)]
pub(super) struct IssoVotes {
    likes: i64,
    dislikes: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// `POST /isso/{site}/id/{id}/like`
pub(super) async fn like(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, id)): Path<(String, String)>,
) -> Result<(HeaderMap, Json<IssoVotes>), ApiError> {
    vote(&app, &visitor, &host, &id, 1).await
}

/// `POST /isso/{site}/id/{id}/dislike`
pub(super) async fn dislike(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, id)): Path<(String, String)>,
) -> Result<(HeaderMap, Json<IssoVotes>), ApiError> {
    vote(&app, &visitor, &host, &id, -1).await
}

/// A vote that is not taken is answered with the votes as they are: the scripts show whatever number
/// comes back.
async fn vote(
    app: &App,
    visitor: &Visitor,
    host: &str,
    id: &str,
    value: i64,
) -> Result<(HeaderMap, Json<IssoVotes>), ApiError> {
    let (site, comment) = named(app, visitor, host, id).await?;
    let id = comment.id.to_string();
    let cast = votes::vote(app, visitor, &id, Some(&site.host), value);
    match cast.await {
        Ok((tally, headers)) => {
            let votes = IssoVotes {
                likes: tally.up,
                dislikes: tally.down,
                message: None,
            };
            Ok((headers, Json(votes)))
        }
        Err(error) if error.status.is_client_error() => {
            let shown = comment_of(
                &context(app, &site, &visitor.base.0),
                &comment,
                IssoTextFormat::Html,
            );
            let votes = IssoVotes {
                likes: shown.likes,
                dislikes: shown.dislikes,
                message: Some(error.detail),
            };
            Ok((HeaderMap::new(), Json(votes)))
        }
        Err(error) => Err(error),
    }
}

/// A text to try out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IssoPreviewRequest {
    text: String,
}

/// How it will look.
#[derive(Debug, Serialize)]
pub(super) struct IssoPreview {
    text: String,
}

/// `POST /isso/{site}/preview`
pub(super) async fn preview(
    State(app): State<App>,
    visitor: Visitor,
    Path(host): Path<String>,
    extract::Json(body): extract::Json<IssoPreviewRequest>,
) -> Result<Json<IssoPreview>, ApiError> {
    let site = acting_site(&app, &visitor, &host).await?;
    let text = previewing::html(&app, &visitor, &site, &body.text, None).await?;
    Ok(Json(IssoPreview { text }))
}
