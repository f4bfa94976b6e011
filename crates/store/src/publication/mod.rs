//! Sites, their people, and what owners see and change.

pub mod audit;
pub mod logos;
pub mod overview;
pub mod owners;
pub mod sites;
