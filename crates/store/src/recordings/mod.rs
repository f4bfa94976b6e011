//! Recordings that stand with pages: their files, their transcripts, what comments cite of them, and the
//! cuts that others made.
//!
//! A file is kept in parts beside everything else, so that one backup holds the whole site and every node
//! can answer for it.

pub mod attaching;
mod changed;
pub mod chapters;
pub mod citing;
pub mod files;
mod lines;
pub mod listing;
pub mod player_data;
pub mod proposals;
pub mod proposing;
pub mod reading;
pub mod searching;
pub mod transcripts;
pub(crate) mod words;
