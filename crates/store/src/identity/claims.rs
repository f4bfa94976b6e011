//! A guest who has got an account: what they wrote, voted and flagged becomes the account's.

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::discussion::ranking::best;
use rejoinder_core::identity::author::Role;
use rejoinder_core::{
    Author, AuthorId, AuthorKind, CommentId, Page, PageId, SiteId, Time, VoteTally,
};

use crate::discussion::agreement;
use crate::discussion::{events, mentions, pages, reactions};
use crate::identity::erasures::ledger;
use crate::identity::mutes;
use crate::moderation::flags;
use crate::moderation::standing::counting;
use crate::notices::subscriptions;
use crate::passages::{answers, corrections};
use crate::recordings::proposals;
use crate::{Result, Tx, params, sql};

/// Make everything of `guest` the account's. Someone who is no guest keeps what is theirs.
pub(crate) fn claim(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    guest: &Author,
    account: AuthorId,
) -> Result<()> {
    if guest.kind != AuthorKind::Guest || guest.role != Role::Reader || guest.id == account {
        return Ok(());
    }
    let pages = locked_pages(tx, site, guest.id)?;
    let mut recounted = move_votes(tx, site, guest.id, account)?;
    recounted.extend(answers::claim(tx, site, guest.id, account)?);
    for comment in reactions::claim(tx, site, guest.id, account)? {
        if !recounted.contains(&comment) {
            recounted.push(comment);
        }
    }
    move_flags(tx, site, guest.id, account)?;
    for page in &pages {
        for comment in move_comments(tx, page, guest.id, account)? {
            recounted.retain(|voted| *voted != comment);
            events::append(tx, now, page, EventKind::Edited, Some(comment))?;
        }
    }
    counting::move_all(tx, site, guest.id, account)?;
    for comment in recounted {
        note_votes(tx, now, site, &pages, comment)?;
    }
    move_standing(tx, site, guest.id, account)?;
    subscriptions::claim(tx, site, guest.id, account)?;
    mutes::claim(tx, site, guest.id, account)?;
    mentions::claim(tx, site, guest.id, account)?;
    proposals::claim(tx, site, guest.id, account)?;
    corrections::claim(tx, site, guest.id, account)?;
    ledger::joined(tx, now, site, guest.id, account)?;
    tx.execute(
        sql!("delete from session where site_id = ?1 and author_id = ?2"),
        params![site, guest.id],
    )?;
    tx.execute(
        sql!("delete from author where site_id = ?1 and id = ?2"),
        params![site, guest.id],
    )?;
    Ok(())
}

/// The pages on which the guest did anything, locked in one order.
fn locked_pages(tx: &mut Tx<'_>, site: SiteId, guest: AuthorId) -> Result<Vec<Page>> {
    let touched: Vec<PageId> = tx.all(
        sql!(
            "select page_id from comment where site_id = ?1 and author_id = ?2
             union select c.page_id from vote v
                 join comment c on c.site_id = v.site_id and c.id = v.comment_id
                 where v.site_id = ?1 and v.author_id = ?2
             union select c.page_id from source_answer o
                 join comment c on c.site_id = o.site_id and c.id = o.comment_id
                 where o.site_id = ?1 and o.author_id = ?2
             union select c.page_id from reaction r
                 join comment c on c.site_id = r.site_id and c.id = r.comment_id
                 where r.site_id = ?1 and r.author_id = ?2
             union select c.page_id from flag f
                 join comment c on c.site_id = f.site_id and c.id = f.comment_id
                 where f.site_id = ?1 and f.author_id = ?2
             order by 1"
        ),
        params![site, guest],
        |row| row.next(),
    )?;
    touched
        .into_iter()
        .map(|page| pages::lock(tx, site, page))
        .collect()
}

