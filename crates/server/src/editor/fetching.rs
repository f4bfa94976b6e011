//! Fetching the text of an article from its page, because an editor or a program asks for it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rejoinder_core::discussion::policy;
use rejoinder_core::passages::fetching::FetchOutcome;
use rejoinder_core::{PageId, PageKey, Site};
use serde::Serialize;
use store::Tx;
use store::discussion::pages;
use store::moderation::groups;
use store::passages::fetching::{self, ArticleFetch};

use super::reached_or_added;
use crate::access::Member;
use crate::http::error::ApiError;
use crate::http::extract::{Params, Visitor};
use crate::reader::posting::article;
use crate::state::App;

/// The last time that the text of an article was asked for, and what came of it.
#[derive(Debug, Serialize)]
pub(super) struct FetchBody {
    /// `never`, `waiting`, `fetched` or `failed`.
    state: &'static str,
    /// When it was asked for.
    asked_at: Option<String>,
    /// When it ended.
    ended_at: Option<String>,
    /// The version of the article that the text is.
    version: Option<i64>,
    /// Whether the text is another than that of the version before.
    is_new: Option<bool>,
    /// The word of why there is none.
    problem: Option<&'static str>,
    /// The status with which the page answered, where that is why.
    status: Option<u16>,
    /// The same as a sentence, in the language of the site.
    detail: Option<String>,
}

impl FetchBody {
    /// That of an article that was never asked for.
    const NEVER: Self = Self {
        state: "never",
        asked_at: None,
        ended_at: None,
        version: None,
        is_new: None,
        problem: None,
        status: None,
        detail: None,
    };

    fn of(site: &Site, fetch: &ArticleFetch) -> Self {
        let (state, is_new, problem) = match fetch.ended {
            None => ("waiting", None, None),
            Some((_, FetchOutcome::New)) => ("fetched", Some(true), None),
            Some((_, FetchOutcome::Same)) => ("fetched", Some(false), None),
            Some((_, FetchOutcome::Failed(problem))) => ("failed", None, Some(problem)),
        };
        Self {
            state,
            asked_at: Some(fetch.asked_at.to_string()),
            ended_at: fetch.ended.map(|(at, _)| at.to_string()),
            version: fetch.version,
            is_new,
            problem: problem.map(|own| own.as_str()),
            status: problem.and_then(|own| own.status()),
            detail: problem.map(|own| render::passages::fetch_problem(site, own)),
        }
    }
}

/// `POST /edit/{site}/articles/fetch`: fetch the text of the article of `page`.
pub(super) async fn fetch(
    State(app): State<App>,
    member: Member,
    visitor: Visitor,
    params: Params,
) -> Result<(StatusCode, Json<FetchBody>), ApiError> {
    let key = visitor.page(&app, &member.site, params.page())?;
    let fetch = want(&app, &member, key).await?;
    let status = match fetch.ended {
        Some(_) => StatusCode::OK,
        None => StatusCode::ACCEPTED,
    };
    Ok((status, Json(FetchBody::of(&member.site, &fetch))))
}

/// `GET /edit/{site}/articles/fetch`: what came of it.
pub(super) async fn state(
    State(app): State<App>,
    member: Member,
    visitor: Visitor,
    params: Params,
) -> Result<Json<FetchBody>, ApiError> {
    let key = visitor.page(&app, &member.site, params.page())?;
    let (site, author) = (member.site.id, member.author.id);
    let read = move |tx: &mut Tx<'_>| {
        let scope = groups::scope_of(tx, site, author)?;
        let Some(page) = pages::find(tx, site, &key)? else {
            return Ok(None);
        };
        match pages::in_scope(tx, site, page.id, &scope)? {
            Some(page) => fetching::find(tx, site, page.id),
            None => Ok(None),
        }
    };
    let found = app.store.read(read).await?;
    // What one does not reach answers as what nobody asked for.
    Ok(Json(found.map_or(FetchBody::NEVER, |own| {
        FetchBody::of(&member.site, &own)
    })))
}

/// Have the text of a page fetched that the member reaches. What this server itself serves is known at once.
pub(super) async fn want(
    app: &App,
    member: &Member,
    key: PageKey,
) -> Result<ArticleFetch, ApiError> {
    policy::may_carry_thread(&member.site, &key)?;
    let now = app.now();
    let (own, author) = (Site::clone(&member.site), member.author.id);
    let text = article(app, &member.site, &key);
    let id = PageId(app.ids.next(now));
    let write = move |tx: &mut Tx<'_>| {
        let Some(page) = reached_or_added(tx, now, (own.id, author), id, &key)? else {
            return Ok(None);
        };
        match &text {
            Some(text) => fetching::keep_own(tx, now, &page, text).map(Some),
            None => fetching::request_fetch(tx, now, &own, &page).map(Some),
        }
    };
    let fetch = app.store.write(write).await?;
    let fetch = fetch.ok_or_else(ApiError::not_found)?;
    (app.wake)();
    Ok(fetch)
}
