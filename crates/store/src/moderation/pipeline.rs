//! The pipeline inside the transaction that posts or edits, and the verdicts that come after it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use markup::{RenderedText, VisibleText, readable};
use rejoinder_core::discussion::image::Image;
use rejoinder_core::identity::author::Role;
use rejoinder_core::ids::first_id_at;
use rejoinder_core::moderation::decision::Decider;
use rejoinder_core::moderation::{
    Byline, Finding, LastComment, LateVerdict, LogAction, Phase, PipelineInput, PriorState,
    ProofOfWorkResult, Standing, Verdict, judge as judged, late,
};
use rejoinder_core::passages::Sources;
use rejoinder_core::{
    Author, AuthorId, Comment, CommentId, Page, PageId, PageKey, Reader, Refusal, Settings, SiteId,
    Time, TokenHash,
};
use serde::{Deserialize, Serialize};

use crate::database::error::StoreError;
use crate::discussion::comments::{self, comment_columns, read};
use crate::discussion::stored::StoredText;
use crate::discussion::{images, pages};
use crate::jobs::{self, NewJob, Payload};
use crate::moderation::decisions::{self, LogEntry, change, findings_of, snapshot};
use crate::moderation::{groups, learned, standing, word_lists};
use crate::{Result, Tx, params, sql};

/// Asks the site's spam-check hook about a comment. The answer goes to [`apply_late`] as a verdict of
/// [`Phase::External`].
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct CheckForSpam {
    /// About which comment.
    pub comment: CommentId,
    /// About which of its texts.
    pub revision: i64,
}

impl Payload for CheckForSpam {
    const KIND: &'static str = "spam_check";
}

/// For how long an author's comments count towards their rate.
const RATE_WINDOW: Duration = Duration::from_secs(10 * 60);

/// A text that is about to be stored.
pub(crate) struct SubmittedText<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) page: &'a Page,
    /// The comment, so that it is not compared with itself.
    pub(crate) comment: CommentId,
    pub(crate) author: &'a Author,
    pub(crate) token: Option<&'a TokenHash>,
    pub(crate) reader: &'a Reader,
    pub(crate) rendered: &'a RenderedText,
    /// The passage that it is about, which whoever writes can have made up.
    pub(crate) quote: Option<&'a str>,
    /// The sources that it carries, which are shown with it.
    pub(crate) sources: Option<&'a Sources>,
    /// The pictures that it carries, with what stands for each.
    pub(crate) images: &'a [Image],
    /// Whether the author said in the same form who they are.
    pub(crate) is_signed_here: bool,
    pub(crate) work: ProofOfWorkResult,
}

/// What the pipeline says of a text.
pub(crate) fn judge(tx: &mut Tx<'_>, now: Time, submitted: &SubmittedText<'_>) -> Result<Verdict> {
    let site = submitted.page.site;
    let mut whole = Cow::Borrowed(submitted.rendered.shown.whole());
    if let Some(quote) = submitted.quote {
        whole = Cow::Owned(format!("{whole}\n{quote}"));
    }
    if let Some(sources) = submitted.sources {
        whole = Cow::Owned(format!("{whole}\n{}", readable_sources(sources)));
    }
    for image in submitted.images {
        whole = Cow::Owned(format!("{whole}\n{}", image.alt));
    }
    let mut facts = PipelineInput {
        text: &whole,
        n_links: submitted.rendered.n_links + submitted.sources.map_or(0, |own| own.list.len()),
        signed: None,
        role: submitted.author.role,
        standing: Standing::default(),
        last: None,
        lists: None,
        n_recent: 0,
        learned: None,
        work: submitted.work,
        n_published: 0,
        has_first_image: false,
        mode: submitted.settings.mode,
        now,
    };
    if submitted.author.role >= Role::Staff {
        return Ok(judged(submitted.settings, &facts)?);
    }
    let author = Some(submitted.author.id);
    facts.standing = standing::of(
        tx,
        now,
        site,
        author,
        submitted.token,
        submitted.reader.network,
    )?;
    let website = submitted.author.website.as_deref().map(readable);
    facts.signed = Some(Byline {
        name: &submitted.author.name,
        website: website.as_deref(),
        is_in_form: submitted.is_signed_here,
    });
    let rules = rules(tx, submitted.page)?;
    facts.mode = rules.mode.as_deref().map_or(facts.mode, |word| {
        groups::mode(Some(word)).unwrap_or(submitted.settings.mode)
    });
    let lists = match &rules.words_hash {
        Some(hash) => Some(word_lists::compiled(tx, site, hash)?),
        None => None,
    };
    facts.lists = lists.as_deref();
    if submitted.settings.repeat_minutes > 0 {
        facts.last = last(tx, now, submitted)?;
    }
    if submitted.settings.hold_over_rate > 0 {
        facts.n_recent = n_recent(tx, now, site, submitted)?;
    }
    if submitted.settings.hold_learned_percent > 0 {
        facts.learned = learned::score(tx, site, facts.text, rules.n_bad, rules.n_good)?;
    }
    if submitted.settings.approve_first > 0 {
        facts.n_published = n_published(tx, site, submitted)?;
    }
    let (settings, images) = (submitted.settings, submitted.images);
    facts.has_first_image = images::are_first(tx, site, settings, submitted.author.id, images)?;
    Ok(judged(submitted.settings, &facts)?)
}

