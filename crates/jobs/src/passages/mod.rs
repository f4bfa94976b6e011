//! Passages of articles.

pub(crate) mod anchoring;
