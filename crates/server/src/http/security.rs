//! What operators must be able to find in the log: who was signed in and how, who was not, who was kept
//! out, and what was refused that tries to get round a limit or a check.
//!
//! All of it is written here, by what an answer says of itself. No secret, no address and no text is at
//! hand here, so none gets into the log. Strangers cause most of these lines, so there are so many a
//! minute of each kind and no more, and the next one says how many were left out.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Extensions, Method, Response, StatusCode};
use rejoinder_core::{AuthorId, Time};
use tracing::{info, warn};

/// Beside an answer that signs an account in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignedIn {
    pub(crate) account: AuthorId,
    /// By what: `mail`, `passkey`, `openid`, `invitation`, `window` or `token`.
    pub(crate) way: &'static str,
}

/// Beside an answer that says no: what programs know the reason by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RefusedFor(pub(crate) &'static str);

/// Beside the answer to one who may not enter, which looks like that of an address that does not exist.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeptOut;

/// What is written, and kept few, apart from who was signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    SignInFailed,
    AccessRefused,
    AttemptRefused,
}

/// So many lines of one kind are written in a [`WINDOW`].
const MAX_LINES: u64 = 100;

const WINDOW: Duration = Duration::from_secs(60);

/// What is written of security, and how much of it lately.
#[derive(Debug, Default)]
pub(crate) struct SecurityLog([Mutex<Lately>; 3]);

#[derive(Debug, Default)]
struct Lately {
    since: Option<Time>,
    n_written: u64,
    n_left_out: u64,
}

impl Lately {
    /// Count a line: how many were left out before it, or `None` when it is left out, too.
    fn count(&mut self, now: Time) -> Option<u64> {
        if self.since.is_none_or(|since| now.since(since) >= WINDOW) {
            self.since = Some(now);
            self.n_written = 0;
        }
        if self.n_written == MAX_LINES {
            self.n_left_out += 1;
            return None;
        }
        self.n_written += 1;
        Some(std::mem::take(&mut self.n_left_out))
    }
}

/// What was answered to whom.
pub(crate) struct Answered<'a> {
    /// The host of the site that it is about, where that is known.
    pub(crate) site: Option<&'a str>,
    pub(crate) method: &'a Method,
    /// The path as it is declared: what stands in a path may be a secret.
    pub(crate) route: &'a str,
    pub(crate) status: StatusCode,
    pub(crate) extensions: &'a Extensions,
}

impl SecurityLog {
    /// Write down what has to be known of an answer.
    pub(crate) fn note(&self, now: Time, answered: &Answered<'_>) {
        let Answered { method, route, .. } = answered;
        let site = answered.site.unwrap_or("no site");
        if let Some(SignedIn { account, way }) = answered.extensions.get() {
            info!(event = "signed_in", %account, way, site, "{account} was signed in at {site} by {way}");
            return;
        }
        let code = answered
            .extensions
            .get()
            .map_or("none", |RefusedFor(code)| code);
        let Some(event) = Event::of(answered, code) else {
            return;
        };
        let lately = &self.0[event as usize];
        let mut lately = lately.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(n_left_out) = lately.count(now) else {
            return;
        };
        let (event, what) = event.words();
        let status = answered.status.as_u16();
        warn!(
            event, site, %method, route, status, code, n_left_out,
            "{what} at {site}: {method} {route}: {code}"
        );
    }
}

impl Event {
    fn of(answered: &Answered<'_>, code: &str) -> Option<Self> {
        let status = answered.status;
        let is_failure = status.is_client_error() || status == StatusCode::BAD_GATEWAY;
        if !is_failure {
            return None;
        }
        if signs_in(answered.method, answered.route) {
            return Some(Self::SignInFailed);
        }
        let is_attempt = matches!(status.as_u16(), 400 | 408 | 413 | 415 | 421 | 429)
            || matches!(code, "origin_refused" | "work_needed");
        if is_attempt {
            return Some(Self::AttemptRefused);
        }
        let is_kept_out = answered.extensions.get::<KeptOut>().is_some();
        (is_kept_out || matches!(status.as_u16(), 401 | 403)).then_some(Self::AccessRefused)
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::SignInFailed => ("sign_in_failed", "Nobody was signed in"),
            Self::AccessRefused => ("access_refused", "Someone was kept out"),
            Self::AttemptRefused => ("attempt_refused", "A limit or a check held"),
        }
    }
}

/// Whether a route signs someone in, when all goes well.
fn signs_in(method: &Method, route: &str) -> bool {
    match route {
        "/auth/link" | "/auth/sign-in" | "/auth/passkey/enter" | "/api/v1/session" => {
            method == Method::POST
        }
        "/auth/openid/callback/{site}" => method == Method::GET,
        _ => false,
    }
}

/// Put beside `response` what is to be written of it.
pub(crate) fn beside<T: Clone + Send + Sync + 'static>(
    mut response: Response<Body>,
    what: T,
) -> Response<Body> {
    response.extensions_mut().insert(what);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_flood_so_many_lines_are_written_and_the_next_says_what_is_missing() {
        let at = |seconds: i64| Time::from_micros(seconds * 1_000_000);
        let mut lately = Lately::default();
        let written = (0..250).filter_map(|_| lately.count(at(5))).count();
        assert_eq!(written, 100);
        assert_eq!(lately.count(at(64)), None);
        assert_eq!(lately.count(at(65)), Some(151));
        assert_eq!(lately.count(at(66)), Some(0));
    }
}
