//! Every operation on both databases.

mod comments;
mod support;
mod votes;
