//! Recordings that stand with pages.

mod citing;
pub(crate) mod proposals;
mod searching;
