//! Deleting an account, for good, a day after its owner asked for it; a guest at once.
//!
//! Done in steps, each whole: first nobody can be the account any more, then its comments lose their
//! author and all earlier texts, then its votes become part of the counts, and at last the account
//! goes with everything that was about it. A step that was done is not done again.

mod guest;
pub mod ledger;

use std::time::Duration;

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::identity::{author, policy};
use rejoinder_core::moderation::decision::Decider;
use rejoinder_core::moderation::{LogAction, StateReason};
use rejoinder_core::{
    Author, AuthorId, AuthorKind, Comment, CommentId, CommentState, Page, PageId, SiteId, Time,
    Vote,
};
use serde::{Deserialize, Serialize};

use crate::discussion::{agreement, comments, events, forgetting, mentions, reactions};
use crate::funding::gifts;
use crate::identity::{
    authors, identities, mail_sign_ins, mailboxes, mutes, passkeys, profiles, sessions,
};
use crate::jobs::{self, NewJob, Payload};
use crate::moderation::decisions::{self, LogEntry};
use crate::moderation::standing::counting;
use crate::moderation::{flags, searches};
use crate::notices::{bells, devices, subscriptions};
use crate::passages::{answers, asking, errata, placing};
use crate::publication::audit;
use crate::recordings::proposals;
use crate::{Result, Tx, params, sql};

pub(crate) use guest::take_back;

/// Deletes an account, or a guest of whom there was too much to delete at once.
#[derive(Debug, Serialize, Deserialize)]
pub struct EraseAuthor {
    /// The author who is erased.
    pub author: AuthorId,
    /// When it was asked for; a deletion that is called off may be asked for again.
    pub asked_at: Time,
}

impl Payload for EraseAuthor {
    const KIND: &'static str = "erase_account";
}

/// How long one can change one's mind.
pub const GRACE: Duration = Duration::from_secs(24 * 60 * 60);

/// How much one step does.
const STEP: i64 = 100;

/// What is to become of the comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentErasure {
    /// Those that are published stay, by nobody.
    Keep,
    /// They are deleted, as if one by one.
    Remove,
}

impl CommentErasure {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Remove => "remove",
        }
    }

    /// The fate of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Keep, Self::Remove]
            .into_iter()
            .find(|fate| fate.as_str() == word)
    }
}

/// A deletion that is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erasure {
    /// What is to become of the comments.
    pub comments: CommentErasure,
    /// When it begins.
    pub due_at: Time,
}

/// Delete an account in a day. Asked again, only the fate of the comments changes. One of the newsroom
/// must have left it first.
pub fn ask(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: &Author,
    fate: CommentErasure,
) -> Result<()> {
    policy::may_be_erased(author)?;
    let due_at = now.after(GRACE);
    tx.execute(
        sql!(
            "insert into erasure (site_id, author_id, comments, asked_at, due_at)
             values (?1, ?2, ?3, ?4, ?5)
             on conflict (site_id, author_id) do update set comments = excluded.comments"
        ),
        params![site, author.id, fate.as_str(), now, due_at],
    )?;
    let erase = EraseAuthor {
        author: author.id,
        asked_at: now,
    };
    jobs::add(tx, now, &NewJob::new(site, &erase, due_at)?)?;
    Ok(())
}

/// Have all deletions done that were asked for, where the jobs that do them were left behind.
pub(crate) fn ask_again(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    let asked: Vec<(AuthorId, Time, Time)> = tx.all(
        sql!("select author_id, asked_at, due_at from erasure where site_id = ?1"),
        params![site],
        |row| Ok((row.next()?, row.next()?, row.next()?)),
    )?;
    for (author, asked_at, due_at) in asked {
        let erase = EraseAuthor { author, asked_at };
        jobs::add(tx, now, &NewJob::new(site, &erase, due_at)?)?;
    }
    Ok(())
}

/// Let a deletion begin at once.
pub(crate) fn begin(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
    fate: CommentErasure,
) -> Result<()> {
    tx.execute(
        sql!(
            "insert into erasure (site_id, author_id, comments, asked_at, due_at)
             values (?1, ?2, ?3, ?4, ?4) on conflict (site_id, author_id) do nothing"
        ),
        params![site, author, fate.as_str(), now],
    )?;
    Ok(())
}

