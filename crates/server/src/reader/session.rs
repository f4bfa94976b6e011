//! The session of a page that embeds a thread.
//!
//! Signing in happens on the server's own origin, whose cookies such a page does not have. It gets a
//! code from there, once, and takes it up here for a session in its own jar.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use rejoinder_core::Refusal;
use serde::{Deserialize, Serialize};
use store::sessions::{self, NewSession};
use utoipa::ToSchema;

use super::me::MyAuthor;
use crate::browser;
use crate::error::{ApiError, Problem};
use crate::extract::{self, Params, Visitor};
use crate::limits::Act;
use crate::state::{App, hash_of};

/// A code that was handed over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TakeUp {
    /// The site's host.
    site: String,
    /// The code.
    code: String,
}

/// Who the reader is now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignedIn {
    reader: MyAuthor,
}

/// Sign in with a code that the sign-in window has handed over. What this browser wrote as a guest
/// becomes the account's.
#[utoipa::path(
    post, path = "/api/v1/session", tag = "writing", request_body = TakeUp,
    responses((status = 200, body = SignedIn), (status = "4XX", body = Problem)),
)]
pub(crate) async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    extract::Json(body): extract::Json<TakeUp>,
) -> Result<(HeaderMap, Json<SignedIn>), ApiError> {
    let now = app.now();
    app.limits.take(Act::Preview, &visitor, now)?;
    let site = visitor.acting_at(&app, &body.site).await?;
    let code = body.code.parse().map_err(|_| Refusal::LinkUsed)?;
    let origin = visitor
        .origin
        .clone()
        .ok_or_else(ApiError::origin_refused)?;
    let token = visitor.new_token(&app);
    let new = NewSession {
        token: token.hash,
        replaces: visitor.token_hash(),
        label: browser::label(&headers),
    };
    let (site, code) = (site.id, hash_of(&code));
    let take_up =
        move |tx: &mut store::Tx<'_>| sessions::take_up(tx, now, site, &code, &origin, &new);
    let taken = app.store.write(take_up).await?;
    let headers = match taken.is_new {
        true => token.headers(),
        false => HeaderMap::new(),
    };
    let reader = MyAuthor::from(&taken.account);
    Ok((headers, Json(SignedIn { reader })))
}

/// Sign out, here and in the window in which this browser signed in.
#[utoipa::path(
    delete, path = "/api/v1/session", tag = "writing",
    params(("site" = String, Query, description = "The site's host")),
    responses((status = 204, description = "Nobody is signed in"), (status = "4XX", body = Problem)),
)]
pub(crate) async fn end(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<(StatusCode, HeaderMap), ApiError> {
    visitor.acting_at(&app, params.site()?).await?;
    if let Some(hash) = visitor.token_hash() {
        let end = move |tx: &mut store::Tx<'_>| sessions::sign_out(tx, &hash);
        app.store.write(end).await?;
    }
    Ok((StatusCode::NO_CONTENT, visitor.no_token()))
}
