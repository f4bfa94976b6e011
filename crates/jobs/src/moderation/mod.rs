//! What is asked of programs outside, and what moderators are mailed.

pub(crate) mod desk_mail;
pub(crate) mod spam_check;
