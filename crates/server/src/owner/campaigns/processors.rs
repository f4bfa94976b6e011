//! The processors that tell of payments for a campaign.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rejoinder_core::funding::Campaign;
use rejoinder_core::funding::processors::{MAX_SECRET, Processor};
use rejoinder_core::integrations::webhook::WebhookSecret;
use rejoinder_core::publication::audit::AuditActor;
use rejoinder_core::{CampaignId, Token};
use render::funding::{HookRow, problem, problem_hooks_full, problem_purposes_full};
use store::Tx;
use store::funding::hooks::{
    self, HookCredentials, MAX_HOOKS, MAX_PURPOSES, NewHook, ProcessorHook,
};
use store::funding::{asking, campaigns, keeping};

use super::{CampaignPageRequest, back, page_of};
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
    let access = match access(processor, &fields) {
        Ok(access) => access,
        Err(word) => return refused(&newsroom, &visitor, id, word).await,
    };
    let (app, by) = (&newsroom.app, AuditActor::owner(&newsroom.author));
    let (now, token) = (app.now(), Token::new(&*app.random));
    let new = NewHook {
        id: app.ids.next(now),
        campaign: id,
        processor,
        hash: hash_of(&token),
        token: token.reveal(),
        secret: access.secret,
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

/// `POST …/hooks/{hook}`: say which account it is, and what its messages are signed with.
pub(super) async fn set_access(
    newsroom: Newsroom,
    visitor: Visitor,
    PathId(id): PathId<CampaignId>,
    Path((_, _, hook)): Path<(String, String, String)>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let hook = found(&newsroom, id, &hook).await?;
    let access = match access(hook.processor, &fields) {
        Ok(access) => access,
        Err(word) => return refused(&newsroom, &visitor, id, word).await,
    };
    let is_nothing = access.secret.is_none() && access.account.is_none() && access.key.is_none();
    if is_nothing {
        return refused(&newsroom, &visitor, id, "secret").await;
    }
    let (now, by) = (newsroom.app.now(), AuditActor::owner(&newsroom.author));
    let set = move |tx: &mut Tx<'_>| keeping::set_hook_access(tx, now, &by, &hook, &access);
    newsroom.app.store.write(set).await?;
    Ok(back(&newsroom, id, "saved"))
}

/// `POST …/hooks/{hook}/purposes`: say for which campaign payments are that say a word.
pub(super) async fn set_purpose(
    newsroom: Newsroom,
    visitor: Visitor,
    PathId(id): PathId<CampaignId>,
    Path((_, _, hook)): Path<(String, String, String)>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let hook = found(&newsroom, id, &hook).await?;
    let word = fields.get("word").unwrap_or_default().trim().to_owned();
    if !(1..=MAX_SECRET).contains(&word.len()) || word.contains(char::is_control) {
        return refused(&newsroom, &visitor, id, "purpose").await;
    }
    let meant = match fields.get("campaign") {
        None | Some("") => None,
        Some(other) => {
            let other = other.parse().map_err(|_| ApiError::not_found())?;
            Some(campaign(&newsroom, other).await?)
        }
    };
    let (now, by) = (newsroom.app.now(), AuditActor::owner(&newsroom.author));
    let set =
        move |tx: &mut Tx<'_>| keeping::set_purpose(tx, now, &by, &hook, (&word, meant.as_ref()));
    match newsroom.app.store.write(set).await? {
        true => Ok(back(&newsroom, id, "saved")),
        false => {
            let why = problem_purposes_full(&newsroom.site, MAX_PURPOSES);
            page_with(&newsroom, &visitor, id, why).await
        }
    }
}

/// `POST …/hooks/{hook}/ask`: ask the processor what has become of the account.
pub(super) async fn ask(
    newsroom: Newsroom,
    PathId(id): PathId<CampaignId>,
    Path((_, _, hook)): Path<(String, String, String)>,
) -> Result<Response, ErrorPage> {
    let hook = found(&newsroom, id, &hook).await?;
    if !hook.processor.can_be_asked() || hook.known().is_none() {
        return Ok(back(&newsroom, id, "nothing"));
    }
    let now = newsroom.app.now();
    let ask = move |tx: &mut Tx<'_>| asking::ask_about_all(tx, now, &hook);
    newsroom.app.store.write(ask).await?;
    Ok(back(&newsroom, id, "asked"))
}

/// `POST …/hooks/{hook}/remove`: let a processor tell nothing more.
pub(super) async fn remove(
    newsroom: Newsroom,
    PathId(id): PathId<CampaignId>,
    Path((_, _, hook)): Path<(String, String, String)>,
) -> Result<Response, ErrorPage> {
    let hook = found(&newsroom, id, &hook).await?;
    let (now, by) = (newsroom.app.now(), AuditActor::owner(&newsroom.author));
    let remove = move |tx: &mut Tx<'_>| keeping::remove_hook(tx, now, &by, &hook);
    newsroom.app.store.write(remove).await?;
    Ok(back(&newsroom, id, "disconnected"))
}

pub(super) async fn campaign(newsroom: &Newsroom, id: CampaignId) -> Result<Campaign, ApiError> {
    let site = newsroom.site.id;
    let find = newsroom
        .app
        .store
        .read(move |tx| campaigns::find(tx, site, id));
    find.await?.ok_or_else(ApiError::not_found)
}

pub(super) async fn found(
    newsroom: &Newsroom,
    id: CampaignId,
    hook: &str,
) -> Result<ProcessorHook, ApiError> {
    let hook: i64 = hook.parse().map_err(|_| ApiError::not_found())?;
    let site = newsroom.site.id;
    let find = newsroom
        .app
        .store
        .read(move |tx| hooks::find(tx, site, id, hook));
    find.await?.ok_or_else(ApiError::not_found)
}

/// What was typed of an account, if something was, or the word of what is wrong with it.
fn access(processor: Processor, fields: &Params) -> Result<HookCredentials, &'static str> {
    let typed = |name: &str, is_needed: bool| {
        let typed = fields.get(name).map(str::trim);
        typed.filter(|typed| is_needed && !typed.is_empty())
    };
    let needs = processor.needs();
    let secret = typed("secret", needs.secret);
    if secret.is_some_and(|secret| !is_secret(processor, secret)) {
        return Err("secret");
    }
    let account = typed("account", needs.account);
    let account = account.map(|typed| processor.account(typed).ok_or("account"));
    let key = typed("key", needs.key);
    if key.is_some_and(|key| !is_key(processor, key)) {
        return Err("api_key");
    }
    Ok(HookCredentials {
        secret: secret.map(str::to_owned),
        account: account.transpose()?,
        key: key.map(str::to_owned),
    })
}

