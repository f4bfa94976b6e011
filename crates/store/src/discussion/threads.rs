//! Reading threads: the roots by their index, then the replies level by level.
//!
//! However large a thread is, a page of it costs one statement for the roots and one for each level
//! of replies, each bounded by what is shown, and one for what else there is (`contents`). What is not published is blanked here, so that no
//! caller can show it.

use rejoinder_core::discussion::agreement::score::LEAST_RANK;
use rejoinder_core::discussion::cursor::Cursor;
use rejoinder_core::discussion::ranking::best;
use rejoinder_core::discussion::thread::{self, MAX_COMMENTS, MAX_LEVELS, ThreadEntry};
use rejoinder_core::{
    AuthorId, Comment, CommentId, CommentState, Filter, Page, PageId, PageKey, SafeHtml, SiteId,
    Sort, Thread, ThreadQuery,
};

use crate::discussion::comments::{columns, comment_columns, read};
use crate::discussion::{agreement, cards, contents, pages, reactions};
use crate::passages::places;
use crate::recordings::listing;
use crate::{Dialect, Result, Sql, Tx, params, sql};

/// The part of a page's thread that `query` asks for. An unknown page is an empty thread.
pub fn load(tx: &mut Tx<'_>, site: SiteId, key: &PageKey, query: &ThreadQuery) -> Result<Thread> {
    let Some(page) = pages::find(tx, site, key)? else {
        return Ok(Thread::empty(key.clone(), *query));
    };
    let limit = query.limit.clamp(1, MAX_COMMENTS);
    let query = ThreadQuery { limit, ..*query };
    let (id, is_empty) = (page.id, page.n_comments == 0);
    let has = contents::of_page(tx, site, id)?;
    let mut thread = match query.root {
        Some(root) => branch(tx, page, &query, root)?,
        None => roots(tx, page, &query, has.has_pins)?,
    };
    let shown = thread.entries.iter_mut().map(|entry| &mut entry.comment);
    cards::fill(tx, site, shown.chain(&mut thread.ancestors))?;
    if has.has_agreement {
        let shown = thread.entries.iter_mut().map(|entry| &mut entry.comment);
        agreement::fill(tx, site, shown.chain(&mut thread.ancestors))?;
    }
    let shown = thread.entries.iter_mut().map(|entry| &mut entry.comment);
    reactions::fill(tx, site, shown.chain(&mut thread.ancestors))?;
    if has.has_recordings {
        thread.recordings = listing::of_page(tx, site, id)?;
    }
    thread.invitation = has.invitation.filter(|_| is_empty);
    thread.is_divided = has.is_divided;
    thread.n_annotations = has.n_annotations;
    thread.n_questions = has.n_questions;
    thread.n_source_checks = has.n_source_checks;
    thread.passages = has.passages;
    thread.questions = has.questions;
    Ok(thread)
}

fn roots(tx: &mut Tx<'_>, page: Page, query: &ThreadQuery, has_pins: bool) -> Result<Thread> {
    let (passage, only) = match query.passage {
        Some(id) => places::find(tx, page.site, page.id, id)?.unzip(),
        None => (None, None),
    };
    if query.passage.is_some() && passage.is_none() {
        let key = page.key.clone();
        return Ok(Thread {
            page: Some(page),
            ..Thread::empty(key, *query)
        });
    }
    let mut tops = match query.after {
        None if has_pins => pinned(tx, &page)?,
        _ => Vec::new(),
    };
    let is_meant = |id| only.as_ref().is_none_or(|only| only.contains(&id));
    tops.retain(|comment| passes(query.filter, comment) && is_meant(comment.id));
    let mut listed = page_of_roots(tx, &page, query, only.as_deref())?;
    let next = cut(&mut listed, query.limit).map(|last| Cursor {
        rank: query.sort.rank(last, best(last.tally, last.liked)),
        id: last.id,
    });
    tops.append(&mut listed);
    let replies = match query.filter {
        Some(Filter::Featured) => 0,
        _ => query.replies,
    };
    let entries = with_replies(tx, page.site, tops, replies)?;
    Ok(Thread {
        key: page.key.clone(),
        page: Some(page),
        query: *query,
        ancestors: Vec::new(),
        entries,
        next,
        recordings: Vec::new(),
        n_annotations: 0,
        n_source_checks: 0,
        n_questions: 0,
        passage: passage.map(Box::new),
        passages: None,
        questions: None,
        invitation: None,
        is_divided: false,
        errata: Vec::new(),
        marks: Vec::new(),
    })
}

