//! Rejoinder over HTTP: the only crate that knows it.
//!
//! A request meets the page cache first: a thread that was rendered for someone is bytes for
//! everyone. What is not answered there goes through the middleware and the extractors, which turn
//! it into values that are already proven, to a handler that makes one call into the store. Every
//! refusal leaves as RFC 9457 problem JSON, or as a page where a browser without script asked.

mod access;
mod account;
mod auth;
mod campaigns;
mod config;
mod editor;
mod http;
mod isso;
mod moderator;
mod newsroom;
mod owner;
mod public;
mod reader;
mod sites;
mod state;

pub use access::Access;
pub use auth::{NewStaff, invite};
pub use config::{
    Config, ConnectionLimits, DEFAULT_MAX_IMPORT_MB, InboundMail, ProxyHeader, RateLimits,
    RequestPace, StreamLimits, names_this_machine,
};
pub use http::assets::frozen_style;
pub use http::internal::internal_router;
pub use http::live::Live;
pub use http::page_cache::PageCache;
pub use http::routes::{Declared, declared, router};
pub use http::serve::{Listener, serve, serve_internal, stand_in};
pub use public::publication::{Publication, PublicationError, follow_articles};
pub use sites::KnownSites;
pub use state::{App, AppParts, hook};
