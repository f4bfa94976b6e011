//! Whom comments mention: people who wrote on the page before. Found when a text is written, and kept
//! beside it, so that the same are linked when it is rendered once more.

use std::collections::HashSet;

use markup::{RENDERER_VERSION, with_mentions, without_mentions};
use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::discussion::mention::{Mention, MentionCandidate, MentionCandidates};
use rejoinder_core::publication::settings::Mentions;
use rejoinder_core::{AuthorId, CommentId, PageId, SafeHtml, Settings, SiteId, Time};

use crate::discussion::stored::{StoredText, put};
use crate::discussion::{events, pages};
use crate::{Result, Row, Tx, params, sql};

/// So many of the newest comments of a page are looked at for people.
const MAX_NEWEST: i64 = 1_000;

/// So many comments above what is being written.
const MAX_ABOVE: i64 = 100;

/// So many comments of an import are read at once.
const STEP: i64 = 200;

/// `html`, which `writer` writes on a page below `parent`, with links to whom it mentions, and who
/// that is.
pub fn linked(
    tx: &mut Tx<'_>,
    settings: &Settings,
    (site, page): (SiteId, PageId),
    parent: Option<CommentId>,
    writer: Option<AuthorId>,
    html: &SafeHtml,
) -> Result<(SafeHtml, Vec<Mention>)> {
    if settings.mentions == Mentions::Off || !html.as_str().contains('@') {
        return Ok((html.clone(), Vec::new()));
    }
    let people = people(tx, site, page, parent, writer)?;
    Ok(with_mentions(html, &people))
}

/// Those who can be mentioned: who wrote above, and who wrote on the page lately.
fn people(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: PageId,
    parent: Option<CommentId>,
    writer: Option<AuthorId>,
) -> Result<MentionCandidates> {
    let mut found = match parent {
        Some(parent) => above(tx, site, parent)?,
        None => Vec::new(),
    };
    found.extend(newest(tx, site, page)?);
    let mut known = HashSet::new();
    found.retain(|person| {
        !person.name.is_empty() && Some(person.author) != writer && known.insert(person.author)
    });
    Ok(MentionCandidates::new(found))
}

/// Who wrote what stands above a reply to `parent`, the nearest first.
fn above(tx: &mut Tx<'_>, site: SiteId, parent: CommentId) -> Result<Vec<MentionCandidate>> {
    tx.all(
        sql!(
            "with recursive above (id, parent_id, author_id, state, steps) as (
                 select id, parent_id, author_id, state, cast(1 as bigint) from comment
                     where site_id = ?1 and id = ?2
                 union all
                 select c.id, c.parent_id, c.author_id, c.state, a.steps + 1 from above a
                     join comment c on c.site_id = ?1 and c.id = a.parent_id
                     where a.steps < ?3)
             select w.id, w.name, a.id from above a
                 join author w on w.site_id = ?1 and w.id = a.author_id
                 where a.state = 'published' order by a.steps"
        ),
        params![site, parent, MAX_ABOVE],
        |row| person(row, true),
    )
}

/// Who wrote on a page lately, each with the newest comment first.
fn newest(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<Vec<MentionCandidate>> {
    tx.all(
        sql!(
            "select w.id, w.name, n.id from (
                 select c.id, c.author_id from comment c
                 where c.site_id = ?1 and c.page_id = ?2 and c.state = 'published'
                 order by c.id desc limit ?3) as n
             join author w on w.site_id = ?1 and w.id = n.author_id order by n.id desc"
        ),
        params![site, page, MAX_NEWEST],
        |row| person(row, false),
    )
}

fn person(row: &Row<'_>, is_in_branch: bool) -> Result<MentionCandidate> {
    Ok(MentionCandidate {
        author: row.next()?,
        name: row.next()?,
        comment: row.next()?,
        is_in_branch,
    })
}

/// Keep whom a comment mentions, in place of whom it mentioned before.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
    mentions: &[Mention],
) -> Result<()> {
    forget(tx, site, comment)?;
    for mention in mentions {
        tx.execute(
            sql!(
                "insert into mention (site_id, comment_id, author_id, target_id)
                 values (?1, ?2, ?3, ?4)"
            ),
            params![site, comment, mention.author, mention.comment],
        )?;
    }
    Ok(())
}

