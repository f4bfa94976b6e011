//! Threads and comments, as HTML, JSON and feeds.

pub mod agreed;
pub(crate) mod avatar;
pub(crate) mod card;
pub(crate) mod comment;
pub mod embedding;
pub mod feed;
pub(crate) mod form;
pub mod found;
pub(crate) mod frozen;
pub mod image;
pub mod isso;
pub mod json;
pub(crate) mod json_ld;
pub(crate) mod pages;
pub(crate) mod target;
pub(crate) mod thread;
pub(crate) mod tree;