/// Returns the comments whose votes are counted anew: where both had voted only the account's vote
/// stays, and none on what is now one's own.
fn move_votes(
    tx: &mut Tx<'_>,
    site: SiteId,
    guest: AuthorId,
    account: AuthorId,
) -> Result<Vec<CommentId>> {
    let dropped: Vec<(CommentId, AuthorId)> = tx.all(
        sql!(
            "select v.comment_id, v.author_id from vote v
             join comment c on c.site_id = v.site_id and c.id = v.comment_id
             where v.site_id = ?1 and (
                 (v.author_id = ?2 and (c.author_id = ?3 or exists (
                     select 1 from vote o where o.site_id = ?1 and o.comment_id = v.comment_id
                       and o.author_id = ?3)))
                 or (v.author_id = ?3 and c.author_id = ?2))"
        ),
        params![site, guest, account],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    for (comment, voter) in &dropped {
        tx.execute(
            sql!("delete from vote where site_id = ?1 and comment_id = ?2 and author_id = ?3"),
            params![site, *comment, *voter],
        )?;
        count_votes(tx, site, *comment)?;
    }
    let moved: Vec<CommentId> = match agreement::counting::has_side(tx, site, account)? {
        true => tx.all(
            sql!("select comment_id from vote where site_id = ?1 and author_id = ?2"),
            params![site, guest],
            |row| row.next(),
        )?,
        false => Vec::new(),
    };
    tx.execute(
        sql!("update vote set author_id = ?3 where site_id = ?1 and author_id = ?2"),
        params![site, guest, account],
    )?;
    let dropped: Vec<CommentId> = dropped.into_iter().map(|(comment, _)| comment).collect();
    for comment in moved.iter().chain(&dropped) {
        agreement::counting::recount(tx, site, *comment)?;
    }
    Ok(dropped)
}

/// Make up a comment's counts of votes, and its rank.
pub(crate) fn count_votes(tx: &mut Tx<'_>, site: SiteId, comment: CommentId) -> Result<()> {
    let tally = tx.one(
        sql!(
            "update comment set
                 up = base_up + (select count(*) from vote v where v.site_id = ?1
                     and v.comment_id = ?2 and v.value = 1),
                 down = base_down + (select count(*) from vote v where v.site_id = ?1
                     and v.comment_id = ?2 and v.value = -1)
             where site_id = ?1 and id = ?2 returning up, down, liked"
        ),
        params![site, comment],
        |row| {
            let tally = VoteTally {
                up: row.next()?,
                down: row.next()?,
            };
            Ok((tally, row.next::<i64>()?))
        },
    )?;
    if let Some((tally, liked)) = tally {
        tx.execute(
            sql!("update comment set best = ?3 where site_id = ?1 and id = ?2"),
            params![site, comment, best(tally, liked)],
        )?;
    }
    Ok(())
}

fn note_votes(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    pages: &[Page],
    comment: CommentId,
) -> Result<()> {
    let page: Option<PageId> = tx.one(
        sql!("select page_id from comment where site_id = ?1 and id = ?2"),
        params![site, comment],
        |row| row.next(),
    )?;
    let page = pages.iter().find(|known| Some(known.id) == page);
    if let Some(page) = page {
        events::append(tx, now, page, EventKind::Voted, Some(comment))?;
    }
    Ok(())
}

/// One flag of each person on each text, and none on one's own.
fn move_flags(tx: &mut Tx<'_>, site: SiteId, guest: AuthorId, account: AuthorId) -> Result<()> {
    let flagged: Vec<CommentId> = tx.all(
        sql!(
            "select f.comment_id from flag f
             join comment c on c.site_id = f.site_id and c.id = f.comment_id
             where f.site_id = ?1 and (f.author_id = ?2 or (f.author_id = ?3 and c.author_id = ?2))
             group by f.comment_id"
        ),
        params![site, guest, account],
        |row| row.next(),
    )?;
    tx.execute(
        sql!(
            "delete from flag where site_id = ?1 and (
                 (author_id = ?2 and (
                     exists (select 1 from flag o where o.site_id = ?1
                         and o.comment_id = flag.comment_id and o.revision = flag.revision
                         and o.author_id = ?3)
                     or exists (select 1 from comment c where c.site_id = ?1
                         and c.id = flag.comment_id and c.author_id = ?3)))
                 or (author_id = ?3 and exists (select 1 from comment c where c.site_id = ?1
                         and c.id = flag.comment_id and c.author_id = ?2)))"
        ),
        params![site, guest, account],
    )?;
    tx.execute(
        sql!("update flag set author_id = ?3 where site_id = ?1 and author_id = ?2"),
        params![site, guest, account],
    )?;
    counting::unflag(tx, site, &flagged)?;
    for comment in flagged {
        flags::recount(tx, site, comment)?;
    }
    Ok(())
}

/// Returns the comments of a locked page that have changed hands.
fn move_comments(
    tx: &mut Tx<'_>,
    page: &Page,
    guest: AuthorId,
    account: AuthorId,
) -> Result<Vec<CommentId>> {
    tx.all(
        sql!(
            "update comment set author_id = ?4
             where site_id = ?1 and page_id = ?2 and author_id = ?3 returning id"
        ),
        params![page.site, page.id, guest, account],
        |row| row.next(),
    )
}

/// What moderators decided about the guest holds for the account, too: nobody leaves a ban or a
/// suspension behind by signing in.
fn move_standing(tx: &mut Tx<'_>, site: SiteId, guest: AuthorId, account: AuthorId) -> Result<()> {
    let bytes = |author: AuthorId| author.0.to_be_bytes().to_vec();
    tx.execute(
        sql!(
            "insert into ban (site_id, kind, value, author_id, until, reason, at)
             select site_id, kind, ?3, ?4, until, reason, at from ban
             where site_id = ?1 and kind = 'account' and value = ?2
             on conflict (site_id, kind, value) do update set
                 until = case when ban.until is null or excluded.until is null then null
                     when ban.until > excluded.until then ban.until else excluded.until end"
        ),
        params![site, &bytes(guest), &bytes(account), account],
    )?;
    tx.execute(
        sql!("delete from ban where site_id = ?1 and kind = 'account' and value = ?2"),
        params![site, &bytes(guest)],
    )?;
    tx.execute(
        sql!("update ban set author_id = ?3 where site_id = ?1 and author_id = ?2"),
        params![site, guest, account],
    )?;
    tx.execute(
        sql!(
            "insert into standing (site_id, author_id, trust, suspended_until)
             select site_id, ?3, case when trust = 'trusted' then 'plain' else trust end,
                 suspended_until
             from standing where site_id = ?1 and author_id = ?2
             on conflict (site_id, author_id) do update set
                 trust = case when excluded.trust = 'always_held' then excluded.trust
                     else standing.trust end,
                 suspended_until = case when standing.suspended_until is null
                         or standing.suspended_until < excluded.suspended_until
                     then excluded.suspended_until else standing.suspended_until end"
        ),
        params![site, guest, account],
    )?;
    tx.execute(
        sql!("delete from standing where site_id = ?1 and author_id = ?2"),
        params![site, guest],
    )?;
    tx.execute(
        sql!("update standing_change set author_id = ?3 where site_id = ?1 and author_id = ?2"),
        params![site, guest, account],
    )?;
    Ok(())
}
