//! The server, asked through its router.

mod caching;
mod forms;
mod headers;
mod origins;
mod reading;
mod support;
mod voting;
mod writing;
