//! What readers answer about the sources of comments: each question once for each of them, and the
//! numbers that follow.

use std::time::Duration;

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::identity::address::Network;
use rejoinder_core::passages::SourceCheck;
use rejoinder_core::passages::source_check::{AnswerCounts, SourceAnswer, SourceQuestion};
use rejoinder_core::passages::source_policy::may_answer;
use rejoinder_core::{
    AuthorId, AuthorKind, Comment, CommentId, PageId, Reader, Refusal, Site, SiteId, Time,
    TokenHash,
};

use crate::discussion::{comments, events};
use crate::identity::address_keys;
use crate::identity::authors::{self, GuestDetails};
use crate::moderation::standing;
use crate::passages::{checks, sources};
use crate::{Result, Row, Tx, params, sql};

/// For how long one address has the answers of one guest about a comment's sources.
const ADDRESS_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// An answer that someone wants to give, change or take back.
#[derive(Debug, Clone)]
pub struct NewAnswer {
    /// At which site.
    pub site: Site,
    /// About the sources of which comment.
    pub comment: CommentId,
    /// The reader who gives it.
    pub reader: Reader,
    /// Proves them from now on.
    pub token: TokenHash,
    /// The id for someone who is not known yet.
    pub author: AuthorId,
    /// To which question.
    pub question: SourceQuestion,
    /// The answer; nothing takes it back.
    pub answer: Option<SourceAnswer>,
    /// For a new address key.
    pub address_key: [u8; 32],
}

/// An author's answers about the sources of a comment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SourceAnswers {
    /// Whether the source says this.
    pub says: Option<SourceAnswer>,
    /// Whether it is relevant.
    pub relevant: Option<SourceAnswer>,
}

impl SourceAnswers {
    const fn to(&mut self, question: SourceQuestion) -> &mut Option<SourceAnswer> {
        match question {
            SourceQuestion::Says => &mut self.says,
            SourceQuestion::Relevant => &mut self.relevant,
        }
    }
}

/// Give an answer. The same one again changes nothing. Returns the check after it.
pub fn answer(tx: &mut Tx<'_>, now: Time, new: &NewAnswer) -> Result<SourceCheck> {
    let site = new.site.id;
    let (page, mut comment) = comments::locked(tx, site, new.comment)?;
    may_answer(&new.site.settings, &comment, &new.reader)?;
    let known = authors::by_token(tx, now, site, &new.token)?;
    let network = new.reader.network;
    standing::may_write(tx, now, site, known.as_ref(), &new.token, network)?;
    let before = match &known {
        Some(known) => of(tx, site, comment.id, known.id)?,
        None => None,
    };
    let mut after = before.unwrap_or_default();
    *after.to(new.question) = new.answer;
    let is_guest = known
        .as_ref()
        .is_none_or(|known| known.kind != AuthorKind::Account);
    if before.unwrap_or_default() != after {
        if is_guest && before.is_none() {
            one_per_address(tx, now, site, comment.id, network)?;
        }
        let author = match known {
            Some(known) => known.id,
            None => {
                let none = GuestDetails::default();
                authors::add_guest(tx, now, site, new.author, &none, &new.token)?.id
            }
        };
        write(tx, now, new, author, after)?;
        let status = comment.source_check.as_deref().map(SourceCheck::status);
        count_into(tx, site, &mut comment)?;
        checks::announce(tx, now, &page, &comment, status)?;
    }
    let check = comment.source_check.ok_or(Refusal::SourcesUnknown)?;
    Ok(*check)
}

fn of(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
    author: AuthorId,
) -> Result<Option<SourceAnswers>> {
    tx.one(
        sql!(
            "select says, relevant from source_answer
             where site_id = ?1 and comment_id = ?2 and author_id = ?3"
        ),
        params![site, comment, author],
        read,
    )
}

fn read(row: &Row<'_>) -> Result<SourceAnswers> {
    let known = |word: Option<String>| word.as_deref().and_then(SourceAnswer::from_word);
    Ok(SourceAnswers {
        says: known(row.next()?),
        relevant: known(row.next()?),
    })
}

fn one_per_address(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: CommentId,
    network: Network,
) -> Result<()> {
    for hash in address_keys::hashes(tx, network)? {
        let seen = tx.one(
            sql!(
                "select 1 from source_answer where site_id = ?1 and comment_id = ?2
                   and address_hash = ?3 and answered_at > ?4 limit 1"
            ),
            params![site, comment, &hash, now.before(ADDRESS_WINDOW)],
            |_| Ok(()),
        )?;
        if seen.is_some() {
            return Err(Refusal::AddressVoted.into());
        }
    }
    Ok(())
}

