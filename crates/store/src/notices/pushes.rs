//! Telling accounts in their browsers, even when no page is open, what they are told by mail, too.
//!
//! A push follows from a notice, at the pace of its subscription. What it says is read when it is
//! sent, so that it never tells of what was taken away meanwhile.

use rejoinder_core::notices::bell::NoticeKind;
use rejoinder_core::{AuthorId, CommentId, CommentState, SiteId, Time};
use serde::{Deserialize, Serialize};

use crate::discussion::{comments, pages};
use crate::jobs::{self, NewJob, Payload};
use crate::notices::author_notices;
use crate::notices::devices::{self, PushDevice};
use crate::notices::mails::DueMail;
use crate::notices::outbox::PendingNotice;
use crate::notices::subscriptions::{self, Subscription};
use crate::{Result, Tx, params, sql};

/// What one push tells a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendPush {
    /// Which device.
    pub device: i64,
    /// What the device is told.
    #[serde(rename = "told")]
    pub notice: PendingNotice,
}

impl Payload for SendPush {
    const KIND: &'static str = "push";
}

/// Let the devices of a subscriber be told of a comment, at once or with a digest.
pub(crate) fn tell(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    subscription: &Subscription,
    comment: CommentId,
    digest_at: Option<Time>,
) -> Result<()> {
    let notice = match digest_at {
        Some(at) => PendingNotice::Digest(subscription.id, at),
        None => PendingNotice::Comment(subscription.id, comment),
    };
    for device in devices::list(tx, now, site, subscription.author)? {
        let is_new = tx.execute(
            sql!(
                "insert into push (site_id, device_id, comment_id, subscription_id, digest_at)
                 values (?1, ?2, ?3, ?4, ?5) on conflict (site_id, device_id, comment_id) do nothing"
            ),
            params![site, device.id, comment, subscription.id, digest_at],
        )?;
        if is_new > 0 {
            let device = device.id;
            add_job(tx, now, site, SendPush { device, notice })?;
        }
    }
    Ok(())
}

/// Let the devices of an author be told what became of their comment.
pub(crate) fn tell_author(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
    notice: PendingNotice,
) -> Result<()> {
    for device in devices::list(tx, now, site, author)? {
        let device = device.id;
        add_job(tx, now, site, SendPush { device, notice })?;
    }
    Ok(())
}

fn add_job(tx: &mut Tx<'_>, now: Time, site: SiteId, push: SendPush) -> Result<()> {
    let run_at = push.notice.due_at(now);
    jobs::add(tx, now, &NewJob::new(site, &push, run_at)?)?;
    Ok(())
}

/// What is to be told, and where; `None` when there is nothing to tell any more, or nobody.
pub fn due(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    push: SendPush,
) -> Result<Option<(PushDevice, DueMail)>> {
    let Some(device) = devices::by_id(tx, now, site, push.device)? else {
        return Ok(None);
    };
    let subscription = subscriptions::by_id(tx, site, push.notice.subscription())?;
    let is_theirs = |subscription: &Subscription| {
        subscription.author == device.author && subscription.confirmed_at.is_some()
    };
    let Some(subscription) = subscription.filter(is_theirs) else {
        return Ok(None);
    };
    let Some(page) = pages::by_id(tx, site, subscription.page)? else {
        return Ok(None);
    };
    let comments = match push.notice {
        PendingNotice::Confirm(_) => Vec::new(),
        PendingNotice::Comment(..) | PendingNotice::Digest(..) => waiting(tx, site, push)?,
        PendingNotice::AuthorNotice(_, id, kind) => {
            author_notices::still_so(tx, site, &subscription, id, kind)?
                .into_iter()
                .collect()
        }
    };
    if comments.is_empty() {
        return Ok(None);
    }
    let note = match push.notice {
        PendingNotice::AuthorNotice(_, id, NoticeKind::Rejected) => {
            author_notices::note_of(tx, site, id)?
        }
        _ => None,
    };
    Ok(Some((
        device,
        DueMail::of(subscription, page, comments, note),
    )))
}

/// The published comments that a push is to tell of, and has not yet.
fn waiting(tx: &mut Tx<'_>, site: SiteId, push: SendPush) -> Result<Vec<rejoinder_core::Comment>> {
    let (comment, digest_at) = push.notice.which();
    let ids: Vec<CommentId> = tx.all(
        sql!(
            "select p.comment_id from push p
             join comment c on c.site_id = p.site_id and c.id = p.comment_id
             where p.site_id = ?1 and p.device_id = ?2 and p.subscription_id = ?3
               and p.pushed_at is null and c.state = ?4
               and (p.comment_id = ?5 or p.digest_at = ?6)
             order by p.comment_id"
        ),
        params![
            site,
            push.device,
            push.notice.subscription(),
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

/// The push is out.
pub fn mark_sent(tx: &mut Tx<'_>, now: Time, site: SiteId, push: SendPush) -> Result<()> {
    let (comment, digest_at) = push.notice.which();
    tx.execute(
        sql!(
            "update push set pushed_at = ?6
             where site_id = ?1 and device_id = ?2 and subscription_id = ?3
               and pushed_at is null and (comment_id = ?4 or digest_at = ?5)"
        ),
        params![
            site,
            push.device,
            push.notice.subscription(),
            comment,
            digest_at,
            now
        ],
    )?;
    Ok(())
}
