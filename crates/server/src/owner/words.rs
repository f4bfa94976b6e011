//! The lists of words that comments wait for, or are refused for.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::Refusal;
use rejoinder_core::publication::audit::AuditActor;
use render::publication::{WordsPage, words_page};
use store::moderation::word_lists::{self, WordListEntries, WordListKind};
use store::{StoreError, Tx, publication::owners};

use super::said;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, Visitor};
use crate::http::limits::Who;
use crate::newsroom::{Newsroom, PageHead, RailPosition, see_other};

/// `GET /admin/{site}/words`.
pub(super) async fn show(newsroom: Newsroom, params: Params) -> Result<Html<String>, ErrorPage> {
    let site = newsroom.site.id;
    let read = move |tx: &mut Tx<'_>| {
        let lines = |list: Vec<String>| list.join("\n");
        let banned = lines(word_lists::get(tx, site, WordListKind::Banned)?);
        Ok((
            banned,
            lines(word_lists::get(tx, site, WordListKind::Suspect)?),
        ))
    };
    let (banned, suspect) = newsroom.app.store.read(read).await?;
    page(&newsroom, (&banned, &suspect), None, Some(&params)).await
}

async fn page(
    newsroom: &Newsroom,
    (banned, suspect): (&str, &str),
    problem: Option<&str>,
    params: Option<&Params>,
) -> Result<Html<String>, ErrorPage> {
    let context = newsroom.context().await?;
    let flash = params.and_then(|params| said(newsroom, params));
    let head = PageHead {
        title: newsroom.texts().titles.word_lists,
        at: RailPosition::Admin("/words"),
        flash: flash.as_ref(),
    };
    Ok(newsroom.page(&context, head, |frame| {
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
    newsroom: Newsroom,
    visitor: Visitor,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let typed = |list: WordListKind| fields.get(list.as_str()).unwrap_or_default().to_owned();
    let (banned, suspect) = (typed(WordListKind::Banned), typed(WordListKind::Suspect));
    let (now, site, by) = (
        newsroom.app.now(),
        newsroom.site.id,
        AuditActor::owner(&newsroom.author),
    );
    let lists = (banned.clone(), suspect.clone());
    // Each entry is tried out.
    let work = move || entries(&lists.0, &lists.1);
    let saved = match newsroom.app.slots.run(Who::of(&visitor), work).await? {
        Ok(lists) => {
            let save = move |tx: &mut Tx<'_>| {
                for (list, entries) in &lists {
                    owners::replace_words(tx, now, &by, site, *list, entries)?;
                }
                Ok(())
            };
            newsroom.app.store.write(save).await
        }
        Err(refusal) => Err(refusal.into()),
    };
    match saved {
        Ok(()) => Ok(see_other(&format!(
            "/admin/{}/words?did=saved",
            newsroom.site.host
        ))),
        Err(StoreError::Refused(refusal)) => {
            let error = ApiError::from(refusal);
            let typed = (banned.as_str(), suspect.as_str());
            let page = page(&newsroom, typed, Some(&error.detail), None).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(ApiError::from(error).into()),
    }
}

fn entries(banned: &str, suspect: &str) -> Result<[(WordListKind, WordListEntries); 2], Refusal> {
    Ok([
        (WordListKind::Banned, WordListEntries::of(banned.lines())?),
        (WordListKind::Suspect, WordListEntries::of(suspect.lines())?),
    ])
}
