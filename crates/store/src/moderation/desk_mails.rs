//! Telling the newsroom by mail that comments wait: one mail for what came in an hour or a day.

use rejoinder_core::identity::author::Role;
use rejoinder_core::{AuthorId, CommentId, CommentState, SiteId, Time};
use serde::{Deserialize, Serialize};

use crate::discussion::comments;
use crate::identity::authors;
use crate::jobs::{self, NewJob, Payload};
use crate::moderation::groups;
use crate::moderation::queues::{self, Queue, QueueItem, QueueOrder, QueueQuery};
use crate::publication::sites;
use crate::{Result, Tx, params, sql};

/// So many comments are quoted in a mail.
const QUOTED: usize = 10;

/// What one job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeskMailStep {
    /// Find who is to be told of what came until a time.
    Find(Time),
    /// Tell one of them.
    Tell(Time, AuthorId),
}

impl Payload for DeskMailStep {
    const KIND: &'static str = "desk_mail";
}

/// What one of the newsroom is told.
#[derive(Debug, Clone)]
pub struct DeskMail {
    /// Where it goes.
    pub email: String,
    /// The newest that wait, at most ten.
    pub items: Vec<QueueItem>,
    /// How many wait.
    pub n_held: i64,
    /// What the link in it carries with which they stop these mails.
    pub secret: String,
}

/// One of the newsroom, by the link in their mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeskReader {
    /// The colleague's account.
    pub author: AuthorId,
    /// Since when they want no more of these mails.
    pub ended_at: Option<Time>,
}

/// Let the newsroom hear of a comment that waits, where the site wants it.
pub(crate) fn announce(tx: &mut Tx<'_>, now: Time, site: SiteId, comment: CommentId) -> Result<()> {
    let is_held = comments::by_id(tx, site, comment)?
        .is_some_and(|comment| comment.state == CommentState::Held);
    let pace = match sites::by_id(tx, site)?.filter(|_| is_held) {
        Some(site) => site.settings.desk_mail.pace(),
        None => None,
    };
    let Some(until) = pace.and_then(|pace| pace.gathered_until(now)) else {
        return Ok(());
    };
    jobs::add(
        tx,
        now,
        &NewJob::new(site, &DeskMailStep::Find(until), until)?,
    )?;
    Ok(())
}

/// Let each moderator with an address be told. Doing it again tells nobody twice.
pub fn find(tx: &mut Tx<'_>, now: Time, site: SiteId, until: Time) -> Result<()> {
    for colleague in authors::newsroom(tx, site)? {
        if colleague.author.role >= Role::Moderator && colleague.email.is_some() {
            let step = DeskMailStep::Tell(until, colleague.author.id);
            jobs::add(tx, now, &NewJob::new(site, &step, now)?)?;
        }
    }
    Ok(())
}

/// What `author` is to be told; `None` when nothing waits for them any more, they may not decide, or
/// they want no such mails. Their link carries `secret`, unless it carries one already.
pub fn due(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: AuthorId,
    secret: &str,
) -> Result<Option<DeskMail>> {
    let is_wanted =
        sites::by_id(tx, site)?.is_some_and(|site| site.settings.desk_mail.pace().is_some());
    let mut newsroom = authors::newsroom(tx, site)?.into_iter();
    let moderator = newsroom.find(|colleague| colleague.author.id == author);
    let moderator = moderator.filter(|one| is_wanted && one.author.role >= Role::Moderator);
    let Some(email) = moderator.and_then(|one| one.email) else {
        return Ok(None);
    };
    let scope = groups::scope_of(tx, site, author)?;
    let n_held = queues::counts(tx, site, &scope)?.of(Queue::Held);
    if n_held == 0 {
        return Ok(None);
    }
    let query = QueueQuery {
        queue: Queue::Held,
        order: QueueOrder::Newest,
        page: None,
        scope,
        after: None,
        limit: QUOTED,
    };
    let items = queues::list(tx, site, &query)?.items;
    let secret = secret_of(tx, site, author, secret)?;
    Ok(secret.map(|secret| DeskMail {
        email,
        items,
        n_held,
        secret,
    }))
}

/// What the link of `author` carries, `drawn` when they have none; `None` when they want no mails.
fn secret_of(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: AuthorId,
    drawn: &str,
) -> Result<Option<String>> {
    tx.execute(
        sql!(
            "insert into desk_reader (site_id, author_id, secret) values (?1, ?2, ?3)
             on conflict (site_id, author_id) do nothing"
        ),
        params![site, author, drawn],
    )?;
    tx.one(
        sql!(
            "select secret from desk_reader
             where site_id = ?1 and author_id = ?2 and ended_at is null"
        ),
        params![site, author],
        |row| row.next(),
    )
}

/// Who has the mails whose link carries `secret`.
pub fn by_secret(tx: &mut Tx<'_>, site: SiteId, secret: &str) -> Result<Option<DeskReader>> {
    tx.one(
        sql!("select author_id, ended_at from desk_reader where site_id = ?1 and secret = ?2"),
        params![site, secret],
        |row| {
            Ok(DeskReader {
                author: row.next()?,
                ended_at: row.next()?,
            })
        },
    )
}

/// What the link in the mails of `author` carries, once they had one.
pub fn link_of(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Option<String>> {
    tx.one(
        sql!("select secret from desk_reader where site_id = ?1 and author_id = ?2"),
        params![site, author],
        |row| row.next(),
    )
}

/// Send whoever has this link no more of these mails, or send them again.
pub fn set_ended(
    tx: &mut Tx<'_>,
    site: SiteId,
    secret: &str,
    ended_at: Option<Time>,
) -> Result<()> {
    tx.execute(
        sql!("update desk_reader set ended_at = ?3 where site_id = ?1 and secret = ?2"),
        params![site, secret, ended_at],
    )?;
    Ok(())
}