fn is_secret(processor: Processor, typed: &str) -> bool {
    match processor {
        Processor::Generic => typed.parse::<WebhookSecret>().is_ok(),
        // Anything shorter can be guessed.
        _ => (16..=MAX_SECRET).contains(&typed.len()),
    }
}

fn is_key(processor: Processor, typed: &str) -> bool {
    let is_plain = typed.bytes().all(|letter| letter.is_ascii_graphic());
    let has_both = typed
        .split_once(':')
        .is_some_and(|(id, secret)| !id.is_empty() && !secret.is_empty());
    let is_right = processor != Processor::Paypal || has_both;
    is_plain && is_right && (16..=2 * MAX_SECRET).contains(&typed.len())
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
    let asked = CampaignPageRequest {
        about_hooks: Some(why),
        ..CampaignPageRequest::default()
    };
    let page = page_of(newsroom, visitor, id, asked).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// An account at a processor, as the page shows it.
pub(super) fn row(
    base: &str,
    host: &str,
    hook: ProcessorHook,
    purposes: Vec<(String, CampaignId)>,
) -> HookRow {
    let word = hook.processor.as_str();
    let token = hook.token.as_ref().filter(|_| hook.processor.sends());
    HookRow {
        id: hook.id,
        processor: hook.processor,
        address: token.map(|token| format!("{base}/hooks/{host}/{word}/{token}")),
        is_whole: hook.known().is_some(),
        account: hook.account,
        purposes,
    }
}
