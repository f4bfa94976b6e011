//! Corrections of articles, and questions of passages.

pub(crate) mod corrections;
mod questions;
pub(crate) mod sources;
