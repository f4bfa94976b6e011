//! What the report calls a comment.

use crate::CommentItem;

/// A comment as the report names it.
#[derive(Clone, Copy)]
pub(super) struct Said<'i> {
    pub(super) id: &'i str,
    pub(super) by: &'i str,
    pub(super) page: &'i str,
}

impl Said<'_> {
    /// Most comments come in as they are, so that nobody asks.
    pub(super) fn record(self) -> String {
        let Self { id, by, page } = self;
        let by = by.trim();
        let by = if by.is_empty() {
            String::new()
        } else {
            format!(" by {by}")
        };
        let on = if page.is_empty() {
            String::new()
        } else {
            format!(" on {page}")
        };
        format!("comment {id}{by}{on}")
    }
}

/// What the report calls a comment of this page.
pub(super) fn record(item: &CommentItem, page: &str) -> String {
    let said = Said {
        id: &item.source_id,
        by: &item.writer.name,
        page,
    };
    said.record()
}
