//! The keys by which the publisher signs tokens for its own users.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::Token;
use rejoinder_core::publication::audit::AuditActor;
use render::catalogue::fill;
use render::{
    newsroom::FlashMessage,
    publication::{KeyLine, SignInKeyForm, sign_in_keys_page},
};
use store::identity::sign_in_keys::{self, KeyKind, MAX_KEYS, SignInKey};
use store::{Tx, publication::owners};

use crate::auth::signed_token;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, PathId};
use crate::newsroom::{Newsroom, PageHead, RailPosition, see_other};

/// `GET /admin/{site}/sign-in-keys`.
pub(super) async fn show(newsroom: Newsroom, params: Params) -> Result<Html<String>, ErrorPage> {
    let flash = params.get("did").filter(|did| *did == "removed");
    let flash = flash.map(|_| FlashMessage::new(newsroom.texts().flash.key_removed));
    page(&newsroom, SignInKeyForm::default(), flash.as_ref()).await
}

async fn page(
    newsroom: &Newsroom,
    new: SignInKeyForm<'_>,
    flash: Option<&FlashMessage>,
) -> Result<Html<String>, ErrorPage> {
    let site = newsroom.site.id;
    let read = newsroom.read(move |tx, _| sign_in_keys::list(tx, site));
    let (context, keys) = read.await?;
    let line = |key: &SignInKey| KeyLine {
        id: key.id,
        kind: key.kind.as_str(),
        created_at: key.created_at,
    };
    let keys: Vec<_> = keys.iter().map(line).collect();
    let head = PageHead {
        title: newsroom.texts().titles.sign_in_keys,
        at: RailPosition::Admin("/sign-in-keys"),
        flash,
    };
    Ok(newsroom.page(&context, head, |frame| {
        sign_in_keys_page(frame, &keys, &new)
    }))
}

/// `POST /admin/{site}/sign-in-keys`: make a secret, or take a public key.
pub(super) async fn add(newsroom: Newsroom, Form(fields): Form) -> Result<Response, ErrorPage> {
    let typed = fields.get("public_key").unwrap_or_default();
    let refused = async |problem: String| {
        let new = SignInKeyForm {
            typed,
            problem: Some(&problem),
            ..SignInKeyForm::default()
        };
        let page = page(&newsroom, new, None).await?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let (kind, key) = match fields.get("kind") {
        Some("EdDSA") => match signed_token::public_key(typed) {
            Some(key) => (KeyKind::EdDsa, key),
            None => return refused(newsroom.texts().problems.key_invalid.to_owned()).await,
        },
        _ => (KeyKind::Hs256, Token::new(&*newsroom.app.random).reveal()),
    };
    let now = newsroom.app.now();
    let key = SignInKey {
        id: newsroom.app.ids.next(now),
        kind,
        key,
        created_at: now,
    };
    let (site, by, new) = (
        newsroom.site.id,
        AuditActor::owner(&newsroom.author),
        key.clone(),
    );
    let add = move |tx: &mut Tx<'_>| owners::add_sign_in_key(tx, now, &by, site, &new);
    if !newsroom.app.store.write(add).await? {
        return refused(fill(
            newsroom.texts().problems.keys_full,
            &[("max", &MAX_KEYS)],
        ))
        .await;
    }
    let secret = (kind == KeyKind::Hs256).then_some(key.key.as_str());
    let new = SignInKeyForm {
        secret,
        ..SignInKeyForm::default()
    };
    let flash = FlashMessage::new(newsroom.texts().flash.key_added);
    Ok(page(&newsroom, new, Some(&flash)).await?.into_response())
}

/// `POST /admin/{site}/sign-in-keys/{id}/remove`.
pub(super) async fn remove(
    newsroom: Newsroom,
    PathId(id): PathId<i64>,
) -> Result<Response, ErrorPage> {
    let site = newsroom.site.id;
    let (now, by) = (newsroom.app.now(), AuditActor::owner(&newsroom.author));
    let remove = move |tx: &mut Tx<'_>| owners::remove_sign_in_key(tx, now, &by, site, id);
    if !newsroom.app.store.write(remove).await? {
        return Err(ApiError::not_found().into());
    }
    let to = format!("/admin/{}/sign-in-keys?did=removed", newsroom.site.host);
    Ok(see_other(&to))
}
