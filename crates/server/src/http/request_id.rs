//! The name of a request: in its answer, in every line that the log has of it, and in what a program is
//! told when something broke. A proxy in front may have given it one already.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use rejoinder_core::Random;
use traces::TraceId;
use tracing::Span;
use tracing::field::{Empty, display};

use crate::config::Config;

/// Where it stands, in a request and in an answer.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest that is taken from a proxy, in bytes.
const MAX_BYTES: usize = 64;

tokio::task_local! {
    static CURRENT: RequestId;
}

/// The name of a request.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(HeaderValue);

impl RequestId {
    /// What a proxy that is trusted calls the request, or the next of our own names.
    pub(crate) fn of(parts: &Parts, config: &Config, names: &Names) -> Self {
        let given = told(parts, config, &X_REQUEST_ID);
        match given.filter(|given| is_plain(given)) {
            Some(given) => Self(given.clone()),
            None => names.next(),
        }
    }

    /// That of the request which is being answered.
    pub(crate) fn current() -> Option<String> {
        let name = CURRENT.try_with(|id| id.as_str().to_owned());
        name.ok()
    }

    /// Let `work` know whose it is.
    pub(crate) fn around<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        CURRENT.scope(self.clone(), work)
    }

    /// What the log says around each line; of which trace it is, too, where there is one.
    pub(crate) fn span(&self, trace: Option<TraceId>) -> Span {
        let span = tracing::error_span!("request", id = self.as_str(), trace_id = Empty);
        if let Some(trace) = trace {
            span.record("trace_id", display(trace));
        }
        span
    }

    /// As it stands in an answer.
    pub(crate) fn header(self) -> HeaderValue {
        self.0
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

/// What a proxy that is trusted says in a header.
pub(crate) fn told<'a>(
    parts: &'a Parts,
    config: &Config,
    header: &HeaderName,
) -> Option<&'a HeaderValue> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let is_trusted = peer.is_some_and(|peer| config.trusts(peer.0.ip()));
    parts.headers.get(header).filter(|_| is_trusted)
}

/// Whether it cannot pass for anything else in a log.
fn is_plain(given: &HeaderValue) -> bool {
    let bytes = given.as_bytes();
    (1..=MAX_BYTES).contains(&bytes.len())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

/// Names that no other start of a server gives.
pub(crate) struct Names {
    start: u32,
    n_given: AtomicU64,
}

impl Names {
    pub(crate) fn new(random: &dyn Random) -> Self {
        let mut start = [0; 4];
        random.fill(&mut start);
        Self {
            start: u32::from_le_bytes(start),
            n_given: AtomicU64::new(0),
        }
    }

    fn next(&self) -> RequestId {
        let number = self.n_given.fetch_add(1, Ordering::Relaxed) + 1;
        let name = HeaderValue::try_from(format!("{:08x}-{number}", self.start));
        RequestId(name.unwrap_or_else(|_| HeaderValue::from(number)))
    }
}
