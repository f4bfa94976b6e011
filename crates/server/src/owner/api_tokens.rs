//! The tokens by which the publisher's own programs act.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::publication::audit::AuditActor;
use rejoinder_core::{ApiScope, AuthorId, Token, identity::author};
use render::catalogue::fill;
use render::{
    integrations::{TokenLine, api_tokens_page},
    newsroom::FlashMessage,
};
use store::integrations::api_tokens::{self, ApiToken, MAX_TOKENS, NewApiToken};
use store::{Tx, publication::owners};

use crate::access::program;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, PathId};
use crate::newsroom::{Newsroom, PageHead, RailPosition, see_other};
use crate::state::hash_of;

/// How many days a token can work.
const LIFETIMES: [u32; 4] = [7, 30, 90, 365];

const USUAL_LIFETIME: u32 = 90;

/// `GET /admin/{site}/tokens`.
pub(super) async fn show(newsroom: Newsroom, params: Params) -> Result<Html<String>, ErrorPage> {
    let flash = params.get("did").filter(|did| *did == "revoked");
    let flash = flash.map(|_| FlashMessage::new(newsroom.texts().flash.token_revoked));
    let form = TypedToken::default();
    page(&newsroom, &form, None, flash.as_ref()).await
}

/// What the form says.
struct TypedToken {
    name: String,
    scopes: Vec<ApiScope>,
    days: u32,
    problem: Option<String>,
}

impl Default for TypedToken {
    fn default() -> Self {
        Self {
            name: String::new(),
            scopes: Vec::new(),
            days: USUAL_LIFETIME,
            problem: None,
        }
    }
}

impl TypedToken {
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
    newsroom: &Newsroom,
    typed: &TypedToken,
    secret: Option<&str>,
    flash: Option<&FlashMessage>,
) -> Result<Html<String>, ErrorPage> {
    let site = newsroom.site.id;
    let read = newsroom.read(move |tx, _| api_tokens::list(tx, site));
    let (context, tokens) = read.await?;
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
    let new = render::integrations::ApiTokenForm {
        secret,
        name: &typed.name,
        scopes: &typed.scopes,
        lifetimes: &LIFETIMES,
        days: typed.days,
        problem: typed.problem.as_deref(),
    };
    let head = PageHead {
        title: newsroom.texts().titles.api_tokens,
        at: RailPosition::Admin("/tokens"),
        flash,
    };
    Ok(newsroom.page(&context, head, |frame| {
        api_tokens_page(frame, &tokens, &new)
    }))
}

/// `POST /admin/{site}/tokens`: make a token, which the answer shows, once.
pub(super) async fn add(newsroom: Newsroom, Form(fields): Form) -> Result<Response, ErrorPage> {
    let mut typed = TypedToken::read(&fields);
    let secret = Token::new(&*newsroom.app.random);
    match make(&newsroom, &typed, &secret).await? {
        Ok(()) => {
            let token = program::reveal(newsroom.site.id, &secret);
            let flash = FlashMessage::new(newsroom.texts().flash.token_added);
            let empty = TypedToken::default();
            let page = page(&newsroom, &empty, Some(&token), Some(&flash)).await?;
            Ok(page.into_response())
        }
        Err(problem) => {
            typed.problem = Some(problem);
            let page = page(&newsroom, &typed, None, None).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// Make a token, or say why it cannot be made.
async fn make(
    newsroom: &Newsroom,
    typed: &TypedToken,
    secret: &Token,
) -> Result<Result<(), String>, ApiError> {
    let name = match author::name(&typed.name) {
        Ok(name) => name,
        Err(refusal) => return Ok(Err(ApiError::from(refusal).detail)),
    };
    if typed.scopes.is_empty() {
        return Ok(Err(newsroom.texts().problems.token_scopes.to_owned()));
    }
    let now = newsroom.app.now();
    let new = NewApiToken {
        site: newsroom.site.id,
        id: AuthorId(newsroom.app.ids.next(now)),
        hash: hash_of(secret),
        name,
        scopes: typed.scopes.clone(),
        created_by: newsroom.author.id,
        lifetime: Duration::from_secs(u64::from(typed.days) * 86_400),
    };
    let by = AuditActor::owner(&newsroom.author);
    let add = move |tx: &mut Tx<'_>| owners::add_api_token(tx, now, &by, &new);
    Ok(match newsroom.app.store.write(add).await? {
        true => Ok(()),
        false => Err(fill(
            newsroom.texts().problems.tokens_full,
            &[("max", &MAX_TOKENS)],
        )),
    })
}

/// `POST /admin/{site}/tokens/{id}/revoke`.
pub(super) async fn revoke(
    newsroom: Newsroom,
    PathId(id): PathId<AuthorId>,
) -> Result<Response, ErrorPage> {
    let (site, now, by) = (
        newsroom.site.id,
        newsroom.app.now(),
        AuditActor::owner(&newsroom.author),
    );
    let revoke = move |tx: &mut Tx<'_>| owners::revoke_api_token(tx, now, &by, site, id);
    if !newsroom.app.store.write(revoke).await? {
        return Err(ApiError::not_found().into());
    }
    let to = format!("/admin/{}/tokens?did=revoked", newsroom.site.host);
    Ok(see_other(&to))
}
