//! What people talk about and with: pages, threads, comments, votes.

pub mod agreement;
pub mod card;
pub mod comment;
pub mod cursor;
pub mod event;
pub mod feed;
pub mod frozen;
pub mod image;
pub mod mention;
pub mod page;
pub mod player;
pub mod policy;
pub mod ranking;
pub mod reaction;
pub mod sort;
pub mod text;
pub mod text_search;
pub mod thread;
pub mod vote;
