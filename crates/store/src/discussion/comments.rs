//! Writing comments: posting, editing, removing.

mod counters;
mod forgetting;
mod posting;

use markup::{RENDERER_VERSION, Rendered, Shown};
use rejoinder_core::discussion::text::lines;
use rejoinder_core::identity::author::Role;
use rejoinder_core::moderation::decision::Decider;
use rejoinder_core::moderation::{Snapshot, Verdict, Work, edited};
use rejoinder_core::{
    Comment, CommentId, Page, PageId, Reader, Refusal, Site, SiteId, State, Tally, Time,
    discussion::policy,
};

use crate::database::error::StoreError;
use crate::discussion::events;
use crate::discussion::rendering::Stored;
use crate::identity::authors;
use crate::identity::erasures::ledger;
use crate::moderation::decisions::{self, Entry};
use crate::moderation::pipeline::{self, Text};
use crate::moderation::reach::{self, As};
use crate::{
    Result, Row, Tx,
    discussion::{cards, pages},
    params, sql,
};
use rejoinder_core::discussion::event::EventKind;

pub(crate) use counters::{appear, vanish};
pub(crate) use forgetting::{forget, forget_guest, forget_traces};
pub(crate) use posting::forget_old;
pub use posting::{Idempotency, NewComment, NewIds, Posted, post};

/// What [`read`] reads of a comment `c` and its author `a`.
macro_rules! columns {
    () => {
        "c.id, c.page_id, c.parent_id, c.root_id, c.depth, c.state, c.reason, \
         c.revision, c.created_at, c.edited_at, c.closed_at, c.pin, c.up, c.down, c.n_replies, \
         c.n_descendants, a.id, a.name, a.kind, a.role, a.website, c.featured_at, \
         c.text, c.html, c.renderer, c.written_in "
    };
}

macro_rules! comment_columns {
    ($($rest:literal),+ $(,)?) => {
        concat!(
            "select ",
            $crate::discussion::comments::columns!(),
            "from comment c join author a on a.site_id = c.site_id and a.id = c.author_id ",
            $($rest),+
        )
    };
}
pub(crate) use {columns, comment_columns};

/// A change of a comment's text.
#[derive(Debug, Clone)]
pub struct Edit {
    /// At which site.
    pub site: Site,
    /// Of which comment.
    pub id: CommentId,
    /// By whom.
    pub reader: Reader,
    /// As typed.
    pub text: String,
    /// As rendered.
    pub rendered: Rendered,
    /// The revision that the reader saw; another one by now is refused.
    pub revision: Option<i64>,
}

/// Change a comment's text, and keep the earlier one for the moderators. The same text is no change.
pub fn edit(tx: &mut Tx<'_>, now: Time, edit: &Edit) -> Result<Comment> {
    let site = edit.site.id;
    let settings = &edit.site.settings;
    let (page, comment, _) = reach::changed(tx, site, &edit.reader, edit.id)?;
    policy::may_edit(settings, &comment, &edit.reader, now)?;
    let Rendered { shown, n_links, .. } = &edit.rendered;
    policy::may_say(settings, &edit.text, shown.text(), *n_links)?;
    if edit
        .revision
        .is_some_and(|revision| revision != comment.revision)
    {
        return Err(Refusal::EditedMeanwhile {
            revision: comment.revision,
        }
        .into());
    }
    if edit.text == lines(&comment.text) {
        return cards::filled(tx, site, comment);
    }
    let before = decisions::snapshot(tx, site, edit.id)?;
    let verdict = examine(tx, now, edit, &page, &comment)?;
    keep_version(tx, now, site, &comment, None)?;
    tx.execute(
        sql!(
            "update comment set text = ?3, html = ?4, renderer = ?5, written_in = 'markdown',
                 revision = revision + 1, edited_at = ?6, decided_revision = null
             where site_id = ?1 and id = ?2"
        ),
        params![
            site,
            edit.id,
            &edit.text,
            edit.rendered.html.as_str(),
            RENDERER_VERSION,
            now
        ],
    )?;
    match verdict {
        Some(verdict) => settle(tx, now, edit, &page, &comment, &before, &verdict)?,
        None => {
            stay_decided(tx, site, edit.id, &before)?;
            events::append(tx, now, &page, EventKind::Edited, Some(edit.id))?;
        }
    }
    let comment = expect(tx, site, edit.id)?;
    cards::filled(tx, site, comment)
}

/// What the pipeline says of a new text; `None` where a moderator wrote it, who has read it.
fn examine(
    tx: &mut Tx<'_>,
    now: Time,
    edit: &Edit,
    page: &Page,
    comment: &Comment,
) -> Result<Option<Verdict>> {
    if edit.reader.role() >= Role::Moderator {
        return Ok(None);
    }
    let text = Text {
        settings: &edit.site.settings,
        page,
        comment: comment.id,
        author: &comment.author,
        token: None,
        reader: &edit.reader,
        rendered: &edit.rendered,
        is_signed_here: false,
        work: Work::NotAsked,
    };
    pipeline::judge(tx, now, &text).map(Some)
}

