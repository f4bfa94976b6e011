//! Recordings that stand with pages.

pub(crate) mod proposals;
