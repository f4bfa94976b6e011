//! Writing comments: posting, editing, removing.

use std::time::Duration;

use markup::{RENDERER_VERSION, SafeHtml};
use rejoinder_core::author::Role;
use rejoinder_core::moderation::{Outcome, Snapshot, Verdict, Work, edited};
use rejoinder_core::settings::Email;
use rejoinder_core::{
    Author, AuthorId, AuthorKind, Comment, CommentId, Page, PageId, PageKey, Reader, Refusal, Site,
    SiteId, State, Tally, Time, TokenHash, policy,
};

use crate::authors::{self, Details};
use crate::decisions::{self, By, Entry};
use crate::error::StoreError;
use crate::events::{self, EventKind};
use crate::moderation::{self, Text};
use crate::{Result, Row, Tx, address_keys, groups, pages, params, sql};

/// What [`read`] reads of a comment `c` and its author `a`.
macro_rules! columns {
    () => {
        "c.id, c.page_id, c.parent_id, c.root_id, c.depth, c.text, c.html, c.state, c.reason, \
         c.revision, c.created_at, c.edited_at, c.closed_at, c.pin, c.up, c.down, c.n_replies, \
         c.n_descendants, a.id, a.name, a.kind, a.role, a.website "
    };
}

macro_rules! comment_columns {
    ($($rest:literal),+ $(,)?) => {
        concat!(
            "select ",
            $crate::comments::columns!(),
            "from comment c join author a on a.site_id = c.site_id and a.id = c.author_id ",
            $($rest),+
        )
    };
}
pub(crate) use {columns, comment_columns};

/// How long an idempotency key is remembered.
const IDEMPOTENCY: Duration = Duration::from_secs(24 * 60 * 60);

/// A comment that someone wants to post.
#[derive(Debug, Clone)]
pub struct NewComment {
    /// Where.
    pub site: Site,
    /// On which page, which need not exist yet.
    pub page: PageKey,
    /// The page's headline, when the client knows it.
    pub title: Option<String>,
    /// Ids drawn for what may have to be made.
    pub ids: NewIds,
    /// What it replies to.
    pub parent: Option<CommentId>,
    /// Who posts.
    pub reader: Reader,
    /// What a guest says of themselves; `None` leaves what is known.
    pub details: Option<Details>,
    /// Proves the author from now on.
    pub token: TokenHash,
    /// As typed.
    pub text: String,
    /// As rendered.
    pub html: SafeHtml,
    /// How many links it has.
    pub n_links: usize,
    /// Whether the proof of work that was asked for is there.
    pub work: Work,
    /// Makes a repeated request the same one.
    pub idempotency: Option<Idempotency>,
}

/// Ids drawn for what may have to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewIds {
    /// For the comment.
    pub comment: CommentId,
    /// For its page.
    pub page: PageId,
    /// For its author.
    pub author: AuthorId,
    /// For the job that asks a program outside about it.
    pub job: i64,
    /// For a new address key.
    pub address_key: [u8; 32],
}

/// A client's key for one request, and what the request said.
#[derive(Debug, Clone)]
pub struct Idempotency {
    /// The client's key.
    pub key: String,
    /// SHA-256 of the request.
    pub fingerprint: [u8; 32],
}

/// A comment that was posted.
#[derive(Debug, Clone)]
pub struct Posted {
    /// The comment, which may be held.
    pub comment: Comment,
    /// Its page, after the change.
    pub page: Page,
    /// Whether it had been posted before under the same key.
    pub is_replay: bool,
}

