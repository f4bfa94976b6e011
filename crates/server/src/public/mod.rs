//! What is the same for everyone who asks.

mod cached;
pub(crate) mod comments;
pub(crate) mod counts;
pub(crate) mod embedding;
pub(crate) mod events;
pub(crate) mod feeds;
pub(crate) mod files;
pub(crate) mod pictures;
pub(crate) mod publication;
pub(crate) mod recordings;
pub(crate) mod threads;

use axum::http::{Method, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::access::Access::Public;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::openapi;
use crate::http::routes::{Route, route};

/// Loader, threads, counts, live streams, and the API's description.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(Method::GET, "/embed.js", Public, get(files::embed)),
        route(Method::GET, "/count.js", Public, get(files::count)),
        route(Method::GET, "/push.js", Public, get(files::push)),
        route(Method::GET, "/static/{file}", Public, get(files::asset)),
        route(Method::GET, "/embed", Public, get(threads::page)),
        route(Method::GET, "/embed/thread", Public, get(threads::fragment)),
        route(Method::GET, "/api/v1/thread", Public, get(threads::tree)),
        route(
            Method::GET,
            "/api/v1/comments/{id}",
            Public,
            get(comments::one),
        ),
        route(Method::GET, "/api/v1/events", Public, get(events::events)),
        route(Method::GET, "/api/v1/counts", Public, get(counts::counts)),
        route(
            Method::GET,
            "/api/v1/embedding",
            Public,
            get(embedding::embedding),
        ),
        route(Method::GET, "/feeds/{file}", Public, get(feeds::of_site)),
        route(
            Method::GET,
            "/feeds/{site}/{*file}",
            Public,
            get(feeds::of_page),
        ),
        route(
            Method::GET,
            "/feeds/{site}/branches/{file}",
            Public,
            get(feeds::of_branch),
        ),
        route(
            Method::GET,
            "/feeds/{site}/replies/{file}",
            Public,
            get(feeds::of_replies),
        ),
        route(
            Method::GET,
            "/link-pictures/{site}/{file}",
            Public,
            get(pictures::picture),
        ),
        route(Method::GET, "/openapi.json", Public, get(openapi::spec)),
        route(Method::GET, "/docs", Public, get(openapi::docs)),
    ]
}

/// There is nothing at this address.
pub(crate) async fn not_found(uri: Uri) -> Response {
    refuse(&uri, ApiError::not_found())
}

/// The address does not take this method.
pub(crate) async fn method_not_allowed(uri: Uri) -> Response {
    refuse(&uri, ApiError::method_not_allowed())
}

/// A page for people, JSON for programs.
pub(crate) fn refuse(uri: &Uri, error: ApiError) -> Response {
    let path = uri.path();
    if path.starts_with("/api")
        || path.starts_with("/static")
        || path.starts_with("/feeds")
        || path == "/embed/thread"
    {
        return error.into_response();
    }
    ErrorPage::from(error).into_response()
}
