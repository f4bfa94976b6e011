//! The sources that a comment carries: answering what is asked of them, taking one's own back, and
//! confirming them as an editor.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::identity::author::Role;
use rejoinder_core::passages::SourceCheck;
use rejoinder_core::passages::source_check::{SourceAnswer, SourceQuestion};
use rejoinder_core::{AuthorId, Comment, Refusal, Site};
use render::passages::AnsweredBody;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::moderation::reach;
use store::passages::answers::{self, NewAnswer};
use store::passages::checks;
use utoipa::ToSchema;

use super::forms::{permalink, see_other};
use super::{find, page_of};
use crate::http::error::{ApiError, Problem};
use crate::http::error_page::ErrorPage;
use crate::http::extract::{self, Form, Params, Visitor};
use crate::http::limits::Act;
use crate::public::comments::{ShownComment, shown};
use crate::public::threads::context;
use crate::state::App;

/// `GET /embed/sources`: the fields of sources, which a script puts into its form.
pub(crate) async fn fields(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<Response, ApiError> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let site = visitor.at(&app, params.site()?).await?;
    let context = context(&app, &site, &visitor.base.0);
    Ok(Html(render::passages::source_fields(&context)).into_response())
}

/// An answer to what is asked about sources.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GiveAnswer {
    /// `says` (does the source say this?) or `relevant` (is it relevant?).
    #[schema(example = "says")]
    question: String,
    /// `yes`, `partly` or `no`; nothing takes the answer back.
    #[schema(example = "yes")]
    answer: Option<String>,
}

/// What readers answered about the sources of a comment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnswersBody {
    /// To “Does the source say this?”
    says: AnsweredBody,
    /// To “Is it relevant?”
    relevant: AnsweredBody,
    /// `open`, `agreed`, `disputed` or `editor_confirmed`.
    #[schema(example = "open")]
    status: &'static str,
    /// The same in words.
    status_text: String,
}

/// Answer a question about the sources of a comment, change the answer, or take it back.
#[utoipa::path(
    put, path = "/api/v1/comments/{id}/sources/answers", tag = "writing", request_body = GiveAnswer,
    params(
        ("id" = String, Path, description = "The comment's id"),
        ("site" = Option<String>, Query, description = "The site's host; needed unless the page that asks belongs to one site alone, or there is only one"),
    ),
    responses((status = 200, body = AnswersBody), (status = "4XX", body = Problem)),
)]
pub(crate) async fn answer(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
    extract::Json(body): extract::Json<GiveAnswer>,
) -> Result<(HeaderMap, Json<AnswersBody>), ApiError> {
    let unknown = || ApiError::body("There is no such question.").field("question");
    let question = SourceQuestion::from_word(&body.question).ok_or_else(unknown)?;
    let wrong = || ApiError::body("The field `answer` must be `yes`, `partly` or `no`.");
    let answer = body.answer.as_deref();
    let answer =
        answer.map(|word| SourceAnswer::from_word(word).ok_or_else(|| wrong().field("answer")));
    let answer = answer.transpose()?;
    let (site, _, check, headers) =
        give(&app, &visitor, &id, params.get("site"), question, answer).await?;
    let status = check.status();
    let language = site.settings.language;
    let body = AnswersBody {
        says: check.says.into(),
        relevant: check.relevant.into(),
        status: status.as_str(),
        status_text: render::passages::source_status(language, status).to_owned(),
    };
    Ok((headers, Json(body)))
}

/// `POST /embed/comments/{id}/answer`: answer by a plain form, and go back to the comment.
pub(crate) async fn send_answer(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let mut asked = SourceQuestion::ALL.into_iter();
    let unknown = || ApiError::body("There is no such question.");
    let question = asked.find(|own| fields.all(own.as_str()).next().is_some());
    let question = question.ok_or_else(unknown)?;
    let answer = fields
        .get(question.as_str())
        .and_then(SourceAnswer::from_word);
    let given = give(&app, &visitor, &id, fields.get("site"), question, answer).await?;
    let (site, comment, _, headers) = given;
    to_comment(&app, &site, &comment, headers).await
}

async fn give(
    app: &App,
    visitor: &Visitor,
    id: &str,
    site: Option<&str>,
    question: SourceQuestion,
    answer: Option<SourceAnswer>,
) -> Result<(Arc<Site>, Comment, SourceCheck, HeaderMap), ApiError> {
    let now = app.now();
    app.limits.take(Act::Vote, visitor, app.steady())?;
    let (site, comment) = find(app, visitor, id, site).await?;
    visitor.must_be_someone()?;
    let token = visitor.token(app);
    let answering = NewAnswer {
        site: Site::clone(&site),
        comment: comment.id,
        reader: visitor.reader(app, &site).await?,
        token: token.hash,
        author: AuthorId(app.ids.next(now)),
        question,
        answer,
        address_key: app.random_key(),
    };
    let check = app
        .store
        .write(move |tx| answers::answer(tx, now, &answering))
        .await?;
    Ok((site, comment, check, token.headers()))
}

/// Whether one's own sources are taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Withdraw)]
pub(crate) struct WithdrawSources {
    /// Whether they are; `false` gives them again.
    withdrawn: bool,
}

