//! Finding comments of a page by what they show.
//!
//! Texts are compared one by one, newest first, some at a time: what is the same letter is known to
//! the rule and to neither database. A step is read in one transaction and compared after it, so that
//! none is held up by the comparing. A page has few comments; of one with very many the newest are
//! looked at.

use markup::VisibleText;
use rejoinder_core::discussion::text_search::TextSearch;
use rejoinder_core::{AuthorId, Comment, CommentId, Page};

use crate::discussion::comments::{comment_columns, read};
use crate::discussion::stored::StoredText;
use crate::{Result, Tx, params, sql};

/// How many steps one search takes: it looks at 20,000 comments.
pub const MAX_STEPS: usize = 40;

/// How many comments are read at a time.
const STEP: usize = 500;

/// How many are shown of those that are found.
pub const MAX_FOUND: usize = 50;

/// Comments of a page as they were read to be compared, the newest first.
pub struct SearchStep {
    comments: Vec<(CommentId, StoredText)>,
}

impl SearchStep {
    /// Before which one the next step begins, where this one was not the last.
    pub fn next(&self) -> Option<CommentId> {
        let last = self.comments.last().map(|(id, _)| *id);
        last.filter(|_| self.comments.len() == STEP)
    }

    /// Those that show what is looked for. It takes a while, and belongs into no transaction.
    pub fn matching(self, search: &TextSearch) -> Vec<CommentId> {
        let shows = |text: StoredText| search.finds(VisibleText::of(&text.shown().1).text());
        let comments = self.comments.into_iter();
        let found = comments.filter_map(|(id, text)| shows(text).then_some(id));
        found.collect()
    }
}

/// The published comments of a page before one of them, or the newest; without those by authors whom
/// `reader` has muted.
pub fn step(
    tx: &mut Tx<'_>,
    page: &Page,
    reader: Option<AuthorId>,
    before: Option<CommentId>,
) -> Result<SearchStep> {
    let before = before.unwrap_or(CommentId(i64::MAX));
    let comments = tx.all(
        sql!(
            "select c.id, c.text, c.html, c.renderer, c.written_in from comment c
             where c.site_id = ?1 and c.page_id = ?2 and c.state = 'published' and c.id < ?3
               and not exists (select 1 from mute m
                   where m.site_id = ?1 and m.author_id = ?4 and m.muted_id = c.author_id)
             order by c.id desc limit ?5"
        ),
        params![page.site, page.id, before, reader, as_i64(STEP)],
        |row| Ok((row.next()?, StoredText::read(row)?)),
    )?;
    Ok(SearchStep { comments })
}

/// Those of `ids` that are still published on a page, the newest first.
pub fn found(tx: &mut Tx<'_>, page: &Page, ids: &[CommentId]) -> Result<Vec<Comment>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    tx.all(
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.page_id = ?2 and c.state = 'published'
               and c.id in (select own.value from list(?3) as own)
             order by c.id desc"
        )),
        params![page.site, page.id, format!("{ids:?}")],
        read,
    )
}

fn as_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