/// Post a comment or a reply. The same idempotency key again gives the first comment again.
pub fn post(tx: &mut Tx<'_>, now: Time, new: &NewComment) -> Result<Posted> {
    let site = new.site.id;
    if let Some(posted) = replay(tx, now, site, new.idempotency.as_ref())? {
        return Ok(posted);
    }
    let settings = &new.site.settings;
    policy::may_carry_thread(&new.site, &new.page)?;
    policy::may_say(settings, &new.text, new.n_links)?;
    let known = pages::find(tx, site, &new.page)?;
    policy::may_comment(settings, known.as_ref(), &new.reader, now)?;
    let page = pages::find_or_add(tx, now, site, new.ids.page, &new.page, new.title.as_deref())?;
    let page = pages::lock(tx, site, page.id)?;
    if let Some(posted) = replay(tx, now, site, new.idempotency.as_ref())? {
        return Ok(posted);
    }
    let parent = parent_of(tx, &page, new.parent)?;
    let author = author_of(tx, now, new)?;
    let text = Text {
        settings,
        page: &page,
        comment: new.ids.comment,
        author: &author,
        token: Some(&new.token),
        reader: &new.reader,
        text: &new.text,
        n_links: new.n_links,
        work: new.work,
    };
    let verdict = moderation::judge(tx, now, &text)?;
    insert(tx, now, new, &page, parent.as_ref(), &author, &verdict.outcome)?;
    if page.title.is_none()
        && let Some(title) = &new.title
    {
        pages::set_title(tx, site, page.id, title)?;
    }
    let kind = match verdict.outcome.state {
        State::Published => {
            appear(tx, &page, new.ids.comment)?;
            EventKind::Published
        }
        _ => EventKind::Withheld,
    };
    let id = new.ids.comment;
    let version = events::append(tx, now, &page, kind, Some(id))?;
    if !verdict.findings.is_empty() {
        decisions::note_findings(tx, now, &page, id, version, None, &verdict.findings)?;
    }
    if verdict.asks_outside {
        moderation::ask_outside(tx, now, site, new.ids.job, id, 1)?;
    }
    remember(tx, now, site, new)?;
    Ok(Posted {
        comment: expect(tx, site, new.ids.comment)?,
        page: pages::lock(tx, site, page.id)?,
        is_replay: false,
    })
}

fn replay(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    idempotency: Option<&Idempotency>,
) -> Result<Option<Posted>> {
    let Some(Idempotency { key, fingerprint }) = idempotency else {
        return Ok(None);
    };
    let seen: Option<(Vec<u8>, CommentId)> = tx.one(
        sql!(
            "select fingerprint, comment_id from idempotency
             where site_id = ?1 and key = ?2 and at > ?3"
        ),
        params![site, key, now.before(IDEMPOTENCY)],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let Some((known, id)) = seen else {
        return Ok(None);
    };
    if known != fingerprint {
        return Err(Refusal::KeyReused.into());
    }
    let comment = expect(tx, site, id)?;
    let page = pages::by_id(tx, site, comment.page)?;
    let page = page.ok_or_else(|| StoreError::Internal("a comment stands on no page".into()))?;
    Ok(Some(Posted {
        comment,
        page,
        is_replay: true,
    }))
}

fn remember(tx: &mut Tx<'_>, now: Time, site: SiteId, new: &NewComment) -> Result<()> {
    let Some(Idempotency { key, fingerprint }) = &new.idempotency else {
        return Ok(());
    };
    tx.execute(
        sql!("delete from idempotency where site_id = ?1 and at <= ?2"),
        params![site, now.before(IDEMPOTENCY)],
    )?;
    tx.execute(
        sql!(
            "insert into idempotency (site_id, key, fingerprint, comment_id, at)
             values (?1, ?2, ?3, ?4, ?5)"
        ),
        params![site, key, fingerprint, new.ids.comment, now],
    )?;
    Ok(())
}

fn parent_of(tx: &mut Tx<'_>, page: &Page, parent: Option<CommentId>) -> Result<Option<Comment>> {
    let Some(id) = parent else { return Ok(None) };
    let parent = by_id(tx, page.site, id)?.filter(|parent| parent.page == page.id);
    let parent = parent.ok_or(Refusal::CommentUnknown)?;
    policy::may_reply(&parent)?;
    Ok(Some(parent))
}

/// Who the comment is by: the reader as they are known, or a new guest.
fn author_of(tx: &mut Tx<'_>, now: Time, new: &NewComment) -> Result<Author> {
    let site = new.site.id;
    let details = new.details.clone().unwrap_or_default();
    let known = authors::by_token(tx, now, site, &new.token)?.or_else(|| new.reader.author.clone());
    if let Some(known) = known.filter(|known| {
        known.kind == AuthorKind::Account || !known.name.is_empty() || !details.name.is_empty()
    }) {
        return if known.kind == AuthorKind::Guest && !details.name.is_empty() {
            authors::set_details(tx, site, known.id, &details)?;
            Ok(Author {
                name: details.name,
                website: details.website,
                ..known
            })
        } else {
            Ok(known)
        };
    }
    if details.name.is_empty() {
        return Err(Refusal::NameMissing.into());
    }
    if new.site.settings.email == Email::Required && details.email.is_none() {
        return Err(Refusal::EmailMissing.into());
    }
    authors::add_guest(tx, now, site, new.ids.author, &details, &new.token)
}

fn insert(
    tx: &mut Tx<'_>,
    now: Time,
    new: &NewComment,
    page: &Page,
    parent: Option<&Comment>,
    author: &Author,
    outcome: &Outcome,
) -> Result<()> {
    let address = address_keys::hash(tx, now, new.reader.network, &new.ids.address_key)?;
    let id = new.ids.comment;
    tx.execute(
        sql!(
            "insert into comment (site_id, id, page_id, parent_id, root_id, depth, author_id, text,
                 html, renderer, state, reason, created_at, address_hash)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
        ),
        params![
            page.site,
            id,
            page.id,
            parent.map(|parent| parent.id),
            parent.map_or(id, |parent| parent.root),
            parent.map_or(0, |parent| parent.depth + 1),
            author.id,
            &new.text,
            new.html.as_str(),
            RENDERER_VERSION,
            outcome.state.as_str(),
            outcome.reason.as_deref(),
            now,
            &address,
        ],
    )?;
    Ok(())
}

