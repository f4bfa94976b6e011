//! What a reader does, and what is theirs alone. Never cached.

pub(crate) mod comments;
pub(crate) mod forms;
pub(crate) mod me;
mod posting;
pub(crate) mod preview;
pub(crate) mod votes;

pub(crate) use posting::{find, page_of};
