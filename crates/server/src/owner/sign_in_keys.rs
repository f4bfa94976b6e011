//! The keys by which the publisher signs tokens for its own users.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::Token;
use rejoinder_core::publication::audit::By;
use render::catalogue::fill;
use render::{
    newsroom::Told,
    publication::{KeyLine, NewKey, sign_in_keys_page},
};
use store::identity::sign_in_keys::{self, KeyKind, MAX_KEYS, SignInKey};
use store::{Tx, publication::owners};

use crate::access::Member;
use crate::auth::signed_token;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params};
use crate::newsroom::{self, Around, At, Shown, see_other};
use crate::state::App;

/// `GET /admin/{site}/sign-in-keys`.
pub(super) async fn show(
    State(app): State<App>,
    member: Member,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let told = params.get("did").filter(|did| *did == "removed");
    let told = told.map(|_| Told::said(&member.texts().flash.key_removed));
    page(&app, &member, NewKey::default(), told.as_ref()).await
}

async fn page(
    app: &App,
    member: &Member,
    new: NewKey<'_>,
    told: Option<&Told>,
) -> Result<Html<String>, ErrorPage> {
    let (site, author) = (member.site.id, member.author.id);
    let read = move |tx: &mut Tx<'_>| {
        let around = Around::read(tx, site, author)?;
        Ok((around, sign_in_keys::list(tx, site)?))
    };
    let (around, keys) = app.store.read(read).await?;
    let line = |key: &SignInKey| KeyLine {
        id: key.id,
        kind: key.kind.as_str(),
        created_at: key.created_at,
    };
    let keys: Vec<_> = keys.iter().map(line).collect();
    let shown = Shown {
        title: &member.texts().titles.sign_in_keys,
        at: At::Admin("/sign-in-keys"),
        told,
    };
    Ok(newsroom::page(app, member, &around, shown, |frame| {
        sign_in_keys_page(frame, &keys, &new)
    }))
}

/// `POST /admin/{site}/sign-in-keys`: make a secret, or take a public key.
pub(super) async fn add(
    State(app): State<App>,
    member: Member,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let typed = fields.get("public_key").unwrap_or_default();
    let refused = async |problem: String| {
        let new = NewKey {
            typed,
            problem: Some(&problem),
            ..NewKey::default()
        };
        let page = page(&app, &member, new, None).await?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let (kind, key) = match fields.get("kind") {
        Some("EdDSA") => match signed_token::public_key(typed) {
            Some(key) => (KeyKind::EdDsa, key),
            None => return refused(member.texts().problems.key_invalid.clone()).await,
        },
        _ => (KeyKind::Hs256, Token::new(&*app.random).reveal()),
    };
    let now = app.now();
    let key = SignInKey {
        id: app.ids.next(now),
        kind,
        key,
        created_at: now,
    };
    let (site, by, new) = (member.site.id, By::owner(&member.author), key.clone());
    let add = move |tx: &mut Tx<'_>| owners::add_sign_in_key(tx, now, &by, site, &new);
    if !app.store.write(add).await? {
        return refused(fill(
            &member.texts().problems.keys_full,
            &[("max", &MAX_KEYS)],
        ))
        .await;
    }
    let secret = (kind == KeyKind::Hs256).then_some(key.key.as_str());
    let new = NewKey {
        secret,
        ..NewKey::default()
    };
    let told = Told::said(&member.texts().flash.key_added);
    Ok(page(&app, &member, new, Some(&told)).await?.into_response())
}

/// `POST /admin/{site}/sign-in-keys/{id}/remove`.
pub(super) async fn remove(
    State(app): State<App>,
    member: Member,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, ErrorPage> {
    let (site, id) = (member.site.id, id.parse().unwrap_or(0));
    let (now, by) = (app.now(), By::owner(&member.author));
    let remove = move |tx: &mut Tx<'_>| owners::remove_sign_in_key(tx, now, &by, site, id);
    if !app.store.write(remove).await? {
        return Err(ApiError::not_found().into());
    }
    let to = format!("/admin/{}/sign-in-keys?did=removed", member.site.host);
    Ok(see_other(&to))
}
