//! What accounts are told in the page, by its bell.
//!
//! A row is written with the event that it follows from. What it says is looked at when it is read, so
//! that it tells of nothing that was taken away or undone meanwhile. What became of a correction needs no
//! row: the correction says it.

use std::cmp::Reverse;
use std::time::Duration;

use rejoinder_core::notices::bell::NoticeKind;
use rejoinder_core::passages::{Correction, SourceCheck};
use rejoinder_core::recordings::{Proposal, Recording};
use rejoinder_core::{AuthorId, Comment, CommentId, Page, PassageId, SiteId, Time};

use crate::discussion::{comments, pages};
use crate::passages::{corrections, places};
use crate::recordings::{listing, proposals};
use crate::{Result, StoreError, Tx, params, sql};

/// More than so many unread ones are not counted.
const MAX_COUNTED: i64 = 99;

/// Of a passage that many wrote about, so many are told of sources against it: the newest.
const MAX_CHALLENGED: usize = 100;

/// What was told so long ago is forgotten.
const KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// One thing that an account is told.
#[derive(Debug, Clone)]
pub struct BellNotice {
    /// What it is about.
    pub subject: BellSubject,
    /// The page that this stands with.
    pub page: Page,
    /// When it happened.
    pub at: Time,
    /// Whether it was read.
    pub is_read: bool,
}

/// What an account is told of.
#[derive(Debug, Clone)]
pub enum BellSubject {
    /// A comment, and what of it.
    Comment(NoticeKind, Box<Comment>),
    /// A correction of a recording's transcript that the account proposed, and that was decided on.
    Correction(Box<Proposal>, Box<Recording>),
    /// A correction of an article that the account sent, and that was decided on.
    Article(Box<Correction>),
}

/// Whether a row still tells the truth.
macro_rules! true_rows {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " from bell b join comment c on c.site_id = b.site_id and c.id = b.comment_id
              where b.site_id = ?1 and b.author_id = ?2
                and ((b.ring = 'rejected' and c.state = 'rejected')
                  or (b.ring <> 'rejected' and c.state = 'published'
                    and (b.ring <> 'featured' or c.featured_at is not null))) ",
            $after
        )
    };
}

/// What an account was told last, newest first.
pub fn newest(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: AuthorId,
    limit: i64,
) -> Result<Vec<BellNotice>> {
    let mut notices = of_comments(tx, site, author, limit)?;
    notices.extend(of_corrections(tx, site, author, limit)?);
    notices.extend(of_articles(tx, site, author, limit)?);
    notices.sort_by_key(|one| Reverse(one.at));
    notices.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(notices)
}

fn of_comments(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: AuthorId,
    limit: i64,
) -> Result<Vec<BellNotice>> {
    let unknown = || StoreError::Internal("a notice of an unknown kind".into());
    let rows: Vec<(CommentId, NoticeKind, Time, Option<Time>)> = tx.all(
        sql!(true_rows!(
            "select b.comment_id, case when b.ring = 'comment' and exists (
                 select 1 from mention m where m.site_id = ?1 and m.comment_id = b.comment_id
                   and m.author_id = ?2) then 'mention' else b.ring end, b.made_at, b.read_at,
                 b.is_challenge",
            "order by b.made_at desc, b.comment_id desc limit ?3"
        )),
        params![site, author, limit],
        |row| {
            let (comment, word): (CommentId, String) = (row.next()?, row.next()?);
            let (at, read_at) = (row.next()?, row.next()?);
            let kind = match row.next::<Option<i64>>()? {
                Some(1) => NoticeKind::Challenged,
                _ => NoticeKind::from_word(&word).ok_or_else(unknown)?,
            };
            Ok((comment, kind, at, read_at))
        },
    )?;
    let mut notices = Vec::with_capacity(rows.len());
    for (comment, kind, at, read_at) in rows {
        let comment = comments::expect(tx, site, comment)?;
        if kind == NoticeKind::Challenged && !challenges(&comment) {
            continue;
        }
        let page = pages::by_id(tx, site, comment.page)?;
        notices.push(BellNotice {
            page: page.ok_or_else(|| StoreError::Internal("a comment without a page".into()))?,
            subject: BellSubject::Comment(kind, Box::new(comment)),
            at,
            is_read: read_at.is_some(),
        });
    }
    Ok(notices)
}

