//! Reading comments: one by one, with what stands above and below. Writing stands above: `posting`,
//! `editing`, `removing`.

use markup::VisibleText;
use rejoinder_core::discussion::agreement::Agreement;
use rejoinder_core::{Comment, CommentId, CommentState, Page, PageId, Refusal, SiteId, VoteTally};

use crate::database::error::StoreError;
use crate::discussion::stored::StoredText;
use crate::discussion::{images, pages};
use crate::identity::authors;
use crate::passages::{annotations, sources};
use crate::{Result, Row, Tx, params, sql};

/// What [`read`] reads of a comment `c` of the site `?1` and its author `a`.
macro_rules! columns {
    () => {
        concat!(
            "c.text, c.html, c.renderer, c.written_in, c.id, c.page_id, c.parent_id, c.root_id, c.depth, \
             c.state, c.reason, c.revision, c.created_at, c.edited_at, c.closed_at, c.pin, c.up, c.down, c.liked, \
             c.n_replies, c.n_descendants, a.id, a.name, a.kind, a.role, a.website, a.is_supporter, \
             a.has_page, a.picture, c.featured_at, (select count(*) from page_author pa where pa.site_id = ?1 \
                 and pa.page_id = c.page_id and pa.author_id = c.author_id), \
             c.annotation, c.source_check, c.images, ",
            $crate::passages::annotations::asked!()
        )
    };
}

macro_rules! comment_columns {
    ($($rest:literal),+ $(,)?) => {
        concat!(
            "select ",
            $crate::discussion::comments::columns!(),
            "from comment c join author a on a.site_id = c.site_id and a.id = c.author_id ",
            $($rest),+
        )
    };
}
pub(crate) use {columns, comment_columns};

/// A comment and its page, both as they are once the page is locked.
pub(crate) fn locked(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<(Page, Comment)> {
    let page: Option<PageId> = tx.one(
        sql!("select page_id from comment where site_id = ?1 and id = ?2"),
        params![site, id],
        |row| row.next(),
    )?;
    let page = pages::lock(tx, site, page.ok_or(Refusal::CommentUnknown)?)?;
    Ok((page, expect(tx, site, id)?))
}

/// The comment with this id, in whatever state.
pub fn by_id(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<Option<Comment>> {
    tx.one(
        sql!(comment_columns!("where c.site_id = ?1 and c.id = ?2")),
        params![site, id],
        read,
    )
}

pub(crate) fn expect(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<Comment> {
    by_id(tx, site, id)?.ok_or_else(|| Refusal::CommentUnknown.into())
}

/// What the newest text of a comment shows.
pub(crate) fn shown(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<VisibleText> {
    let stored = tx.one(
        sql!("select text, html, renderer, written_in from comment where site_id = ?1 and id = ?2"),
        params![site, id],
        StoredText::read,
    )?;
    let shown = stored.map(|stored| VisibleText::of(&stored.shown().1));
    Ok(shown.unwrap_or_default())
}

/// What the program is called that posted a comment; `None` where a browser did.
pub(crate) fn program(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<Option<String>> {
    tx.one(
        sql!(
            "select a.name from comment c
             join author a on a.site_id = c.site_id and a.id = c.program_id
             where c.site_id = ?1 and c.id = ?2"
        ),
        params![site, id],
        |row| row.next(),
    )
}

/// What `comment` replies to, and so on, the nearest last: at most `limit` of them. For moderators.
pub(crate) fn ancestors(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: &Comment,
    limit: usize,
) -> Result<Vec<Comment>> {
    let mut ancestors = Vec::new();
    let mut next = comment.parent;
    while let Some(id) = next.filter(|_| ancestors.len() < limit) {
        let ancestor = expect(tx, site, id)?;
        next = ancestor.parent;
        ancestors.push(ancestor);
    }
    ancestors.reverse();
    Ok(ancestors)
}

/// The direct replies to a comment that are shown, oldest first, at most `limit`. For moderators.
pub fn replies(tx: &mut Tx<'_>, site: SiteId, id: CommentId, limit: i64) -> Result<Vec<Comment>> {
    tx.all(
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.parent_id = ?2 and c.shown = 1 order by c.id limit ?3"
        )),
        params![site, id, limit],
        read,
    )
}

/// A comment from the columns of `comment_columns!`.
pub(crate) fn read(row: &Row<'_>) -> Result<Comment> {
    let unknown = || StoreError::Internal("a comment is in an unknown state".into());
    let (text, html) = StoredText::read(row)?.shown();
    Ok(Comment {
        id: row.next()?,
        page: row.next()?,
        parent: row.next()?,
        root: row.next()?,
        depth: row.next()?,
        text,
        html,
        state: CommentState::from_word(&row.next::<String>()?).ok_or_else(unknown)?,
        reason: row.next()?,
        revision: row.next()?,
        created_at: row.next()?,
        edited_at: row.next()?,
        closed_at: row.next()?,
        pin: row.next()?,
        tally: VoteTally {
            up: row.next()?,
            down: row.next()?,
        },
        liked: row.next()?,
        n_replies: row.next()?,
        n_descendants: row.next()?,
        author: authors::read(row)?,
        featured_at: row.next()?,
        is_by_article_author: row.next::<i64>()? > 0,
        cards: Vec::new(),
        reactions: Vec::new(),
        agreement: Agreement::default(),
        annotation: annotations::read(row)?,
        source_check: sources::read(row)?,
        images: images::read(row)?,
        question: annotations::read_asked(row)?,
    })
}
