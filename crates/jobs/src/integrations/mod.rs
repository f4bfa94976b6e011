//! What a publisher's own programs are told.

pub(crate) mod webhook;
