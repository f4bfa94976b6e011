//! How far somebody reaches: to what they wrote, and as a moderator to the pages of their groups.
//!
//! Whatever a moderator changes, and whatever is read of a comment that readers are not shown, takes one
//! of the types of this module as its proof. Nothing else makes them, so that an operation which forgets
//! to ask does not compile. What is out of reach answers as what is nowhere.

use rejoinder_core::discussion::policy;
use rejoinder_core::identity::author::Role;
use rejoinder_core::{Author, AuthorId, Comment, CommentId, Page, Reader, Refusal, SiteId};

use crate::discussion::{comments, pages};
use crate::moderation::groups;
use crate::{Result, Tx};

/// A moderator whose groups cover what they act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moderator(AuthorId);

impl Moderator {
    pub(crate) const fn id(self) -> AuthorId {
        self.0
    }
}

/// As what somebody acts on a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ActingAs {
    /// It is theirs.
    Author,
    /// They may decide on its page.
    Moderator(Moderator),
}

/// Whether `moderator` reaches `page`.
fn on_page(tx: &mut Tx<'_>, moderator: AuthorId, page: &Page) -> Result<Option<Moderator>> {
    let covers = groups::covers(tx, moderator, page)?;
    Ok(covers.then_some(Moderator(moderator)))
}

/// A comment that somebody decides on, with its page, which is locked.
pub(crate) fn decided(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: &Author,
    comment: CommentId,
) -> Result<(Page, Comment, Moderator)> {
    let (page, comment) = comments::locked(tx, site, comment)?;
    let moderator = on_page(tx, author.id, &page)?.ok_or(Refusal::CommentUnknown)?;
    Ok((page, comment, moderator))
}

/// A comment that its author, or a moderator, changes, with its page, which is locked.
pub(crate) fn changed(
    tx: &mut Tx<'_>,
    site: SiteId,
    reader: &Reader,
    comment: CommentId,
) -> Result<(Page, Comment, ActingAs)> {
    let (page, comment) = comments::locked(tx, site, comment)?;
    let who = who(tx, &page, &comment, reader)?;
    Ok((page, comment, who))
}

fn who(tx: &mut Tx<'_>, page: &Page, comment: &Comment, reader: &Reader) -> Result<ActingAs> {
    policy::may_delete(comment, reader)?;
    match &reader.author {
        Some(author) if author.id != comment.author.id => {
            let moderator = on_page(tx, author.id, page)?;
            Ok(ActingAs::Moderator(
                moderator.ok_or(Refusal::CommentUnknown)?,
            ))
        }
        _ => Ok(ActingAs::Author),
    }
}

/// Whether `reader` may know that there is such a comment: everyone sees it, it is theirs, or they decide
/// on its page.
pub fn may_know(tx: &mut Tx<'_>, site: SiteId, reader: &Reader, comment: &Comment) -> Result<bool> {
    if comment.is_published() || reader.is(comment.author.id) {
        return Ok(true);
    }
    match &reader.author {
        Some(author) => may_moderate(tx, site, author, comment),
        None => Ok(false),
    }
}

/// Whether `author` may decide on `comment` as a moderator of its page.
pub fn may_moderate(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: &Author,
    comment: &Comment,
) -> Result<bool> {
    if author.role < Role::Moderator {
        return Ok(false);
    }
    let page = pages::by_id(tx, site, comment.page)?.ok_or(Refusal::CommentUnknown)?;
    groups::covers(tx, author.id, &page)
}

/// Whether `author`, an editor, may say something of `comment` as one: their groups cover its page.
pub fn may_act_as_editor(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: &Author,
    comment: &Comment,
) -> Result<bool> {
    if author.role < Role::Editor {
        return Ok(false);
    }
    let page = pages::by_id(tx, site, comment.page)?.ok_or(Refusal::CommentUnknown)?;
    groups::covers(tx, author.id, &page)
}

/// A comment with what readers are not shown of it.
#[derive(Debug)]
pub struct FullComment {
    comment: Comment,
    page: Page,
}

impl FullComment {
    /// The comment.
    pub const fn comment(&self) -> &Comment {
        &self.comment
    }

    /// Its page.
    pub const fn page(&self) -> &Page {
        &self.page
    }
}

/// A comment as its author, or a moderator, may read it.
pub fn full_comment(
    tx: &mut Tx<'_>,
    site: SiteId,
    reader: &Reader,
    comment: CommentId,
) -> Result<FullComment> {
    let comment = comments::expect(tx, site, comment)?;
    let page = pages::by_id(tx, site, comment.page)?.ok_or(Refusal::CommentUnknown)?;
    who(tx, &page, &comment, reader)?;
    Ok(FullComment { comment, page })
}

/// A page that somebody decides on, locked.
pub(crate) fn page(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: &Author,
    page: rejoinder_core::PageId,
) -> Result<(Page, Moderator)> {
    if pages::by_id(tx, site, page)?.is_none() {
        return Err(Refusal::PageMissing.into());
    }
    let page = pages::lock(tx, site, page)?;
    let moderator = on_page(tx, author.id, &page)?.ok_or(Refusal::PageMissing)?;
    Ok((page, moderator))
}

/// A moderator of all pages: what is done about an author holds on the whole site.
pub(crate) fn whole_site(tx: &mut Tx<'_>, site: SiteId, author: &Author) -> Result<Moderator> {
    let is_limited = groups::scope_of(tx, site, author.id)?.groups().is_some();
    if author.role < Role::Moderator || is_limited {
        return Err(Refusal::NotAllowed.into());
    }
    Ok(Moderator(author.id))
}
