//! Comments on passages of articles, questions of them, corrections, and the versions of the articles.

pub mod allowed;
pub mod anchoring;
pub mod annotations;
pub mod answering;
pub mod answers;
pub mod asking;
mod awaiting;
pub mod checks;
pub mod corrections;
pub mod deciding;
pub mod errata;
pub mod exporting;
pub mod fetching;
pub mod places;
pub mod placing;
pub mod questions;
pub mod sending;
pub(crate) mod sources;
pub mod versions;
pub mod wanted;
