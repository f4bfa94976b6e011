//! HTTP itself: routes, middleware, extractors, errors, limits, the page cache.

pub(crate) mod assets;
pub(crate) mod bodies;
pub(crate) mod browser;
pub(crate) mod error;
pub(crate) mod error_page;
pub(crate) mod extract;
pub(crate) mod front;
pub(crate) mod internal;
pub(crate) mod limits;
pub(crate) mod live;
pub(crate) mod metrics;
pub(crate) mod middleware;
pub(crate) mod mount;
pub(crate) mod openapi;
pub(crate) mod page_cache;
pub(crate) mod request_id;
pub(crate) mod route;
pub(crate) mod routes;
pub(crate) mod seats;
pub(crate) mod security;
pub(crate) mod serve;
pub(crate) mod slots;
pub(crate) mod trace;
pub(crate) mod tus;
