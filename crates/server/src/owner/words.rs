//! The lists of words that comments wait for, or are refused for.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::Refusal;
use rejoinder_core::publication::audit::By;
use render::publication::{WordsPage, words_page};
use store::moderation::word_lists::{self, Entries, List};
use store::{StoreError, Tx, publication::owners};

use super::said;
use crate::access::Member;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, Visitor};
use crate::http::limits::Who;
use crate::newsroom::{self, Around, At, Shown, see_other};
use crate::state::App;

/// `GET /admin/{site}/words`.
pub(super) async fn show(
    State(app): State<App>,
    member: Member,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let site = member.site.id;
    let read = move |tx: &mut Tx<'_>| {
        let lines = |list: Vec<String>| list.join("\n");
        let banned = lines(word_lists::get(tx, site, List::Banned)?);
        Ok((banned, lines(word_lists::get(tx, site, List::Suspect)?)))
    };
    let (banned, suspect) = app.store.read(read).await?;
    page(&app, &member, (&banned, &suspect), None, Some(&params)).await
}

async fn page(
    app: &App,
    member: &Member,
    (banned, suspect): (&str, &str),
    problem: Option<&str>,
    params: Option<&Params>,
) -> Result<Html<String>, ErrorPage> {
    let (site, author) = (member.site.id, member.author.id);
    let read = app.store.read(move |tx| Around::read(tx, site, author));
    let around = read.await?;
    let told = params.and_then(|params| said(member, params));
    let shown = Shown {
        title: &member.texts().titles.word_lists,
        at: At::Admin("/words"),
        told: told.as_ref(),
    };
    Ok(newsroom::page(app, member, &around, shown, |frame| {
        words_page(&WordsPage {
            frame,
            banned,
            suspect,
            problem,
        })
    }))
}

/// `POST /admin/{site}/words`: both lists as they are to be.
pub(super) async fn save(
    State(app): State<App>,
    member: Member,
    visitor: Visitor,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let typed = |list: List| fields.get(list.as_str()).unwrap_or_default().to_owned();
    let (banned, suspect) = (typed(List::Banned), typed(List::Suspect));
    let (now, site, by) = (app.now(), member.site.id, By::owner(&member.author));
    let lists = (banned.clone(), suspect.clone());
    // Each entry is tried out.
    let work = move || entries(&lists.0, &lists.1);
    let saved = match app.slots.run(Who::of(&visitor), work).await? {
        Ok(lists) => {
            let save = move |tx: &mut Tx<'_>| {
                for (list, entries) in &lists {
                    owners::replace_words(tx, now, &by, site, *list, entries)?;
                }
                Ok(())
            };
            app.store.write(save).await
        }
        Err(refusal) => Err(refusal.into()),
    };
    match saved {
        Ok(()) => Ok(see_other(&format!(
            "/admin/{}/words?did=saved",
            member.site.host
        ))),
        Err(StoreError::Refused(refusal)) => {
            let error = ApiError::from(refusal);
            let typed = (banned.as_str(), suspect.as_str());
            let page = page(&app, &member, typed, Some(&error.detail), None).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(ApiError::from(error).into()),
    }
}

fn entries(banned: &str, suspect: &str) -> Result<[(List, Entries); 2], Refusal> {
    Ok([
        (List::Banned, Entries::of(banned.lines())?),
        (List::Suspect, Entries::of(suspect.lines())?),
    ])
}
