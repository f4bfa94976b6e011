//! Passages of articles.

pub(crate) mod anchoring;
pub(crate) mod fetching;
pub(crate) mod telling;