/// Let a comment that was just edited stand where the verdict on its new text puts it.
fn settle(
    tx: &mut Tx<'_>,
    now: Time,
    edit: &Edit,
    page: &Page,
    comment: &Comment,
    before: &Snapshot,
    verdict: &Verdict,
) -> Result<()> {
    let site = edit.site.id;
    let stands = decisions::snapshot(tx, site, edit.id)?;
    let to = edited(&decisions::outcome(before), verdict);
    let after = stands.entering(to.state, to.reason.as_deref());
    if after == stands {
        let version = events::append(tx, now, page, EventKind::Edited, Some(edit.id))?;
        if !verdict.findings.is_empty() {
            let findings = &verdict.findings;
            decisions::note_findings(tx, now, page, edit.id, version, Some(before), findings)?;
        }
    } else {
        let entry = Entry {
            by: Decider::Rules,
            action: "judge",
            judges: false,
            reason: to.reason.as_deref(),
            note: None,
            findings: &verdict.findings,
            undoes: None,
        };
        decisions::change(tx, now, page, comment, &stands, &after, &entry)?;
    }
    if verdict.asks_outside {
        pipeline::ask_outside(tx, now, site, edit.id, stands.revision)?;
    }
    Ok(())
}

/// What a moderator had decided on stays decided when a moderator edits it.
fn stay_decided(tx: &mut Tx<'_>, site: SiteId, id: CommentId, before: &Snapshot) -> Result<()> {
    if before.decided_revision == Some(before.revision) {
        tx.execute(
            sql!("update comment set decided_revision = revision where site_id = ?1 and id = ?2"),
            params![site, id],
        )?;
    }
    Ok(())
}

fn keep_version(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: &Comment,
    html: Option<&str>,
) -> Result<()> {
    tx.execute(
        sql!(
            "insert into comment_version (site_id, comment_id, revision, text, replaced_at, html)
             values (?1, ?2, ?3, ?4, ?5, ?6)"
        ),
        params![site, comment.id, comment.revision, &comment.text, now, html],
    )?;
    Ok(())
}

/// Leave nothing of a comment's text but the version that moderators can read and bring back.
pub(crate) fn put_away(tx: &mut Tx<'_>, now: Time, site: SiteId, comment: &Comment) -> Result<()> {
    keep_version(tx, now, site, comment, Some(&comment.html))?;
    tx.execute(
        sql!("update comment set text = '', html = '' where site_id = ?1 and id = ?2"),
        params![site, comment.id],
    )?;
    Ok(())
}

