//! The comments on passages, in the order in which other tools read them.

use rejoinder_core::{Comment, CommentId, PageId, SiteId};

use crate::discussion::comments::{comment_columns, read};
use crate::passages::annotations;
use crate::{Result, Tx, params, sql};

/// A part of the published comments of a page on passages.
#[derive(Debug)]
pub struct Part {
    /// The comments, the oldest first.
    pub comments: Vec<Comment>,
    /// What the next part goes on after; nothing at the end.
    pub next: Option<CommentId>,
    /// How many there are of the page.
    pub total: i64,
}

/// Published comments of a page on passages that came after `after`, at most `limit`.
pub fn part(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: PageId,
    after: CommentId,
    limit: usize,
) -> Result<Part> {
    let more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut comments = tx.all(
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.page_id = ?2 and c.annotation is not null
               and c.state = 'published' and c.id > ?3 order by c.id limit ?4"
        )),
        params![site, page, after, more],
        read,
    )?;
    let has_more = comments.len() > limit;
    comments.truncate(limit);
    Ok(Part {
        next: comments.last().map(|last| last.id).filter(|_| has_more),
        comments,
        total: annotations::count(tx, site, page)?.n_annotations,
    })
}
