//! Every route, in one table: each area of the server gives its own rows.

use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::{Extension, Router};
use rejoinder_core::ApiScope;

use crate::access::{self, Access, program};
use crate::http::error_page::{method_not_allowed, not_found};
use crate::http::extract::MaxBody;
use crate::http::front::Front;
use crate::http::openapi;
use crate::http::route::Route;
use crate::state::App;
use crate::{
    account, auth, editor,
    http::middleware,
    moderator,
    owner::{self, webhooks},
    public::{self, publication, recordings},
    reader::{self, guest, notices},
};

/// Every route. Those under `/api` are described in `/openapi.json`.
pub(crate) fn table() -> Vec<Route> {
    let areas = [
        public::routes(),
        openapi::routes(),
        publication::routes(),
        recordings::routes(),
        reader::routes(),
        auth::routes(),
        account::routes(),
        guest::routes(),
        notices::routes(),
        moderator::routes(),
        editor::routes(),
        owner::routes(),
        webhooks::routes(),
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
            access: route.access,
            scope: route.scope,
            max_body: route.max_body,
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
        let mut handler = route
            .handler
            .clone()
            .layer(Extension(MaxBody(route.max_body)));
        if route.access.is_guarded() {
            let state = (app.clone(), route.access);
            handler = handler.layer(from_fn_with_state(state, access::guard));
        }
        if route.access != Access::Public {
            let state = (app.clone(), route.scope);
            handler = handler.layer(from_fn_with_state(state, program::admit));
        }
        handler
    };
    let routes = table().iter().fold(Router::new(), |router, route| {
        router.route(route.path, guarded(route))
    });
    routes
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(app.clone(), middleware::around))
        .with_state(app)
}
