//! The processors that tell of payments for a campaign.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rejoinder_core::funding::Campaign;
use rejoinder_core::funding::processors::{MAX_SECRET, Processor};
use rejoinder_core::integrations::webhook::Secret;
use rejoinder_core::publication::audit::By;
use rejoinder_core::{CampaignId, Token};
use render::funding::{HookRow, problem, problem_hooks_full};
use store::Tx;
use store::funding::hooks::{self, Hook, MAX_HOOKS, NewHook};
use store::funding::{campaigns, keeping};

use super::{Asked, back, page_of};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, PathId, Visitor};
use crate::newsroom::Newsroom;
use crate::state::hash_of;

/// `POST …/hooks`: let a processor tell of payments.
pub(super) async fn add(
    newsroom: Newsroom,
    visitor: Visitor,
    PathId(id): PathId<CampaignId>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let campaign = campaign(&newsroom, id).await?;
    let processor = fields.get("processor").and_then(Processor::parse);
    let Some(processor) = processor else {
        return refused(&newsroom, &visitor, id, "processor").await;
    };
    let secret = match secret(processor, &fields) {
        Ok(secret) => secret,
        Err(word) => return refused(&newsroom, &visitor, id, word).await,
    };
    let (app, by) = (&newsroom.app, By::owner(&newsroom.author));
    let (now, token) = (app.now(), Token::new(&*app.random));
    let new = NewHook {
        id: app.ids.next(now),
        campaign: id,
        processor,
        hash: hash_of(&token),
        token: token.reveal(),
        secret,
    };
    let add = move |tx: &mut Tx<'_>| keeping::add_hook(tx, now, &by, &campaign, &new);
    match app.store.write(add).await? {
        true => Ok(back(&newsroom, id, "connected")),
        false => {
            let why = problem_hooks_full(&newsroom.site, MAX_HOOKS);
            page_with(&newsroom, &visitor, id, why).await
        }
    }
}

/// `POST …/hooks/{hook}`: say what its messages are signed with.
pub(super) async fn set_secret(
    newsroom: Newsroom,
    visitor: Visitor,
    PathId(id): PathId<CampaignId>,
    Path((_, _, hook)): Path<(String, String, String)>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let hook = found(&newsroom, id, &hook).await?;
    let secret = match secret(hook.processor, &fields) {
        Ok(Some(secret)) => secret,
        Ok(None) => return refused(&newsroom, &visitor, id, "secret").await,
        Err(word) => return refused(&newsroom, &visitor, id, word).await,
    };
    let (now, by) = (newsroom.app.now(), By::owner(&newsroom.author));
    let set = move |tx: &mut Tx<'_>| keeping::set_hook_secret(tx, now, &by, &hook, &secret);
    newsroom.app.store.write(set).await?;
    Ok(back(&newsroom, id, "saved"))
}

/// `POST …/hooks/{hook}/remove`: let a processor tell nothing more.
pub(super) async fn remove(
    newsroom: Newsroom,
    PathId(id): PathId<CampaignId>,
    Path((_, _, hook)): Path<(String, String, String)>,
) -> Result<Response, ErrorPage> {
    let hook = found(&newsroom, id, &hook).await?;
    let (now, by) = (newsroom.app.now(), By::owner(&newsroom.author));
    let remove = move |tx: &mut Tx<'_>| keeping::remove_hook(tx, now, &by, &hook);
    newsroom.app.store.write(remove).await?;
    Ok(back(&newsroom, id, "disconnected"))
}

async fn campaign(newsroom: &Newsroom, id: CampaignId) -> Result<Campaign, ApiError> {
    let site = newsroom.site.id;
    let find = newsroom
        .app
        .store
        .read(move |tx| campaigns::find(tx, site, id));
    find.await?.ok_or_else(ApiError::not_found)
}

async fn found(newsroom: &Newsroom, id: CampaignId, hook: &str) -> Result<Hook, ApiError> {
    let hook: i64 = hook.parse().map_err(|_| ApiError::not_found())?;
    let site = newsroom.site.id;
    let find = newsroom
        .app
        .store
        .read(move |tx| hooks::find(tx, site, id, hook));
    find.await?.ok_or_else(ApiError::not_found)
}

/// The secret that was typed, if one was, or the word of what is wrong with it.
fn secret(processor: Processor, fields: &Params) -> Result<Option<String>, &'static str> {
    let Some(typed) = fields.get("secret").map(str::trim) else {
        return Ok(None);
    };
    let is_usable = match processor {
        // Anything shorter can be guessed.
        Processor::Stripe | Processor::Kofi => (16..=MAX_SECRET).contains(&typed.len()),
        Processor::Generic => typed.parse::<Secret>().is_ok(),
    };
    match is_usable {
        true => Ok(Some(typed.to_owned())),
        false => Err("secret"),
    }
}

async fn refused(
    newsroom: &Newsroom,
    visitor: &Visitor,
    id: CampaignId,
    word: &str,
) -> Result<Response, ErrorPage> {
    page_with(newsroom, visitor, id, problem(&newsroom.site, word)).await
}

async fn page_with(
    newsroom: &Newsroom,
    visitor: &Visitor,
    id: CampaignId,
    why: String,
) -> Result<Response, ErrorPage> {
    let asked = Asked {
        about_hooks: Some(why),
        ..Asked::default()
    };
    let page = page_of(newsroom, visitor, id, asked).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// An address, as the page shows it.
pub(super) fn row(base: &str, host: &str, hook: Hook) -> HookRow {
    let word = hook.processor.as_str();
    HookRow {
        id: hook.id,
        processor: hook.processor,
        address: hook
            .token
            .map(|token| format!("{base}/hooks/{host}/{word}/{token}")),
        has_secret: hook.secret.is_some(),
    }
}
