//! Pages, threads, comments, votes, feeds, link cards, and the log of what happened.

pub mod cards;
pub mod comments;
pub mod events;
pub mod feeds;
pub mod page_keys;
pub mod pages;
pub mod rendering;
pub mod threads;
pub mod votes;
