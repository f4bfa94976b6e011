//! A request as a span, where an operator wants traces.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderName, Response};
use rejoinder_core::Site;
use traces::{Attribute, Kind, Name, Span};

use crate::http::request_id::{RequestId, told};
use crate::http::security::RefusedFor;
use crate::state::App;

/// Where a proxy says in which trace a request is.
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The span of a request to `route`, in the trace of a proxy that is trusted or in one of its own.
pub(crate) fn begin(app: &App, parts: &Parts, route: Option<&'static str>, id: &RequestId) -> Span {
    let Some(tracer) = &app.config.tracer else {
        return Span::default();
    };
    let parent = told(parts, &app.config, &TRACEPARENT);
    let parent = parent.and_then(|given| given.to_str().ok()?.parse().ok());
    let method = traces::method(parts.method.as_str());
    let name = Name::of(method, route.unwrap_or("nowhere"));
    let mut span = Span::root(tracer, parent, Kind::Server, name);
    span.set(Attribute::Method(method));
    if let Some(route) = route {
        span.set(Attribute::Route(route));
    }
    span.set(Attribute::Request(id.as_str().to_owned()));
    span
}

/// Say what it was answered, and of which site it is.
pub(crate) fn end(mut span: Span, site: Option<&Site>, response: &Response<Body>) {
    let status = response.status();
    span.set(Attribute::Status(status.as_u16()));
    if let Some(site) = site {
        span.set(Attribute::Site(site.id.0));
    }
    match response.extensions().get() {
        Some(RefusedFor(code)) if status.is_server_error() => span.fail(code),
        Some(RefusedFor(code)) => span.set(Attribute::Error(code)),
        None if status.is_server_error() => span.fail("internal"),
        None => {}
    }
}
