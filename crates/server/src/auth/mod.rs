//! Signing in, always on the server's own origin, in pages that nobody frames.
//!
//! A page that embeds a thread opens these in a window of its own and is told of the end by
//! [`window`]; nothing else leads back out: `to` is a path on this origin or nothing.

mod invitations;
pub(crate) mod mail;
pub(crate) mod openid;
mod passkeys;
pub(crate) mod provider;
pub(crate) mod signed_token;
pub(crate) mod webauthn;
mod window;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::publication::language::Language;
use rejoinder_core::{AuthorKind, Refusal, Site, Token};
use render::identity::{self, SignInForm, SignInReferrer};
use store::identity::openid::OpenidProvider;
use store::identity::sessions::{self, NewSession};
use url::Url;

use crate::access::Access;
use crate::auth::webauthn::checker;
use crate::http::browser;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Base, Form, KeptToken, Params, Visitor};
use crate::http::limits::Act;
use crate::http::middleware::headers;
use crate::http::route::{Route, get, post, route};
use crate::public::threads::context;
use crate::state::App;

pub(crate) use invitations::invite_by;
pub use invitations::{NewStaff, invite};

/// Coming in, and going out.
pub(crate) fn routes() -> Vec<Route> {
    let link = |path, asked| route(path, Access::Link, asked);
    let reader = |path, asked| route(path, Access::Reader, asked);
    vec![
        link("/auth/sign-in", get(sign_in)),
        link("/auth/sign-in", post(invitations::accept)),
        link("/auth/mail", post(mail::ask)),
        link("/auth/link", get(mail::show)),
        link("/auth/link", post(mail::enter)),
        link("/auth/passkey", post(passkeys::begin)),
        link("/auth/passkey/enter", post(passkeys::enter)),
        link("/auth/openid/start", post(openid::start)),
        link("/auth/openid/callback/{site}", get(openid::callback)),
        reader("/auth/state", get(window::state)),
        reader("/auth/hand-over", post(window::hand_over)),
        reader("/auth/sign-out", post(sign_out)),
    ]
}

/// `GET /auth/sign-in`: the ways in, or who one is; with a token, what an invitation opens.
async fn sign_in(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<Response, ErrorPage> {
    if params.get("token").is_some() {
        return invitations::show(&app, &visitor, &params).await;
    }
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    let site = visitor.at(&app, params.site()?).await?;
    let way = SignInOrigin::of(&visitor.base, &site, &params);
    let context = context(&app, &site, &visitor.base.0);
    let known = visitor.reader(&app, &site).await?.author;
    let page = match known.filter(|known| known.kind == AuthorKind::Account) {
        Some(account) => identity::here_page(&context, &account, &way.door()),
        None => {
            let providers = providers(&app, &site).await?;
            identity::ask_page(&context, &asking(&app, &visitor.base, &way, &providers))
        }
    };
    Ok(way.private(StatusCode::OK, page))
}

/// The providers that sign the readers of `site` in.
async fn providers(app: &App, site: &Site) -> Result<Vec<OpenidProvider>, ApiError> {
    let id = site.id;
    match site.has_providers {
        true => Ok(app
            .store
            .read(move |tx| store::identity::openid::list(tx, id))
            .await?),
        false => Ok(Vec::new()),
    }
}

/// What is asked of someone who has typed nothing yet.
fn asking<'a>(
    app: &App,
    base: &Base,
    way: &'a SignInOrigin,
    providers: &'a [OpenidProvider],
) -> SignInForm<'a> {
    SignInForm {
        door: way.door(),
        has_mail: app.config.mail_from.is_some(),
        has_passkeys: checker(base).is_ok(),
        providers: providers
            .iter()
            .map(|one| (one.id, one.label.as_str()))
            .collect(),
        email: "",
        problem: None,
    }
}

