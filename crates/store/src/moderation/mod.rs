//! What judges a comment, what moderators decide, and who may write.

pub mod corrections;
pub mod decisions;
pub mod desk_mails;
pub mod flagging;
pub mod flags;
pub mod groups;
pub mod inside;
pub(crate) mod learned;
pub mod naming;
pub mod pipeline;
pub mod queues;
pub mod reach;
pub mod sanctions;
pub mod searches;
pub mod standing;
pub mod word_lists;