/// Keep the first `limit`; the last of them, when there were more.
fn cut(comments: &mut Vec<Comment>, limit: usize) -> Option<&Comment> {
    if comments.len() <= limit {
        return None;
    }
    comments.truncate(limit);
    comments.last()
}

/// The pinned comments of a page, in their order.
pub fn pinned(tx: &mut Tx<'_>, page: &Page) -> Result<Vec<Comment>> {
    tx.all(
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.page_id = ?2 and c.pin is not null and c.parent_id is null
               and c.shown = 1 order by c.pin, c.id limit 20"
        )),
        params![page.site, page.id],
        read,
    )
}

fn passes(filter: Option<Filter>, comment: &Comment) -> bool {
    match filter {
        None => true,
        Some(Filter::Staff) => comment.author.role > rejoinder_core::identity::author::Role::Reader,
        Some(Filter::Featured) => comment.featured_at.is_some(),
        Some(Filter::Inline) => comment.annotation.is_some(),
        Some(Filter::Sources) => comment.source_check.is_some(),
    }
}

/// A page of roots. `?3` is the rank and `?4` the id that it goes on after.
macro_rules! roots {
    ($which:literal, $($rest:literal),+) => {
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.page_id = ?2 and c.pin is null and ",
            $which,
            " and ",
            $($rest,)+
            " limit ?5"
        ))
    };
}

/// The statement of each sort, for roots that are `$which`; `$id` is their id.
macro_rules! sorts {
    ($sort:expr, $id:literal, $which:literal) => {
        match $sort {
            Sort::Newest => roots!(
                $which,
                $id,
                " < ?4 and cast(?3 as bigint) is not null order by ",
                $id,
                " desc"
            ),
            Sort::Oldest => roots!(
                $which,
                $id,
                " > ?4 and cast(?3 as bigint) is not null order by ",
                $id
            ),
            Sort::Votes => roots!(
                $which,
                "(c.score, c.id) < (?3, ?4) order by c.score desc, c.id desc"
            ),
            Sort::Best => roots!(
                $which,
                "(c.best, c.id) < (?3, ?4) order by c.best desc, c.id desc"
            ),
            Sort::Discussed => roots!(
                $which,
                "(c.n_descendants, c.id) < (?3, ?4) order by c.n_descendants desc, c.id desc"
            ),
            // Those that both sides have not voted on enough; the others stand before them.
            Sort::Agreed => roots!(
                $which,
                "(c.best, c.id) < (?3, ?4) and (c.state <> 'published' or not exists (
                     select 1 from agreement_comment k
                     where k.site_id = ?1 and k.comment_id = c.id and k.rank is not null))
                 order by c.best desc, c.id desc"
            ),
        }
    };
}

/// The roots that are `$which` and on which both sides have voted enough.
macro_rules! ranked {
    ($which:literal) => {
        sql!(comment_columns!(
            "join agreement_comment k on k.site_id = c.site_id and k.comment_id = c.id
             where k.site_id = ?1 and k.page_id = ?2 and k.rank is not null
               and (k.rank, k.comment_id) < (?3, ?4) and c.pin is null and c.state = 'published' and ",
            $which,
            " order by k.rank desc, k.comment_id desc limit ?5"
        ))
    };
}

/// The statement of those that stand first in [`Sort::Agreed`].
fn ranked_statement(filter: Option<Filter>) -> &'static Sql {
    match filter {
        None => ranked!("c.parent_id is null"),
        Some(Filter::Staff) => ranked!(
            "c.depth = 0 and c.author_id in (
                 select s.id from author s where s.site_id = ?1 and s.role <> 'reader')"
        ),
        Some(Filter::Featured) => ranked!("c.featured_at is not null"),
        Some(Filter::Inline) => ranked!("c.annotation is not null and c.depth = 0"),
        Some(Filter::Sources) => ranked!("c.source_check is not null and c.depth = 0"),
    }
}

