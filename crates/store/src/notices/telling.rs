//! Finding those who are to be told: of a new comment by a job ([`FanOut`]), which keeps what is to be
//! said as notices; of what became of their own, authors who asked for mails about the page.

use std::time::Duration;

use rejoinder_core::discussion::event::Event;
use rejoinder_core::identity::author::mailbox;
use rejoinder_core::notices::bell::NoticeKind;
use rejoinder_core::notices::subscription::{MailPace, SubscriptionKind};
use rejoinder_core::{Comment, CommentId, SiteId, Time};
use serde::{Deserialize, Serialize};

use crate::discussion::comments;
use crate::identity::authors;
use crate::jobs::{self, NewJob, Payload};
use crate::notices::outbox::{self, PendingNotice, add_mail};
use crate::notices::subscriptions::{Subscription, read, subscription};
use crate::notices::{bells, pushes};
use crate::{Result, Tx, params, sql};

/// Finds who is to be told of a comment.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct FanOut {
    /// The comment that has appeared.
    pub comment: CommentId,
}

impl Payload for FanOut {
    const KIND: &'static str = "fan_out";
}

/// So many subscribers are looked at in one step.
const STEP: i64 = 200;

/// Whoever was told so often in the last hour gets the rest in one mail.
const MAX_AN_HOUR: i64 = 20;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// Let subscribers hear of a comment that has appeared, if the page has any.
pub(crate) fn announce(tx: &mut Tx<'_>, event: &Event, comment: CommentId) -> Result<()> {
    let someone = tx.one(
        sql!(
            "select id from subscription
             where site_id = ?1 and page_id = ?2 and confirmed_at is not null limit 1"
        ),
        params![event.site, event.page],
        |row| row.next::<i64>(),
    )?;
    if someone.is_some() {
        jobs::add(
            tx,
            event.at,
            &NewJob::new(event.site, &FanOut { comment }, event.at)?,
        )?;
    }
    Ok(())
}

/// Find the next subscribers of a comment's page, after the one with the id `after`, and let them be
/// told. Returns where to go on; `None` when all are found.
pub fn fan_out(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: CommentId,
    after: i64,
) -> Result<Option<i64>> {
    let Some(comment) = comments::by_id(tx, site, comment)?.filter(Comment::is_published) else {
        return Ok(None);
    };
    let own = authors::email_of(tx, site, comment.author.id)?.map(|own| mailbox(&own));
    let found = subscribers(tx, site, &comment, after)?;
    for subscription in &found {
        if own.as_deref() != Some(mailbox(&subscription.email).as_str()) {
            tell(tx, now, site, subscription, &comment)?;
        }
    }
    let is_full = i64::try_from(found.len()).is_ok_and(|n| n == STEP);
    Ok(found.last().filter(|_| is_full).map(|last| last.id))
}

/// Who is to be told of a comment, apart from its author.
fn subscribers(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: &Comment,
    after: i64,
) -> Result<Vec<Subscription>> {
    tx.all(
        sql!(concat!(
            "with recursive above (id, parent_id, author_id) as (
                 select id, parent_id, author_id from comment where site_id = ?1 and id = ?4
                 union all
                 select c.id, c.parent_id, c.author_id from comment c
                     join above a on c.site_id = ?1 and c.id = a.parent_id) ",
            subscription!(
                "where s.site_id = ?1 and s.page_id = ?2 and s.id > ?5
                   and s.confirmed_at is not null and s.author_id <> ?3
                   and not exists (select 1 from mute m where m.site_id = ?1
                     and m.author_id = s.author_id and m.muted_id = ?3)
                   and (s.kind = 'page'
                     or (s.kind = 'replies' and (s.author_id in (select author_id from above)
                       or exists (select 1 from mention n where n.site_id = ?1
                         and n.comment_id = ?7 and n.author_id = s.author_id)))
                     or (s.kind = 'branch' and s.branch_id in (select id from above)))
                 order by s.id limit ?6"
            )
        )),
        params![
            site,
            comment.page,
            comment.author.id,
            // What stands above the comment; a root has nothing there.
            comment.parent.unwrap_or(CommentId(0)),
            after,
            STEP,
            comment.id
        ],
        read,
    )
}

fn tell(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    subscription: &Subscription,
    comment: &Comment,
) -> Result<()> {
    let mailbox = mailbox(&subscription.email);
    let pace = match subscription.pace {
        MailPace::AtOnce if was_told_enough(tx, now, site, &mailbox)? => MailPace::Hourly,
        pace => pace,
    };
    let digest_at = pace.gathered_until(now);
    let is_new = tx.execute(
        sql!(
            "insert into notice (site_id, mailbox, comment_id, subscription_id, digest_at, made_at)
             values (?1, ?2, ?3, ?4, ?5, ?6) on conflict (site_id, mailbox, comment_id) do nothing"
        ),
        params![site, &mailbox, comment.id, subscription.id, digest_at, now],
    )?;
    if is_new == 0 {
        return Ok(());
    }
    bells::tell(tx, now, site, subscription.author, comment.id)?;
    pushes::tell(tx, now, site, subscription, comment.id, digest_at)?;
    let notice = match digest_at {
        Some(at) => PendingNotice::Digest(subscription.id, at),
        None => PendingNotice::Comment(subscription.id, comment.id),
    };
    add_mail(tx, now, site, &notice)
}

fn was_told_enough(tx: &mut Tx<'_>, now: Time, site: SiteId, mailbox: &str) -> Result<bool> {
    let n_told = tx.one(
        sql!("select count(*) from notice where site_id = ?1 and mailbox = ?2 and made_at > ?3"),
        params![site, mailbox, now.before(HOUR)],
        |row| row.next::<i64>(),
    )?;
    Ok(n_told.unwrap_or(0) >= MAX_AN_HOUR)
}

/// Let the author of a comment hear by mail what became of it.
pub(crate) fn tell_author(
    tx: &mut Tx<'_>,
    event: &Event,
    comment: &Comment,
    kind: NoticeKind,
) -> Result<()> {
    let subscription: Option<i64> = tx.one(
        sql!(
            "select id from subscription
             where site_id = ?1 and author_id = ?2 and page_id = ?3 and kind <> ?4
               and confirmed_at is not null
             order by kind desc, id limit 1"
        ),
        params![
            event.site,
            comment.author.id,
            event.page,
            SubscriptionKind::Branch.as_str()
        ],
        |row| row.next(),
    )?;
    let Some(subscription) = subscription else {
        return Ok(());
    };
    let notice = PendingNotice::AuthorNotice(subscription, comment.id, kind);
    pushes::tell_author(tx, event.at, event.site, comment.author.id, notice)?;
    outbox::add_mail(tx, event.at, event.site, &notice)
}
