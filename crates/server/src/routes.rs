//! Every route, in one table.

use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, delete, get, patch, post, put};

use crate::front::Front;
use crate::state::App;
use crate::{auth, middleware, openapi, public, publication, reader};

/// One way to ask the server something.
pub(crate) struct Route {
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the API's description is checked against it")
    )]
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    handler: MethodRouter<App>,
}

const fn route(method: Method, path: &'static str, handler: MethodRouter<App>) -> Route {
    Route {
        method,
        path,
        handler,
    }
}

/// Every route. Those under `/api` are described in `/openapi.json`.
pub(crate) fn table() -> Vec<Route> {
    vec![
        // The same for everyone.
        route(Method::GET, "/embed.js", get(public::files::embed)),
        route(Method::GET, "/count.js", get(public::files::count)),
        route(Method::GET, "/static/{file}", get(public::files::asset)),
        route(Method::GET, "/embed", get(public::threads::page)),
        route(Method::GET, "/embed/thread", get(public::threads::fragment)),
        route(Method::GET, "/api/v1/thread", get(public::threads::tree)),
        route(
            Method::GET,
            "/api/v1/comments/{id}",
            get(public::comments::one),
        ),
        route(Method::GET, "/api/v1/events", get(public::events::events)),
        route(Method::GET, "/api/v1/counts", get(public::counts::counts)),
        route(Method::GET, "/openapi.json", get(openapi::spec)),
        route(Method::GET, "/docs", get(openapi::docs)),
        // The built-in publication.
        route(Method::GET, "/", get(publication::front_page)),
        route(Method::GET, "/articles/{slug}", get(publication::article)),
        route(Method::GET, "/pictures/{file}", get(publication::picture)),
        // A reader's own.
        route(Method::GET, "/api/v1/me", get(reader::me::me)),
        route(
            Method::POST,
            "/api/v1/comments",
            post(reader::comments::post),
        ),
        route(
            Method::PATCH,
            "/api/v1/comments/{id}",
            patch(reader::comments::edit),
        ),
        route(
            Method::DELETE,
            "/api/v1/comments/{id}",
            delete(reader::comments::remove),
        ),
        route(
            Method::PUT,
            "/api/v1/comments/{id}/vote",
            put(reader::votes::cast),
        ),
        route(
            Method::POST,
            "/api/v1/preview",
            post(reader::preview::preview),
        ),
        // Signing in.
        route(Method::GET, "/auth/sign-in", get(auth::ask)),
        route(Method::POST, "/auth/sign-in", post(auth::accept)),
        route(Method::POST, "/auth/sign-out", post(auth::sign_out)),
        // The same by plain forms.
        route(Method::POST, "/embed/comments", post(reader::forms::post)),
        route(
            Method::POST,
            "/embed/comments/{id}/vote",
            post(reader::forms::vote),
        ),
        route(
            Method::GET,
            "/embed/comments/{id}/edit",
            get(reader::forms::edit_page),
        ),
        route(
            Method::POST,
            "/embed/comments/{id}/edit",
            post(reader::forms::edit),
        ),
        route(
            Method::POST,
            "/embed/comments/{id}/delete",
            post(reader::forms::remove),
        ),
    ]
}

/// Everything that the outside may ask, ready to be served.
pub fn router(app: App) -> Router {
    let front = Front::new(app.clone(), routed(app));
    Router::new().fallback_service(front)
}

/// Everything but the way past the router.
pub(crate) fn routed(app: App) -> Router {
    let routes = table().into_iter().fold(Router::new(), |router, route| {
        router.route(route.path, route.handler)
    });
    routes
        .fallback(public::not_found)
        .method_not_allowed_fallback(public::method_not_allowed)
        .layer(from_fn_with_state(app.clone(), middleware::around))
        .with_state(app)
}