/// Each sort has an index of its own, of shown roots. The newsroom's are few, so they are found by
/// their authors, and the featured, those on passages and those with sources by indexes of theirs; the
/// sums keep other indexes out. Featured
/// replies stand among the featured roots, and none has its replies below it, so that each is there
/// once.
fn statement(sort: Sort, filter: Option<Filter>) -> &'static Sql {
    match filter {
        None => sorts!(sort, "c.id", "c.parent_id is null and c.shown = 1"),
        Some(Filter::Staff) => sorts!(
            sort,
            "c.id + 0",
            "c.depth = 0 and c.shown + 0 = 1 and c.author_id in (
                 select s.id from author s where s.site_id = ?1 and s.role <> 'reader')"
        ),
        Some(Filter::Featured) => sorts!(
            sort,
            "c.id + 0",
            "c.featured_at is not null and c.state = 'published'"
        ),
        Some(Filter::Inline) => sorts!(
            sort,
            "c.id + 0",
            "c.annotation is not null and c.depth = 0 and c.shown + 0 = 1"
        ),
        Some(Filter::Sources) => sorts!(
            sort,
            "c.id + 0",
            "c.source_check is not null and c.depth = 0 and c.shown + 0 = 1"
        ),
    }
}

/// The statement of each sort for the roots whose ids are the JSON array `?6`.
fn statement_of_some(sort: Sort) -> &'static Sql {
    sorts!(
        sort,
        "c.id + 0",
        "c.id in (select own.value from list(?6) as own) and c.parent_id is null and c.shown + 0 = 1"
    )
}

fn page_of_roots(
    tx: &mut Tx<'_>,
    page: &Page,
    query: &ThreadQuery,
    only: Option<&[CommentId]>,
) -> Result<Vec<Comment>> {
    let start = match query.sort {
        Sort::Oldest => Cursor {
            rank: 0,
            id: CommentId(-1),
        },
        _ => Cursor {
            rank: i64::MAX,
            id: CommentId(i64::MAX),
        },
    };
    let mut after = query.after.unwrap_or(start);
    let limit = query.limit + 1;
    if let Some(only) = only {
        let only: Vec<i64> = only.iter().map(|id| id.0).collect();
        let only = format!("{only:?}");
        return tx.all(
            statement_of_some(query.sort),
            params![
                page.site,
                page.id,
                after.rank,
                after.id,
                as_i64(limit),
                only
            ],
            read,
        );
    }
    let mut found = Vec::new();
    if query.sort == Sort::Agreed && after.rank >= LEAST_RANK {
        found = tx.all(
            ranked_statement(query.filter),
            params![page.site, page.id, after.rank, after.id, as_i64(limit)],
            read,
        )?;
        // From what they rank by the cursor is made.
        agreement::fill(tx, page.site, found.iter_mut())?;
        after = start;
    }
    let rest = limit.saturating_sub(found.len());
    if rest > 0 {
        found.extend(tx.all(
            statement(query.sort, query.filter),
            params![page.site, page.id, after.rank, after.id, as_i64(rest)],
            read,
        )?);
    }
    Ok(found)
}

fn as_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// One comment with its replies, and the nearest of its ancestors.
fn branch(tx: &mut Tx<'_>, page: Page, query: &ThreadQuery, root: CommentId) -> Result<Thread> {
    let top = crate::discussion::comments::by_id(tx, page.site, root)?
        .filter(|top| top.page == page.id && (top.is_published() || top.n_replies > 0));
    let Some(top) = top else {
        let key = page.key.clone();
        return Ok(Thread {
            page: Some(page),
            ..Thread::empty(key, *query)
        });
    };
    let ancestors = ancestors(tx, page.site, &top)?;
    let after = query.after.map_or(CommentId(0), |cursor| cursor.id);
    let mut replies = replies_after(tx, page.site, top.id, after, as_i64(query.limit) + 1)?;
    let more = cut(&mut replies, query.limit).map(|last| Cursor {
        rank: 0,
        id: last.id,
    });
    let mut entries = with_replies(tx, page.site, replies, query.replies)?;
    for entry in &mut entries {
        entry.level += 1;
    }
    entries.insert(
        0,
        ThreadEntry {
            comment: blanked(top),
            level: 0,
            more,
        },
    );
    Ok(Thread {
        key: page.key.clone(),
        page: Some(page),
        query: *query,
        ancestors,
        entries,
        next: None,
        recordings: Vec::new(),
        n_annotations: 0,
        n_source_checks: 0,
        n_questions: 0,
        passage: None,
        passages: None,
        questions: None,
        invitation: None,
        is_divided: false,
        errata: Vec::new(),
        marks: Vec::new(),
    })
}

