//! Every route, in one table: each area of the server gives its own rows.

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use rejoinder_core::ApiScope;

use crate::access::{self, Access, program};
use crate::http::error_page::{method_not_allowed, not_found};
use crate::http::front::Front;
use crate::http::openapi;
use crate::http::route::{Policies, Route};
use crate::state::App;
use crate::{
    account, auth, editor,
    http::middleware,
    isso, moderator,
    owner::{self, campaigns, webhooks},
    public::{self, funding, payments, publication, recordings},
    reader::{self, guest, inbound_mail, notices},
};

/// Every route. Those under `/api` are described in `/openapi.json`.
pub(crate) fn table() -> Vec<Route> {
    let areas = [
        public::routes(),
        openapi::routes(),
        publication::routes(),
        recordings::routes(),
        funding::routes(),
        payments::routes(),
        isso::routes(),
        reader::routes(),
        auth::routes(),
        account::routes(),
        guest::routes(),
        notices::routes(),
        inbound_mail::routes(),
        moderator::routes(),
        editor::routes(),
        owner::routes(),
        webhooks::routes(),
        campaigns::routes(),
    ];
    areas.into_iter().flatten().collect()
}

/// A route and who may call it.
#[derive(Debug, Clone)]
pub struct Declared {
    /// The method.
    pub method: Method,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// What a program's token must allow; `None` where no program may call it.
    pub scope: Option<ApiScope>,
    /// The largest body that it reads, in bytes.
    pub max_body: usize,
}

/// Every route that [`router`] serves.
pub fn declared() -> Vec<Declared> {
    let routes = table().into_iter();
    routes
        .map(|route| Declared {
            method: route.method,
            path: route.path,
            access: route.policy.access,
            scope: route.policy.scope,
            max_body: route.policy.max_body,
        })
        .collect()
}

/// Everything that the outside may ask, ready to be served.
pub fn router(app: App) -> Router {
    let front = Front::new(app.clone(), routed(app));
    Router::new().fallback_service(front)
}

/// Everything but the way past the router.
pub(crate) fn routed(app: App) -> Router {
    let guarded = |route: &Route| {
        let mut handler = route.handler.clone();
        if route.policy.access.is_guarded() {
            let state = (app.clone(), route.policy.access);
            handler = handler.layer(from_fn_with_state(state, access::guard));
        }
        if route.policy.access != Access::Public {
            let state = (app.clone(), route.policy.scope);
            handler = handler.layer(from_fn_with_state(state, program::admit));
        }
        handler
    };
    let table = table();
    let policies = Arc::new(Policies::new(&table));
    let routes = table.iter().fold(Router::new(), |router, route| {
        router.route(route.path, guarded(route))
    });
    routes
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(
            (app.clone(), policies),
            middleware::around,
        ))
        .with_state(app)
}