/// Take one's own sources back, or give them again. They stay to be seen.
#[utoipa::path(
    put, path = "/api/v1/comments/{id}/sources/withdrawal", tag = "writing", request_body = WithdrawSources,
    params(
        ("id" = String, Path, description = "The comment's id"),
        ("site" = Option<String>, Query, description = "The site's host; needed unless the page that asks belongs to one site alone, or there is only one"),
    ),
    responses((status = 200, body = ShownComment), (status = "4XX", body = Problem)),
)]
pub(crate) async fn withdraw(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
    extract::Json(body): extract::Json<WithdrawSources>,
) -> Result<Json<ShownComment>, ApiError> {
    let (site, comment) = find(&app, &visitor, &id, params.get("site")).await?;
    let comment = take_back(&app, &visitor, &site, &comment, body.withdrawn).await?;
    let page = page_of(&app, &site, &comment).await?;
    let (comment, html) = shown(&app, &visitor, &site, &page, comment);
    Ok(Json(ShownComment { comment, html }))
}

/// `POST /embed/comments/{id}/withdraw`: the same by a plain form.
pub(crate) async fn send_withdrawal(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let (site, comment) = find(&app, &visitor, &id, fields.get("site")).await?;
    let is_withdrawn = fields.get("withdrawn") == Some("yes");
    let comment = take_back(&app, &visitor, &site, &comment, is_withdrawn).await?;
    to_comment(&app, &site, &comment, HeaderMap::new()).await
}

async fn take_back(
    app: &App,
    visitor: &Visitor,
    site: &Arc<Site>,
    comment: &Comment,
    is_withdrawn: bool,
) -> Result<Comment, ApiError> {
    let now = app.now();
    app.limits.take(Act::Post, visitor, app.steady())?;
    let reader = visitor.reader(app, site).await?;
    let (site, id) = (site.id, comment.id);
    let written = app
        .store
        .write(move |tx| checks::withdraw(tx, now, site, id, &reader, is_withdrawn));
    Ok(written.await?)
}

/// An editor's word on sources.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmSources {
    /// What the editor says of them, at most 500 characters; nothing no longer confirms them.
    note: Option<String>,
}

/// Confirm the sources of a comment as an editor, or no longer confirm them.
#[utoipa::path(
    put, path = "/api/v1/comments/{id}/sources/confirmation", tag = "moderating", request_body = ConfirmSources,
    params(
        ("id" = String, Path, description = "The comment's id"),
        ("site" = Option<String>, Query, description = "The site's host; needed unless the page that asks belongs to one site alone, or there is only one"),
    ),
    responses((status = 200, body = ShownComment), (status = "4XX", body = Problem)),
)]
pub(crate) async fn confirm(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
    extract::Json(body): extract::Json<ConfirmSources>,
) -> Result<Json<ShownComment>, ApiError> {
    let (site, comment) = find(&app, &visitor, &id, params.get("site")).await?;
    let comment = say(&app, &visitor, &site, &comment, body.note).await?;
    let page = page_of(&app, &site, &comment).await?;
    let (comment, html) = shown(&app, &visitor, &site, &page, comment);
    Ok(Json(ShownComment { comment, html }))
}

/// `POST /embed/comments/{id}/confirm`: the same by a plain form.
pub(crate) async fn send_confirmation(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let (site, comment) = find(&app, &visitor, &id, fields.get("site")).await?;
    let note = fields.get("why").unwrap_or_default().to_owned();
    let note = (fields.get("confirmed") == Some("yes")).then_some(note);
    let comment = say(&app, &visitor, &site, &comment, note).await?;
    to_comment(&app, &site, &comment, HeaderMap::new()).await
}

async fn say(
    app: &App,
    visitor: &Visitor,
    site: &Arc<Site>,
    comment: &Comment,
    note: Option<String>,
) -> Result<Comment, ApiError> {
    let now = app.now();
    app.limits.take(Act::Decide, visitor, app.steady())?;
    let reader = visitor.reader(app, site).await?;
    if reader.role() < Role::Editor {
        return Err(Refusal::NotAllowed.into());
    }
    let note = note.map(|note| note.trim().to_owned());
    let (site, id) = (site.id, comment.id);
    let written = app
        .store
        .write(move |tx| checks::confirm(tx, now, site, id, &reader, note.as_deref()));
    Ok(written.await?)
}

/// `GET /embed/comments/{id}/sources`: the form on which its author takes them back, and an editor
/// confirms them.
pub(crate) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response, ErrorPage> {
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    let (site, comment) = find(&app, &visitor, &id, params.get("site")).await?;
    if comment.source_check.is_none() {
        return Err(ApiError::from(Refusal::SourcesUnknown).into());
    }
    let reader = visitor.reader(&app, &site).await?;
    let (is_own, role) = (reader.is(comment.author.id), reader.role());
    let author = reader.author.filter(|_| !is_own);
    let editor = author.filter(|own| own.role >= Role::Editor);
    if let Some(editor) = editor {
        let (at, own) = (site.id, comment.clone());
        let edits = move |tx: &mut Tx<'_>| reach::may_act_as_editor(tx, at, &editor, &own);
        if !app.store.read(edits).await? {
            return Err(ApiError::from(Refusal::CommentUnknown).into());
        }
    } else if !is_own {
        return Err(ApiError::from(Refusal::NotAllowed).into());
    }
    let key = page_of(&app, &site, &comment).await?.key;
    let context = context(&app, &site, &visitor.base.0);
    let page = render::passages::sources_page(&context, &key, &comment, is_own, role);
    Ok(Html(page).into_response())
}

async fn to_comment(
    app: &App,
    site: &Site,
    comment: &Comment,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let page = page_of(app, site, comment).await?;
    app.pages.hasten(site.id, page.key.as_str());
    let to = permalink(site, &page.key, comment.id);
    Ok(see_other(&to, headers))
}
