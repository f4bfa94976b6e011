//! What authors are told of their comments by mail: published, refused, featured. It is sent only while
//! it is so.

use rejoinder_core::notices::bell::NoticeKind;
use rejoinder_core::{Comment, CommentId, CommentState, SiteId};

use crate::discussion::comments;
use crate::notices::subscriptions::Subscription;
use crate::{Result, Tx, params, sql};

/// The comment, if it is the subscriber's and what is to be said of it is so.
pub(crate) fn still_so(
    tx: &mut Tx<'_>,
    site: SiteId,
    subscription: &Subscription,
    comment: CommentId,
    kind: NoticeKind,
) -> Result<Option<Comment>> {
    let found = comments::by_id(tx, site, comment)?;
    Ok(found.filter(|comment| {
        let is_so = match kind {
            NoticeKind::Approved => comment.is_published(),
            NoticeKind::Featured => comment.is_published() && comment.featured_at.is_some(),
            NoticeKind::Rejected => comment.state == CommentState::Rejected,
            NoticeKind::Reply
            | NoticeKind::Comment
            | NoticeKind::Challenged
            | NoticeKind::Mention => false,
        };
        is_so && comment.author.id == subscription.author
    }))
}

/// What a moderator added to a refusal, for the author.
pub(crate) fn note_of(tx: &mut Tx<'_>, site: SiteId, comment: CommentId) -> Result<Option<String>> {
    tx.one(
        sql!(
            "select note from decision where site_id = ?1 and comment_id = ?2
               and note is not null and undone_by is null order by version desc limit 1"
        ),
        params![site, comment],
        |row| row.next(),
    )
}
