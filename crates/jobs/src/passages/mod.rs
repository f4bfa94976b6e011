//! Passages of articles.

pub(crate) mod anchoring;
pub(crate) mod telling;
