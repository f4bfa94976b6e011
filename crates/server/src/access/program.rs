//! The publisher's own programs, which prove by an API token what they may do.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use rejoinder_core::{ApiScope, SiteId, Token};
use store::Tx;
use store::integrations::api_tokens::{self, Program};

use super::acting::ProgramActor;
use crate::http::error::ApiError;
use crate::http::extract::{Visitor, bearer};
use crate::http::limits::Act;
use crate::state::{App, hash_of};

/// What every token begins with, so that it is known where it should not be.
const PREFIX: &str = "rjt_";

/// A token in the form that is shown once. It names its site, so that it is looked for nowhere else.
pub(crate) fn reveal(site: SiteId, secret: &Token) -> String {
    format!("{PREFIX}{}_{}", site.0, secret.reveal())
}

fn parse(token: &str) -> Option<(SiteId, Token)> {
    let (site, secret) = token.strip_prefix(PREFIX)?.split_once('_')?;
    Some((SiteId(site.parse().ok()?), secret.parse().ok()?))
}

/// The token that a request shows. Other bearers are none of ours: a proxy may need them.
fn shown(headers: &HeaderMap) -> Option<&str> {
    bearer(headers).filter(|token| token.starts_with(PREFIX))
}

/// Whether a program asks. Then nothing is done in the name of a browser: its cookies are forgotten, and
/// no page needs to have an origin. No page of another site can send such a header unasked.
pub(crate) fn asks(headers: &mut HeaderMap) -> bool {
    let asks = shown(headers).is_some();
    if asks {
        headers.remove(header::COOKIE);
    }
    asks
}

/// Let a program in where its token allows what the route needs, which is nothing where `scope` is none.
pub(crate) async fn admit(
    State((app, scope)): State<(App, Option<ApiScope>)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let Some(token) = shown(&parts.headers).map(parse) else {
        return next.run(Request::from_parts(parts, body)).await;
    };
    match program(&app, scope, token, &mut parts).await {
        Ok((program, acting)) => {
            parts.extensions.insert(program);
            parts.extensions.insert(acting);
            next.run(Request::from_parts(parts, body)).await
        }
        // A program reads JSON, whatever the address has for people.
        Err(error) => error.into_program_response(),
    }
}

async fn program(
    app: &App,
    scope: Option<ApiScope>,
    token: Option<(SiteId, Token)>,
    parts: &mut Parts,
) -> Result<(Program, ProgramActor), ApiError> {
    let now = app.now();
    let found = match token {
        Some((site, secret)) => {
            let hash = hash_of(&secret);
            let read = move |tx: &mut Tx<'_>| api_tokens::by_hash(tx, now, site, &hash);
            app.store.read(read).await?
        }
        None => None,
    };
    let Some(program) = found else {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        app.limits.take(Act::Token, &visitor, app.steady())?;
        return Err(unknown());
    };
    if program.is_first_today {
        let (site, id) = (program.site, program.author.id);
        let note = move |tx: &mut Tx<'_>| api_tokens::note_use(tx, now, site, id);
        app.store.write(note).await?;
    }
    app.limits.take_of_program(&program, app.steady())?;
    let scope = scope.ok_or_else(closed)?;
    if !program.scopes.contains(&scope) {
        return Err(missing(scope));
    }
    let acting = match scope.is_for_others() {
        true => ProgramActor::of_user(app, &program, &parts.headers).await?,
        false => ProgramActor::Itself,
    };
    Ok((program, acting))
}

fn unknown() -> ApiError {
    let detail = "This API token is unknown, has expired or was revoked.";
    ApiError::new(StatusCode::UNAUTHORIZED, "api_token_invalid", detail).field("Authorization")
}

fn missing(scope: ApiScope) -> ApiError {
    let detail = format!("This API token lacks the scope {}.", scope.as_str());
    ApiError::new(StatusCode::FORBIDDEN, "scope_missing", detail)
}

fn closed() -> ApiError {
    let detail = "This address takes no API token.";
    ApiError::new(StatusCode::FORBIDDEN, "api_token_not_taken", detail)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use rejoinder_core::FixedRandom;

    use super::*;

    fn is_shown(line: &str) -> bool {
        let line = HeaderValue::from_str(line).unwrap();
        shown(&[(header::AUTHORIZATION, line)].into_iter().collect()).is_some()
    }

    #[test]
    fn a_token_reads_back() {
        let secret = Token::new(&FixedRandom::seeded(7));
        let token = reveal(SiteId(12), &secret);
        assert!(token.starts_with("rjt_12_"));
        assert_eq!(parse(&token), Some((SiteId(12), secret)));
    }

    #[test]
    fn what_is_no_token_reads_as_none() {
        let zeros = "0".repeat(64);
        let many = [
            String::new(),
            "rjt_".to_owned(),
            "rjt__".to_owned(),
            format!("rjt_1_{zeros}0"),
            format!("rjt_1_{}", &zeros[1..]),
            format!("rjt_99999999999999999999_{zeros}"),
            format!("rjt_é_{zeros}"),
            format!("1_{zeros}"),
        ];
        for token in many {
            assert_eq!(parse(&token), None, "{token}");
        }
    }

    #[test]
    fn only_our_own_bearers_are_looked_at() {
        assert!(is_shown("Bearer rjt_1_00") && is_shown("bearer  rjt_1_00"));
        assert!(!is_shown("Bearer eyJhbGciOi") && !is_shown("Basic rjt_1_00"));
        assert!(!is_shown("Bearer") && !is_shown(""));
    }
}