/// Count a comment that has just become published: on its page, at its root, and at each ancestor
/// that shows because of it.
pub(crate) fn appear(tx: &mut Tx<'_>, page: &Page, id: CommentId) -> Result<()> {
    count(tx, page, id, 1)?;
    let n_replies: i64 = shown_because_of(tx, page.site, id)?;
    if n_replies == 0 {
        spread(tx, page.site, id, 1)
    } else {
        Ok(())
    }
}

/// The reverse of [`appear`], for a comment that has just ceased to be published.
pub(crate) fn vanish(tx: &mut Tx<'_>, page: &Page, id: CommentId) -> Result<()> {
    count(tx, page, id, -1)?;
    let n_replies: i64 = shown_because_of(tx, page.site, id)?;
    if n_replies == 0 {
        spread(tx, page.site, id, -1)
    } else {
        Ok(())
    }
}

fn count(tx: &mut Tx<'_>, page: &Page, id: CommentId, change: i64) -> Result<()> {
    tx.execute(
        sql!("update page set n_comments = n_comments + ?3 where site_id = ?1 and id = ?2"),
        params![page.site, page.id, change],
    )?;
    tx.execute(
        sql!(
            "update comment set n_descendants = n_descendants + ?3
             where site_id = ?1 and parent_id is null
               and id = (select root_id from comment where site_id = ?1 and id = ?2 and id <> root_id)"
        ),
        params![page.site, id, change],
    )?;
    Ok(())
}

