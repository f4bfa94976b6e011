//! Votes: one of each author on each comment, and the counts that follow.

use std::time::Duration;

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::discussion::policy;
use rejoinder_core::discussion::ranking::best;
use rejoinder_core::{
    AuthorId, AuthorKind, Comment, CommentId, PageId, Reader, Refusal, Site, SiteId, Time,
    TokenHash, Vote, VoteTally,
};

use crate::discussion::agreement::counting;
use crate::discussion::{comments, events};
use crate::identity::address_keys;
use crate::identity::authors::{self, GuestDetails};
use crate::moderation::standing;
use crate::{Result, Tx, params, sql};

/// For how long one address has one guest's vote on a comment.
const ADDRESS_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// A vote that someone wants to cast, change or take back.
#[derive(Debug, Clone)]
pub struct NewVote {
    /// At which site.
    pub site: Site,
    /// On which comment.
    pub comment: CommentId,
    /// The reader who casts it.
    pub reader: Reader,
    /// Proves the voter from now on.
    pub token: TokenHash,
    /// The id for a voter who is not known yet.
    pub author: AuthorId,
    /// The vote, or `None` to take it back.
    pub vote: Option<Vote>,
    /// For a new address key.
    pub address_key: [u8; 32],
}

/// Cast a vote. Casting the same one again changes nothing. Returns the counts after it.
pub fn cast(tx: &mut Tx<'_>, now: Time, new: &NewVote) -> Result<VoteTally> {
    let site = new.site.id;
    let (page, comment) = comments::locked(tx, site, new.comment)?;
    policy::may_vote(&new.site.settings, &comment, &new.reader, new.vote)?;
    let known = authors::by_token(tx, now, site, &new.token)?;
    let network = new.reader.network;
    standing::may_write(tx, now, site, known.as_ref(), &new.token, network)?;
    let before = match &known {
        Some(voter) => of(tx, site, comment.id, voter.id)?,
        None => None,
    };
    if before == new.vote {
        return Ok(comment.tally);
    }
    let is_guest = known
        .as_ref()
        .is_none_or(|voter| voter.kind != AuthorKind::Account);
    if is_guest && before.is_none() {
        one_per_address(tx, now, site, &comment, new)?;
    }
    let voter = match known {
        Some(voter) => voter.id,
        None => {
            authors::add_guest(
                tx,
                now,
                site,
                new.author,
                &GuestDetails::default(),
                &new.token,
            )?
            .id
        }
    };
    write(tx, now, new, voter)?;
    counting::changed(tx, site, comment.id, voter, (before, new.vote))?;
    let tally = comment.tally.changed(before, new.vote);
    tx.execute(
        sql!("update comment set up = ?3, down = ?4, best = ?5 where site_id = ?1 and id = ?2"),
        params![
            site,
            comment.id,
            tally.up,
            tally.down,
            best(tally, comment.liked)
        ],
    )?;
    events::append(tx, now, &page, EventKind::Voted, Some(comment.id))?;
    Ok(tally)
}

fn of(tx: &mut Tx<'_>, site: SiteId, comment: CommentId, author: AuthorId) -> Result<Option<Vote>> {
    let value: Option<i64> = tx.one(
        sql!("select value from vote where site_id = ?1 and comment_id = ?2 and author_id = ?3"),
        params![site, comment, author],
        |row| row.next(),
    )?;
    Ok(value.and_then(Vote::from_value).flatten())
}

fn one_per_address(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: &Comment,
    new: &NewVote,
) -> Result<()> {
    for hash in address_keys::hashes(tx, new.reader.network)? {
        let seen = tx.one(
            sql!(
                "select 1 from vote where site_id = ?1 and comment_id = ?2 and address_hash = ?3
                   and cast_at > ?4 limit 1"
            ),
            params![site, comment.id, &hash, now.before(ADDRESS_WINDOW)],
            |_| Ok(()),
        )?;
        if seen.is_some() {
            return Err(Refusal::AddressVoted.into());
        }
    }
    Ok(())
}

fn write(tx: &mut Tx<'_>, now: Time, new: &NewVote, voter: AuthorId) -> Result<()> {
    let site = new.site.id;
    let Some(vote) = new.vote else {
        tx.execute(
            sql!("delete from vote where site_id = ?1 and comment_id = ?2 and author_id = ?3"),
            params![site, new.comment, voter],
        )?;
        return Ok(());
    };
    let address = address_keys::hash(tx, now, new.reader.network, &new.address_key)?;
    tx.execute(
        sql!(
            "insert into vote (site_id, comment_id, author_id, value, address_hash, cast_at)
             values (?1, ?2, ?3, ?4, ?5, ?6)
             on conflict (site_id, comment_id, author_id)
             do update set value = excluded.value"
        ),
        params![site, new.comment, voter, vote.value(), &address, now],
    )?;
    Ok(())
}

/// An author's votes on the comments of a page.
pub fn mine(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: PageId,
    author: AuthorId,
) -> Result<Vec<(CommentId, i64)>> {
    tx.all(
        sql!(
            "select v.comment_id, v.value from vote v
             join comment c on c.site_id = v.site_id and c.id = v.comment_id
             where v.site_id = ?1 and v.author_id = ?3 and c.page_id = ?2"
        ),
        params![site, page, author],
        |row| Ok((row.next()?, row.next()?)),
    )
}