/// `html`, which was made anew of the text of `comment`, with links to whom that mentions.
pub(crate) fn linked_again(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
    html: SafeHtml,
) -> Result<SafeHtml> {
    if !html.as_str().contains('@') {
        return Ok(html);
    }
    let people = tx.all(
        sql!(
            "select w.id, w.name, m.target_id from mention m
             join author w on w.site_id = m.site_id and w.id = m.author_id
             where m.site_id = ?1 and m.comment_id = ?2 order by w.id"
        ),
        params![site, comment],
        |row| person(row, true),
    )?;
    Ok(with_mentions(&html, &MentionCandidates::new(people)).0)
}

/// Link what a comment mentions whose text was brought back, as it was kept by itself.
pub(crate) fn link_again(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<()> {
    let Some(stored) = mentioning(tx, site, id)? else {
        return Ok(());
    };
    let (text, html) = stored.shown();
    let html = linked_again(tx, site, id, html)?;
    put(tx, site, id, (&text, &html), RENDERER_VERSION)
}

/// The text of a comment, where it mentions anybody.
fn mentioning(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<Option<StoredText>> {
    tx.one(
        sql!(
            "select c.text, c.html, c.renderer, c.written_in from comment c
             where c.site_id = ?1 and c.id = ?2 and exists (
                 select 1 from mention m where m.site_id = ?1 and m.comment_id = c.id)"
        ),
        params![site, id],
        StoredText::read,
    )
}

/// Link what the comments of an import mention, whose texts were rendered by themselves.
pub(crate) fn link_all(tx: &mut Tx<'_>, site: SiteId) -> Result<()> {
    let mut after = CommentId(0);
    loop {
        let step: Vec<CommentId> = tx.all(
            sql!(
                "select distinct comment_id from mention where site_id = ?1 and comment_id > ?2
                 order by comment_id limit ?3"
            ),
            params![site, after, STEP],
            |row| row.next(),
        )?;
        let Some(last) = step.last() else {
            return Ok(());
        };
        after = *last;
        for id in step {
            link_again(tx, site, id)?;
        }
    }
}

/// A comment mentions nobody any more.
pub(crate) fn forget(tx: &mut Tx<'_>, site: SiteId, comment: CommentId) -> Result<()> {
    tx.execute(
        sql!("delete from mention where site_id = ?1 and comment_id = ?2"),
        params![site, comment],
    )?;
    Ok(())
}

/// Let some comments of others lead to an author no more; the names that they typed stay. Returns whether
/// there may be more.
pub(crate) fn forget_author(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
    limit: i64,
) -> Result<bool> {
    let found: Vec<(CommentId, PageId, CommentId)> = tx.all(
        sql!(
            "select c.id, c.page_id, m.target_id
             from mention m join comment c on c.site_id = m.site_id and c.id = m.comment_id
             where m.site_id = ?1 and m.author_id = ?2 order by c.page_id, c.id limit ?3"
        ),
        params![site, author, limit],
        |row| Ok((row.next()?, row.next()?, row.next()?)),
    )?;
    let may_be_more = i64::try_from(found.len()).is_ok_and(|n| n == limit);
    for (id, page, target) in found {
        let page = pages::lock(tx, site, page)?;
        // What an older renderer has made is made anew as before, in its turn.
        if let Some(stored) = mentioning(tx, site, id)? {
            let renderer = stored.renderer;
            let (text, html) = stored.shown();
            let html = without_mentions(&html, target);
            put(tx, site, id, (&text, &html), renderer)?;
        }
        tx.execute(
            sql!("delete from mention where site_id = ?1 and comment_id = ?2 and target_id = ?3"),
            params![site, id, target],
        )?;
        events::append(tx, now, &page, EventKind::Edited, Some(id))?;
    }
    Ok(may_be_more)
}

/// What mentions a guest mentions the account that they are by now.
pub(crate) fn claim(
    tx: &mut Tx<'_>,
    site: SiteId,
    guest: AuthorId,
    account: AuthorId,
) -> Result<()> {
    tx.execute(
        sql!("update mention set author_id = ?3 where site_id = ?1 and author_id = ?2"),
        params![site, guest, account],
    )?;
    Ok(())
}