/// `POST /auth/sign-out`: end the session of this browser, and those that began from it.
async fn sign_out(
    State(app): State<App>,
    visitor: Visitor,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    from_own_page(&visitor)?;
    if let Some(hash) = visitor.token_hash() {
        let end = move |tx: &mut store::Tx<'_>| sessions::sign_out(tx, &hash);
        app.store.write(end).await?;
    }
    let to = fields.get("to").and_then(|to| own_path(&visitor.base, to));
    let site = match fields.get("site") {
        Some(host) => app.sites.named(host).await.ok(),
        None => None,
    };
    let language = site.map_or(Language::default(), |site| site.settings.language);
    let page = identity::signed_out_page(language, to.as_deref().unwrap_or("/"));
    Ok((visitor.no_token(), private(StatusCode::OK, page)).into_response())
}

/// Where someone who signs in came from, as far as it may be believed.
struct SignInOrigin {
    to: Option<String>,
    origin: Option<String>,
}

impl SignInOrigin {
    /// From nowhere that is known.
    const fn none() -> Self {
        Self {
            to: None,
            origin: None,
        }
    }

    fn of(base: &Base, site: &Site, params: &Params) -> Self {
        let is_known = |origin: &&str| Self::is_known(base, site, origin);
        Self {
            to: params.get("to").and_then(|to| own_path(base, to)),
            origin: params.get("origin").filter(is_known).map(str::to_owned),
        }
    }

    /// Whether pages of `origin` may be told that someone is signed in to `site`.
    fn is_known(base: &Base, site: &Site, origin: &str) -> bool {
        site.allows(origin) || base.is_origin(origin)
    }

    fn door(&self) -> SignInReferrer<'_> {
        SignInReferrer {
            to: self.to.as_deref(),
            origin: self.origin.as_deref(),
        }
    }

    /// Like [`private`]; a page that was opened by another keeps its tie to it.
    fn private(&self, status: StatusCode, page: String) -> Response {
        let mut response = private(status, page);
        if self.origin.is_some() {
            let open = HeaderValue::from_static("unsafe-none");
            response.headers_mut().insert(headers::OPENER_POLICY, open);
        }
        response
    }
}

/// `to` as a path on the server's own origin; nothing when it leads elsewhere.
fn own_path(base: &Base, to: &str) -> Option<String> {
    let here = Url::parse(&base.0).ok()?;
    let there = here.join(to).ok()?;
    let path = &there[url::Position::BeforePath..];
    let is_own = to.starts_with('/') && there.origin() == here.origin() && !path.starts_with("//");
    is_own.then(|| path.to_owned())
}

/// Refuse what a page of the publisher's asks for: here only the server's own pages act.
pub(crate) fn from_own_page(visitor: &Visitor) -> Result<(), ApiError> {
    let origin = visitor.origin.as_deref();
    match origin.is_some_and(|origin| visitor.base.is_origin(origin)) {
        true => Ok(()),
        false => Err(ApiError::origin_refused()),
    }
}

/// A session for this browser, with a token that nobody knew before.
fn new_session(app: &App, visitor: &Visitor, headers: &HeaderMap) -> (KeptToken, NewSession) {
    let token = visitor.new_token(app);
    let session = NewSession {
        token: token.hash,
        replaces: visitor.token_hash(),
        label: browser::label(headers),
    };
    (token, session)
}

fn token(params: &Params) -> Result<Token, ApiError> {
    let typed = params.get("token").unwrap_or_default();
    typed.parse().map_err(|_| ApiError::from(Refusal::LinkUsed))
}

/// A page that nobody keeps or frames, and whose address, which may hold a secret, is told to nobody
/// else. Without any referrer a browser would hide the origin of its forms, too.
pub(crate) fn private(status: StatusCode, page: String) -> Response {
    let mut response = (status, Html(page)).into_response();
    let named = response.headers_mut();
    named.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    named.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    named.insert(header::CONTENT_SECURITY_POLICY, headers::unframed_policy());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_stays_on_this_origin() {
        let base = Base::from("https://comments.example");
        let path = |to| own_path(&base, to);
        for own in ["/", "/embed?site=a&page=b#comment-1", "/articles/x"] {
            assert_eq!(path(own).as_deref(), Some(own));
        }
        for foreign in [
            "",
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/.//evil.example",
            "/..//evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
            "evil",
            "http://comments.example/",
        ] {
            assert_eq!(path(foreign), None, "{foreign}");
        }
    }
}
