//! The server, asked through its router.

mod authorisation;
mod discussion;
mod funding;
mod http;
mod identity;
mod integrations;
mod log;
mod moderation;
mod notices;
mod passages;
mod postgres;
mod publication;
mod recordings;
mod support;