fn write(
    tx: &mut Tx<'_>,
    now: Time,
    new: &NewAnswer,
    author: AuthorId,
    answers: SourceAnswers,
) -> Result<()> {
    let site = new.site.id;
    if answers == SourceAnswers::default() {
        tx.execute(
            sql!(
                "delete from source_answer
                 where site_id = ?1 and comment_id = ?2 and author_id = ?3"
            ),
            params![site, new.comment, author],
        )?;
        return Ok(());
    }
    let address = address_keys::hash(tx, now, new.reader.network, &new.address_key)?;
    tx.execute(
        sql!(
            "insert into source_answer
                 (site_id, comment_id, author_id, says, relevant, address_hash, answered_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             on conflict (site_id, comment_id, author_id)
             do update set says = excluded.says, relevant = excluded.relevant"
        ),
        params![
            site,
            new.comment,
            author,
            answers.says.map(SourceAnswer::as_str),
            answers.relevant.map(SourceAnswer::as_str),
            &address,
            now
        ],
    )?;
    Ok(())
}

/// Count anew what was answered about the sources of a comment of a locked page.
pub(crate) fn recount(tx: &mut Tx<'_>, site: SiteId, comment: CommentId) -> Result<()> {
    let mut comment = comments::expect(tx, site, comment)?;
    count_into(tx, site, &mut comment)
}

fn count_into(tx: &mut Tx<'_>, site: SiteId, comment: &mut Comment) -> Result<()> {
    let Some(check) = comment.source_check.as_deref_mut() else {
        return Ok(());
    };
    (check.says, check.relevant) = counted(tx, site, comment.id)?;
    sources::set(tx, site, comment.id, check)
}

/// What was answered about the sources of a comment: to each question.
fn counted(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
) -> Result<(AnswerCounts, AnswerCounts)> {
    let counted = tx.one(
        sql!(
            "select
                 coalesce(sum(case when says = 'yes' then 1 else 0 end), 0),
                 coalesce(sum(case when says = 'partly' then 1 else 0 end), 0),
                 coalesce(sum(case when says = 'no' then 1 else 0 end), 0),
                 coalesce(sum(case when relevant = 'yes' then 1 else 0 end), 0),
                 coalesce(sum(case when relevant = 'partly' then 1 else 0 end), 0),
                 coalesce(sum(case when relevant = 'no' then 1 else 0 end), 0)
             from source_answer where site_id = ?1 and comment_id = ?2"
        ),
        params![site, comment],
        |row| Ok((answered(row)?, answered(row)?)),
    )?;
    Ok(counted.unwrap_or_default())
}

/// How often a question was answered with what, from three columns.
pub(crate) fn answered(row: &Row<'_>) -> Result<AnswerCounts> {
    Ok(AnswerCounts {
        yes: row.next()?,
        partly: row.next()?,
        no: row.next()?,
    })
}

/// An author's answers about the sources of the comments of a page.
pub fn mine(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: PageId,
    author: AuthorId,
) -> Result<Vec<(CommentId, SourceAnswers)>> {
    tx.all(
        sql!(
            "select o.says, o.relevant, o.comment_id from source_answer o
             join comment c on c.site_id = o.site_id and c.id = o.comment_id
             where o.site_id = ?1 and o.author_id = ?3 and c.page_id = ?2"
        ),
        params![site, page, author],
        |row| {
            let answers = read(row)?;
            Ok((row.next()?, answers))
        },
    )
}

/// Take some of an author's answers back. Returns whether there were any.
pub(crate) fn drop_some(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
    limit: i64,
) -> Result<bool> {
    let about: Vec<CommentId> = tx.all(
        sql!(
            "select comment_id from source_answer where site_id = ?1 and author_id = ?2
             order by comment_id limit ?3"
        ),
        params![site, author, limit],
        |row| row.next(),
    )?;
    for comment in &about {
        let (page, mut comment) = comments::locked(tx, site, *comment)?;
        tx.execute(
            sql!(
                "delete from source_answer
                 where site_id = ?1 and comment_id = ?2 and author_id = ?3"
            ),
            params![site, comment.id, author],
        )?;
        count_into(tx, site, &mut comment)?;
        events::append(tx, now, &page, EventKind::Voted, Some(comment.id))?;
    }
    Ok(!about.is_empty())
}

/// What a guest answered is the account's from now on; the pages are locked. Returns the comments about
/// which is counted anew: where both had answered only the account's answer stays, and none about what
/// is now one's own.
pub(crate) fn claim(
    tx: &mut Tx<'_>,
    site: SiteId,
    guest: AuthorId,
    account: AuthorId,
) -> Result<Vec<CommentId>> {
    let dropped: Vec<(CommentId, AuthorId)> = tx.all(
        sql!(
            "select o.comment_id, o.author_id from source_answer o
             join comment c on c.site_id = o.site_id and c.id = o.comment_id
             where o.site_id = ?1 and (
                 (o.author_id = ?2 and (c.author_id = ?3 or exists (
                     select 1 from source_answer b where b.site_id = ?1
                       and b.comment_id = o.comment_id and b.author_id = ?3)))
                 or (o.author_id = ?3 and c.author_id = ?2))"
        ),
        params![site, guest, account],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    for (comment, author) in &dropped {
        tx.execute(
            sql!(
                "delete from source_answer
                 where site_id = ?1 and comment_id = ?2 and author_id = ?3"
            ),
            params![site, *comment, *author],
        )?;
        recount(tx, site, *comment)?;
    }
    tx.execute(
        sql!("update source_answer set author_id = ?3 where site_id = ?1 and author_id = ?2"),
        params![site, guest, account],
    )?;
    Ok(dropped.into_iter().map(|(comment, _)| comment).collect())
}
