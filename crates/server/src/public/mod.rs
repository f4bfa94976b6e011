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

use axum::http::Method;
use axum::routing::get;

use crate::access::Access::Public;
use crate::http::route::{Route, route};

/// Loader, threads, counts and live streams.
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
    ]
}
