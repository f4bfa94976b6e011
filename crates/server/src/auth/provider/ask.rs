//! How a provider is asked: by the guarded client, over encrypted connections.

use std::error::Error;
use std::pin::Pin;
use std::time::Duration;

use axum::http::{Response, header};
use egress::{Client, Feature, FetchError, FetchLimits, Method, Request};
use openidconnect::{HttpRequest, HttpResponse};
use url::Url;

use super::ProviderFailure;
use crate::config::is_here;

const LIMITS: FetchLimits = FetchLimits {
    max_bytes: 256 * 1024,
    timeout: Duration::from_secs(6),
    max_redirects: 0,
};

/// The headers that a provider is sent; the others say nothing here.
const SENT: [&str; 3] = ["accept", "authorization", "content-type"];

/// Why a provider was not asked, or did not answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    #[error("{0} is not an encrypted address")]
    Open(String),
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("an answer that is none: {0}")]
    Answer(#[from] axum::http::Error),
}

type AskFuture = Pin<Box<dyn Future<Output = Result<HttpResponse, AskError>> + Send>>;

/// Asks through `outside`.
pub(super) fn through(outside: &Client) -> impl Fn(HttpRequest) -> AskFuture + Send + Sync + use<> {
    let outside = outside.clone();
    move |request| Box::pin(ask(outside.clone(), request))
}

async fn ask(outside: Client, request: HttpRequest) -> Result<HttpResponse, AskError> {
    let url = request.uri().to_string();
    if !Url::parse(&url).is_ok_and(|url| is_encrypted(&url)) {
        return Err(AskError::Open(url));
    }
    let header = |name: &&'static str| {
        let value = request.headers().get(*name)?.to_str().ok()?;
        Some((*name, value.to_owned()))
    };
    let headers = SENT.iter().filter_map(header).collect();
    let (parts, body) = request.into_parts();
    let is_get = parts.method == Method::GET;
    let asked = Request {
        feature: Feature::SignIn,
        method: parts.method,
        url,
        headers,
        body: (!is_get).then_some(body),
        limits: LIMITS,
    };
    let answer = outside.send(asked).await?;
    let mut response = Response::builder().status(answer.status);
    if !answer.content_type.is_empty() {
        response = response.header(header::CONTENT_TYPE, answer.content_type);
    }
    Ok(response.body(answer.body)?)
}

/// Refuse to send a browser where it would be read on the way.
pub(super) fn check(url: &Url) -> Result<(), ProviderFailure> {
    match is_encrypted(url) {
        true => Ok(()),
        false => Err(ProviderFailure::Unreachable(format!(
            "{url} is not an encrypted address"
        ))),
    }
}

/// Nobody listens between this machine and itself.
fn is_encrypted(url: &Url) -> bool {
    let is_here = || url.host().is_some_and(|host| is_here(&host));
    url.scheme() == "https" || (url.scheme() == "http" && is_here())
}

/// What went wrong, down to its cause.
pub(super) fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
