//! Comments on passages of articles, corrections of them, and the versions of the articles.

pub mod allowed;
pub mod anchoring;
pub mod annotations;
pub mod answers;
mod awaiting;
pub mod checks;
pub mod corrections;
pub mod deciding;
pub mod errata;
pub mod exporting;
pub mod sending;
pub(crate) mod sources;
pub mod versions;
pub mod wanted;
