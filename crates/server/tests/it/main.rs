//! The server, asked through its router.

mod accounts;
mod authorisation;
mod bells;
mod caching;
mod canaries;
mod decisions;
mod desk;
mod desk_pages;
mod feeds;
mod flags;
mod forms;
mod headers;
mod internal;
mod live;
mod notices;
mod origins;
mod owner;
mod postgres;
mod publication;
mod reading;
mod signing_in;
mod support;
mod voting;
mod webhooks;
mod work;
mod writing;
