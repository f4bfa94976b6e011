//! What a mail to a subscriber says: read when it is sent, so that it never tells of what was taken away
//! meanwhile.

use rejoinder_core::notices::bell::NoticeKind;
use rejoinder_core::{Comment, CommentId, CommentState, Page, SiteId, Time};

use crate::discussion::{comments, pages};
use crate::notices::author_notices;
use crate::notices::outbox::PendingNotice;
use crate::notices::subscriptions::{self, Subscription};
use crate::{Result, Tx, params, sql};

/// The most comments in one mail.
const MAX_IN_A_MAIL: i64 = 30;

/// A mail that is to be sent now.
#[derive(Debug, Clone)]
pub struct DueMail {
    /// The subscription that it is sent for.
    pub subscription: Subscription,
    /// About which page.
    pub page: Page,
    /// Of what, oldest first; nothing where the address is to be confirmed.
    pub comments: Vec<Comment>,
    /// How many more there were.
    pub n_more: i64,
    /// What a moderator says to the author of a refused comment.
    pub note: Option<String>,
}

impl DueMail {
    /// As many of `comments` as one mail holds, and how many more there are.
    pub(crate) fn of(
        subscription: Subscription,
        page: Page,
        mut comments: Vec<Comment>,
        note: Option<String>,
    ) -> Self {
        let most = usize::try_from(MAX_IN_A_MAIL).unwrap_or(usize::MAX);
        let n_more = comments.len().saturating_sub(most);
        comments.truncate(most);
        Self {
            subscription,
            page,
            comments,
            n_more: i64::try_from(n_more).unwrap_or(i64::MAX),
            note,
        }
    }
}

/// What is to be sent; `None` when there is nothing to tell any more.
pub fn due(tx: &mut Tx<'_>, site: SiteId, notice: PendingNotice) -> Result<Option<DueMail>> {
    let Some(subscription) = subscriptions::by_id(tx, site, notice.subscription())? else {
        return Ok(None);
    };
    let is_confirmed = subscription.confirmed_at.is_some();
    if is_confirmed == matches!(notice, PendingNotice::Confirm(_)) {
        return Ok(None);
    }
    let Some(page) = pages::by_id(tx, site, subscription.page)? else {
        return Ok(None);
    };
    let comments = match notice {
        PendingNotice::Confirm(_) => Vec::new(),
        PendingNotice::Comment(..) | PendingNotice::Digest(..) => waiting(tx, site, notice)?,
        PendingNotice::AuthorNotice(_, id, kind) => {
            author_notices::still_so(tx, site, &subscription, id, kind)?
                .into_iter()
                .collect()
        }
    };
    let note = match notice {
        PendingNotice::AuthorNotice(_, id, NoticeKind::Rejected) => {
            author_notices::note_of(tx, site, id)?
        }
        _ => None,
    };
    if is_confirmed && comments.is_empty() {
        return Ok(None);
    }
    Ok(Some(DueMail::of(subscription, page, comments, note)))
}

/// The published comments that a mail is to tell of, and has not yet.
fn waiting(tx: &mut Tx<'_>, site: SiteId, notice: PendingNotice) -> Result<Vec<Comment>> {
    let (comment, digest_at) = notice.which();
    let ids: Vec<CommentId> = tx.all(
        sql!(
            "select n.comment_id from notice n
             join comment c on c.site_id = n.site_id and c.id = n.comment_id
             where n.site_id = ?1 and n.subscription_id = ?2 and n.mailed_at is null
               and c.state = ?3 and (n.comment_id = ?4 or n.digest_at = ?5)
             order by n.comment_id"
        ),
        params![
            site,
            notice.subscription(),
            CommentState::Published.as_str(),
            comment,
            digest_at
        ],
        |row| row.next(),
    )?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(comments::by_id(tx, site, id)?);
    }
    Ok(found)
}

/// The mail is out.
pub fn mark_sent(tx: &mut Tx<'_>, now: Time, site: SiteId, notice: PendingNotice) -> Result<()> {
    let (comment, digest_at) = notice.which();
    tx.execute(
        sql!(
            "update notice set mailed_at = ?5 where site_id = ?1 and subscription_id = ?2
               and mailed_at is null and (comment_id = ?3 or digest_at = ?4)"
        ),
        params![site, notice.subscription(), comment, digest_at, now],
    )?;
    Ok(())
}
