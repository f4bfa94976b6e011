//! Who may call a route: decided here, and nowhere else.
//!
//! Every route declares its [`Access`]. The guard stands before the handlers of those that need an
//! account; what it has proven reaches them as a [`Member`]. Whoever may not enter learns nothing:
//! the answer is the one of an address that does not exist.

pub(crate) mod acting;
pub(crate) mod program;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rejoinder_core::identity::author::Role;
use rejoinder_core::{Author, AuthorKind, Site};

use crate::http::error::ApiError;
use crate::http::error_page::Form;
use crate::http::extract::Visitor;
use crate::http::middleware::headers;
use crate::http::security::{self, KeptOut};
use crate::state::App;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone; the answer is the same for everyone.
    Public,
    /// Anyone, as the reader whom their token proves; `core::policy` says what they may do.
    Reader,
    /// Whoever holds the secret of a link.
    Link,
    /// Whoever holds the secret in the path, or the operator's in `Authorization`, with a browser or without:
    /// mail programs have no origin, and no cookie is looked at.
    Secret,
    /// An account of the site that the path names.
    Account,
    /// An account of the site that the path names, with this role or a higher one.
    Newsroom(Role),
}

impl Access {
    /// The least role that an account needs, where one is needed.
    const fn role(self) -> Option<Role> {
        match self {
            Self::Public | Self::Reader | Self::Link | Self::Secret => None,
            Self::Account => Some(Role::Reader),
            Self::Newsroom(role) => Some(role),
        }
    }

    /// Whether whoever changes something must come from a page that is known.
    pub(crate) const fn needs_origin(self) -> bool {
        match self {
            Self::Public | Self::Reader | Self::Link | Self::Account | Self::Newsroom(_) => true,
            Self::Secret => false,
        }
    }

    /// Whether the guard stands before the route.
    pub(crate) const fn is_guarded(self) -> bool {
        self.role().is_some()
    }
}

/// Someone whom the route's [`Access`] lets in, at the site that the path names as `{site}`.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// The site that they act on.
    pub(crate) site: Arc<Site>,
    /// Who they are there.
    pub(crate) author: Author,
}

impl FromRequestParts<App> for Member {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        let member = parts.extensions.get::<Self>().cloned();
        member.ok_or_else(|| ApiError::internal("a route hands out a member without a guard"))
    }
}

/// Let in whom the route lets in, and tell the others nothing.
pub(crate) async fn guard(
    State((app, access)): State<(App, Access)>,
    params: RawPathParams,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let form = Form::at(&parts.extensions);
    let host = params.iter().find(|(name, _)| *name == "site");
    let host = host.map_or("", |(_, host)| host).to_owned();
    let mut response = match member(&app, access, &host, &mut parts).await {
        Ok(member) => {
            parts.extensions.insert(member);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(AccessDenial::Stranger) if wants_page(&parts) => sign_in(&host, &parts.uri),
        Err(AccessDenial::Stranger) => kept_out(form, ApiError::not_found()),
        Err(AccessDenial::Refused(error)) => kept_out(form, error),
    };
    headers::finish_newsroom(&mut response);
    response
}

fn kept_out(form: Form, error: ApiError) -> Response {
    security::beside(form.refuse(error), KeptOut)
}

enum AccessDenial {
    /// Nobody is signed in.
    Stranger,
    Refused(ApiError),
}

impl From<ApiError> for AccessDenial {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

async fn member(
    app: &App,
    access: Access,
    host: &str,
    parts: &mut Parts,
) -> Result<Member, AccessDenial> {
    let visitor = Visitor::from_request_parts(parts, app).await?;
    let is_own = |origin: &String| visitor.base.is_origin(origin);
    if !visitor.origin.as_ref().is_none_or(is_own) {
        return Err(ApiError::origin_refused().into());
    }
    let site = app
        .sites
        .named(host)
        .await
        .map_err(|_| ApiError::not_found())?;
    let reader = visitor.reader(app, &site).await?;
    if visitor.is_program() {
        let program = reader.author.ok_or_else(ApiError::not_found)?;
        return entered(access, site, program);
    }
    let account = |author: &Author| author.kind == AuthorKind::Account;
    let author = reader
        .author
        .filter(account)
        .ok_or(AccessDenial::Stranger)?;
    entered(access, site, author)
}

fn entered(access: Access, site: Arc<Site>, author: Author) -> Result<Member, AccessDenial> {
    let is_allowed = access.role().is_some_and(|least| author.role >= least);
    if !is_allowed {
        return Err(ApiError::not_found().into());
    }
    Ok(Member { site, author })
}

fn wants_page(parts: &Parts) -> bool {
    let accept = parts.headers.get(header::ACCEPT);
    parts.method == Method::GET
        && accept.is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"))
}

/// Lead a browser to where one signs in, and from there back.
fn sign_in(host: &str, uri: &Uri) -> Response {
    let to = uri.path_and_query().map_or("/", |path| path.as_str());
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("site", host)
        .append_pair("to", to)
        .finish();
    let mut headers = HeaderMap::new();
    if let Ok(location) = HeaderValue::from_str(&format!("/auth/sign-in?{query}")) {
        headers.insert(header::LOCATION, location);
    }
    (StatusCode::SEE_OTHER, headers, Body::empty()).into_response()
}
