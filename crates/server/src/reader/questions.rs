//! Questions of passages: asking them where the article stands, changing and deleting them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use rejoinder_core::discussion::text::lines;
use rejoinder_core::identity::author::Role;
use rejoinder_core::passages::Selector;
use rejoinder_core::{PageId, QuestionId, Reader, Refusal, Site};
use render::passages::QuestionBody;
use serde::Deserialize;
use store::Tx;
use store::passages::asking::{self, NewQuestion, QuestionAction, QuestionEditor};
use utoipa::ToSchema;

use super::comments::PostAnnotation;
use super::decisions::colleague;
use super::posting::article;
use super::rendering;
use crate::http::error::{ApiError, Problem};
use crate::http::extract::{self, Params, Visitor};
use crate::http::limits;
use crate::state::App;

/// A question to ask of a passage.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskQuestion {
    /// The site's host.
    site: String,
    /// The page's address or key.
    page: String,
    /// The passage.
    annotation: PostAnnotation,
    /// What is asked.
    text: String,
    /// Whether it takes answers from now on.
    #[serde(default = "yes")]
    is_open: bool,
    /// The page's headline, for a page that is not known yet.
    title: Option<String>,
}

const fn yes() -> bool {
    true
}

/// What becomes of a question; what is missing stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeQuestion {
    /// What is asked.
    text: Option<String>,
    /// Whether it takes answers.
    is_open: Option<bool>,
}

/// Ask readers a question of a passage, as an editor.
#[utoipa::path(
    post, path = "/api/v1/questions", tag = "moderating", request_body = AskQuestion,
    responses((status = 201, body = QuestionBody), (status = "4XX", body = Problem)),
)]
pub(crate) async fn ask(
    State(app): State<App>,
    visitor: Visitor,
    extract::Json(body): extract::Json<AskQuestion>,
) -> Result<(StatusCode, Json<QuestionBody>), ApiError> {
    let site = visitor.acting_at(&app, &body.site).await?;
    let page = visitor.page(&app, &site, &body.page)?;
    let reader = editor(&app, &visitor, &site).await?;
    let question = QuestionDraft {
        page,
        title: body.title,
        selector: body.annotation.selector()?,
        text: body.text,
        is_open: body.is_open,
    };
    let question = make(&app, &site, reader, question).await?;
    Ok((StatusCode::CREATED, Json(QuestionBody::of(&question))))
}

/// Change a question, close it to answers, or open it again, as an editor.
#[utoipa::path(
    patch, path = "/api/v1/questions/{id}", tag = "moderating", request_body = ChangeQuestion,
    params(
        ("id" = String, Path, description = "The question's id"),
        ("site" = String, Query, description = "The site's host"),
    ),
    responses((status = 200, body = QuestionBody), (status = "4XX", body = Problem)),
)]
pub(crate) async fn change(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
    extract::Json(body): extract::Json<ChangeQuestion>,
) -> Result<Json<QuestionBody>, ApiError> {
    let it = changing(&app, &visitor, &id, &params).await?;
    let say = body.text.map(|text| QuestionAction::Say(tidy(&text)));
    let open = body.is_open.map(|is_open| match is_open {
        true => QuestionAction::Reopen,
        false => QuestionAction::Close,
    });
    let acts: Vec<QuestionAction> = say.into_iter().chain(open).collect();
    if acts.is_empty() {
        return Err(ApiError::body(
            "One of the fields `text` and `is_open` is needed.",
        ));
    }
    let now = app.now();
    let write = move |tx: &mut Tx<'_>| {
        let mut changed = None;
        for act in &acts {
            changed = Some(asking::change(tx, now, &it, act)?);
        }
        Ok(changed)
    };
    let changed = app.store.write(write).await?;
    let changed = changed.ok_or(Refusal::QuestionUnknown)?;
    Ok(Json(QuestionBody::of(&changed)))
}

/// Delete a question, as an editor. What answered it stays, as comments on its passage.
#[utoipa::path(
    delete, path = "/api/v1/questions/{id}", tag = "moderating",
    params(
        ("id" = String, Path, description = "The question's id"),
        ("site" = String, Query, description = "The site's host"),
    ),
    responses((status = 204, description = "It is gone"), (status = "4XX", body = Problem)),
)]
pub(crate) async fn remove(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
) -> Result<StatusCode, ApiError> {
    let it = changing(&app, &visitor, &id, &params).await?;
    let now = app.now();
    app.store
        .write(move |tx| asking::delete(tx, now, &it))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn changing(
    app: &App,
    visitor: &Visitor,
    id: &str,
    params: &Params,
) -> Result<QuestionEditor, ApiError> {
    let site = visitor.acting_at(app, params.site()?).await?;
    let reader = editor(app, visitor, &site).await?;
    let id: QuestionId = id.parse().map_err(|_| Refusal::QuestionUnknown)?;
    Ok(QuestionEditor {
        site: Site::clone(&site),
        id,
        reader,
    })
}

/// The reader, who must be an editor here.
async fn editor(app: &App, visitor: &Visitor, site: &Site) -> Result<Reader, ApiError> {
    app.limits
        .take(limits::Act::Decide, visitor, app.steady())?;
    colleague(app, visitor, site, Role::Editor).await?;
    visitor.reader(app, site).await
}

/// A question that somebody wants to ask.
pub(crate) struct QuestionDraft {
    pub(crate) page: rejoinder_core::PageKey,
    pub(crate) title: Option<String>,
    pub(crate) selector: Selector,
    pub(crate) text: String,
    pub(crate) is_open: bool,
}

/// Ask as `reader`; the store asks whether they may.
pub(crate) async fn make(
    app: &App,
    site: &Site,
    reader: Reader,
    asking: QuestionDraft,
) -> Result<rejoinder_core::passages::Question, ApiError> {
    let now = app.now();
    let new = NewQuestion {
        site: site.clone(),
        title: rendering::title(app, site, &asking.page, asking.title.as_deref()),
        article: article(app, site, &asking.page),
        page: asking.page,
        page_id: PageId(app.ids.next(now)),
        id: QuestionId(app.ids.next(now)),
        reader,
        selector: asking.selector,
        text: tidy(&asking.text),
        is_open: asking.is_open,
    };
    let asked = app
        .store
        .write(move |tx| asking::ask(tx, now, &new))
        .await?;
    (app.wake)();
    Ok(asked)
}

/// The text of a question as it is kept.
pub(crate) fn tidy(text: &str) -> String {
    lines(text).trim().to_owned()
}
