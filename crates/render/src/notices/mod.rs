//! Mails, the bell and pushes.

pub(crate) mod author_notice;
pub mod bell;
pub mod notice;
pub(crate) mod push;
