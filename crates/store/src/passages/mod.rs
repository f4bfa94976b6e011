//! Comments on passages of articles, and the versions of the articles.

pub mod anchoring;
pub mod annotations;
pub mod versions;
pub mod wanted;
