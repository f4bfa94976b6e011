//! Who wants to be told of new comments.
//!
//! Whoever says that an address is theirs has to open a link in a mail to it first, unless it is known
//! to be theirs. A stranger can make us send one such mail to an address for each page, and five a day.

use std::time::Duration;

use rejoinder_core::identity::author::{mailbox, parse_email as checked};
use rejoinder_core::notices::subscription::{MailPace, SubscriptionKind};
use rejoinder_core::{
    Author, AuthorId, AuthorKind, CommentId, Page, PageId, PageKey, Refusal, SiteId, Time,
};

use crate::discussion::{comments, pages};
use crate::identity::authors;
use crate::identity::erasures::ledger;
use crate::jobs::Payload as _;
use crate::notices::outbox::{self, PendingNotice};
use crate::{Result, Row, Tx, jobs, params, sql};

/// A wish that nobody confirms is forgotten after so long.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// The time in which wishes for one mailbox are counted.
const COUNTED: Duration = Duration::from_secs(24 * 60 * 60);

/// The most unconfirmed wishes for one mailbox in that time.
const MAX_WISHES: i64 = 5;

/// A wish to be told.
#[derive(Debug, Clone)]
pub struct NewSubscription {
    /// An id for it.
    pub id: i64,
    /// What the links in its mails carry.
    pub secret: String,
    /// Of which comments.
    pub kind: SubscriptionKind,
    /// Below which comment, for a branch.
    pub branch: Option<CommentId>,
    /// How often its mails are to go out.
    pub pace: MailPace,
    /// At which address; without one, at the reader's.
    pub email: Option<String>,
}

/// What became of a wish. A stranger is not told whether an address was known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscribeOutcome {
    /// Mails will come.
    Subscribed,
    /// The address is to be confirmed first.
    Unconfirmed,
}

/// Someone who is told, or wants to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Names it at its site.
    pub id: i64,
    /// About which page.
    pub page: PageId,
    /// Of which comments.
    pub kind: SubscriptionKind,
    /// Below which comment, for a branch.
    pub branch: Option<CommentId>,
    /// Whose comments are meant by replies to one's own.
    pub author: AuthorId,
    /// Where mails go.
    pub email: String,
    /// How often they come.
    pub pace: MailPace,
    /// What the links in them carry.
    pub secret: String,
    /// Since when the address is known to be right.
    pub confirmed_at: Option<Time>,
}

macro_rules! subscription {
    ($rest:literal) => {
        concat!(
            "select s.branch_id, s.id, s.page_id, s.kind, s.author_id, s.email, s.pace, s.secret, \
             s.confirmed_at from subscription s ",
            $rest
        )
    };
}
pub(crate) use subscription;

pub(crate) fn read(row: &Row<'_>) -> Result<Subscription> {
    let unknown = || crate::StoreError::Internal("a subscription of an unknown kind".into());
    let branch: CommentId = row.next()?;
    Ok(Subscription {
        id: row.next()?,
        page: row.next()?,
        kind: SubscriptionKind::from_word(&row.next::<String>()?).ok_or_else(unknown)?,
        branch: (branch.0 != 0).then_some(branch),
        author: row.next()?,
        email: row.next()?,
        pace: MailPace::from_word(&row.next::<String>()?).ok_or_else(unknown)?,
        secret: row.next()?,
        confirmed_at: row.next()?,
    })
}

/// Let `author` be told of new comments on `page`. Asked again, the pace changes.
pub fn ask(
    tx: &mut Tx<'_>,
    now: Time,
    page: &Page,
    author: &Author,
    new: &NewSubscription,
) -> Result<SubscribeOutcome> {
    let typed = checked(new.email.as_deref().unwrap_or_default())?;
    let email = address(tx, page.site, Some(author), typed)?.ok_or(Refusal::EmailMissing)?;
    let branch = branch_of(tx, page, new)?;
    forget_old(tx, now, page.site)?;
    let mailbox = mailbox(&email);
    let is_proved = is_proved(tx, page.site, author, &email)?;
    let new = Subscription {
        id: new.id,
        page: page.id,
        kind: new.kind,
        branch,
        author: author.id,
        email,
        pace: new.pace,
        secret: new.secret.clone(),
        confirmed_at: None,
    };
    if is_proved {
        let new = Subscription {
            confirmed_at: Some(now),
            ..new
        };
        save(tx, now, page.site, &mailbox, &new)?;
        return Ok(SubscribeOutcome::Subscribed);
    }
    wait_for(tx, now, page.site, &mailbox, &new)?;
    Ok(SubscribeOutcome::Unconfirmed)
}

