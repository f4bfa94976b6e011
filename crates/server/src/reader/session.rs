//! The session of a page that embeds a thread.
//!
//! Signing in happens on the server's own origin, whose cookies such a page does not have. It gets a
//! code from there, once, and takes it up here for a session in its own jar. A publisher that has
//! users of its own signs a token for each of them instead.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use rejoinder_core::{Author, AuthorId, Refusal, Site, SiteId};
use serde::{Deserialize, Serialize};
use store::identity::identities::{self, IdentitySignIn, UsedToken};
use store::identity::sessions::{self, NewSession};
use store::identity::sign_in_keys;
use utoipa::ToSchema;

use super::me::MyAuthor;
use crate::auth::signed_token;
use crate::http::browser;
use crate::http::error::{ApiError, Problem};
use crate::http::extract::{self, Params, Visitor};
use crate::http::limits::Act;
use crate::http::security;
use crate::state::{App, hash_of};

/// What signs in: a code or a token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TakeUp {
    /// The site's host.
    site: String,
    /// A code that the sign-in window has handed over.
    code: Option<String>,
    /// A token by which the publisher vouches for one of its own users.
    token: Option<String>,
}

/// Who the reader is now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignedIn)]
pub(crate) struct SessionBody {
    reader: MyAuthor,
}

/// Sign in with a code that the sign-in window has handed over, or with a signed token of the
/// publisher's. What this browser wrote as a guest becomes the account's.
#[utoipa::path(
    post, path = "/api/v1/session", tag = "writing", request_body = TakeUp,
    responses((status = 200, body = SessionBody), (status = "4XX", body = Problem)),
)]
pub(crate) async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    extract::Json(body): extract::Json<TakeUp>,
) -> Result<(Extension<security::SignedIn>, HeaderMap, Json<SessionBody>), ApiError> {
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    let site = visitor.acting_at(&app, &body.site).await?;
    let token = visitor.new_token(&app);
    let new = NewSession {
        token: token.hash,
        replaces: visitor.token_hash(),
        label: browser::label(&headers),
    };
    let (way, (account, is_new)) = match (&body.code, &body.token) {
        (Some(code), None) => ("window", take_up(&app, &visitor, site.id, code, new).await?),
        (None, Some(signed)) => ("token", vouch(&app, &site, signed, new).await?),
        _ => {
            let detail = "Exactly one of `code` and `token` is needed.";
            return Err(ApiError::body(detail.to_owned()).field("code"));
        }
    };
    let headers = match is_new {
        true => token.headers(),
        false => HeaderMap::new(),
    };
    let reader = MyAuthor::from(&account);
    let signed_in = Extension(security::SignedIn {
        account: account.id,
        way,
    });
    Ok((signed_in, headers, Json(SessionBody { reader })))
}

/// Sign in by a code.
async fn take_up(
    app: &App,
    visitor: &Visitor,
    site: SiteId,
    code: &str,
    new: NewSession,
) -> Result<(Author, bool), ApiError> {
    let now = app.now();
    let code = hash_of(&code.parse().map_err(|_| Refusal::LinkUsed)?);
    let origin = visitor.origin.clone();
    let origin = origin.ok_or_else(ApiError::origin_refused)?;
    let take_up =
        move |tx: &mut store::Tx<'_>| sessions::redeem_code(tx, now, site, &code, &origin, &new);
    let taken = app.store.write(take_up).await?;
    Ok((taken.account, taken.is_new))
}

/// Sign in one of the publisher's own users.
async fn vouch(
    app: &App,
    site: &Site,
    signed: &str,
    session: NewSession,
) -> Result<(Author, bool), ApiError> {
    let (now, id) = (app.now(), site.id);
    let keys = app.store.read(move |tx| sign_in_keys::list(tx, id)).await?;
    let vouched = signed_token::check(signed, &site.host, &keys, now)?;
    let arriving = IdentitySignIn {
        site: site.clone(),
        spent: Some(UsedToken::of(signed, vouched.expires_at)),
        claims: vouched.claims,
        author: AuthorId(app.ids.next(now)),
        session,
    };
    let enter = move |tx: &mut store::Tx<'_>| identities::sign_in(tx, now, &arriving);
    let arrived = app.store.write(enter).await?;
    Ok((arrived.account, arrived.is_new))
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
