//! The questions that editors ask of passages.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::passages::{Quote, Selector};
use rejoinder_core::publication::settings::Questions;
use rejoinder_core::{QuestionId, Reader, Refusal, Site};
use render::passages::{QuestionsPage, TypedQuestion};
use store::passages::allowed;
use store::passages::asking::{self, QuestionAction, QuestionEditor};
use store::passages::questions::{self, QuestionQuery};
use store::{Result as StoreResult, Tx};

use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, Visitor};
use crate::newsroom::{Newsroom, PageHead, QUESTIONS, RailPosition, see_other};
use crate::reader::questions::{QuestionDraft, make, tidy};

/// So many questions are shown at once.
const AT_ONCE: usize = 30;

/// `GET /edit/{site}/questions`: those that take answers, or with `state=closed` the others.
pub(super) async fn show(newsroom: Newsroom, params: Params) -> Result<Html<String>, ErrorPage> {
    Ok(page(&newsroom, &params, TypedQuestion::default()).await?)
}

async fn page(
    newsroom: &Newsroom,
    params: &Params,
    typed: TypedQuestion<'_>,
) -> Result<Html<String>, ApiError> {
    let is_closed = params.get("state") == Some("closed");
    let after: Option<QuestionId> = params.read("after")?;
    let (site, own) = (newsroom.site.id, Site::clone(&newsroom.site));
    let read = newsroom.read(move |tx, scope| {
        let query = QuestionQuery {
            is_closed,
            scope: scope.clone(),
            after,
            limit: i64::try_from(AT_ONCE + 1).unwrap_or(i64::MAX),
        };
        let mut rows = Vec::new();
        for (question, page) in questions::list(tx, site, &query)? {
            let are_on = allowed::questions(tx, &own, page.id)? == Questions::On;
            rows.push((question, page, are_on));
        }
        Ok(rows)
    });
    let (context, mut rows) = read.await?;
    let is_more = rows.len() > AT_ONCE;
    rows.truncate(AT_ONCE);
    let state = if is_closed { "closed" } else { "open" };
    let here = format!("/edit/{}/questions?state={state}", newsroom.site.host);
    let last = rows.last().filter(|_| is_more);
    let next = last.map(|(last, ..)| format!("{here}&after={}", last.id));
    let did = params.get("did");
    let flash = did.and_then(|did| render::passages::questions_flash(&newsroom.site, did));
    let head = PageHead {
        title: render::passages::questions_title(&newsroom.site),
        at: RailPosition::Edit(QUESTIONS),
        flash: flash.as_ref(),
    };
    Ok(newsroom.page(&context, head, |frame| {
        render::passages::questions_page(&QuestionsPage {
            frame,
            is_closed,
            rows: &rows,
            next,
            typed,
        })
    }))
}

/// `POST /edit/{site}/questions`: ask, change, close, reopen or delete.
pub(super) async fn change(
    newsroom: Newsroom,
    visitor: Visitor,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let host = &newsroom.site.host;
    let text = || tidy(fields.get("text").unwrap_or_default());
    let (act, did) = match fields.get("act") {
        Some("ask") => return ask(&newsroom, &visitor, &fields).await,
        Some("delete") => {
            one(&newsroom, &visitor, &fields, asking::delete).await?;
            return Ok(see_other(&format!("/edit/{host}/questions?did=deleted")));
        }
        Some("save") => (QuestionAction::Say(text()), "saved"),
        Some("close") => (QuestionAction::Close, "closed"),
        Some("reopen") => (QuestionAction::Reopen, "reopened"),
        _ => return Err(ApiError::query("act", "There is no such action.").into()),
    };
    one(&newsroom, &visitor, &fields, move |tx, now, it| {
        asking::change(tx, now, it, &act).map(|_| ())
    })
    .await?;
    // It is listed with those of its state.
    let state = match did {
        "closed" => "&state=closed",
        _ => "",
    };
    Ok(see_other(&format!(
        "/edit/{host}/questions?did={did}{state}"
    )))
}

/// Do `what` to the question of the form.
async fn one(
    newsroom: &Newsroom,
    visitor: &Visitor,
    fields: &Params,
    what: impl Fn(&mut Tx<'_>, rejoinder_core::Time, &QuestionEditor) -> StoreResult<()>
    + Send
    + 'static,
) -> Result<(), ApiError> {
    let id: Option<QuestionId> = fields.read("id")?;
    let it = QuestionEditor {
        site: Site::clone(&newsroom.site),
        id: id.ok_or(Refusal::QuestionUnknown)?,
        reader: reader(newsroom, visitor),
    };
    let now = newsroom.app.now();
    let write = move |tx: &mut Tx<'_>| what(tx, now, &it);
    Ok(newsroom.app.store.write(write).await?)
}

fn reader(newsroom: &Newsroom, visitor: &Visitor) -> Reader {
    Reader {
        author: Some(newsroom.author.clone()),
        network: visitor.network,
    }
}

/// Ask of a passage whose words were pasted.
async fn ask(
    newsroom: &Newsroom,
    visitor: &Visitor,
    fields: &Params,
) -> Result<Response, ErrorPage> {
    let value = |name: &str| fields.get(name).unwrap_or_default().trim();
    let error = match ask_pasted(newsroom, visitor, fields).await {
        Ok(()) => {
            let host = &newsroom.site.host;
            return Ok(see_other(&format!("/edit/{host}/questions?did=asked")));
        }
        Err(error) if error.status.is_server_error() => return Err(error.into()),
        Err(error) => error.told_in(newsroom.site.settings.language),
    };
    let typed = TypedQuestion {
        page: value("page"),
        exact: value("exact"),
        text: value("text"),
        problem: Some(&error.detail),
    };
    let page = page(newsroom, &Params::default(), typed).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn ask_pasted(
    newsroom: &Newsroom,
    visitor: &Visitor,
    fields: &Params,
) -> Result<(), ApiError> {
    let value = |name: &str| fields.get(name).unwrap_or_default().trim();
    let asking = QuestionDraft {
        page: visitor.page(&newsroom.app, &newsroom.site, value("page"))?,
        title: None,
        selector: Selector::pasted(Quote::new(value("exact"), "", "")?),
        text: value("text").to_owned(),
        is_open: fields.get("open").is_some(),
    };
    let reader = reader(newsroom, visitor);
    make(&newsroom.app, &newsroom.site, reader, asking).await?;
    Ok(())
}