/// Whether a wish for mails about a page would send a mail that asks the owner of the address: the author
/// has not proved that it is theirs, and nobody else waits for an answer from it on that page.
pub fn asks_by_mail(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: &PageKey,
    author: Option<&Author>,
    typed: Option<&str>,
) -> Result<bool> {
    let typed = checked(typed.unwrap_or_default())?;
    let Some(email) = address(tx, site, author, typed)? else {
        return Ok(false);
    };
    if let Some(author) = author
        && is_proved(tx, site, author, &email)?
    {
        return Ok(false);
    }
    let Some(page) = pages::find(tx, site, page)? else {
        return Ok(true);
    };
    let waits = tx.one(
        sql!(
            "select 1 from subscription where site_id = ?1 and page_id = ?2 and mailbox = ?3
               and confirmed_at is null limit 1"
        ),
        params![site, page.id, mailbox(&email)],
        |_| Ok(()),
    )?;
    Ok(waits.is_none())
}

/// The address that mails go to. An account has one of its own.
fn address(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: Option<&Author>,
    typed: Option<String>,
) -> Result<Option<String>> {
    let Some(author) = author else {
        return Ok(typed);
    };
    let own = authors::email_of(tx, site, author.id)?;
    Ok(match author.kind {
        AuthorKind::Account => own.or(typed),
        AuthorKind::Guest | AuthorKind::Imported => typed.or(own),
    })
}

/// The published comment that a branch begins with.
fn branch_of(tx: &mut Tx<'_>, page: &Page, new: &NewSubscription) -> Result<Option<CommentId>> {
    if new.kind != SubscriptionKind::Branch {
        return Ok(None);
    }
    let found = match new.branch {
        Some(id) => comments::by_id(tx, page.site, id)?,
        None => None,
    };
    let found = found.filter(|comment| comment.page == page.id && comment.is_published());
    Ok(Some(found.ok_or(Refusal::CommentUnknown)?.id))
}

/// Whether the author has proved that this very address is theirs: an account's own has been proved by
/// how it came there; any other has been when the mail to it was answered.
fn is_proved(tx: &mut Tx<'_>, site: SiteId, author: &Author, email: &str) -> Result<bool> {
    if author.kind == AuthorKind::Account {
        let own = authors::email_of(tx, site, author.id)?;
        if own.is_some_and(|own| is_same(&own, email)) {
            return Ok(true);
        }
    }
    let proved: Vec<String> = tx.all(
        sql!(
            "select email from subscription where site_id = ?1 and author_id = ?2 and mailbox = ?3
               and confirmed_at is not null and contested_at is null"
        ),
        params![site, author.id, mailbox(email)],
        |row| row.next(),
    )?;
    Ok(proved.iter().any(|known| is_same(known, email)))
}

/// Whether two addresses are one but for their case. A mailbox is counted as one under more of them, but
/// who proved one of those has proved no other.
pub(crate) fn is_same(address: &str, other: &str) -> bool {
    address.to_lowercase() == other.to_lowercase()
}

/// Forget what nobody used in time.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    tx.execute(
        sql!(
            "delete from subscription where site_id = ?1 and confirmed_at is null and asked_at < ?2"
        ),
        params![site, now.before(CONFIRM_TIMEOUT)],
    )?;
    Ok(())
}

