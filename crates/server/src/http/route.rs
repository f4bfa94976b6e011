//! One route: what is asked, what holds before it is answered, and what answers.

use std::collections::HashMap;
use std::time::Duration;

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{self, MethodRouter};
use rejoinder_core::ApiScope;

use crate::access::Access;
use crate::http::error_page::Form;
use crate::http::extract::MAX_BODY;
use crate::http::middleware::headers::Framers;
use crate::state::App;

/// One way to ask the server something.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) policy: Policy,
    pub(super) handler: MethodRouter<App>,
}

/// All that holds around a handler. Nothing else decides by what a path looks like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Policy {
    /// Who may call it, and whether they must come from a page that is known.
    pub(crate) access: Access,
    /// What a program's token must allow; no program may call it where this is none.
    pub(crate) scope: Option<ApiScope>,
    /// The largest body that it reads, in bytes.
    pub(crate) max_body: usize,
    /// The longest that its handler may take.
    pub(crate) timeout: Duration,
    /// How it refuses before its handler is asked.
    pub(crate) refusals: Form,
    /// Who may frame its pages.
    pub(crate) framers: Framers,
}

const TIMEOUT: Duration = Duration::from_secs(30);

impl Policy {
    /// What holds at `path` as long as its row says nothing else.
    fn of(path: &str, access: Access) -> Self {
        let first = path.split('/').nth(1).unwrap_or_default();
        let is_thread = first == "embed";
        let is_for_programs = matches!(first, "api" | "static" | "feeds" | "isso")
            || matches!(
                path,
                "/embed/thread" | "/embed/annotations" | "/embed/funding" | "/embed/campaign.svg"
            );
        Self {
            access,
            scope: None,
            max_body: MAX_BODY,
            timeout: TIMEOUT,
            refusals: if is_for_programs {
                Form::Problem
            } else {
                Form::Page
            },
            framers: if is_thread {
                Framers::Site
            } else {
                Framers::Nobody
            },
        }
    }
}

impl Route {
    /// Open it to programs whose token allows `scope`, too.
    #[must_use]
    pub(crate) fn or_program(mut self, scope: ApiScope) -> Self {
        self.policy.scope = Some(scope);
        self
    }

    /// Let it read bodies of so many bytes.
    #[must_use]
    pub(crate) fn takes(mut self, max_body: usize) -> Self {
        self.policy.max_body = max_body;
        self
    }
}

/// A method, and what answers it.
pub(crate) struct Asked(Method, MethodRouter<App>);

macro_rules! methods {
    ($($name:ident $method:ident),+ $(,)?) => { $(
        /// What answers this method.
        pub(crate) fn $name<H: Handler<T, App>, T: 'static>(handler: H) -> Asked {
            Asked(Method::$method, routing::$name(handler))
        }
    )+ };
}
methods!(get GET, head HEAD, post POST, put PUT, patch PATCH, delete DELETE);

/// A row of the table.
pub(crate) fn route(path: &'static str, access: Access, asked: Asked) -> Route {
    let Asked(method, handler) = asked;
    Route {
        method,
        path,
        policy: Policy::of(path, access),
        handler,
    }
}

/// The policy of each route: by its path, and there by its method.
pub(crate) struct Policies(HashMap<&'static str, Vec<(Method, Policy)>>);

impl Policies {
    /// Those of the rows of a table.
    pub(crate) fn new(table: &[Route]) -> Self {
        let mut policies = HashMap::<_, Vec<_>>::new();
        for Route {
            method,
            path,
            policy,
            ..
        } in table
        {
            let there = policies.entry(*path).or_default();
            there.push((method.clone(), *policy));
        }
        Self(policies)
    }

    /// The path of a route, as it is declared.
    pub(crate) fn path(&self, matched: &str) -> Option<&'static str> {
        self.0.get_key_value(matched).map(|(path, _)| *path)
    }

    /// That of the route `matched`. Where no route takes the request, it is that of one at `path` that
    /// does nothing but refuse.
    pub(crate) fn find(&self, matched: Option<&str>, method: &Method, path: &str) -> Policy {
        let there = matched.and_then(|matched| self.0.get(matched));
        let there = there.map_or(&[][..], Vec::as_slice);
        let of = |wanted: &Method| there.iter().find(|(takes, _)| takes == wanted);
        // A route that gives something gives its headers alone, too.
        let known = match *method {
            Method::HEAD => of(method).or_else(|| of(&Method::GET)),
            _ => of(method),
        };
        known.map_or_else(|| Policy::of(path, Access::Public), |(_, policy)| *policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_the_policy_of_its_route_and_one_for_its_headers_alone_that_of_get() {
        let secret = route("/mail/{secret}", Access::Secret, get(|| async {}));
        let policies = Policies::new(&[secret.takes(7)]);
        let max = |matched, method| policies.find(matched, &method, "/mail/x").max_body;

        assert_eq!(max(Some("/mail/{secret}"), Method::HEAD), 7);
        assert_eq!(max(Some("/mail/{secret}"), Method::POST), MAX_BODY);
        assert_eq!(max(None, Method::GET), MAX_BODY);
    }

    #[test]
    fn where_there_is_nothing_a_program_is_told_as_programs_are() {
        let policies = Policies::new(&[]);
        let refusals = |path| policies.find(None, &Method::GET, path).refusals;

        assert_eq!(refusals("/api/v1/nothing"), Form::Problem);
        assert_eq!(refusals("/static/nothing.js"), Form::Problem);
        assert_eq!(refusals("/embed/thread"), Form::Problem);
        assert_eq!(refusals("/embed/threads"), Form::Page);
        assert_eq!(refusals("/nothing"), Form::Page);
    }
}
