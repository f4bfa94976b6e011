//! What a comment's links show.

pub(crate) mod card;
