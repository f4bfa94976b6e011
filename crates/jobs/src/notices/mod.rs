//! Mails and pushes to those who wished for them.

pub(crate) mod mail;
pub(crate) mod notice;
pub(crate) mod push;