fn ancestors(tx: &mut Tx<'_>, site: SiteId, comment: &Comment) -> Result<Vec<Comment>> {
    let mut ancestors = Vec::new();
    let mut parent = comment.parent;
    while let Some(id) = parent.filter(|_| ancestors.len() < MAX_LEVELS) {
        let Some(found) = crate::discussion::comments::by_id(tx, site, id)? else {
            break;
        };
        parent = found.parent;
        ancestors.push(blanked(found));
    }
    ancestors.reverse();
    Ok(ancestors)
}

fn replies_after(
    tx: &mut Tx<'_>,
    site: SiteId,
    parent: CommentId,
    after: CommentId,
    limit: i64,
) -> Result<Vec<Comment>> {
    tx.all(
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.parent_id = ?2 and c.shown = 1 and c.id > ?3
             order by c.id limit ?4"
        )),
        params![site, parent, after, limit],
        read,
    )
}

/// `tops` and the first `replies` of each comment, down to the last level, in reading order.
pub(super) fn with_replies(
    tx: &mut Tx<'_>,
    site: SiteId,
    tops: Vec<Comment>,
    replies: usize,
) -> Result<Vec<ThreadEntry>> {
    let mut total = tops.len();
    let mut levels = vec![tops];
    while levels.len() < MAX_LEVELS && replies > 0 && total < MAX_COMMENTS {
        let parents = levels.last().map_or(&[][..], Vec::as_slice);
        let parents: Vec<i64> = parents
            .iter()
            .filter(|parent| parent.n_replies > 0)
            .map(|parent| parent.id.0)
            .collect();
        if parents.is_empty() {
            break;
        }
        let level = first_replies(tx, site, &parents, replies, MAX_COMMENTS - total)?;
        total += level.len();
        levels.push(level);
    }
    let mut entries = thread::in_reading_order(levels);
    for entry in &mut entries {
        blank(&mut entry.comment);
    }
    Ok(entries)
}

/// The first `replies` of each of `parents`, found by the index of replies and no further, so that
/// a parent with 50,000 replies costs no more than one with five.
fn first_replies(
    tx: &mut Tx<'_>,
    site: SiteId,
    parents: &[i64],
    replies: usize,
    limit: usize,
) -> Result<Vec<Comment>> {
    let list = format!("{parents:?}");
    let statement = match tx.dialect() {
        Dialect::Sqlite => sql!(@sqlite concat!(
            "select ", columns!(),
            "from list(?2) as p cross join comment c
                 on c.site_id = ?1 and c.id in (
                     select r.id from comment r
                     where r.site_id = ?1 and r.parent_id = p.value and r.shown = 1
                     order by r.id limit ?3)
             join author a on a.site_id = c.site_id and a.id = c.author_id
             order by c.id limit ?4"
        )),
        Dialect::Postgres => sql!(@postgres concat!(
            "select ", columns!(),
            "from list(?2) as p cross join lateral (
                 select r.* from comment r
                 where r.site_id = ?1 and r.parent_id = p.value and r.shown = 1
                 order by r.id limit ?3) c
             join author a on a.site_id = ?1 and a.id = c.author_id
             order by c.id limit ?4"
        )),
    };
    let params = params![site, list, as_i64(replies), as_i64(limit)];
    tx.all(statement, params, read)
}

fn blanked(mut comment: Comment) -> Comment {
    blank(&mut comment);
    comment
}

/// Leave nothing of a comment that is not published but its place.
pub fn blank(comment: &mut Comment) {
    if comment.is_published() {
        return;
    }
    comment.state = CommentState::Removed;
    comment.reason = None;
    comment.featured_at = None;
    comment.text.clear();
    comment.html = SafeHtml::default();
    comment.cards.clear();
    comment.images.clear();
    comment.reactions.clear();
    comment.annotation = None;
    comment.source_check = None;
    comment.question = None;
    comment.author.name.clear();
    comment.author.website = None;
    comment.author.id = AuthorId(0);
    comment.author.role = rejoinder_core::identity::author::Role::Reader;
    comment.author.is_supporter = false;
    comment.author.profile = rejoinder_core::identity::author::Profile::default();
    comment.is_by_article_author = false;
}

/// An author's own comments on a page, newest first, at most 200: for what they may still change.
pub fn own_comments(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: PageId,
    author: AuthorId,
) -> Result<Vec<Comment>> {
    tx.all(
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.author_id = ?2 and c.page_id = ?3 and c.state <> 'removed'
             order by c.id desc limit 200"
        )),
        params![site, author, page],
        read,
    )
}
