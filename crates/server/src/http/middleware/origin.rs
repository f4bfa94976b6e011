//! Whose page a browser acts for.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use axum::response::IntoResponse as _;

use crate::access::Access;
use crate::http::error::ApiError;
use crate::http::extract::{Base, SEC_FETCH_SITE, SiteCell};
use crate::http::front::open_to;
use crate::state::App;

/// Whether the request may be made at all: what changes something must come from a page of a
/// known origin, or carry the secret of a mail. Handlers then ask whether that origin belongs to the very site.
pub(super) async fn check(
    app: &App,
    access: Access,
    parts: &Parts,
    base: &Base,
) -> Result<(), ApiError> {
    if matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    if !access.needs_origin() {
        return Ok(());
    }
    let origin = parts
        .headers
        .get(header::ORIGIN)
        .and_then(|origin| origin.to_str().ok());
    let origin = origin.ok_or_else(ApiError::origin_refused)?;
    if base.is_origin(origin) {
        let is_forged = parts
            .headers
            .get(SEC_FETCH_SITE)
            .is_some_and(|site| site == "cross-site");
        return if is_forged {
            Err(ApiError::origin_refused())
        } else {
            Ok(())
        };
    }
    if app.sites.is_listed(origin).await? {
        Ok(())
    } else {
        Err(ApiError::origin_refused())
    }
}

/// Whether a browser asks before it asks.
pub(super) fn is_preflight(parts: &Parts) -> bool {
    parts.method == Method::OPTIONS
        && parts.headers.contains_key(header::ORIGIN)
        && parts
            .headers
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// What browsers may send from pages of a listed origin. It names no site yet, so any will do.
pub(super) async fn preflight(app: &App, parts: &Parts) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let origin = parts
        .headers
        .get(header::ORIGIN)
        .and_then(|origin| origin.to_str().ok());
    let is_listed = match origin {
        Some(origin) => match app.sites.is_listed(origin).await {
            Ok(is_listed) => is_listed,
            Err(error) => return error.into_response(),
        },
        None => false,
    };
    if is_listed {
        let headers = response.headers_mut();
        for (name, value) in [
            (
                header::ACCESS_CONTROL_ALLOW_METHODS,
                "GET, POST, PUT, PATCH, DELETE",
            ),
            (
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                "content-type, idempotency-key",
            ),
            (header::ACCESS_CONTROL_MAX_AGE, "7200"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    response
}

/// Let the page that asked read the answer, when its origin belongs to the site that the answer is
/// about; an answer about no site, a refusal, is readable for the origins of any.
pub(super) async fn allow(
    app: &App,
    response: &mut Response<Body>,
    origin: HeaderValue,
    site: &SiteCell,
    is_own: impl Fn(&str) -> bool + Send,
) {
    if response
        .headers()
        .contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN)
    {
        return;
    }
    response
        .headers_mut()
        .append(header::VARY, HeaderValue::from_static("Origin"));
    let foreign = origin.to_str().ok().filter(|origin| !is_own(origin));
    let is_open = match (foreign, site.get()) {
        (Some(foreign), Some(site)) => site.allows(foreign),
        (Some(foreign), None) => app.sites.is_listed(foreign).await.unwrap_or(false),
        (None, _) => false,
    };
    if is_open {
        open_to(response, origin);
    }
}