fn of_corrections(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: AuthorId,
    limit: i64,
) -> Result<Vec<BellNotice>> {
    let mut notices = Vec::new();
    for proposal in proposals::told(tx, site, author, limit)? {
        let Some(recording) = listing::find(tx, site, proposal.recording)? else {
            continue;
        };
        let page = pages::by_id(tx, site, recording.page)?;
        notices.push(BellNotice {
            page: page.ok_or_else(|| StoreError::Internal("a recording without a page".into()))?,
            at: proposal.decided_at.unwrap_or(proposal.made_at),
            is_read: proposal.read_at.is_some(),
            subject: BellSubject::Correction(Box::new(proposal), Box::new(recording)),
        });
    }
    Ok(notices)
}

fn of_articles(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: AuthorId,
    limit: i64,
) -> Result<Vec<BellNotice>> {
    let told = corrections::decided_of(tx, site, author, limit)?.into_iter();
    let notices = told.map(|(own, page, is_read)| BellNotice {
        page,
        at: own.decided_at.unwrap_or(own.made_at),
        is_read,
        subject: BellSubject::Article(Box::new(own)),
    });
    Ok(notices.collect())
}

/// How much an account has not read yet; at most 99.
pub fn n_unread(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<i64> {
    let counted = tx.one(
        sql!(true_rows!(
            "select count(*) from (select b.comment_id",
            "and b.read_at is null and b.is_challenge is null limit ?3) as unread"
        )),
        params![site, author, MAX_COUNTED],
        |row| row.next(),
    )?;
    let n_challenges = n_unread_challenges(tx, site, author)?;
    let n_corrections = proposals::n_unread(tx, site, author, MAX_COUNTED)?;
    let n_sent = corrections::n_unread(tx, site, author, MAX_COUNTED)?;
    Ok((counted.unwrap_or(0) + n_challenges + n_corrections + n_sent).min(MAX_COUNTED))
}

/// How many unread ones are of sources that still speak against the passage.
fn n_unread_challenges(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<i64> {
    let told: Vec<CommentId> = tx.all(
        sql!(true_rows!(
            "select b.comment_id",
            "and b.read_at is null and b.is_challenge = 1 limit ?3"
        )),
        params![site, author, MAX_COUNTED],
        |row| row.next(),
    )?;
    let mut n = 0;
    for comment in told {
        n += i64::from(challenges(&comments::expect(tx, site, comment)?));
    }
    Ok(n)
}

fn challenges(comment: &Comment) -> bool {
    let check = comment.source_check.as_deref();
    check.is_some_and(SourceCheck::challenges)
}

/// Mark what the account was told up to `until` as read; doing it again changes nothing.
pub fn mark_read(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
    until: Time,
) -> Result<()> {
    tx.execute(
        sql!(
            "update bell set read_at = ?4
             where site_id = ?1 and author_id = ?2 and read_at is null and made_at <= ?3"
        ),
        params![site, author, until, now],
    )?;
    tx.execute(
        sql!("delete from bell where site_id = ?1 and author_id = ?2 and made_at < ?3"),
        params![site, author, now.before(KEPT)],
    )?;
    corrections::mark_read(tx, now, site, author, until)?;
    proposals::mark_read(tx, now, site, author, until)
}

/// Tell the accounts that wrote what stands above a comment which has appeared.
///
/// Who they are is asked by itself: Citus takes no recursion in a statement that inserts.
pub(crate) fn tell_above(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: &Comment,
) -> Result<()> {
    if comment.parent.is_none() {
        return Ok(());
    }
    let above = accounts_above(tx, site, comment.id)?;
    if above.is_empty() {
        return Ok(());
    }
    tx.execute(
        sql!(
            "insert into bell (site_id, author_id, comment_id, ring, made_at)
             select w.site_id, w.id, cast(?2 as bigint), 'reply', cast(?3 as bigint)
             from author w
             where w.site_id = ?1 and w.id in (select l.value from list(?4) as l)
             on conflict (site_id, author_id, comment_id) do nothing"
        ),
        params![site, comment.id, now, format!("{above:?}")],
    )?;
    Ok(())
}

/// The accounts that wrote what stands above a comment, but for those who wrote it or muted who did.
///
/// A cross join keeps SQLite from going through all authors of the site, to look for each above.
fn accounts_above(tx: &mut Tx<'_>, site: SiteId, comment: CommentId) -> Result<Vec<i64>> {
    tx.all(
        sql!(
            "with recursive above (id, parent_id, author_id) as (
                 select id, parent_id, author_id from comment where site_id = ?1 and id = ?2
                 union all
                 select c.id, c.parent_id, c.author_id from above a
                     join comment c on c.site_id = ?1 and c.id = a.parent_id)
             select distinct w.id
             from above a cross join author w
             where w.site_id = ?1 and w.id = a.author_id and w.kind = 'account'
               and w.id <> (select own.author_id from above own where own.id = ?2)
               and not exists (select 1 from mute m where m.site_id = ?1 and m.author_id = w.id
                 and m.muted_id = (select own.author_id from above own where own.id = ?2))"
        ),
        params![site, comment],
        |row| row.next(),
    )
}

/// Tell the accounts that wrote about a passage, or asked about it, of a comment that has appeared there and
/// carries sources against it. Each is told once of each comment.
pub(crate) fn tell_challenged(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: &Comment,
) -> Result<()> {
    if !comment.is_published() || !challenges(comment) {
        return Ok(());
    }
    let id = comment.id;
    let Some((passage, roots)) = places::find(tx, site, comment.page, PassageId::from(id))? else {
        return Ok(());
    };
    let mut told: Vec<AuthorId> = Vec::new();
    // The newest come first.
    for root in roots.into_iter().take(MAX_CHALLENGED) {
        told.push(comments::expect(tx, site, root)?.author.id);
    }
    let askers = passage.questions.iter().filter_map(|own| own.by.as_ref());
    told.extend(askers.map(|asker| asker.id));
    told.sort_unstable();
    told.dedup();
    told.retain(|author| *author != comment.author.id);
    for author in told {
        tx.execute(
            sql!(
                "insert into bell (site_id, author_id, comment_id, ring, made_at, is_challenge)
                 select w.site_id, w.id, cast(?3 as bigint), 'comment', cast(?4 as bigint), 1
                 from author w where w.site_id = ?1 and w.id = ?2 and w.kind = 'account'
                   and not exists (select 1 from mute m where m.site_id = ?1
                     and m.author_id = w.id and m.muted_id = ?5)
                 on conflict (site_id, author_id, comment_id) do update
                     set is_challenge = 1, made_at = excluded.made_at, read_at = null
                     where bell.is_challenge is null and bell.ring = 'comment'"
            ),
            params![site, author, id, now, comment.author.id],
        )?;
    }
    Ok(())
}

/// Tell the accounts that a comment mentions, which has appeared. What they are told already stands.
pub(crate) fn tell_mentioned(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: CommentId,
) -> Result<()> {
    tx.execute(
        sql!(
            "insert into bell (site_id, author_id, comment_id, ring, made_at)
             select distinct w.site_id, w.id, cast(?2 as bigint), 'comment', cast(?3 as bigint)
             from mention n
             join comment c on c.site_id = n.site_id and c.id = n.comment_id
             join author w on w.site_id = n.site_id and w.id = n.author_id
             where n.site_id = ?1 and n.comment_id = ?2 and w.kind = 'account'
               and w.id <> c.author_id
               and not exists (select 1 from mute m where m.site_id = ?1 and m.author_id = w.id
                 and m.muted_id = c.author_id)
             on conflict (site_id, author_id, comment_id) do nothing"
        ),
        params![site, comment, now],
    )?;
    Ok(())
}

/// Tell `author`, who has to have an account, of a comment that they want to be told of.
pub(crate) fn tell(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
    comment: CommentId,
) -> Result<()> {
    tx.execute(
        sql!(
            "insert into bell (site_id, author_id, comment_id, ring, made_at)
             select w.site_id, w.id, cast(?3 as bigint), 'comment', cast(?4 as bigint)
             from author w where w.site_id = ?1 and w.id = ?2 and w.kind = 'account'
             on conflict (site_id, author_id, comment_id) do nothing"
        ),
        params![site, author, comment, now],
    )?;
    Ok(())
}

/// Tell an account what became of its comment.
pub(crate) fn tell_author(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: &Comment,
    kind: NoticeKind,
) -> Result<()> {
    tx.execute(
        sql!(
            "insert into bell (site_id, author_id, comment_id, ring, made_at)
             select w.site_id, w.id, cast(?3 as bigint), cast(?5 as text), cast(?4 as bigint)
             from author w where w.site_id = ?1 and w.id = ?2 and w.kind = 'account'
             on conflict (site_id, author_id, comment_id) do update
                 set ring = excluded.ring, made_at = excluded.made_at, read_at = null"
        ),
        params![site, comment.author.id, comment.id, now, kind.as_str()],
    )?;
    Ok(())
}

/// Forget what an account was told.
pub(crate) fn forget(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<()> {
    tx.execute(
        sql!("delete from bell where site_id = ?1 and author_id = ?2"),
        params![site, author],
    )?;
    Ok(())
}