/// Keep the account after all.
pub fn withdraw(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<()> {
    tx.execute(
        sql!("delete from erasure where site_id = ?1 and author_id = ?2"),
        params![site, author],
    )?;
    Ok(())
}

/// The deletion of an account that is on its way.
pub fn pending(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Option<Erasure>> {
    tx.one(
        sql!("select comments, due_at from erasure where site_id = ?1 and author_id = ?2"),
        params![site, author],
        |row| {
            let fate: String = row.next()?;
            Ok(Erasure {
                comments: CommentErasure::from_word(&fate).unwrap_or(CommentErasure::Remove),
                due_at: row.next()?,
            })
        },
    )
}

/// Do one step of a deletion that is due; `nobody` is the id for whom the comments are by from then
/// on, where the site has none yet. Returns whether nothing is left to do.
pub fn step(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
    nobody: AuthorId,
) -> Result<bool> {
    let due = pending(tx, site, author)?.filter(|erasure| erasure.due_at <= now);
    let Some(erasure) = due else { return Ok(true) };
    tx.erase();
    ledger::author(tx, now, site, author, erasure.comments)?;
    searches::forget_about(tx, site, author)?;
    let guest = authors::by_id(tx, site, author)?.filter(|known| known.kind == AuthorKind::Guest);
    match &guest {
        Some(guest) => guest::shut(tx, now, site, guest)?,
        None => shut(tx, now, site, author)?,
    }
    if mentions::forget_author(tx, now, site, author, STEP)? {
        return Ok(false);
    }
    let written = ids(tx, site, author)?;
    if !written.is_empty() {
        let nobody = nobody_at(tx, now, site, nobody)?;
        for comment in &written {
            leave(tx, now, site, *comment, erasure.comments, nobody)?;
        }
        let written: Vec<i64> = written.into_iter().map(|comment| comment.0).collect();
        counting::move_some(tx, site, &format!("{written:?}"), author)?;
        return Ok(false);
    }
    let is_guest = guest.is_some();
    let had_votes = match guest {
        Some(guest) => guest::drop_votes(tx, now, site, guest.id)?,
        None => fold_votes(tx, site, author)?,
    };
    if had_votes
        || answers::drop_some(tx, now, site, author, STEP)?
        || reactions::leave(tx, now, site, author, (!is_guest, STEP))?
    {
        return Ok(false);
    }
    forget_flags(tx, site, author)?;
    mutes::forget(tx, site, author)?;
    proposals::forget(tx, now, site, author)?;
    errata::forget_author(tx, now, site, author)?;
    asking::forget_author(tx, now, site, author)?;
    placing::forget_author(tx, site, author)?;
    gifts::forget_author(tx, site, author)?;
    forget(tx, site, author)?;
    Ok(true)
}

/// Let nobody be the account any more, and forget its address.
fn shut(tx: &mut Tx<'_>, now: Time, site: SiteId, account: AuthorId) -> Result<()> {
    sessions::end_others(tx, site, account, None)?;
    let email: Option<Option<String>> = tx.one(
        sql!("select email from author where site_id = ?1 and id = ?2"),
        params![site, account],
        |row| row.next(),
    )?;
    let email = email.flatten();
    passkeys::forget(tx, site, account)?;
    audit::forget(tx, site, account)?;
    identities::forget(tx, site, account)?;
    bells::forget(tx, site, account)?;
    profiles::forget(tx, site, account)?;
    devices::forget(tx, site, account)?;
    subscriptions::forget(tx, now, site, account, email.as_deref())?;
    let Some(email) = email else {
        return Ok(());
    };
    mail_sign_ins::forget(tx, site, &email)?;
    tx.execute(
        sql!("delete from guest_link where site_id = ?1 and mailbox = ?2"),
        params![site, &author::mailbox(&email)],
    )?;
    mailboxes::forget_mails(tx, site, &email)?;
    tx.execute(
        sql!("update author set email = null, website = null where site_id = ?1 and id = ?2"),
        params![site, account],
    )?;
    Ok(())
}

fn ids(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<CommentId>> {
    tx.all(
        sql!("select id from comment where site_id = ?1 and author_id = ?2 order by id limit ?3"),
        params![site, author, STEP],
        |row| row.next(),
    )
}

/// The nameless author of a site.
fn nobody_at(tx: &mut Tx<'_>, now: Time, site: SiteId, new: AuthorId) -> Result<AuthorId> {
    let known = tx.one(
        sql!("select author_id from nobody where site_id = ?1"),
        params![site],
        |row| row.next(),
    )?;
    if let Some(known) = known {
        return Ok(known);
    }
    tx.execute(
        sql!(
            "insert into author (site_id, id, kind, name, created_at)
             values (?1, ?2, 'imported', '', ?3)"
        ),
        params![site, new, now],
    )?;
    tx.execute(
        sql!("insert into nobody (site_id, author_id) values (?1, ?2)"),
        params![site, new],
    )?;
    Ok(new)
}

/// Part a comment from its author: what is not published, or not to be kept, loses its text.
fn leave(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: CommentId,
    fate: CommentErasure,
    nobody: AuthorId,
) -> Result<()> {
    let (page, comment) = comments::locked(tx, site, id)?;
    let stays = fate == CommentErasure::Keep && comment.is_published();
    if !stays && comment.state != CommentState::Removed {
        leave_nothing(tx, now, &page, &comment)?;
    }
    tx.execute(
        sql!("update comment set author_id = ?3 where site_id = ?1 and id = ?2"),
        params![site, id, nobody],
    )?;
    if stays {
        events::append(tx, now, &page, EventKind::Edited, Some(id))?;
        return forgetting::forget_traces(tx, site, id);
    }
    forgetting::forget(tx, site, id)
}

/// Delete a comment of a locked page as its author would.
pub(crate) fn leave_nothing(
    tx: &mut Tx<'_>,
    now: Time,
    page: &Page,
    comment: &Comment,
) -> Result<()> {
    let before = decisions::snapshot(tx, page.site, comment.id)?;
    let mut after = before.entering(CommentState::Removed, Some(StateReason::Author.into()));
    after.revision += 1;
    after.decided_revision = None;
    let entry = LogEntry {
        by: Decider::Author,
        action: LogAction::Delete,
        judges: true,
        reason: Some(StateReason::Author.into()),
        note: None,
        findings: &[],
        undoes: None,
    };
    decisions::change(tx, now, page, comment, &before, &after, &entry)?;
    Ok(())
}

/// Make some votes a part of the counts that is nobody's. Returns whether there were any.
fn fold_votes(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<bool> {
    let votes: Vec<(CommentId, i64)> = tx.all(
        sql!(
            "select comment_id, value from vote where site_id = ?1 and author_id = ?2
             order by comment_id limit ?3"
        ),
        params![site, author, STEP],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    for (comment, value) in &votes {
        comments::locked(tx, site, *comment)?;
        let gone = tx.execute(
            sql!("delete from vote where site_id = ?1 and comment_id = ?2 and author_id = ?3"),
            params![site, *comment, author],
        )?;
        if gone > 0 {
            let before = Vote::from_value(*value).flatten();
            agreement::counting::changed(tx, site, *comment, author, (before, None))?;
        }
        let (up, down) = match (gone, *value) {
            (0, _) => (0, 0),
            (_, 1) => (1, 0),
            _ => (0, 1),
        };
        tx.execute(
            sql!(
                "update comment set base_up = base_up + ?3, base_down = base_down + ?4
                 where site_id = ?1 and id = ?2"
            ),
            params![site, *comment, up, down],
        )?;
    }
    Ok(!votes.is_empty())
}

/// The pages are locked, so that nobody flags the same comments at this moment.
fn forget_flags(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<()> {
    let _: Vec<PageId> = tx.all(
        sql!(
            "select p.id from page p where p.site_id = ?1 and p.id in (
                 select c.page_id from flag f
                 join comment c on c.site_id = f.site_id and c.id = f.comment_id
                 where f.site_id = ?1 and f.author_id = ?2)
             order by p.id for update"
        ),
        params![site, author],
        |row| row.next(),
    )?;
    let flagged: Vec<CommentId> = tx.all(
        sql!("delete from flag where site_id = ?1 and author_id = ?2 returning comment_id"),
        params![site, author],
        |row| row.next(),
    )?;
    counting::unflag(tx, site, &flagged)?;
    for comment in flagged {
        flags::recount(tx, site, comment)?;
    }
    Ok(())
}

/// What is left. Stops on browsers and addresses stay: they name nobody.
fn forget(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<()> {
    let account = author.0.to_be_bytes().to_vec();
    tx.execute(
        sql!("delete from ban where site_id = ?1 and kind = 'account' and value = ?2"),
        params![site, &account],
    )?;
    for sql in [
        sql!("delete from standing where site_id = ?1 and author_id = ?2"),
        sql!("delete from standing_change where site_id = ?1 and author_id = ?2"),
        sql!("delete from sign_in where site_id = ?1 and author_id = ?2"),
        sql!("delete from moderator_group where site_id = ?1 and author_id = ?2"),
        sql!("delete from desk_reader where site_id = ?1 and author_id = ?2"),
        sql!("delete from saved_search where site_id = ?1 and moderator_id = ?2"),
        sql!("delete from erasure where site_id = ?1 and author_id = ?2"),
        sql!("delete from page_author where site_id = ?1 and author_id = ?2"),
        sql!("delete from agreement_side where site_id = ?1 and author_id = ?2"),
        sql!("delete from author where site_id = ?1 and id = ?2"),
    ] {
        tx.execute(sql, params![site, author])?;
    }
    Ok(())
}
