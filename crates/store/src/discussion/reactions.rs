//! Reactions: each of an author's once on a comment, and the counts that follow. Counted like votes.

use std::time::Duration;

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::discussion::policy;
use rejoinder_core::discussion::reaction::ReactionCount;
use rejoinder_core::{
    AuthorId, AuthorKind, Comment, CommentId, PageId, Reader, Refusal, Site, SiteId, Time,
    TokenHash,
};

use crate::discussion::{comments, events, liking};
use crate::identity::address_keys;
use crate::identity::authors::{self, GuestDetails};
use crate::moderation::standing;
use crate::{Result, Tx, params, sql};

/// For how long one address has one guest's reactions to a comment.
const ADDRESS_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// A reaction that someone wants to give or take back.
#[derive(Debug, Clone)]
pub struct NewReaction {
    /// At which site.
    pub site: Site,
    /// To which comment.
    pub comment: CommentId,
    /// The reader who gives it.
    pub reader: Reader,
    /// Proves them from now on.
    pub token: TokenHash,
    /// The id for someone who is not known yet.
    pub author: AuthorId,
    /// Which.
    pub key: String,
    /// Whether it is to be given or not; `None` for whichever it is not by now.
    pub wish: Option<bool>,
    /// For a new address key.
    pub address_key: [u8; 32],
}

/// Give a reaction or take it back. The same once more changes nothing. Returns the counts after it.
pub fn react(tx: &mut Tx<'_>, now: Time, new: &NewReaction) -> Result<Vec<ReactionCount>> {
    let site = new.site.id;
    let (page, comment) = comments::locked(tx, site, new.comment)?;
    let known = authors::by_token(tx, now, site, &new.token)?;
    let network = new.reader.network;
    standing::may_write(tx, now, site, known.as_ref(), &new.token, network)?;
    let before = match &known {
        Some(author) => is_given(tx, site, comment.id, author.id, &new.key)?,
        None => false,
    };
    let is_given = new.wish.unwrap_or(!before);
    let (settings, reader) = (&new.site.settings, &new.reader);
    policy::may_react(settings, &comment, reader, &new.key, is_given)?;
    if before == is_given {
        return of_comment(tx, site, comment.id);
    }
    let has_account = |author: &rejoinder_core::Author| author.kind == AuthorKind::Account;
    if !known.as_ref().is_some_and(has_account) && is_given {
        one_per_address(
            tx,
            now,
            site,
            &comment,
            new,
            known.as_ref().map(|own| own.id),
        )?;
    }
    let author = match known {
        Some(author) => author.id,
        None => {
            let nameless = GuestDetails::default();
            authors::add_guest(tx, now, site, new.author, &nameless, &new.token)?.id
        }
    };
    match is_given {
        true => give(tx, now, new, author)?,
        false => take_back(tx, site, comment.id, author, &new.key)?,
    }
    let liked = settings.liked();
    if liked.contains(&new.key) {
        liking::recount(tx, site, comment.id, &liked)?;
    }
    events::append(tx, now, &page, EventKind::Voted, Some(comment.id))?;
    of_comment(tx, site, comment.id)
}

