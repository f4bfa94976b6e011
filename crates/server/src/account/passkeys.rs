//! The passkeys of an account: looking at them, adding one, removing one.
//!
//! Whoever finds a browser signed in could add a key of their own, or take the owner's away; so both
//! need a session that began not long ago.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::{Site, identity::author};
use render::identity::{PasskeyProblem, PasskeyRow, PasskeysView, passkeys_page};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::identity::passkeys::{self, MAX_PASSKEYS, NewPasskey};
use store::{Tx, identity::sessions};
use webauthn_rs::prelude::{CredentialID, PasskeyRegistration, RegisterPublicKeyCredential};

use crate::access::Member;
use crate::auth::webauthn::{
    PasskeysUnavailable, answer, answered, ask, checker, checker_at, handle, kept, refused, secret,
    sign_count,
};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{self, Form, Visitor};
use crate::http::limits::Act;
use crate::public::threads::context;
use crate::state::App;

/// How long a session is recent.
const RECENT: Duration = Duration::from_secs(60 * 60);

/// `GET /account/{site}/passkeys`: which there are, and a way to add one.
pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
) -> Result<Html<String>, ErrorPage> {
    let list = list(&app, &member).await?;
    let is_recent = is_recent(&app, &visitor, &member).await?;
    let keys = list.iter().map(|passkey| PasskeyRow {
        key: key(&passkey.credential),
        name: &passkey.name,
        added_at: passkey.created_at,
        used_at: passkey.used_at,
    });
    let trouble = match checker(&visitor.base) {
        Err(PasskeysUnavailable::NotSecure) => Some(PasskeyProblem::NotSecure),
        Err(PasskeysUnavailable::NoName) => Some(PasskeyProblem::NoName),
        Ok(_) if !is_recent => Some(PasskeyProblem::NotRecent),
        Ok(_) if is_full(list.len()) => Some(PasskeyProblem::Full),
        Ok(_) => None,
    };
    let keys = PasskeysView {
        list: keys.collect(),
        may_remove: is_recent,
        trouble,
    };
    let context = context(&app, &member.site, &visitor.base.0);
    Ok(Html(passkeys_page(&context, &keys)))
}

/// What names a passkey in a form: a part of a hash, worth nothing to others.
fn key(credential: &[u8]) -> String {
    let hash = Sha256::digest(credential);
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn list(app: &App, member: &Member) -> Result<Vec<passkeys::Passkey>, ApiError> {
    let (site, author) = (member.site.id, member.author.id);
    let read = app
        .store
        .read(move |tx| passkeys::of_account(tx, site, author));
    Ok(read.await?)
}

fn is_full(n_passkeys: usize) -> bool {
    i64::try_from(n_passkeys).is_ok_and(|n| n >= MAX_PASSKEYS)
}

async fn is_recent(app: &App, visitor: &Visitor, member: &Member) -> Result<bool, ApiError> {
    let Some(token) = visitor.token_hash() else {
        return Ok(false);
    };
    let (now, site, author) = (app.now(), member.site.id, member.author.id);
    let read = app
        .store
        .read(move |tx| sessions::signed_in_at(tx, now, site, author, &token));
    Ok(read.await?.is_some_and(|at| at.after(RECENT) > now))
}

async fn recent(app: &App, visitor: &Visitor, member: &Member) -> Result<(), ApiError> {
    if is_recent(app, visitor, member).await? {
        return Ok(());
    }
    let detail = "You signed in more than an hour ago. Please sign in again first.";
    Err(ApiError::new(StatusCode::FORBIDDEN, "session_old", detail))
}

/// Nothing needs to be said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EmptyBody {}

/// `POST /account/{site}/passkeys/begin`: what a browser is to make a passkey of.
pub(super) async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
    extract::Json(EmptyBody {}): extract::Json<EmptyBody>,
) -> Result<Response, ApiError> {
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    recent(&app, &visitor, &member).await?;
    let checker = checker_at(&visitor.base)?;
    let known = list(&app, &member).await?;
    let known = known
        .into_iter()
        .map(|passkey| CredentialID::from(passkey.credential));
    let Member { site, author } = &member;
    // Authenticators list the accounts of all sites of a server under one name.
    let called = format!("{}, {}", author.name, site.host);
    let owner = handle(site.id, author.id);
    let begun = checker.start_passkey_registration(owner, &called, &called, Some(known.collect()));
    let (question, state) = begun.map_err(ApiError::internal)?;
    let mut question = serde_json::to_value(question).map_err(ApiError::internal)?;
    // Whoever signs in says nothing else, so the authenticator must know whose key it is.
    let wanted = &mut question["publicKey"]["authenticatorSelection"];
    wanted["residentKey"] = json!("required");
    wanted["requireResidentKey"] = json!(true);
    let asked = secret(&app, &visitor);
    let question = ask(&app, site, &asked, Some(author), &state, question).await?;
    Ok((visitor.keep_asked(&asked), Json(question)).into_response())
}

/// A passkey that a browser has made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPasskeyForm {
    name: String,
    ceremony: String,
    credential: Value,
}

/// `POST /account/{site}/passkeys`: let it sign in from now on.
pub(super) async fn add(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
    extract::Json(made): extract::Json<NewPasskeyForm>,
) -> Result<Response, ApiError> {
    let now = app.now();
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    recent(&app, &visitor, &member).await?;
    let checker = checker_at(&visitor.base)?;
    let (here, owner) = (member.site.id, member.author.id);
    let state = answered(
        &app,
        &visitor,
        &member.site,
        &made.ceremony,
        Some(&member.author),
    );
    let state: PasskeyRegistration = kept(&state.await?)?;
    let name = author::name(&made.name)?;
    let credential: RegisterPublicKeyCredential = answer(made.credential)?;
    let passkey = checker.finish_passkey_registration(&credential, &state);
    let passkey = passkey.map_err(|error| {
        tracing::info!(cause = %error, "A new passkey was refused: {error}");
        refused()
    })?;
    let (public_key, sign_count) = sign_count(&passkey)?;
    let new = NewPasskey {
        credential: passkey.cred_id().to_vec(),
        name,
        public_key,
        sign_count,
    };
    let add = move |tx: &mut Tx<'_>| passkeys::add(tx, now, here, owner, &new);
    match app.store.write(add).await? {
        true => Ok((StatusCode::CREATED, Json(json!({}))).into_response()),
        false => Err(refused()),
    }
}

/// `POST /account/{site}/passkeys/remove`: let one sign nobody in any more.
pub(super) async fn remove(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    recent(&app, &visitor, &member).await?;
    let (site, author) = (member.site.id, member.author.id);
    let named = fields.get("passkey").unwrap_or_default().to_owned();
    let remove = move |tx: &mut Tx<'_>| {
        let listed = passkeys::of_account(tx, site, author)?;
        let found = listed.iter().find(|own| key(&own.credential) == named);
        match found {
            Some(own) => passkeys::remove(tx, site, author, &own.credential),
            None => Ok(()),
        }
    };
    app.store.write(remove).await?;
    Ok(to_list(&member.site))
}

/// Back to the list.
fn to_list(site: &Site) -> Response {
    let to = format!("/account/{}/passkeys", site.host);
    let to = HeaderValue::from_str(&to).unwrap_or(HeaderValue::from_static("/"));
    let headers: HeaderMap = [(header::LOCATION, to)].into_iter().collect();
    (StatusCode::SEE_OTHER, headers).into_response()
}
