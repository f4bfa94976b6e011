//! What a comment's links show.

pub(crate) mod card;
pub(crate) mod liking;
pub(crate) mod sides;