fn is_given(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
    author: AuthorId,
    key: &str,
) -> Result<bool> {
    let found = tx.one(
        sql!(
            "select 1 from reaction
             where site_id = ?1 and comment_id = ?2 and author_id = ?3 and key = ?4"
        ),
        params![site, comment, author, key],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Whoever reacts as one guest at an address may do so with several words, and as another with none.
fn one_per_address(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: &Comment,
    new: &NewReaction,
    author: Option<AuthorId>,
) -> Result<()> {
    let own = author.unwrap_or(AuthorId(-1));
    for hash in address_keys::hashes(tx, new.reader.network)? {
        let seen = tx.one(
            sql!(
                "select 1 from reaction where site_id = ?1 and comment_id = ?2 and address_hash = ?3
                   and made_at > ?4 and author_id <> ?5 limit 1"
            ),
            params![site, comment.id, &hash, now.before(ADDRESS_WINDOW), own],
            |_| Ok(()),
        )?;
        if seen.is_some() {
            return Err(Refusal::AddressReacted.into());
        }
    }
    Ok(())
}

fn give(tx: &mut Tx<'_>, now: Time, new: &NewReaction, author: AuthorId) -> Result<()> {
    let site = new.site.id;
    let address = address_keys::hash(tx, now, new.reader.network, &new.address_key)?;
    tx.execute(
        sql!(
            "insert into reaction (site_id, comment_id, author_id, key, address_hash, made_at)
             values (?1, ?2, ?3, ?4, ?5, ?6)"
        ),
        params![site, new.comment, author, &new.key, &address, now],
    )?;
    count(tx, site, new.comment, &new.key, (1, 0))
}

fn take_back(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
    author: AuthorId,
    key: &str,
) -> Result<()> {
    let gone = tx.execute(
        sql!(
            "delete from reaction
             where site_id = ?1 and comment_id = ?2 and author_id = ?3 and key = ?4"
        ),
        params![site, comment, author, key],
    )?;
    match gone {
        0 => Ok(()),
        _ => count(tx, site, comment, key, (-1, 0)),
    }
}

/// Count one more or less, and of those that are nobody's any more.
fn count(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
    key: &str,
    (n, base): (i64, i64),
) -> Result<()> {
    tx.execute(
        sql!(
            "insert into reaction_count (site_id, comment_id, key, n, base) values (?1, ?2, ?3, ?4, ?5)
             on conflict (site_id, comment_id, key) do update set
                 n = reaction_count.n + excluded.n, base = reaction_count.base + excluded.base"
        ),
        params![site, comment, key, n, base],
    )?;
    tx.execute(
        sql!(
            "delete from reaction_count
             where site_id = ?1 and comment_id = ?2 and key = ?3 and n = 0 and base = 0"
        ),
        params![site, comment, key],
    )?;
    Ok(())
}

/// The counts of one comment.
fn of_comment(tx: &mut Tx<'_>, site: SiteId, comment: CommentId) -> Result<Vec<ReactionCount>> {
    tx.all(
        sql!(
            "select key, n from reaction_count where site_id = ?1 and comment_id = ?2 order by key"
        ),
        params![site, comment],
        |row| {
            Ok(ReactionCount {
                key: row.next()?,
                n: row.next()?,
            })
        },
    )
}

/// Give each of `comments` that is published the counts of its reactions.
pub(crate) fn fill<'c>(
    tx: &mut Tx<'_>,
    site: SiteId,
    comments: impl Iterator<Item = &'c mut Comment>,
) -> Result<()> {
    let mut shown: Vec<&mut Comment> = comments.filter(|comment| comment.is_published()).collect();
    if shown.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = shown.iter().map(|comment| comment.id.0).collect();
    let found = tx.all(
        sql!(
            "select k.comment_id, k.key, k.n from list(?2) as i
             join reaction_count k on k.site_id = ?1 and k.comment_id = i.value
             order by k.comment_id, k.key"
        ),
        params![site, format!("{ids:?}")],
        |row| {
            let id: CommentId = row.next()?;
            let counted = ReactionCount {
                key: row.next()?,
                n: row.next()?,
            };
            Ok((id, counted))
        },
    )?;
    for (id, counted) in found {
        if let Some(comment) = shown.iter_mut().find(|comment| comment.id == id) {
            comment.reactions.push(counted);
        }
    }
    Ok(())
}

/// An author's reactions to the comments of a page.
pub fn mine(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: PageId,
    author: AuthorId,
) -> Result<Vec<(CommentId, String)>> {
    tx.all(
        sql!(
            "select r.comment_id, r.key from reaction r
             join comment c on c.site_id = r.site_id and c.id = r.comment_id
             where r.site_id = ?1 and r.author_id = ?3 and c.page_id = ?2
             order by r.comment_id, r.key"
        ),
        params![site, page, author],
        |row| Ok((row.next()?, row.next()?)),
    )
}

/// Let the reactions of `guest` be the account's: where both gave one it is there once, and there is none
/// to what is now one's own. Returns the comments whose counts changed. The pages are locked.
pub(crate) fn claim(
    tx: &mut Tx<'_>,
    site: SiteId,
    guest: AuthorId,
    account: AuthorId,
) -> Result<Vec<CommentId>> {
    let dropped: Vec<(CommentId, AuthorId, String)> = tx.all(
        sql!(
            "select r.comment_id, r.author_id, r.key from reaction r
             join comment c on c.site_id = r.site_id and c.id = r.comment_id
             where r.site_id = ?1 and (
                 (r.author_id = ?2 and (c.author_id = ?3 or exists (
                     select 1 from reaction o where o.site_id = ?1 and o.comment_id = r.comment_id
                       and o.author_id = ?3 and o.key = r.key)))
                 or (r.author_id = ?3 and c.author_id = ?2))"
        ),
        params![site, guest, account],
        |row| Ok((row.next()?, row.next()?, row.next()?)),
    )?;
    for (comment, author, key) in &dropped {
        take_back(tx, site, *comment, *author, key)?;
    }
    let keys = liking::keys(tx, site)?;
    let moved: Vec<CommentId> = match keys.is_empty() {
        true => Vec::new(),
        false => tx.all(
            sql!("select comment_id from reaction where site_id = ?1 and author_id = ?2"),
            params![site, guest],
            |row| row.next(),
        )?,
    };
    tx.execute(
        sql!("update reaction set author_id = ?3 where site_id = ?1 and author_id = ?2"),
        params![site, guest, account],
    )?;
    if !keys.is_empty() {
        for comment in moved
            .iter()
            .chain(dropped.iter().map(|(comment, ..)| comment))
        {
            liking::recount(tx, site, *comment, &keys)?;
        }
    }
    Ok(dropped.into_iter().map(|(comment, ..)| comment).collect())
}

/// Take some reactions of somebody away who is going, at most `limit`: with `stay` they become a part of
/// the counts that is nobody's. Returns whether there were any.
pub(crate) fn leave(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
    (stay, limit): (bool, i64),
) -> Result<bool> {
    let given: Vec<(CommentId, String)> = tx.all(
        sql!(
            "select comment_id, key from reaction where site_id = ?1 and author_id = ?2
             order by comment_id, key limit ?3"
        ),
        params![site, author, limit],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let keys = liking::keys(tx, site)?;
    for (comment, key) in &given {
        let (page, _) = comments::locked(tx, site, *comment)?;
        take_back(tx, site, *comment, author, key)?;
        if keys.contains(key) {
            liking::recount(tx, site, *comment, &keys)?;
        }
        match stay {
            true => count(tx, site, *comment, key, (1, 1))?,
            false => {
                events::append(tx, now, &page, EventKind::Voted, Some(*comment))?;
            }
        }
    }
    Ok(!given.is_empty())
}
