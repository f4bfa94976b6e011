//! Signing in, always on the server's own origin.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use rejoinder_core::author::{self, Role};
use rejoinder_core::{AuthorId, Refusal, Site, Token};
use render::Problem;
use store::sign_ins::{self, Invitation};
use store::{Store, StoreError};

use crate::access::Access;
use crate::error::ApiError;
use crate::error_page::ErrorPage;
use crate::extract::{Form, Params, Visitor};
use crate::limits::Act;
use crate::public::threads::context;
use crate::routes::{Route, route};
use crate::state::{App, hash_of};

/// Coming in, and going out.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(Method::GET, "/auth/sign-in", Access::Link, get(ask)),
        route(Method::POST, "/auth/sign-in", Access::Link, post(accept)),
        route(
            Method::POST,
            "/auth/sign-out",
            Access::Reader,
            post(sign_out),
        ),
    ]
}

/// How long a link that was printed on a console works.
const LINK: Duration = Duration::from_secs(24 * 60 * 60);

/// Someone whom an operator lets into the newsroom.
#[derive(Debug)]
pub struct Invited<'a> {
    /// Their address, already checked.
    pub email: &'a str,
    /// What they may do.
    pub role: Role,
    /// The id for their account, when they have none.
    pub author: AuthorId,
    /// The secret of the link, fresh.
    pub token: Token,
}

/// Let someone into the newsroom of `site`; the path, on the server's own origin, of a link that
/// signs them in once within a day.
pub async fn invite(
    store: &Store,
    site: &Site,
    invited: Invited<'_>,
    now: rejoinder_core::Time,
) -> Result<String, StoreError> {
    let invitation = Invitation {
        site: site.id,
        author: invited.author,
        email: invited.email.to_owned(),
        role: invited.role,
        token: hash_of(&invited.token),
        lifetime: LINK,
    };
    store
        .write(move |tx| sign_ins::invite(tx, now, &invitation))
        .await?;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("site", &site.host)
        .append_pair("token", &invited.token.reveal())
        .finish();
    Ok(format!("/auth/sign-in?{query}"))
}

/// `GET /auth/sign-in`: what a link opens. Nothing happens before the button is pressed.
async fn ask(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<Response, ErrorPage> {
    app.limits.take(Act::Preview, &visitor, app.now())?;
    let site = visitor.at(&app, params.site()?).await?;
    let token = token(&params)?;
    let (now, id, hash) = (app.now(), site.id, hash_of(&token));
    let invited = app
        .store
        .read(move |tx| sign_ins::invited(tx, now, id, &hash))
        .await;
    let account = invited.map_err(ApiError::from)?.ok_or(Refusal::LinkUsed)?;
    let context = context(&app, &site, &visitor.base.0);
    let page = render::sign_in_page(&context, &account, &token.reveal(), None);
    Ok(private(StatusCode::OK, page))
}

/// `POST /auth/sign-in`: use the link up. The session has a token of its own, so one that somebody
/// knew before is worth nothing now.
async fn accept(
    State(app): State<App>,
    visitor: Visitor,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    app.limits.take(Act::Preview, &visitor, app.now())?;
    let site = visitor.at(&app, fields.site()?).await?;
    let token = token(&fields)?;
    let name = match author::name(fields.get("name").unwrap_or_default()) {
        Ok(name) => name,
        Err(refusal) => return refused(&app, &visitor, &site, &token, refusal).await,
    };
    let session = visitor.new_token(&app);
    let (now, id, link, own) = (app.now(), site.id, hash_of(&token), session.hash);
    let accept = move |tx: &mut store::Tx<'_>| sign_ins::accept(tx, now, id, &link, &own, &name);
    let account = app.store.write(accept).await.map_err(ApiError::from)?;
    let context = context(&app, &site, &visitor.base.0);
    let page = render::signed_in_page(&context, &account);
    Ok((session.headers(), private(StatusCode::OK, page)).into_response())
}

async fn refused(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    token: &Token,
    refusal: Refusal,
) -> Result<Response, ErrorPage> {
    let (now, id, hash) = (app.now(), site.id, hash_of(token));
    let invited = app
        .store
        .read(move |tx| sign_ins::invited(tx, now, id, &hash))
        .await;
    let account = invited.map_err(ApiError::from)?.ok_or(Refusal::LinkUsed)?;
    let error = ApiError::from(refusal);
    let problem = Problem {
        field: Some("name"),
        detail: &error.detail,
    };
    let context = context(app, site, &visitor.base.0);
    let page = render::sign_in_page(&context, &account, &token.reveal(), Some(problem));
    Ok(private(error.status, page))
}

/// `POST /auth/sign-out`: end the session of this browser.
async fn sign_out(State(app): State<App>, visitor: Visitor) -> Result<Response, ErrorPage> {
    if let Some(hash) = visitor.token_hash() {
        let end = move |tx: &mut store::Tx<'_>| sign_ins::sign_out(tx, &hash);
        app.store.write(end).await.map_err(ApiError::from)?;
    }
    let page = render::signed_out_page(render::words::of("en"), "/");
    Ok((visitor.no_token(), private(StatusCode::OK, page)).into_response())
}

fn token(params: &Params) -> Result<Token, ApiError> {
    let typed = params.get("token").unwrap_or_default();
    typed.parse().map_err(|_| ApiError::from(Refusal::LinkUsed))
}

/// A page that nobody keeps and whose address, which holds a secret, is told to nobody else. Without
/// any referrer a browser would hide the origin of its forms, too.
fn private(status: StatusCode, page: String) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    (status, headers, Html(page)).into_response()
}
