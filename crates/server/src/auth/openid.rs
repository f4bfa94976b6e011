//! Signing in by a provider of OpenID Connect: there and back.
//!
//! The browser that is sent keeps a secret in its cookie, and only that one is taken back, once and
//! within ten minutes. It comes back to an address that names the site, so that what another site's
//! provider was told is worth nothing here.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use rejoinder_core::{AuthorId, Refusal, Site, Token};
use render::identity::{self, ProviderProblem, ProviderRedirect};
use store::StoreError;
use store::identity::identities::{self, IdentityClaims, IdentitySignIn, SignedInAccount};
use store::identity::openid::{self, OpenidProvider, OpenidRequest, OpenidReturn};

use super::mail::go;
use super::{SignInOrigin, from_own_page, new_session};
use crate::auth::provider::{
    AuthorizationReturn, AuthorizationSecrets, ProviderFailure, ProviderIdentity,
};
use crate::auth::webauthn::secret;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Base, Form, Params, Visitor};
use crate::http::limits::Act;
use crate::http::security::{self, RefusedFor, SignedIn};
use crate::public::threads::context;
use crate::state::{App, hash_of};

/// Where the providers of `site` send their users back to.
pub(crate) fn redirect(base: &Base, site: &Site) -> String {
    format!("{}/auth/openid/callback/{}", base.0, site.host)
}

/// `POST /auth/openid/start`: send the browser to a provider.
pub(super) async fn start(
    State(app): State<App>,
    visitor: Visitor,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    from_own_page(&visitor)?;
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    let site = visitor.at(&app, fields.site()?).await?;
    let way = SignInOrigin::of(&visitor.base, &site, &fields);
    let id = fields.get("provider").and_then(|id| id.parse().ok());
    let provider = provider(&app, &site, id.unwrap_or(0)).await?;
    let provider = provider.ok_or_else(ApiError::not_found)?;
    let (now, state) = (app.now(), Token::new(&*app.random));
    let secrets = AuthorizationSecrets::new(state.reveal(), &*app.random);
    let redirect = redirect(&visitor.base, &site);
    let url = app.openid.way(&provider, &redirect, &secrets).await;
    let url = match url {
        Ok(url) => url,
        Err(failure) => {
            let stop = stop_by(&failure, &site, &provider);
            return Ok(stopped(&app, &visitor, &site, &way, stop, &provider.label));
        }
    };
    let asked = secret(&app, &visitor);
    let sent = OpenidRequest {
        provider: provider.id,
        nonce: secrets.nonce,
        verifier: secrets.verifier,
        to: way.to.clone(),
        origin: way.origin.clone(),
    };
    let (here, state, browser) = (site.id, hash_of(&state), hash_of(&asked));
    let send = move |tx: &mut store::Tx<'_>| openid::send(tx, now, here, &state, &browser, &sent);
    app.store.write(send).await?;
    let away = ProviderRedirect {
        label: &provider.label,
        url: url.as_str(),
    };
    let page = identity::away_page(&context(&app, &site, &visitor.base.0), &away);
    let page = way.private(StatusCode::OK, page);
    Ok((visitor.keep_asked(&asked), page).into_response())
}

async fn provider(app: &App, site: &Site, id: i64) -> Result<Option<OpenidProvider>, ApiError> {
    let site = site.id;
    let find = move |tx: &mut store::Tx<'_>| openid::by_id(tx, site, id);
    Ok(app.store.read(find).await?)
}