fn shown_because_of(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<i64> {
    let n_replies = tx.one(
        sql!("select n_replies from comment where site_id = ?1 and id = ?2"),
        params![site, id],
        |row| row.get(0),
    )?;
    Ok(n_replies.unwrap_or(0))
}

/// A comment began or ceased to be shown: its parent has one shown reply more or less, and where that
/// makes the parent's tombstone begin or cease to be shown, so has the parent's parent.
fn spread(tx: &mut Tx<'_>, site: SiteId, id: CommentId, change: i64) -> Result<()> {
    let mut child = id;
    loop {
        let changed: Option<(CommentId, i64, String)> = tx.one(
            sql!(
                "update comment set n_replies = n_replies + ?3
                 where site_id = ?1
                   and id = (select parent_id from comment where site_id = ?1 and id = ?2)
                 returning id, n_replies, state"
            ),
            params![site, child, change],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        let Some((parent, n_replies, state)) = changed else {
            return Ok(());
        };
        let before = n_replies - change;
        if state == State::Published.as_str() || (n_replies > 0) == (before > 0) {
            return Ok(());
        }
        child = parent;
    }
}

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
    pub html: SafeHtml,
    /// How many links it has.
    pub n_links: usize,
    /// The revision that the reader saw; another one by now is refused.
    pub revision: Option<i64>,
    /// Drawn for the job that asks a program outside about it.
    pub job: i64,
}

/// Change a comment's text, and keep the earlier one for the moderators. The same text is no change.
pub fn edit(tx: &mut Tx<'_>, now: Time, edit: &Edit) -> Result<Comment> {
    let site = edit.site.id;
    let settings = &edit.site.settings;
    let (page, comment) = locked(tx, site, edit.id)?;
    policy::may_edit(settings, &comment, &edit.reader, now)?;
    policy::may_say(settings, &edit.text, edit.n_links)?;
    if edit
        .revision
        .is_some_and(|revision| revision != comment.revision)
    {
        return Err(Refusal::EditedMeanwhile {
            revision: comment.revision,
        }
        .into());
    }
    if edit.text == comment.text {
        return Ok(comment);
    }
    let before = decisions::snapshot(tx, site, edit.id)?;
    let verdict = examine(tx, now, edit, &page, &comment)?;
    keep_version(tx, now, site, &comment, None)?;
    tx.execute(
        sql!(
            "update comment set text = ?3, html = ?4, renderer = ?5, revision = revision + 1,
                 edited_at = ?6, decided_revision = null
             where site_id = ?1 and id = ?2"
        ),
        params![
            site,
            edit.id,
            &edit.text,
            edit.html.as_str(),
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
    expect(tx, site, edit.id)
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
        if let Some(moderator) = &edit.reader.author
            && !edit.reader.is(comment.author.id)
            && !groups::covers(tx, moderator.id, page)?
        {
            return Err(Refusal::CommentUnknown.into());
        }
        return Ok(None);
    }
    let text = Text {
        settings: &edit.site.settings,
        page,
        comment: comment.id,
        author: &comment.author,
        token: None,
        reader: &edit.reader,
        text: &edit.text,
        n_links: edit.n_links,
        work: Work::NotAsked,
    };
    moderation::judge(tx, now, &text).map(Some)
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
            by: By::Rules,
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
        moderation::ask_outside(tx, now, site, edit.job, edit.id, stands.revision)?;
    }
    Ok(())
}

/// What a moderator had decided on stays decided when a moderator edits it.
fn stay_decided(tx: &mut Tx<'_>, site: SiteId, id: CommentId, before: &Snapshot) -> Result<()> {
    if before.decided_revision == Some(before.revision) {
        tx.execute(
            sql!(
                "update comment set decided_revision = revision where site_id = ?1 and id = ?2"
            ),
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
        params![
            site,
            comment.id,
            comment.revision,
            &comment.text,
            now,
            html
        ],
    )?;
    Ok(())
}

/// Leave nothing of a comment's text but the version that moderators can read, and, where it may be
/// brought back, what is needed for that.
pub(crate) fn put_away(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: &Comment,
    may_return: bool,
) -> Result<()> {
    let html = may_return.then_some(comment.html.as_str());
    keep_version(tx, now, site, comment, html)?;
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

/// Give a comment the text of an earlier `revision`.
pub(crate) fn bring_back(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: CommentId,
    revision: i64,
) -> Result<()> {
    tx.execute(
        sql!(
            "update comment set text = v.text, html = coalesce(v.html, '') from comment_version v
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

/// Take a comment away. Its text stays with its earlier versions, for the moderators only.
pub fn remove(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: CommentId,
    reader: &Reader,
) -> Result<Removed> {
    let (page, comment) = locked(tx, site, id)?;
    policy::may_delete(&comment, reader)?;
    let is_own = reader.is(comment.author.id);
    let by = match &reader.author {
        Some(moderator) if !is_own => By::Moderator(moderator.id),
        _ => By::Author,
    };
    if let By::Moderator(moderator) = by
        && !groups::covers(tx, moderator, &page)?
    {
        return Err(Refusal::CommentUnknown.into());
    }
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

/// The newest text of a comment.
pub(crate) fn text_of(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<String> {
    let text = tx.one(
        sql!("select text from comment where site_id = ?1 and id = ?2"),
        params![site, id],
        |row| row.get(0),
    )?;
    Ok(text.unwrap_or_default())
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
pub fn versions(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<Vec<Version>> {
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
    let state: String = row.get(7)?;
    let unknown = || StoreError::Internal("a comment is in an unknown state".into());
    Ok(Comment {
        id: row.get(0)?,
        page: row.get(1)?,
        parent: row.get(2)?,
        root: row.get(3)?,
        depth: row.get(4)?,
        text: row.get(5)?,
        html: row.get(6)?,
        state: State::from_word(&state).ok_or_else(unknown)?,
        reason: row.get(8)?,
        revision: row.get(9)?,
        created_at: row.get(10)?,
        edited_at: row.get(11)?,
        closed_at: row.get(12)?,
        pin: row.get(13)?,
        tally: Tally {
            up: row.get(14)?,
            down: row.get(15)?,
        },
        n_replies: row.get(16)?,
        n_descendants: row.get(17)?,
        author: authors::read(row, 18)?,
    })
}
