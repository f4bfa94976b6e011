//! What is different where a guest takes everything back: it begins at once, and their votes go, too,
//! so that nobody votes twice by being two guests in turn.

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::identity::policy;
use rejoinder_core::{Author, AuthorId, CommentId, SiteId, Time};

use super::{CommentErasure, EraseAuthor, STEP, begin, step};
use crate::discussion::{comments, events};
use crate::identity::{authors, claims, mailboxes, sessions};
use crate::jobs::{self, NewJob};
use crate::{Result, Tx, params, sql};

/// So many steps are done at once; what is left then is left to a job.
const MAX_STEPS: usize = 6;

/// Delete a guest with everything that they wrote. One of the newsroom must have left it first.
pub(crate) fn take_back(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    guest: AuthorId,
    nobody: AuthorId,
) -> Result<()> {
    let Some(known) = authors::by_id(tx, site, guest)? else {
        return Ok(());
    };
    policy::may_be_erased(&known)?;
    begin(tx, now, site, guest, CommentErasure::Remove)?;
    for _ in 0..MAX_STEPS {
        if step(tx, now, site, guest, nobody)? {
            return Ok(());
        }
    }
    let erase = EraseAuthor {
        author: guest,
        asked_at: now,
    };
    jobs::add(tx, now, &NewJob::new(site, &erase, now)?)?;
    Ok(())
}

/// Let no browser be the guest any more, and forget what they said of themselves.
pub(super) fn shut(tx: &mut Tx<'_>, now: Time, site: SiteId, guest: &Author) -> Result<()> {
    keep_suspension(tx, now, site, guest.id)?;
    sessions::end_others(tx, site, guest.id, None)?;
    mailboxes::forget_of_guest(tx, now, site, guest.id)?;
    for sql in [
        sql!("delete from guest_link where site_id = ?1 and author_id = ?2"),
        sql!(
            "update author set name = '', email = null, website = null
             where site_id = ?1 and id = ?2"
        ),
    ] {
        tx.execute(sql, params![site, guest.id])?;
    }
    Ok(())
}

/// Who is suspended stays so in their browsers, which are known by a hash and nothing else.
fn keep_suspension(tx: &mut Tx<'_>, now: Time, site: SiteId, guest: AuthorId) -> Result<()> {
    tx.execute(
        sql!(
            "insert into ban (site_id, kind, value, author_id, until, reason, at)
             select s.site_id, 'token', s.token_hash, s.author_id, t.suspended_until, '', cast(?3 as bigint)
             from session s join standing t on t.site_id = s.site_id and t.author_id = s.author_id
             where s.site_id = ?1 and s.author_id = ?2 and t.suspended_until > ?3
             on conflict (site_id, kind, value) do update set
                 until = case when ban.until is null or ban.until > excluded.until
                     then ban.until else excluded.until end"
        ),
        params![site, guest, now],
    )?;
    Ok(())
}

/// Take some votes back. Returns whether there were any.
pub(super) fn drop_votes(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    guest: AuthorId,
) -> Result<bool> {
    let votes: Vec<CommentId> = tx.all(
        sql!(
            "select comment_id from vote where site_id = ?1 and author_id = ?2
             order by comment_id limit ?3"
        ),
        params![site, guest, STEP],
        |row| row.next(),
    )?;
    for comment in &votes {
        let (page, _) = comments::locked(tx, site, *comment)?;
        tx.execute(
            sql!("delete from vote where site_id = ?1 and comment_id = ?2 and author_id = ?3"),
            params![site, *comment, guest],
        )?;
        claims::count_votes(tx, site, *comment)?;
        events::append(tx, now, &page, EventKind::Voted, Some(*comment))?;
    }
    Ok(!votes.is_empty())
}
