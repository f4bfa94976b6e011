//! Corrections of articles.

pub(crate) mod corrections;
