//! Pages, threads, comments, votes, feeds, link cards, and the log of what happened.

pub mod agreement;
pub mod cards;
pub mod comments;
pub(crate) mod counters;
pub mod editing;
pub mod events;
pub mod feeds;
pub(crate) mod forgetting;
pub mod happenings;
pub mod idempotency;
pub mod image_access;
pub mod images;
pub mod liking;
pub mod mentions;
pub mod page_authors;
pub mod pages;
pub mod posting;
pub mod reactions;
pub mod removing;
pub mod rendering;
pub mod slices;
pub(crate) mod stored;
pub mod text_search;
pub mod threads;
pub mod versions;
pub mod votes;
