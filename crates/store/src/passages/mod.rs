//! Comments on passages of articles, corrections of them, and the versions of the articles.

pub mod allowed;
pub mod anchoring;
pub mod annotations;
mod awaiting;
pub mod corrections;
pub mod deciding;
pub mod errata;
pub mod sending;
pub mod versions;
pub mod wanted;