/// Keep an unconfirmed wish, in place of an earlier one for the page: the mail that went out for that
/// confirms this one. Where two people gave the address, confirming it says of neither that it is
/// theirs.
fn wait_for(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    mailbox: &str,
    new: &Subscription,
) -> Result<()> {
    let earlier: Option<(i64, String, String, bool)> = tx.one(
        sql!(
            "delete from subscription where site_id = ?1 and page_id = ?2 and mailbox = ?3
               and confirmed_at is null
             returning id, secret, email, cast(case when author_id = ?4 and contested_at is null
                 then 0 else 1 end as bigint)"
        ),
        params![site, new.page, mailbox, new.author],
        |row| {
            let (id, secret, email) = (row.next()?, row.next()?, row.next()?);
            Ok((id, secret, email, row.next::<i64>()? == 1))
        },
    )?;
    if let Some((id, secret, email, is_contested)) = earlier {
        // The mail that is out confirms the address that it went to, and no other of the mailbox.
        let new = Subscription {
            id,
            secret,
            email,
            ..new.clone()
        };
        save(tx, now, site, mailbox, &new)?;
        let contested_at = is_contested.then_some(now);
        tx.execute(
            sql!("update subscription set contested_at = ?3 where site_id = ?1 and id = ?2"),
            params![site, id, contested_at],
        )?;
        return Ok(());
    }
    let n_wishes = tx.one(
        sql!(
            "select count(*) from subscription
             where site_id = ?1 and mailbox = ?2 and confirmed_at is null and asked_at > ?3"
        ),
        params![site, mailbox, now.before(COUNTED)],
        |row| row.next::<i64>(),
    )?;
    if n_wishes.unwrap_or(0) >= MAX_WISHES {
        return Ok(());
    }
    save(tx, now, site, mailbox, new)?;
    outbox::add_mail(tx, now, site, &PendingNotice::Confirm(new.id))
}

/// Whoever is told already stays so, at the pace that was asked for last.
fn save(tx: &mut Tx<'_>, now: Time, site: SiteId, mailbox: &str, new: &Subscription) -> Result<()> {
    tx.execute(
        sql!(
            "insert into subscription (site_id, id, page_id, kind, branch_id, author_id, email,
                 mailbox, pace, secret, asked_at, confirmed_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             on conflict (site_id, page_id, mailbox, kind, branch_id) do update
                 set pace = case when excluded.confirmed_at is null then subscription.pace
                         else excluded.pace end,
                     confirmed_at = coalesce(subscription.confirmed_at, excluded.confirmed_at)"
        ),
        params![
            site,
            new.id,
            new.page,
            new.kind.as_str(),
            new.branch.unwrap_or(CommentId(0)),
            new.author,
            &new.email,
            mailbox,
            new.pace.as_str(),
            &new.secret,
            now,
            new.confirmed_at,
        ],
    )?;
    Ok(())
}

/// The subscription that a link in a mail is about.
pub fn by_secret(tx: &mut Tx<'_>, site: SiteId, secret: &str) -> Result<Option<Subscription>> {
    tx.one(
        sql!(subscription!("where s.site_id = ?1 and s.secret = ?2")),
        params![site, secret],
        read,
    )
}

pub(crate) fn by_id(tx: &mut Tx<'_>, site: SiteId, id: i64) -> Result<Option<Subscription>> {
    tx.one(
        sql!(subscription!("where s.site_id = ?1 and s.id = ?2")),
        params![site, id],
        read,
    )
}