/// What is shown of sources, with addresses as a person reads them.
fn readable_sources(sources: &Sources) -> String {
    let mut shown = sources.shown();
    for source in &sources.list {
        shown.push('\n');
        shown.push_str(&readable(&source.url));
    }
    shown
}

/// What a site and a page have of their own.
struct SiteRules {
    words_hash: Option<Vec<u8>>,
    n_bad: i64,
    n_good: i64,
    /// The page's mode, else the strictest of its groups'.
    mode: Option<String>,
}

fn rules(tx: &mut Tx<'_>, page: &Page) -> Result<SiteRules> {
    let rules = tx.one(
        sql!(
            "select s.words_hash, coalesce(s.n_bad, 0), coalesce(s.n_good, 0), coalesce(p.mode, (
                 select g.mode from page_group g where g.site_id = ?1 and g.mode is not null
                   and (substr(p.key, 1, length(g.prefix)) = g.prefix or exists (
                       select 1 from group_page m where m.site_id = ?1 and m.page_id = ?2
                         and m.group_id = g.id))
                 order by case g.mode when 'closed' then 3 when 'before' then 2 else 1 end desc
                 limit 1))
             from page p left join site_moderation s on s.site_id = p.site_id
             where p.site_id = ?1 and p.id = ?2"
        ),
        params![page.site, page.id],
        |row| {
            Ok(SiteRules {
                words_hash: row.next()?,
                n_bad: row.next()?,
                n_good: row.next()?,
                mode: row.next()?,
            })
        },
    )?;
    rules.ok_or_else(|| StoreError::Internal("a comment stands on no page".into()))
}

fn last(tx: &mut Tx<'_>, now: Time, submitted: &SubmittedText<'_>) -> Result<Option<LastComment>> {
    let window = Duration::from_secs(u64::from(submitted.settings.repeat_minutes) * 60);
    tx.one(
        sql!(
            "select text, html, renderer, written_in, created_at from comment
             where site_id = ?1 and author_id = ?2 and id <> ?3 and id >= ?4
             order by id desc limit 1"
        ),
        params![
            submitted.page.site,
            submitted.author.id,
            submitted.comment,
            first_id_at(now.before(window))
        ],
        |row| {
            let (_, html) = StoredText::read(row)?.shown();
            Ok(LastComment {
                text: VisibleText::of(&html).whole().to_owned(),
                at: row.next()?,
            })
        },
    )
}

fn n_recent(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    submitted: &SubmittedText<'_>,
) -> Result<i64> {
    let n = tx.one(
        sql!(
            "select count(*) from (select 1 from comment where site_id = ?1 and author_id = ?2
                 and id >= ?3 and id <> ?4 limit ?5) as recent"
        ),
        params![
            site,
            submitted.author.id,
            first_id_at(now.before(RATE_WINDOW)),
            submitted.comment,
            i64::from(submitted.settings.hold_over_rate)
        ],
        |row| row.next(),
    )?;
    Ok(n.unwrap_or(0))
}

fn n_published(tx: &mut Tx<'_>, site: SiteId, submitted: &SubmittedText<'_>) -> Result<i64> {
    let n = tx.one(
        sql!(
            "select count(*) from (select 1 from comment where site_id = ?1 and author_id = ?2
                 and state = 'published' limit ?3) as published"
        ),
        params![
            site,
            submitted.author.id,
            i64::from(submitted.settings.approve_first)
        ],
        |row| row.next(),
    )?;
    Ok(n.unwrap_or(0))
}

/// Let a program outside be asked about a text, once.
pub(crate) fn ask_outside(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: CommentId,
    revision: i64,
) -> Result<()> {
    let check = CheckForSpam { comment, revision };
    jobs::add(tx, now, &NewJob::new(site, &check, now)?)?;
    Ok(())
}

