//! Every operation on both databases.

mod agreement;
mod comments;
mod dump;
mod imports;
mod jobs;
mod large;
mod sign_ins;
mod support;
mod votes;
