//! Telling subscribers of new comments by mail.
//!
//! When a comment appears, a job finds out who is to be told ([`FanOut`]); what is to be said is
//! kept as notices, and each mail is a job of its own ([`Told`]). What a mail says is read when it
//! is sent, so that it never tells of what was taken away meanwhile.

use std::time::Duration;

use rejoinder_core::discussion::event::Event;
use rejoinder_core::identity::author::mailbox;
use rejoinder_core::notices::bell::Ring;
use rejoinder_core::notices::subscription::Pace;
use rejoinder_core::{Comment, CommentId, Page, SiteId, State, Time};
use serde::{Deserialize, Serialize};

use crate::jobs::{self, NewJob, Payload};
use crate::notices::subscriptions::{self, Subscription, read, subscription};
use crate::{
    Result, Tx,
    discussion::{comments, pages},
    identity::personal,
    notices::{author_notices, bells, pushes},
    params, sql,
};

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

/// The most comments in one mail.
const MAX_IN_A_MAIL: i64 = 30;

/// What one mail tells a subscriber.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// That the address is to be confirmed.
    Confirm(i64),
    /// One comment.
    Comment(i64, CommentId),
    /// What was gathered until a time.
    Digest(i64, Time),
    /// What became of a comment of their own.
    Fate(i64, CommentId, Ring),
}

impl Told {
    /// Whom it is told.
    pub const fn subscription(self) -> i64 {
        match self {
            Self::Confirm(id) | Self::Comment(id, _) | Self::Digest(id, _) | Self::Fate(id, ..) => {
                id
            }
        }
    }

    /// When it is told.
    pub(crate) fn due_at(self, now: Time) -> Time {
        match self {
            Self::Digest(_, at) => at,
            Self::Confirm(_) | Self::Comment(..) => now,
            Self::Fate(..) => now.after(author_notices::SECOND_THOUGHTS),
        }
    }

    /// The comment or the digest whose comments it tells; no other has their place.
    pub(crate) fn which(self) -> (CommentId, Time) {
        let (none, never) = (CommentId(0), Time::from_micros(0));
        match self {
            Self::Comment(_, id) => (id, never),
            Self::Digest(_, at) => (none, at),
            Self::Confirm(_) | Self::Fate(..) => (none, never),
        }
    }
}

impl Payload for Told {
    const KIND: &'static str = "notice";

    /// What became of a mail may name its address, so its job goes with its subscription.
    fn subject(&self) -> Option<String> {
        Some(self.subscription().to_string())
    }
}

/// A mail that is to be sent now.
#[derive(Debug, Clone)]
pub struct Due {
    /// To whom.
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

impl Due {
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

/// Let subscribers hear of a comment that has appeared, if the page has any.
pub(crate) fn announce(tx: &mut Tx<'_>, event: &Event, comment: CommentId) -> Result<()> {
    let someone = tx.one(
        sql!(
            "select id from subscription
             where site_id = ?1 and page_id = ?2 and confirmed_at is not null limit 1"
        ),
        params![event.site, event.page],
        |row| row.get::<i64>(0),
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
/// told. Gives where to go on; `None` when all are found.
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
    let own = personal::email_of(tx, site, comment.author.id)?.map(|own| mailbox(&own));
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
                     or (s.kind = 'replies' and s.author_id in (select author_id from above))
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
            STEP
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
        Pace::AtOnce if was_told_enough(tx, now, site, &mailbox)? => Pace::Hourly,
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
    let told = match digest_at {
        Some(at) => Told::Digest(subscription.id, at),
        None => Told::Comment(subscription.id, comment.id),
    };
    add_mail(tx, now, site, &told)
}

fn was_told_enough(tx: &mut Tx<'_>, now: Time, site: SiteId, mailbox: &str) -> Result<bool> {
    let n_told = tx.one(
        sql!("select count(*) from notice where site_id = ?1 and mailbox = ?2 and made_at > ?3"),
        params![site, mailbox, now.before(HOUR)],
        |row| row.get::<i64>(0),
    )?;
    Ok(n_told.unwrap_or(0) >= MAX_AN_HOUR)
}

/// The job of a mail; the same mail again is the same job.
pub(crate) fn add_mail(tx: &mut Tx<'_>, now: Time, site: SiteId, told: &Told) -> Result<()> {
    jobs::add(tx, now, &NewJob::new(site, told, told.due_at(now))?)?;
    Ok(())
}

/// What is to be sent; `None` when there is nothing to tell any more.
pub fn due(tx: &mut Tx<'_>, site: SiteId, told: Told) -> Result<Option<Due>> {
    let Some(subscription) = subscriptions::by_id(tx, site, told.subscription())? else {
        return Ok(None);
    };
    let is_confirmed = subscription.confirmed_at.is_some();
    if is_confirmed == matches!(told, Told::Confirm(_)) {
        return Ok(None);
    }
    let Some(page) = pages::by_id(tx, site, subscription.page)? else {
        return Ok(None);
    };
    let comments = match told {
        Told::Confirm(_) => Vec::new(),
        Told::Comment(..) | Told::Digest(..) => waiting(tx, site, told)?,
        Told::Fate(_, id, ring) => author_notices::still_so(tx, site, &subscription, id, ring)?
            .into_iter()
            .collect(),
    };
    let note = match told {
        Told::Fate(_, id, Ring::Rejected) => author_notices::note_of(tx, site, id)?,
        _ => None,
    };
    if is_confirmed && comments.is_empty() {
        return Ok(None);
    }
    Ok(Some(Due::of(subscription, page, comments, note)))
}

/// The published comments that a mail is to tell of, and has not yet.
fn waiting(tx: &mut Tx<'_>, site: SiteId, told: Told) -> Result<Vec<Comment>> {
    let (comment, digest_at) = told.which();
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
            told.subscription(),
            State::Published.as_str(),
            comment,
            digest_at
        ],
        |row| row.get(0),
    )?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(comments::by_id(tx, site, id)?);
    }
    Ok(found)
}

/// The mail is out.
pub fn sent(tx: &mut Tx<'_>, now: Time, site: SiteId, told: Told) -> Result<()> {
    let (comment, digest_at) = told.which();
    tx.execute(
        sql!(
            "update notice set mailed_at = ?5 where site_id = ?1 and subscription_id = ?2
               and mailed_at is null and (comment_id = ?3 or digest_at = ?4)"
        ),
        params![site, told.subscription(), comment, digest_at, now],
    )?;
    Ok(())
}
