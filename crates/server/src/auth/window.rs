//! The window in which a reader of an embedded thread signs in, and how its opener learns of it.

use axum::Json;
use axum::extract::State;
use rejoinder_core::{AuthorKind, Refusal, Token};
use serde::{Deserialize, Serialize};
use store::identity::sessions;

use super::{SignInOrigin, from_own_page};
use crate::http::error::ApiError;
use crate::http::extract::{self, Params, Visitor};
use crate::http::limits::Act;
use crate::state::{App, hash_of};

/// Whether someone is signed in.
#[derive(Debug, Serialize)]
pub(super) struct SignInStatus {
    is_signed_in: bool,
}

/// `GET /auth/state`: whether this browser is signed in by now.
pub(super) async fn state(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<Json<SignInStatus>, ApiError> {
    let site = visitor.at(&app, params.site()?).await?;
    let author = visitor.reader(&app, &site).await?.author;
    Ok(Json(SignInStatus {
        is_signed_in: author.is_some_and(|author| author.kind == AuthorKind::Account),
    }))
}

/// For which page a session is handed over.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HandOverRequest {
    site: String,
    origin: String,
}

/// What the opener takes up.
#[derive(Debug, Serialize)]
pub(super) struct HandOverCode {
    code: String,
}

/// `POST /auth/hand-over`: a code by which pages of one origin begin a session of their own, once.
pub(super) async fn hand_over(
    State(app): State<App>,
    visitor: Visitor,
    extract::Json(body): extract::Json<HandOverRequest>,
) -> Result<Json<HandOverCode>, ApiError> {
    from_own_page(&visitor)?;
    let now = app.now();
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    let site = visitor.at(&app, &body.site).await?;
    let origin = body.origin;
    if !SignInOrigin::is_known(&visitor.base, &site, &origin) {
        return Err(ApiError::origin_refused());
    }
    let own = visitor.token_hash();
    let own = own.ok_or(Refusal::SignInNeeded)?;
    let code = Token::new(&*app.random);
    let (site, hash) = (site.id, hash_of(&code));
    let offer =
        move |tx: &mut store::Tx<'_>| sessions::offer_code(tx, now, site, &own, &hash, &origin);
    app.store.write(offer).await?;
    Ok(Json(HandOverCode {
        code: code.reveal(),
    }))
}
