//! The tokens by which the publisher's own programs act.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::publication::audit::By;
use rejoinder_core::{ApiScope, AuthorId, Token, identity::author};
use render::catalogue::fill;
use render::{
    integrations::{TokenLine, api_tokens_page},
    newsroom::Told,
};
use store::integrations::api_tokens::{self, ApiToken, MAX_TOKENS, NewApiToken};
use store::{Tx, publication::owners};

use crate::access::{Member, program};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params};
use crate::newsroom::{self, Around, At, Shown, see_other};
use crate::state::{App, hash_of};

/// How many days a token can work.
const LIFETIMES: [u32; 4] = [7, 30, 90, 365];

const USUAL_LIFETIME: u32 = 90;

/// `GET /admin/{site}/tokens`.
pub(super) async fn show(
    State(app): State<App>,
    member: Member,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let told = params.get("did").filter(|did| *did == "revoked");
    let told = told.map(|_| Told::said(&member.texts().flash.token_revoked));
    let form = Typed::default();
    page(&app, &member, &form, None, told.as_ref()).await
}

/// What the form says.
struct Typed {
    name: String,
    scopes: Vec<ApiScope>,
    days: u32,
    problem: Option<String>,
}

impl Default for Typed {
    fn default() -> Self {
        Self {
            name: String::new(),
            scopes: Vec::new(),
            days: USUAL_LIFETIME,
            problem: None,
        }
    }
}

impl Typed {
    fn read(fields: &Params) -> Self {
        let days = fields.get("days").and_then(|days| days.parse().ok());
        let days = days.filter(|days| LIFETIMES.contains(days));
        let chosen = |scope: &ApiScope| fields.all("scope").any(|word| word == scope.as_str());
        Self {
            name: fields.get("name").unwrap_or_default().to_owned(),
            scopes: ApiScope::ALL.into_iter().filter(chosen).collect(),
            days: days.unwrap_or(USUAL_LIFETIME),
            problem: None,
        }
    }
}

async fn page(
    app: &App,
    member: &Member,
    typed: &Typed,
    secret: Option<&str>,
    told: Option<&Told>,
) -> Result<Html<String>, ErrorPage> {
    let (site, author) = (member.site.id, member.author.id);
    let read = move |tx: &mut Tx<'_>| {
        let around = Around::read(tx, site, author)?;
        Ok((around, api_tokens::list(tx, site)?))
    };
    let (around, tokens) = app.store.read(read).await?;
    let line = |token: ApiToken| TokenLine {
        id: token.id,
        name: token.name,
        scopes: token.scopes,
        created_by: token.created_by,
        created_at: token.created_at,
        expires_at: token.expires_at,
        used_at: token.used_at,
    };
    let tokens: Vec<_> = tokens.into_iter().map(line).collect();
    let new = render::integrations::NewApiToken {
        secret,
        name: &typed.name,
        scopes: &typed.scopes,
        lifetimes: &LIFETIMES,
        days: typed.days,
        problem: typed.problem.as_deref(),
    };
    let shown = Shown {
        title: &member.texts().titles.api_tokens,
        at: At::Admin("/tokens"),
        told,
    };
    Ok(newsroom::page(app, member, &around, shown, |frame| {
        api_tokens_page(frame, &tokens, &new)
    }))
}

/// `POST /admin/{site}/tokens`: make a token, which the answer shows, once.
pub(super) async fn add(
    State(app): State<App>,
    member: Member,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let mut typed = Typed::read(&fields);
    let secret = Token::new(&*app.random);
    match make(&app, &member, &typed, &secret).await? {
        Ok(()) => {
            let token = program::reveal(member.site.id, &secret);
            let told = Told::said(&member.texts().flash.token_added);
            let empty = Typed::default();
            let page = page(&app, &member, &empty, Some(&token), Some(&told)).await?;
            Ok(page.into_response())
        }
        Err(problem) => {
            typed.problem = Some(problem);
            let page = page(&app, &member, &typed, None, None).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// Make a token, or say why it cannot be made.
async fn make(
    app: &App,
    member: &Member,
    typed: &Typed,
    secret: &Token,
) -> Result<Result<(), String>, ApiError> {
    let name = match author::name(&typed.name) {
        Ok(name) => name,
        Err(refusal) => return Ok(Err(ApiError::from(refusal).detail)),
    };
    if typed.scopes.is_empty() {
        return Ok(Err(member.texts().problems.token_scopes.clone()));
    }
    let now = app.now();
    let new = NewApiToken {
        site: member.site.id,
        id: AuthorId(app.ids.next(now)),
        hash: hash_of(secret),
        name,
        scopes: typed.scopes.clone(),
        created_by: member.author.id,
        lifetime: Duration::from_secs(u64::from(typed.days) * 86_400),
    };
    let by = By::owner(&member.author);
    let add = move |tx: &mut Tx<'_>| owners::add_api_token(tx, now, &by, &new);
    Ok(match app.store.write(add).await? {
        true => Ok(()),
        false => Err(fill(
            &member.texts().problems.tokens_full,
            &[("max", &MAX_TOKENS)],
        )),
    })
}

/// `POST /admin/{site}/tokens/{id}/revoke`.
pub(super) async fn revoke(
    State(app): State<App>,
    member: Member,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, ErrorPage> {
    let id: AuthorId = id.parse().map_err(|_| ApiError::not_found())?;
    let (site, now, by) = (member.site.id, app.now(), By::owner(&member.author));
    let revoke = move |tx: &mut Tx<'_>| owners::revoke_api_token(tx, now, &by, site, id);
    if !app.store.write(revoke).await? {
        return Err(ApiError::not_found().into());
    }
    let to = format!("/admin/{}/tokens?did=revoked", member.site.host);
    Ok(see_other(&to))
}
