//! Signing in with a passkey: as whoever its authenticator says, so nothing is typed.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::identity::passkeys::{self, PasskeySignIn};
use webauthn_rs::prelude::{DiscoverableAuthentication, Passkey, PublicKeyCredential};

use super::{from_own_page, new_session};
use crate::auth::webauthn::{
    answer, answered, ask, checker_at, handle, kept, refused, secret, sign_count,
};
use crate::http::error::ApiError;
use crate::http::extract::{self, Visitor};
use crate::http::limits::Act;
use crate::http::security::SignedIn;
use crate::state::App;

/// Where someone wants to sign in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PasskeySignInRequest {
    site: String,
}

/// `POST /auth/passkey`: what a browser is to let a passkey sign.
pub(super) async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    extract::Json(wish): extract::Json<PasskeySignInRequest>,
) -> Result<Response, ApiError> {
    from_own_page(&visitor)?;
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    let site = visitor.at(&app, &wish.site).await?;
    let checker = checker_at(&visitor.base)?;
    let begun = checker.start_discoverable_authentication();
    let (question, state) = begun.map_err(ApiError::internal)?;
    let question = serde_json::to_value(question).map_err(ApiError::internal)?;
    let asked = secret(&app, &visitor);
    let question = ask(&app, &site, &asked, None, &state, question).await?;
    Ok((visitor.keep_asked(&asked), Json(question)).into_response())
}

/// What a browser let a passkey sign.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignedCeremony {
    site: String,
    ceremony: String,
    credential: Value,
}

/// Who is signed in now.
#[derive(Debug, Serialize)]
struct SignedInBody {
    name: String,
}

/// `POST /auth/passkey/enter`: begin a session. Its token is a new one, so one that somebody knew
/// before is worth nothing now.
pub(super) async fn enter(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    extract::Json(signed): extract::Json<SignedCeremony>,
) -> Result<Response, ApiError> {
    from_own_page(&visitor)?;
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    let site = visitor.at(&app, &signed.site).await?;
    let checker = checker_at(&visitor.base)?;
    let state = answered(&app, &visitor, &site, &signed.ceremony, None).await?;
    let state: DiscoverableAuthentication = kept(&state)?;
    let credential: PublicKeyCredential = answer(signed.credential)?;
    let named = checker.identify_discoverable_authentication(&credential);
    let (owner, id) = named.map_err(|_| refused())?;
    let (id, here) = (id.to_vec(), site.id);
    let find = {
        let id = id.clone();
        move |tx: &mut store::Tx<'_>| passkeys::by_credential(tx, here, &id)
    };
    let (account, key) = app.store.read(find).await?.ok_or_else(refused)?;
    if owner != handle(here, account.id) {
        return Err(refused());
    }
    let mut passkey: Passkey = kept(&key)?;
    let checked = checker.finish_discoverable_authentication_v2(&credential, state, &passkey);
    let checked = checked.map_err(|error| {
        tracing::info!(cause = %error, "A passkey was refused: {error}");
        refused()
    })?;
    passkey.update_credential(&checked);
    let (public_key, _) = sign_count(&passkey)?;
    let (cookie, session) = new_session(&app, &visitor, &headers);
    let used = PasskeySignIn {
        credential: id,
        account: account.id,
        public_key,
        sign_count: checked.counter().into(),
        session,
    };
    let now = app.now();
    let enter = move |tx: &mut store::Tx<'_>| passkeys::sign_in(tx, now, here, &used);
    if !app.store.write(enter).await? {
        return Err(refused());
    }
    let entered = Json(SignedInBody { name: account.name });
    let signed_in = Extension(SignedIn {
        account: account.id,
        way: "passkey",
    });
    Ok((signed_in, cookie.headers(), entered).into_response())
}