/// `GET /auth/openid/callback/{site}`: take the browser back, and begin a session.
pub(super) async fn callback(
    State(app): State<App>,
    visitor: Visitor,
    Path(host): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, ErrorPage> {
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    let site = visitor.at(&app, &host).await?;
    let sent = match take_back(&app, &visitor, &site, &params).await? {
        Ok(sent) => sent,
        Err(stop) => {
            return Ok(stopped(
                &app,
                &visitor,
                &site,
                &SignInOrigin::none(),
                stop,
                "",
            ));
        }
    };
    let way = SignInOrigin {
        to: sent.to.clone(),
        origin: sent.origin.clone(),
    };
    let Some(provider) = provider(&app, &site, sent.provider).await? else {
        return Ok(stopped(
            &app,
            &visitor,
            &site,
            &way,
            ProviderProblem::Unknown,
            "",
        ));
    };
    let stop = |stop| Ok(stopped(&app, &visitor, &site, &way, stop, &provider.label));
    let believed = match believed(&app, &visitor, &site, &provider, sent, &params).await {
        Ok(believed) => believed,
        Err(why) => return stop(why),
    };
    let now = app.now();
    let (cookie, session) = new_session(&app, &visitor, &headers);
    let arriving = IdentitySignIn {
        site: Site::clone(&site),
        claims: IdentityClaims {
            issuer: provider.issuer.clone(),
            subject: believed.subject,
            name: None,
            email: believed.email,
            issued_at: now,
        },
        spent: None,
        author: AuthorId(app.ids.next(now)),
        session,
    };
    let arrived = match enter(&app, arriving, believed.name).await {
        Ok(arrived) => arrived,
        // Whoever decides at a site signs in by themselves.
        Err(StoreError::Refused(Refusal::TokenInvalid { .. })) => {
            return stop(ProviderProblem::Newsroom);
        }
        Err(error) => return Err(ApiError::from(error).into()),
    };
    let cookie = match arrived.is_new {
        true => cookie.headers(),
        false => HeaderMap::new(),
    };
    let response = match way.origin {
        None => go(&site, way.to),
        Some(_) => {
            let context = context(&app, &site, &visitor.base.0);
            let page = identity::entered_page(&context, &arrived.account, &way.door());
            way.private(StatusCode::OK, page)
        }
    };
    let signed_in = Extension(SignedIn {
        account: arrived.account.id,
        way: "openid",
    });
    Ok((signed_in, cookie, response).into_response())
}

/// What the browser was sent with, for the one browser, once.
async fn take_back(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    params: &Params,
) -> Result<Result<OpenidRequest, ProviderProblem>, ApiError> {
    let state: Result<Token, _> = params.get("state").unwrap_or_default().parse();
    let Ok(state) = state else {
        return Ok(Err(ProviderProblem::Unknown));
    };
    let (now, site, state) = (app.now(), site.id, hash_of(&state));
    let browser = visitor.asked().map(hash_of);
    let back =
        move |tx: &mut store::Tx<'_>| openid::take_back(tx, now, site, &state, browser.as_ref());
    Ok(match app.store.write(back).await? {
        OpenidReturn::As(sent) => Ok(sent),
        OpenidReturn::Twice => Err(ProviderProblem::Twice),
        OpenidReturn::Late => Err(ProviderProblem::Late),
        OpenidReturn::Elsewhere => Err(ProviderProblem::Elsewhere),
        OpenidReturn::Unknown => Err(ProviderProblem::Unknown),
    })
}

/// Who it is that the provider sends back.
async fn believed(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    provider: &OpenidProvider,
    sent: OpenidRequest,
    params: &Params,
) -> Result<ProviderIdentity, ProviderProblem> {
    let Some(code) = params.get("code") else {
        return Err(match params.get("error") {
            Some("access_denied") => ProviderProblem::Declined,
            _ => ProviderProblem::Unbelievable,
        });
    };
    let brought = AuthorizationReturn {
        code: code.to_owned(),
        nonce: sent.nonce,
        verifier: sent.verifier,
        issuer: params.get("iss"),
        redirect: &redirect(&visitor.base, site),
    };
    let believed = app.openid.exchange(provider, brought, app.now()).await;
    believed.map_err(|failure| stop_by(&failure, site, provider))
}

/// Let someone in: under the name that they have here, else the one that they have there, else one
/// that is nobody's.
async fn enter(
    app: &App,
    arriving: IdentitySignIn,
    name: Option<String>,
) -> Result<SignedInAccount, StoreError> {
    let now = app.now();
    let nobody = identity::reader_name(arriving.site.settings.language, arriving.author.0);
    let mut names = [name, Some(nobody)].into_iter().flatten();
    let mut arriving = arriving;
    loop {
        let come = arriving.clone();
        let enter = move |tx: &mut store::Tx<'_>| identities::sign_in(tx, now, &come);
        match app.store.write(enter).await {
            Err(StoreError::Refused(refusal)) if is_about_name(&refusal) => match names.next() {
                Some(name) => arriving.claims.name = Some(name),
                None => return Err(refusal.into()),
            },
            entered => return entered,
        }
    }
}

const fn is_about_name(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::NameMissing | Refusal::NameProtected | Refusal::WordBanned { .. }
    )
}

fn stop_by(failure: &ProviderFailure, site: &Site, provider: &OpenidProvider) -> ProviderProblem {
    let (site, issuer) = (&site.host, &provider.issuer);
    tracing::warn!(%site, %issuer, cause = %failure, "Nobody is signed in by {issuer}: {failure}");
    match failure {
        ProviderFailure::Unreachable(_) => ProviderProblem::Unreachable,
        ProviderFailure::Unbelievable(_) => ProviderProblem::Unbelievable,
    }
}

/// Why nobody is signed in, and the way back.
fn stopped(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    way: &SignInOrigin,
    stop: ProviderProblem,
    label: &str,
) -> Response {
    let status = match stop {
        ProviderProblem::Unreachable | ProviderProblem::Unbelievable => StatusCode::BAD_GATEWAY,
        ProviderProblem::Declined | ProviderProblem::Elsewhere | ProviderProblem::Newsroom => {
            StatusCode::FORBIDDEN
        }
        ProviderProblem::Late | ProviderProblem::Twice | ProviderProblem::Unknown => {
            StatusCode::GONE
        }
    };
    let context = context(app, site, &visitor.base.0);
    let page = identity::stopped_page(&context, &way.door(), stop, label);
    security::beside(way.private(status, page), RefusedFor(code(stop)))
}

/// What the log knows it by.
const fn code(stop: ProviderProblem) -> &'static str {
    match stop {
        ProviderProblem::Unreachable => "provider_unreachable",
        ProviderProblem::Unbelievable => "provider_unbelievable",
        ProviderProblem::Declined => "declined",
        ProviderProblem::Late => "late",
        ProviderProblem::Twice => "twice",
        ProviderProblem::Elsewhere => "elsewhere",
        ProviderProblem::Unknown => "unknown",
        ProviderProblem::Newsroom => "newsroom",
    }
}