/// Whether the text of `revision` is there to be brought back.
pub(crate) fn can_bring_back(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: CommentId,
    revision: i64,
) -> Result<bool> {
    let found = tx.one(
        sql!(
            "select 1 from comment_version
             where site_id = ?1 and comment_id = ?2 and revision = ?3 and html is not null"
        ),
        params![site, id, revision],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Give a comment the text of an earlier `revision`, whichever renderer it was kept by.
pub(crate) fn bring_back(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: CommentId,
    revision: i64,
) -> Result<()> {
    tx.execute(
        sql!(
            "update comment set text = v.text, html = coalesce(v.html, ''), renderer = 0
             from comment_version v
             where comment.site_id = ?1 and comment.id = ?2 and v.site_id = ?1
               and v.comment_id = ?2 and v.revision = ?3"
        ),
        params![site, id, revision],
    )?;
    Ok(())
}

/// What is left of a removed comment.
#[derive(Debug, Clone)]
pub struct Removed {
    /// Its page, after the change.
    pub page: Page,
    /// The comment, which still stands as a tombstone when it has shown replies.
    pub comment: Comment,
}

/// Take a comment away. What a moderator removes stays with its earlier versions, for the moderators
/// only; what its author takes back is gone.
pub fn remove(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: CommentId,
    reader: &Reader,
) -> Result<Removed> {
    let (page, comment, who) = reach::changed(tx, site, reader, id)?;
    let by = match who {
        As::Author => Decider::Author,
        As::Moderator(moderator) => Decider::Moderator(moderator.id()),
    };
    let is_own = who == As::Author;
    let before = decisions::snapshot(tx, site, id)?;
    let reason = if is_own { "author" } else { "moderator" };
    let mut after = before.entering(State::Removed, Some(reason));
    after.revision += 1;
    after.decided_revision = (!is_own).then_some(after.revision);
    let entry = Entry {
        by,
        action: if is_own { "delete" } else { "remove" },
        judges: true,
        reason: Some(reason),
        note: None,
        findings: &[],
        undoes: None,
    };
    decisions::change(tx, now, &page, &comment, &before, &after, &entry)?;
    if is_own {
        ledger::comment(tx, now, site, id)?;
        forget_guest(tx, now, site, page.id, &comment.author)?;
    }
    Ok(Removed {
        page: pages::lock(tx, site, page.id)?,
        comment: expect(tx, site, id)?,
    })
}

/// A comment and its page, both as they are once the page is locked.
pub(crate) fn locked(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<(Page, Comment)> {
    let page: Option<PageId> = tx.one(
        sql!("select page_id from comment where site_id = ?1 and id = ?2"),
        params![site, id],
        |row| row.get(0),
    )?;
    let page = pages::lock(tx, site, page.ok_or(Refusal::CommentUnknown)?)?;
    Ok((page, expect(tx, site, id)?))
}

/// The comment with this id, in whatever state.
pub fn by_id(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<Option<Comment>> {
    tx.one(
        sql!(comment_columns!("where c.site_id = ?1 and c.id = ?2")),
        params![site, id],
        read,
    )
}

pub(crate) fn expect(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<Comment> {
    by_id(tx, site, id)?.ok_or_else(|| Refusal::CommentUnknown.into())
}

/// What the newest text of a comment shows.
pub(crate) fn shown(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<Shown> {
    let stored = tx.one(
        sql!("select text, html, renderer, written_in from comment where site_id = ?1 and id = ?2"),
        params![site, id],
        |row| Stored::read(row, 0),
    )?;
    let shown = stored.map(|stored| Shown::of(&stored.shown().1));
    Ok(shown.unwrap_or_default())
}

/// What the program is called that posted a comment; `None` where a browser did.
pub(crate) fn program(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<Option<String>> {
    tx.one(
        sql!(
            "select a.name from comment c
             join author a on a.site_id = c.site_id and a.id = c.program_id
             where c.site_id = ?1 and c.id = ?2"
        ),
        params![site, id],
        |row| row.get(0),
    )
}

/// What `comment` replies to, and so on, the nearest last: at most `limit` of them. For moderators.
pub(crate) fn ancestors(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: &Comment,
    limit: usize,
) -> Result<Vec<Comment>> {
    let mut ancestors = Vec::new();
    let mut next = comment.parent;
    while let Some(id) = next.filter(|_| ancestors.len() < limit) {
        let ancestor = expect(tx, site, id)?;
        next = ancestor.parent;
        ancestors.push(ancestor);
    }
    ancestors.reverse();
    Ok(ancestors)
}

/// The direct replies to a comment that are shown, oldest first, at most `limit`. For moderators.
pub fn replies(tx: &mut Tx<'_>, site: SiteId, id: CommentId, limit: i64) -> Result<Vec<Comment>> {
    tx.all(
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.parent_id = ?2 and c.shown = 1 order by c.id limit ?3"
        )),
        params![site, id, limit],
        read,
    )
}

/// An earlier text of a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Which revision it was.
    pub revision: i64,
    /// As typed.
    pub text: String,
    /// When it was replaced.
    pub replaced_at: Time,
}

/// The earlier texts of a comment, oldest first. For moderators.
pub(crate) fn versions(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<Vec<Version>> {
    tx.all(
        sql!(
            "select revision, text, replaced_at from comment_version
             where site_id = ?1 and comment_id = ?2 order by revision"
        ),
        params![site, id],
        |row| {
            Ok(Version {
                revision: row.get(0)?,
                text: row.get(1)?,
                replaced_at: row.get(2)?,
            })
        },
    )
}

/// A comment from the columns of `comment_columns!`.
pub(crate) fn read(row: &Row<'_>) -> Result<Comment> {
    let state: String = row.get(5)?;
    let unknown = || StoreError::Internal("a comment is in an unknown state".into());
    let (text, html) = Stored::read(row, 22)?.shown();
    Ok(Comment {
        id: row.get(0)?,
        page: row.get(1)?,
        parent: row.get(2)?,
        root: row.get(3)?,
        depth: row.get(4)?,
        text,
        html: html.into_string(),
        state: State::from_word(&state).ok_or_else(unknown)?,
        reason: row.get(6)?,
        revision: row.get(7)?,
        created_at: row.get(8)?,
        edited_at: row.get(9)?,
        closed_at: row.get(10)?,
        pin: row.get(11)?,
        tally: Tally {
            up: row.get(12)?,
            down: row.get(13)?,
        },
        n_replies: row.get(14)?,
        n_descendants: row.get(15)?,
        author: authors::read(row, 16)?,
        featured_at: row.get(21)?,
        cards: Vec::new(),
    })
}
