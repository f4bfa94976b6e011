//! What only those read of a comment who reach it: its earlier texts, who flagged it, what was decided.
//!
//! The proof is an [`QueueItem`], which nothing makes but the lists of the desk, which ask whom they list it
//! for how far they reach.

use rejoinder_core::Comment;

use crate::discussion::comments;
use crate::discussion::versions::{self, CommentVersion};
use crate::moderation::decisions::{self, Decision};
use crate::moderation::flags::{self, Flag};
use crate::moderation::queues::QueueItem;
use crate::{Result, Tx};

/// The earlier texts of a comment, oldest first.
pub fn versions(tx: &mut Tx<'_>, item: &QueueItem) -> Result<Vec<CommentVersion>> {
    versions::versions(tx, item.page.site, item.comment.id)
}

/// What the program is called that posted a comment; `None` where a browser did.
pub fn program(tx: &mut Tx<'_>, item: &QueueItem) -> Result<Option<String>> {
    comments::program(tx, item.page.site, item.comment.id)
}

/// What a comment replies to, and so on, the nearest last: at most `limit` of them.
pub fn ancestors(tx: &mut Tx<'_>, item: &QueueItem, limit: usize) -> Result<Vec<Comment>> {
    comments::ancestors(tx, item.page.site, &item.comment, limit)
}

/// The flags on a comment, newest first, at most 200.
pub fn flags(tx: &mut Tx<'_>, item: &QueueItem) -> Result<Vec<Flag>> {
    flags::of_comment(tx, item.page.site, item.comment.id)
}

/// The newest judgement of a moderator on a comment that nobody has undone.
pub fn judgement(tx: &mut Tx<'_>, item: &QueueItem) -> Result<Option<Decision>> {
    decisions::standing_judgement(tx, item.page.site, item.comment.id)
}
