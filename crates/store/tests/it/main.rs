//! Every operation on both databases.

mod comments;
mod jobs;
mod support;
mod votes;