/// Apply what came to be known of a text after its comment was stored. Returns whether it changed
/// anything; the same phase on the same text again changes nothing.
pub fn apply_late(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: CommentId,
    revision: i64,
    verdict: &LateVerdict,
) -> Result<bool> {
    let (page, comment) = match comments::locked(tx, site, comment) {
        Err(StoreError::Refused(Refusal::CommentUnknown)) => return Ok(false),
        found => found?,
    };
    if comment.is_taken_back() {
        return Ok(false);
    }
    let finding = verdict
        .finding
        .as_ref()
        .map(serde_json::to_string)
        .transpose();
    let finding = finding.map_err(|error| StoreError::Internal(error.into()))?;
    let is_new = tx.execute(
        sql!(
            "insert into late_verdict (site_id, comment_id, revision, phase, finding, changed, at)
             values (?1, ?2, ?3, ?4, ?5, 0, ?6)
             on conflict (site_id, comment_id, revision, phase) do nothing"
        ),
        params![
            site,
            comment.id,
            revision,
            verdict.phase.as_str(),
            finding,
            now
        ],
    )?;
    if is_new == 0 || !follow(tx, now, &page, &comment, revision, verdict)? {
        return Ok(false);
    }
    tx.execute(
        sql!(
            "update late_verdict set changed = 1
             where site_id = ?1 and comment_id = ?2 and revision = ?3 and phase = ?4"
        ),
        params![site, comment.id, revision, verdict.phase.as_str()],
    )?;
    Ok(true)
}

/// Do what a late verdict on a comment of a locked page asks for, as far as the rules let it.
pub(crate) fn follow(
    tx: &mut Tx<'_>,
    now: Time,
    page: &Page,
    comment: &Comment,
    revision: i64,
    verdict: &LateVerdict,
) -> Result<bool> {
    let before = snapshot(tx, page.site, comment.id)?;
    let stand = PriorState {
        outcome: decisions::outcome(&before),
        revision: before.revision,
        decided_revision: before.decided_revision,
    };
    let found = findings_of(tx, page.site, &[comment.id])?;
    let known = found.get(&comment.id).map_or(&[][..], Vec::as_slice);
    let Some(to) = late(&stand, revision, verdict, known) else {
        return Ok(false);
    };
    let after = before.entering(to.state, to.reason.clone());
    let entry = LogEntry {
        by: Decider::Rules,
        action: match verdict.phase {
            Phase::Flags => LogAction::Flags,
            Phase::Repeat
            | Phase::Words
            | Phase::Links
            | Phase::Rate
            | Phase::Learned
            | Phase::Work
            | Phase::External
            | Phase::Standing
            | Phase::NewAuthor
            | Phase::Images
            | Phase::Mode => LogAction::Late,
        },
        judges: false,
        reason: to.reason.clone(),
        note: None,
        findings: verdict.finding.as_slice(),
        undoes: None,
    };
    change(tx, now, page, comment, &before, &after, &entry)?;
    Ok(true)
}

/// What the rules found in the newest text of each of `comments`.
pub fn findings(
    tx: &mut Tx<'_>,
    site: SiteId,
    comments: &[CommentId],
) -> Result<HashMap<CommentId, Vec<Finding>>> {
    findings_of(tx, site, comments)
}

/// A comment as its author sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnComment {
    /// The comment, with its state and the reason for it.
    pub comment: Comment,
    /// What its page is known by.
    pub page: PageKey,
    /// Its page's headline.
    pub title: Option<String>,
    /// What the moderator who decided on it says besides.
    pub note: Option<String>,
}

/// An author's own comments, newest first, those before `before`, whatever became of them.
pub fn own_comments(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: AuthorId,
    before: Option<CommentId>,
    limit: i64,
) -> Result<Vec<OwnComment>> {
    let comments = tx.all(
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.author_id = ?2 and c.id < ?3 order by c.id desc limit ?4"
        )),
        params![site, author, before.unwrap_or(CommentId(i64::MAX)), limit],
        read,
    )?;
    comments
        .into_iter()
        .map(|comment| own(tx, site, comment))
        .collect()
}

/// At most so many comments that nobody else sees are shown to their author at once.
const MAX_WITHHELD: i64 = 5;

/// What an author wrote on a page and others do not see, newest first: what waits, and what was refused
/// or removed by another since `since`.
pub fn withheld(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: PageId,
    author: AuthorId,
    since: Time,
) -> Result<Vec<OwnComment>> {
    let comments = tx.all(
        sql!(comment_columns!(
            "where c.site_id = ?1 and c.author_id = ?2 and c.page_id = ?3 and c.state <> 'published'
               and (c.state = 'held' or c.id >= ?4) and coalesce(c.reason, '') <> 'author'
             order by c.id desc limit ?5"
        )),
        params![site, author, page, first_id_at(since), MAX_WITHHELD],
        read,
    )?;
    comments
        .into_iter()
        .map(|comment| own(tx, site, comment))
        .collect()
}

fn own(tx: &mut Tx<'_>, site: SiteId, comment: Comment) -> Result<OwnComment> {
    let page = pages::by_id(tx, site, comment.page)?;
    let page = page.ok_or_else(|| StoreError::Internal("a comment stands on no page".into()))?;
    let note = tx.one(
        sql!(
            "select note from decision where site_id = ?1 and comment_id = ?2
               and note is not null and undone_by is null order by version desc limit 1"
        ),
        params![site, comment.id],
        |row| row.next(),
    )?;
    Ok(OwnComment {
        comment,
        page: page.key,
        title: page.title,
        note,
    })
}