/// Of what an author is told, newest first.
pub fn of_author(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<Subscription>> {
    tx.all(
        sql!(subscription!(
            "where s.site_id = ?1 and s.author_id = ?2 and s.confirmed_at is not null
             order by s.id desc limit 200"
        )),
        params![site, author],
        read,
    )
}

/// The address is right. Said again, nothing changes.
pub fn confirm(tx: &mut Tx<'_>, now: Time, site: SiteId, secret: &str) -> Result<()> {
    tx.execute(
        sql!(
            "update subscription set confirmed_at = ?3
             where site_id = ?1 and secret = ?2 and confirmed_at is null"
        ),
        params![site, secret, now],
    )?;
    Ok(())
}

/// Tell more or less often.
pub fn set_pace(tx: &mut Tx<'_>, site: SiteId, secret: &str, pace: MailPace) -> Result<()> {
    tx.execute(
        sql!("update subscription set pace = ?3 where site_id = ?1 and secret = ?2"),
        params![site, secret, pace.as_str()],
    )?;
    Ok(())
}

/// Tell the mailbox of a subscription no more of such comments on its page, in none of the branches.
/// Said again, nothing changes. Returns what the mailbox is still told of.
pub fn end(tx: &mut Tx<'_>, now: Time, site: SiteId, secret: &str) -> Result<Vec<Subscription>> {
    let ended: Vec<(i64, String)> = tx.all(
        sql!(
            "delete from subscription where site_id = ?1 and (page_id, mailbox, kind) =
                 (select page_id, mailbox, kind from subscription
                  where site_id = ?1 and secret = ?2)
             returning id, mailbox"
        ),
        params![site, secret],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    forget_notices(tx, now, site, &ended)?;
    match ended.first() {
        Some((_, mailbox)) => of_mailbox(tx, site, mailbox),
        None => Ok(Vec::new()),
    }
}

/// Of what a mailbox is told, newest first.
fn of_mailbox(tx: &mut Tx<'_>, site: SiteId, mailbox: &str) -> Result<Vec<Subscription>> {
    tx.all(
        sql!(subscription!(
            "where s.site_id = ?1 and s.mailbox = ?2 and s.confirmed_at is not null
             order by s.id desc limit 200"
        )),
        params![site, mailbox],
        read,
    )
}

/// Tell the mailbox of a subscription nothing at all any more.
pub fn end_all(tx: &mut Tx<'_>, now: Time, site: SiteId, secret: &str) -> Result<()> {
    let ended = tx.all(
        sql!(
            "delete from subscription where site_id = ?1 and mailbox =
                 (select mailbox from subscription where site_id = ?1 and secret = ?2)
             returning id, mailbox"
        ),
        params![site, secret],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    forget_notices(tx, now, site, &ended)
}

/// What a guest asked for becomes the account's.
pub(crate) fn claim(
    tx: &mut Tx<'_>,
    site: SiteId,
    guest: AuthorId,
    account: AuthorId,
) -> Result<()> {
    tx.execute(
        sql!("update subscription set author_id = ?3 where site_id = ?1 and author_id = ?2"),
        params![site, guest, account],
    )?;
    Ok(())
}

/// Forget that an author, or an address, was ever told of anything.
pub(crate) fn forget(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
    email: Option<&str>,
) -> Result<()> {
    let mailbox = email.map(mailbox).unwrap_or_default();
    tx.execute(
        sql!(
            "delete from notice where site_id = ?1 and (mailbox = ?3 or mailbox in
                 (select mailbox from subscription where site_id = ?1 and author_id = ?2))"
        ),
        params![site, author, &mailbox],
    )?;
    let ended = tx.all(
        sql!(
            "delete from subscription where site_id = ?1 and (author_id = ?2 or mailbox = ?3)
             returning id, mailbox"
        ),
        params![site, author, &mailbox],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    forget_notices(tx, now, site, &ended)
}

/// Tell nothing any more by a subscription that may be there, and have it in the ledger.
pub(crate) fn forget_one(tx: &mut Tx<'_>, now: Time, site: SiteId, id: i64) -> Result<()> {
    let ended = tx.one(
        sql!("delete from subscription where site_id = ?1 and id = ?2 returning mailbox"),
        params![site, id],
        |row| row.next(),
    )?;
    match ended {
        Some(mailbox) => forget_notices(tx, now, site, &[(id, mailbox)]),
        None => ledger::subscription(tx, now, site, id),
    }
}

/// Forget what a guest wanted to be told of a page.
pub(crate) fn forget_on_page(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    page: PageId,
    author: AuthorId,
) -> Result<()> {
    let ended: Vec<(i64, String)> = tx.all(
        sql!(
            "delete from subscription where site_id = ?1 and page_id = ?2 and author_id = ?3
             returning id, mailbox"
        ),
        params![site, page, author],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    forget_notices(tx, now, site, &ended)
}

/// Forget what was to be told by subscriptions that are gone, and what their mailboxes were told where
/// they are told nothing any more.
pub(crate) fn forget_notices(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    ended: &[(i64, String)],
) -> Result<()> {
    for (id, mailbox) in ended {
        ledger::subscription(tx, now, site, *id)?;
        tx.execute(
            sql!(
                "delete from notice where site_id = ?1 and mailbox = ?2 and (subscription_id = ?3
                     or not exists (select 1 from subscription s
                         where s.site_id = ?1 and s.mailbox = ?2))"
            ),
            params![site, mailbox, *id],
        )?;
        jobs::erase(tx, site, PendingNotice::KIND, &id.to_string())?;
    }
    Ok(())
}
