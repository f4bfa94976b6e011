//! Corrections of articles.

pub(crate) mod corrections;
pub(crate) mod sources;
