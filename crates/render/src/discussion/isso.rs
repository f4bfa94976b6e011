//! Threads and comments as the scripts of Isso read them.
//!
//! Ids are decimal digits in a string: the numbers are longer than scripts can count, and Isso's own
//! use them as text alone. What stands for an author is a number of its own, and no hash of an address.
//! Names and websites are escaped, because those scripts write them into HTML as they come.

use rejoinder_core::discussion::thread::{MAX_LEVELS, ThreadEntry};
use rejoinder_core::{AuthorId, Comment, CommentId, CommentState, Time};
use serde::Serialize;

use crate::RenderContext;
use crate::discussion::comment::scores_until;
use crate::recordings::times;

const PUBLISHED: u8 = 1;
const HELD: u8 = 2;
const REMOVED: u8 = 4;

/// A comment.
#[derive(Debug, Clone, Serialize)]
pub struct IssoComment {
    /// Names it.
    pub id: String,
    /// What it replies to.
    pub parent: Option<String>,
    /// Its text, as HTML or as it was typed.
    pub text: String,
    /// As its author calls themself, as HTML.
    pub author: Option<String>,
    /// Their own site, as HTML.
    pub website: Option<String>,
    /// 1 where it is published, 2 where it waits, 4 where it was removed and has replies.
    pub mode: u8,
    /// When it was posted, in seconds since 1970.
    pub created: f64,
    /// When its text last changed.
    pub modified: Option<f64>,
    /// Votes for it; 0 while scores are hidden.
    pub likes: i64,
    /// Votes against it; 0 while scores are hidden.
    pub dislikes: i64,
    /// What the figure of its author is drawn from.
    pub hash: String,
    /// Whether its author wants mails; said to nobody.
    pub notification: u8,
    /// How many direct replies it has.
    pub total_replies: i64,
    /// How many of them are not in `replies`.
    pub hidden_replies: i64,
    /// The first of them.
    pub replies: Vec<Self>,
}

/// Comments with their replies, of entries in reading order.
pub fn tree(context: &RenderContext<'_>, entries: &[ThreadEntry]) -> Vec<IssoComment> {
    let mut roots = Vec::new();
    let mut path: Vec<IssoComment> = Vec::with_capacity(MAX_LEVELS + 1);
    for entry in entries {
        fold_to(&mut path, entry.level.min(MAX_LEVELS), &mut roots);
        path.push(public(context, &entry.comment));
    }
    fold_to(&mut path, 0, &mut roots);
    roots
}

/// Put the ends of `path` into the lists above them until it has `level` comments.
fn fold_to(path: &mut Vec<IssoComment>, level: usize, roots: &mut Vec<IssoComment>) {
    while path.len() > level {
        let Some(mut done) = path.pop() else { return };
        let n_shown = i64::try_from(done.replies.len()).unwrap_or(i64::MAX);
        done.hidden_replies = done.total_replies.saturating_sub(n_shown).max(0);
        match path.last_mut() {
            Some(parent) => parent.replies.push(done),
            None => roots.push(done),
        }
    }
}

fn public(context: &RenderContext<'_>, comment: &Comment) -> IssoComment {
    match comment.is_published() {
        true => comment_of(context, comment, IssoTextFormat::Html),
        false => tombstone(comment),
    }
}

/// Which text of a comment is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssoTextFormat {
    /// As it is shown.
    Html,
    /// As it was typed.
    Typed,
}

/// One comment; one that waits is shown, because only its author is given this.
pub fn comment_of(
    context: &RenderContext<'_>,
    comment: &Comment,
    text: IssoTextFormat,
) -> IssoComment {
    let mode = match comment.state {
        CommentState::Published => PUBLISHED,
        CommentState::Held => HELD,
        _ => return tombstone(comment),
    };
    let is_hidden = scores_until(&context.site.settings, context.now)
        .is_some_and(|until| comment.created_at > until);
    let shown = |votes: i64| if is_hidden { 0 } else { votes };
    let name = &comment.author.name;
    IssoComment {
        text: match text {
            IssoTextFormat::Html => times::beside(context.texts, &comment.html).into_string(),
            IssoTextFormat::Typed => comment.text.clone(),
        },
        author: Some(markup::escape(name)).filter(|name| !name.is_empty()),
        website: comment.author.website.as_deref().map(markup::escape),
        mode,
        modified: comment.edited_at.map(seconds),
        likes: shown(comment.tally.up),
        dislikes: shown(comment.tally.down),
        hash: figure(comment.author.id),
        ..tombstone(comment)
    }
}

fn tombstone(comment: &Comment) -> IssoComment {
    let decimal = |id: CommentId| id.0.to_string();
    IssoComment {
        id: decimal(comment.id),
        parent: comment.parent.map(decimal),
        text: String::new(),
        author: None,
        website: None,
        mode: REMOVED,
        created: seconds(comment.created_at),
        modified: None,
        likes: 0,
        dislikes: 0,
        hash: figure(AuthorId(0)),
        notification: 0,
        total_replies: comment.n_replies,
        hidden_replies: comment.n_replies,
        replies: Vec::new(),
    }
}

/// The id of a comment, in decimal digits or as it stands in addresses.
pub fn read_id(typed: &str) -> Option<CommentId> {
    let decimal = |typed: &str| {
        let is_number = typed.bytes().all(|byte| byte.is_ascii_digit());
        typed.parse().ok().filter(|_| is_number).map(CommentId)
    };
    typed.parse().ok().or_else(|| decimal(typed))
}

// The microseconds of this age are whole numbers there, too.
fn seconds(time: Time) -> f64 {
    time.micros() as f64 / 1e6
}

/// Twelve digits that are the same for all comments of an author, and lead to nobody.
fn figure(author: AuthorId) -> String {
    let mixed = author.0.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    format!("{:012x}", (mixed ^ (mixed >> 32)) >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_in_digits_and_as_it_stands_in_addresses() {
        let id = CommentId(1_860_000_000_000_000_123);
        assert_eq!(read_id("1860000000000000123"), Some(id));
        assert_eq!(read_id(&id.to_string()), Some(id));
        for typed in ["", "-1", "+5", "99999999999999999999", "1e5", "null"] {
            assert_eq!(read_id(typed), None, "{typed}");
        }
    }

    #[test]
    fn an_author_has_one_figure_of_twelve_digits() {
        let figures = [1, 2, i64::MAX].map(|id| figure(AuthorId(id)));
        assert!(figures.iter().all(|figure| figure.len() == 12));
        assert_ne!(figures[0], figures[1]);
        assert_eq!(figures[0], figure(AuthorId(1)));
    }
}
