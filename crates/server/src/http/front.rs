//! The way of a request that the page cache can answer at once, past everything else.

use std::borrow::Cow;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, Uri, header};
use axum::response::IntoResponse as _;
use tower::Service;

use crate::http::error::ApiError;
use crate::http::extract::Base;
use crate::http::metrics::Counter;
use crate::http::middleware::headers::{self, Framers};
use crate::http::mount;
use crate::http::page_cache::Encoding;
use crate::state::App;

/// The longest address that the cache remembers, in bytes.
const MAX_ADDRESS: usize = 2_048;

/// Answers from the page cache, or asks the router behind it.
#[derive(Clone)]
pub(crate) struct Front {
    app: App,
    router: Router,
}

impl Front {
    pub(crate) const fn new(app: App, router: Router) -> Self {
        Self { app, router }
    }
}

impl<B> Service<Request<B>> for Front
where
    B: axum::body::HttpBody<Data = axum::body::Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<B>) -> Answer {
        let root = self.app.config.root();
        if !root.is_empty() {
            match mount::enter(root, request.uri()) {
                Some(own) => *request.uri_mut() = own,
                None => return Answer::Hit(Some(elsewhere(&self.app))),
            }
        }
        match hit(
            &self.app,
            request.method(),
            request.uri(),
            request.headers(),
        ) {
            Some(response) => Answer::Hit(Some(response)),
            None => Answer::Routed(Box::pin(self.router.call(request.map(Body::new)))),
        }
    }
}

type Routed = <Router as Service<Request<Body>>>::Future;

/// What becomes of a request.
pub(crate) enum Answer {
    /// It was answered.
    Hit(Option<Response<Body>>),
    /// The router is at it.
    Routed(Pin<Box<Routed>>),
}

impl Future for Answer {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Hit(response) => Poll::Ready(Ok(response.take().unwrap_or_default())),
            Self::Routed(future) => future.as_mut().poll(cx),
        }
    }
}

/// What the page cache remembers an address by; `None` for one that is too long. Only what a handler
/// has answered from the page cache is remembered.
pub(crate) fn raw_address<'a>(
    app: &App,
    uri: &'a Uri,
    headers: &HeaderMap,
) -> Option<Cow<'a, str>> {
    let address = uri.path_and_query()?.as_str();
    if address.len() > MAX_ADDRESS {
        return None;
    }
    if app.config.base.is_some() {
        return Some(Cow::Borrowed(address));
    }
    // Links in the bytes begin with the host that was asked for.
    let host = headers.get(header::HOST)?.to_str().ok()?;
    Some(Cow::Owned([host, address].concat()))
}

/// The answer to what is not below the path that the server is found under.
fn elsewhere(app: &App) -> Response<Body> {
    app.metrics.count(Counter::Refused);
    let mut response = ApiError::not_found().into_response();
    headers::finish(&mut response, Framers::Nobody, None);
    response
}

fn hit(app: &App, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Response<Body>> {
    if method != Method::GET && method != Method::HEAD {
        return None;
    }
    let raw = raw_address(app, uri, headers)?;
    let encoding = Encoding::accepted(headers);
    let is_silent = app.store.is_silent();
    let now = app.clock.steady();
    let (variant, entry) = app.pages.hit(&raw, encoding, now, is_silent)?;
    app.metrics.count(Counter::CacheHits);
    if is_silent {
        app.metrics.count(Counter::Stale);
    }
    let mut response = entry.answer(headers, encoding);
    if let Some(origin) = headers.get(header::ORIGIN) {
        let is_open = |origin: &str| variant.slot.site.allows(origin);
        if origin.to_str().is_ok_and(is_open) {
            open_to(&mut response, origin.clone());
        }
    }
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    Some(response)
}

/// Let pages of `origin` read `response`, and send their reader's cookie.
pub(crate) fn open_to(response: &mut Response<Body>, origin: HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    let yes = HeaderValue::from_static("true");
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
}

/// The server's own address in the eyes of whoever sent `parts`.
pub(crate) fn base(app: &App, parts: &Parts) -> Option<Base> {
    Base::of(&app.config, &parts.headers)
}
