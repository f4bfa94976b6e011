//! What is said of passages, in the order in which other tools read it.

use rejoinder_core::{Comment, CommentId, PageId, SiteId};

use crate::discussion::comments::{self, comment_columns, read};
use crate::{Result, Tx, params, sql};

/// Where what stands above a reply is gone, so many comments above it are looked at for one that is not;
/// then it counts as a reply to the first of its discussion.
const MAX_ABOVE: usize = 100;

/// A part of the published comments of a page on passages, with the replies to them.
#[derive(Debug)]
pub struct AnnotationSlice {
    /// The comments, the oldest first.
    pub comments: Vec<AnnotationOrReply>,
    /// What the next part goes on after; nothing at the end.
    pub next: Option<CommentId>,
    /// How many there are of the page.
    pub total: i64,
}

/// A comment on a passage, or a reply below one.
#[derive(Debug)]
pub struct AnnotationOrReply {
    /// The comment.
    pub comment: Comment,
    /// What it replies to, of what is published.
    pub replies_to: Option<CommentId>,
}

/// The published comments on passages of a page, and what stands below them, in whatever state.
macro_rules! discussed {
    ($($rest:expr),+ $(,)?) => {
        concat!(
            "with recursive discussed (id) as (
                 select own.id from comment own
                 where own.site_id = ?1 and own.page_id = ?2 and own.annotation is not null
                   and own.state = 'published'
                 union all
                 select below.id from discussed above
                     join comment below on below.site_id = ?1 and below.parent_id = above.id
                         and below.shown = 1) ",
            $($rest),+
        )
    };
}

/// What was published of it after `after`, at most `limit`.
///
/// The cross join, and the sign before an id, keep SQLite from going through all comments of the site, to look
/// for each among these.
pub fn annotations_after(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: PageId,
    after: CommentId,
    limit: usize,
) -> Result<AnnotationSlice> {
    let more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let total = tx.one(
        sql!(discussed!(
            "select count(*) from discussed d cross join comment c
                 where c.site_id = ?1 and c.id = d.id and c.state = 'published'"
        )),
        params![site, page],
        |row| row.next(),
    )?;
    let mut found = tx.all(
        sql!(discussed!(comment_columns!(
            "where c.site_id = ?1 and c.id in (select d.id from discussed d) and +c.id > ?3
               and c.state = 'published' order by c.id limit ?4"
        ))),
        params![site, page, after, more],
        read,
    )?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().map(|last| last.id).filter(|_| has_more);
    let mut comments = Vec::with_capacity(found.len());
    for comment in found {
        comments.push(AnnotationOrReply {
            replies_to: replies_to(tx, site, &comment)?,
            comment,
        });
    }
    Ok(AnnotationSlice {
        comments,
        next,
        total: total.unwrap_or(0),
    })
}

/// What a reply replies to of what everybody can read.
fn replies_to(tx: &mut Tx<'_>, site: SiteId, comment: &Comment) -> Result<Option<CommentId>> {
    let mut above = comment.parent;
    for _ in 0..MAX_ABOVE {
        let Some(id) = above else {
            return Ok(None);
        };
        let parent = comments::expect(tx, site, id)?;
        if parent.is_published() {
            return Ok(Some(id));
        }
        above = parent.parent;
    }
    Ok(Some(comment.root))
}
