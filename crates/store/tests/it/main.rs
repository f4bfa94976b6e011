//! Every operation on both databases.

mod agreement;
mod comments;
mod dump;
mod imports;
mod jobs;
mod large;
mod support;
mod votes;
