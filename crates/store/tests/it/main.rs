//! Every operation on both databases.

mod archive;
mod database;
mod discussion;
mod funding;
mod identity;
mod integrations;
mod jobs;
mod moderation;
mod notices;
mod passages;
mod publication;
mod recordings;
mod support;
