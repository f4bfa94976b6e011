//! What happens around every handler.

pub(crate) mod headers;
mod origin;

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::{MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Response, header};
use axum::middleware::Next;
use axum::response::IntoResponse;
use rejoinder_core::publication::language::Language;
use traces::Scope;
use tracing::Instrument as _;

use crate::access::program;
use crate::http::error::ApiError;
use crate::http::error_page::{self, Form};
use crate::http::extract::{MaxBody, SiteCell};
use crate::http::front;
use crate::http::metrics::Counter;
use crate::http::mount;
use crate::http::request_id::{RequestId, X_REQUEST_ID};
use crate::http::route::Policies;
use crate::http::security::Answered;
use crate::http::trace;
use crate::state::App;

/// Name the request, and answer it.
pub(crate) async fn around(
    State((app, policies)): State<(App, Arc<Policies>)>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    let id = RequestId::of(&parts, &app.config, &app.requests);
    let matched = parts.extensions.get::<MatchedPath>();
    let route = matched.and_then(|matched| policies.path(matched.as_str()));
    let span = trace::begin(&app, &parts, route, &id);
    let cell = SiteCell::default();
    parts.extensions.insert(cell.clone());
    let answer = answer(&app, &policies, &id, parts, body, next);
    let answer = answer.instrument(id.span(span.trace_id()));
    let mut response = id.around(span.scope().around(answer)).await;
    trace::end(span, cell.get().map(Arc::as_ref), &response);
    response.headers_mut().insert(X_REQUEST_ID, id.header());
    response
}

/// Refuse what may not act, run the handler apart, and give its answer the headers of its kind.
async fn answer(
    app: &App,
    policies: &Policies,
    id: &RequestId,
    mut parts: Parts,
    body: Body,
    next: Next,
) -> Response<Body> {
    let started_at = app.steady();
    let cell = parts.extensions.get::<SiteCell>();
    let cell = cell.cloned().unwrap_or_default();
    let method = parts.method.clone();
    let matched = parts.extensions.get::<MatchedPath>().cloned();
    let known = matched.as_ref().map(MatchedPath::as_str);
    let policy = policies.find(known, &method, parts.uri.path());
    parts.extensions.insert(policy.refusals);
    parts.extensions.insert(MaxBody(policy.max_body));
    let form = Form::accepted(&parts.headers);
    let origin = parts.headers.get(header::ORIGIN).cloned();
    let base = front::base(app, &parts);
    let is_program = program::asks(&mut parts.headers);
    let permission = match &base {
        Some(_) if is_program => Ok(()),
        Some(base) => origin::check(app, policy.access, &parts, base).await,
        None => Err(ApiError::host_unknown()),
    };
    let mut response = match permission {
        Err(error) => error.into_response(),
        Ok(()) if origin::is_preflight(&parts) => origin::preflight(app, &parts).await,
        Ok(()) => run(id, next, Request::from_parts(parts, body), policy.timeout).await,
    };
    let site = cell.get();
    let language = site.map_or(Language::English, |site| site.settings.language);
    error_page::write(&mut response, language, form);
    let mut response = mount::leave(app.config.root(), response).await;
    headers::finish(&mut response, policy.framers, cell.get().map(Arc::as_ref));
    if let Some(origin) = origin {
        let is_own = |origin: &str| base.as_ref().is_some_and(|base| base.is_origin(origin));
        origin::allow(app, &mut response, origin, &cell, is_own).await;
    }
    if method == Method::HEAD {
        empty(&mut response);
    }
    let route = known.unwrap_or("nowhere");
    let answered = Answered {
        site: cell.get().map(|site| site.host.as_str()),
        method: &method,
        route,
        status: response.status(),
        extensions: response.extensions(),
    };
    app.security.note(app.steady(), &answered);
    let took = app.steady().since(started_at);
    note(app, &method, route, &response, took);
    response
}

/// Take the body from an answer that is asked for its headers alone; they still say how long it is.
fn empty(response: &mut Response<Body>) {
    let body = std::mem::take(response.body_mut());
    if let Some(length) = body.size_hint().exact() {
        let headers = response.headers_mut();
        headers
            .entry(header::CONTENT_LENGTH)
            .or_insert(HeaderValue::from(length));
    }
}

/// Run the handler as a task of its own: a panic is an answer of 500, and a client that goes away
/// does not stop a write half-way.
async fn run(id: &RequestId, next: Next, request: Request, timeout: Duration) -> Response<Body> {
    let handling = Scope::current().around(next.run(request).in_current_span());
    let handler = tokio::spawn(id.around(handling));
    let stop = handler.abort_handle();
    match tokio::time::timeout(timeout, handler).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => ApiError::internal(error).into_response(),
        Err(_) => {
            stop.abort();
            ApiError::unavailable().into_response()
        }
    }
}

/// Count an answer and write it to the log: by its route, for what stands in a path may be a secret.
fn note(app: &App, method: &Method, route: &str, response: &Response<Body>, took: Duration) {
    let status = response.status();
    let counter = match status.as_u16() {
        500.. => Counter::Failed,
        400.. => Counter::Refused,
        _ => Counter::Done,
    };
    app.metrics.count(counter);
    app.metrics.measure(method.is_safe(), took);
    let (status, duration_us) = (status.as_u16(), took.as_micros());
    tracing::debug!(%method, route, status, duration_us, "{method} {route}: {status}");
}
