//! What becomes of a comment: by rule when it is written, by a moderator after.
//!
//! [`judge`] runs the phases over what the store knows ([`PipelineInput`]) and gives a [`Verdict`]; [`edited`]
//! and [`late`] say what a verdict may still change once a comment stands; [`decision`] holds what
//! moderators may do. The store keeps what was found and decided, in the order of the page's versions.

pub mod decision;
mod judge;
pub mod learned;
mod log_action;
pub(crate) mod reason;
mod record;
pub mod search;
pub mod spam_check;
mod standing;
mod verdict;
pub mod word_list;

pub use decision::{CommentSnapshot, ModerationAction};
pub use judge::{Byline, LastComment, PipelineInput, ProofOfWorkResult, WordLists, judge};
pub use log_action::LogAction;
pub use reason::{FlagReason, Reason, StateReason};
pub use record::AuthorRecord;
pub use standing::{Ban, Standing, Trust, may_write};
pub use verdict::{
    Finding, FindingMark, JudgedField, LateVerdict, Phase, PriorState, ReasonedState, Verdict,
    edited, is_of_rules, late,
};
