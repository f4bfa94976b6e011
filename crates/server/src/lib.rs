//! Rejoinder over HTTP: the only crate that knows it.
//!
//! A request meets the page cache first: a thread that was rendered for someone is bytes for
//! everyone. What is not answered there goes through the middleware and the extractors, which turn
//! it into values that are already proven, to a handler that makes one call into the store. Every
//! refusal leaves as RFC 9457 problem JSON, or as a page where a browser without script asked.

mod access;
mod account;
mod assets;
mod auth;
mod browser;
mod config;
mod error;
mod error_page;
mod extract;
mod front;
mod guest;
mod internal;
mod limits;
mod live;
mod metrics;
mod middleware;
mod moderator;
mod newsroom;
mod notices;
mod openapi;
mod openid;
mod owner;
mod page_cache;
mod passkeys;
mod public;
mod publication;
mod reader;
mod routes;
mod serve;
mod sites;
mod slots;
mod state;
mod webhooks;

pub use access::Access;
pub use auth::{Invited, invite};
pub use config::{
    Config, ConnectionLimits, ProxyHeader, RateLimits, StreamLimits, names_this_machine,
};
pub use internal::internal_router;
pub use live::Live;
pub use page_cache::PageCache;
pub use publication::{Publication, PublicationError};
pub use routes::{Declared, declared, router};
pub use serve::{serve, serve_internal};
pub use state::{App, Parts, hook};
