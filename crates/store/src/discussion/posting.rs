//! Posting a comment or a reply, once for each idempotency key.

use markup::{RENDERER_VERSION, RenderedText};
use rejoinder_core::discussion::agreement::Agreement;
use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::discussion::policy;
use rejoinder_core::identity::author::Role;
use rejoinder_core::identity::proof_of_work::Solution;
use rejoinder_core::moderation::{AuthorRecord, ProofOfWorkResult, ReasonedState, Verdict};
use rejoinder_core::passages::source_policy::may_give;
use rejoinder_core::passages::{Annotation, AnsweredQuestion, Selector, SourceCheck, Sources};
use rejoinder_core::publication::settings::EmailPolicy;
use rejoinder_core::{
    Author, AuthorId, AuthorKind, Comment, CommentId, CommentState, Page, PageId, PageKey,
    PassageId, QuestionId, Reader, Refusal, Site, SiteId, Time, TokenHash, VoteTally,
};

use crate::database::error::StoreError;
use crate::discussion::comments::by_id;
use crate::discussion::counters::arrive;
use crate::discussion::idempotency::{self, Idempotency, Sender};
use crate::discussion::images::{self, ClaimedImage};
use crate::discussion::stored::kept;
use crate::discussion::{cards, events, mentions, page_authors, pages};
use crate::identity::authors::{self, GuestDetails};
use crate::identity::{address_keys, work};
use crate::moderation::pipeline::{self, SubmittedText};
use crate::moderation::{decisions, naming};
use crate::notices::answers;
use crate::notices::subscriptions::{self, NewSubscription};
use crate::passages::{allowed, annotations, answering, checks, places, sources, versions};
use crate::recordings::citing;
use crate::{Result, Tx, params, sql};

/// A comment that someone wants to post.
#[derive(Debug, Clone)]
pub struct NewComment {
    /// The site that it is posted at.
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
    pub details: Option<GuestDetails>,
    /// Proves the author from now on.
    pub token: TokenHash,
    /// The subscription whose mail it answers: whom that told has written it, and the token proves nothing.
    pub answers: Option<i64>,
    /// The program that posts for them, by its API token.
    pub program: Option<AuthorId>,
    /// The text as typed.
    pub text: String,
    /// As rendered.
    pub rendered: RenderedText,
    /// Whether a proof of work was asked for. [`ProofOfWorkResult::Missing`] becomes [`ProofOfWorkResult::Done`] by a solution.
    pub work: ProofOfWorkResult,
    /// What the writer's browser found.
    pub solution: Option<Solution>,
    /// What of the article it is about, if that is a part of it.
    pub target: Option<CommentTarget>,
    /// Sources for or against that passage.
    pub sources: Option<Sources>,
    /// The pictures that it carries.
    pub images: Vec<ClaimedImage>,
    /// The text of the article, where the server itself serves it and the comment is about a part of it.
    pub article: Option<String>,
    /// Of what the author wants to be told.
    pub notify: Option<NewSubscription>,
    /// Makes a repeated request the same one.
    pub idempotency: Option<Idempotency>,
}

/// The part of an article that a comment is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommentTarget {
    /// A passage that the writer has chosen.
    Passage(Selector),
    /// The passage of a question, which the comment answers.
    Question(QuestionId),
    /// A passage that others are speaking of.
    Spoken(PassageId),
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
    /// For a new address key.
    pub address_key: [u8; 32],
}

/// A comment that was posted.
#[derive(Debug, Clone)]
pub struct PostingOutcome {
    /// The comment, which may be held.
    pub comment: Comment,
    /// Its page, after the change.
    pub page: Page,
    /// Whether it had been posted before under the same key.
    pub is_replay: bool,
}

/// Post a comment or a reply. The same idempotency key again gives the first comment again.
pub fn post(tx: &mut Tx<'_>, now: Time, new: &NewComment) -> Result<PostingOutcome> {
    let site = new.site.id;
    let settings = &new.site.settings;
    policy::may_carry_thread(&new.site, &new.page)?;
    let page = pages::locked_or_added(tx, now, site, new.ids.page, &new.page)?;
    let reader = Reader {
        author: known(tx, now, new)?,
        network: new.reader.network,
    };
    let address = address_keys::hash(tx, now, new.reader.network, &new.ids.address_key)?;
    let known = reader.author.clone();
    let sender = Sender {
        author: known.as_ref(),
        address: &address,
    };
    if let Some(request) = &new.idempotency
        && let Some(comment) = idempotency::answered(tx, now, site, request, sender)?
    {
        return posted_before(tx, site, comment);
    }
    let RenderedText { shown, n_links, .. } = &new.rendered;
    let n_links = n_links + new.sources.as_ref().map_or(0, |own| own.list.len());
    policy::may_say(settings, &new.text, shown.text(), n_links)?;
    policy::may_comment(settings, Some(&page), &reader, now)?;
    let parent = parent_of(tx, &page, new.parent)?;
    let about = about(tx, new, &page, parent.as_ref())?;
    if let Some(sources) = &new.sources {
        may_give(settings, about.is_some(), sources, reader.role())?;
        checks::are_elsewhere(tx, &page, sources)?;
    }
    policy::may_carry_images(settings, new.images.iter().map(|own| own.alt.as_str()))?;
    let images = images::claimed(tx, now, site, &new.images)?;
    let author = author_of(tx, now, new, reader.author.as_ref())?;
    let work = worked(tx, now, site, new.work, new.solution.as_ref())?;
    let text = SubmittedText {
        settings,
        page: &page,
        comment: new.ids.comment,
        author: &author,
        token: Some(&new.token),
        reader: &reader,
        rendered: &new.rendered,
        quote: match &new.target {
            Some(CommentTarget::Passage(selector)) => Some(&selector.quote.exact),
            // Others have chosen the words.
            Some(CommentTarget::Question(_) | CommentTarget::Spoken(_)) | None => None,
        },
        sources: new.sources.as_ref(),
        images: &images,
        is_signed_here: new.details.is_some() && author.kind == AuthorKind::Guest,
        work,
    };
    let verdict = pipeline::judge(tx, now, &text)?;
    let place = (site, page.id);
    let (above, html) = (new.parent, &new.rendered.html);
    let (html, mentioned) = mentions::linked(tx, settings, place, above, Some(author.id), html)?;
    let outcome = &verdict.outcome;
    let mut comment = comment_of(now, new, &page, parent.as_ref(), author, outcome);
    comment.html = html;
    comment.images = images;
    comment.is_by_article_author = page_authors::is_one(tx, site, page.id, &comment.author)?;
    if let Some((annotation, question)) = about {
        comment.annotation = Some(Box::new(annotation));
        comment.question = question.map(Box::new);
    }
    insert(tx, now, new, &comment, &address)?;
    images::attach(tx, site, comment.id, &comment.images)?;
    if let Some(question) = &comment.question {
        answering::keep(tx, site, comment.id, question.id)?;
    }
    if comment.annotation.is_some() {
        versions::follow(tx, now, site, page.id, new.article.as_deref())?;
    }
    if !mentioned.is_empty() {
        mentions::keep(tx, site, comment.id, &mentioned)?;
    }
    if !new.rendered.times.is_empty() {
        citing::keep(tx, site, comment.id, &new.rendered.times)?;
    }
    let page = announce(tx, now, new, page, parent.as_ref(), &comment, &verdict)?;
    if let Some(wish) = &new.notify {
        subscriptions::ask(tx, now, &page, &comment.author, wish)?;
    }
    if let Some(request) = &new.idempotency {
        idempotency::remember(tx, now, site, request, sender, comment.id)?;
    }
    Ok(PostingOutcome {
        comment,
        page,
        is_replay: false,
    })
}

fn posted_before(tx: &mut Tx<'_>, site: SiteId, comment: Comment) -> Result<PostingOutcome> {
    let page = pages::by_id(tx, site, comment.page)?;
    let page = page.ok_or_else(|| StoreError::Internal("a comment stands on no page".into()))?;
    Ok(PostingOutcome {
        comment: cards::filled(tx, site, comment)?,
        page,
        is_replay: true,
    })
}

/// Who writes, where that is known already.
fn known(tx: &mut Tx<'_>, now: Time, new: &NewComment) -> Result<Option<Author>> {
    let site = new.site.id;
    let Some(subscription) = new.answers else {
        return authors::by_token(tx, now, site, &new.token);
    };
    let (author, _) = answers::answerer(tx, site, subscription)?.ok_or(Refusal::NotAllowed)?;
    Ok(Some(author))
}

/// The passage that the comment is about, and the question that it answers.
fn about(
    tx: &mut Tx<'_>,
    new: &NewComment,
    page: &Page,
    parent: Option<&Comment>,
) -> Result<Option<(Annotation, Option<AnsweredQuestion>)>> {
    let site = &new.site;
    let Some(about) = &new.target else {
        return Ok(None);
    };
    let (annotation, asked) = match about {
        CommentTarget::Passage(selector) => {
            may_annotate(tx, site, page, parent)?;
            (Annotation::new(selector.clone()), None)
        }
        CommentTarget::Spoken(id) => {
            may_annotate(tx, site, page, parent)?;
            let found = places::find(tx, site.id, page.id, *id)?;
            (found.ok_or(Refusal::PassageUnknown)?.0.annotation, None)
        }
        CommentTarget::Question(id) => {
            let question = answering::to_answer(tx, site, page, *id, parent)?;
            let asked = AnsweredQuestion {
                id: question.id,
                text: question.text,
            };
            (question.annotation, Some(asked))
        }
    };
    let annotation = Annotation {
        placed_by: None,
        ..annotation
    };
    Ok(Some((annotation, asked)))
}

fn may_annotate(tx: &mut Tx<'_>, site: &Site, page: &Page, parent: Option<&Comment>) -> Result<()> {
    let passages = allowed::passages(tx, site, page.id)?;
    Ok(policy::may_annotate(passages, parent)?)
}

/// Count the new comment, log it, and let follow what the verdict on it asks for.
fn announce(
    tx: &mut Tx<'_>,
    now: Time,
    new: &NewComment,
    mut page: Page,
    parent: Option<&Comment>,
    comment: &Comment,
    verdict: &Verdict,
) -> Result<Page> {
    if page.title.is_none()
        && let Some(title) = &new.title
        && naming::may_be_titled(tx, &page, title)?
    {
        pages::set_title(tx, page.site, page.id, title)?;
        page.title = Some(title.clone());
    }
    let (kind, n_comments) = match comment.state {
        CommentState::Published => (EventKind::Published, 1),
        _ => (EventKind::Withheld, 0),
    };
    if let Some(parent) = parent.filter(|_| comment.is_published()) {
        arrive(tx, &page, parent)?;
    }
    let counts_as = AuthorRecord::of(comment.state, comment.reason.as_deref());
    tx.count_for(page.site, comment.author.id, counts_as);
    let id = comment.id;
    let event = events::NewEvent {
        n_comments,
        ..events::NewEvent::of(kind, Some(id))
    };
    page.version = events::append_new(tx, now, &page, event)?;
    page.n_comments += n_comments;
    if !verdict.findings.is_empty() {
        let version = page.version;
        decisions::note_findings(tx, now, &page, id, version, None, &verdict.findings)?;
    }
    if verdict.asks_outside {
        pipeline::ask_outside(tx, now, page.site, id, 1)?;
    }
    Ok(page)
}

/// The proof of work, with the solution used up. When the comment is refused after all, it is not.
pub(crate) fn worked(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    asked: ProofOfWorkResult,
    solution: Option<&Solution>,
) -> Result<ProofOfWorkResult> {
    match solution {
        Some(solution) if asked == ProofOfWorkResult::Missing => {
            let is_done = work::spend(tx, now, site, solution)?;
            Ok(if is_done {
                ProofOfWorkResult::Done
            } else {
                ProofOfWorkResult::Missing
            })
        }
        _ => Ok(asked),
    }
}

fn parent_of(tx: &mut Tx<'_>, page: &Page, parent: Option<CommentId>) -> Result<Option<Comment>> {
    let Some(id) = parent else { return Ok(None) };
    let parent = by_id(tx, page.site, id)?.filter(|parent| parent.page == page.id);
    let parent = parent.ok_or(Refusal::CommentUnknown)?;
    policy::may_reply(&parent)?;
    Ok(Some(parent))
}

/// Who the comment is by: the author whom the token proves, or a new guest.
fn author_of(
    tx: &mut Tx<'_>,
    now: Time,
    new: &NewComment,
    known: Option<&Author>,
) -> Result<Author> {
    let (id, details) = (new.ids.author, new.details.as_ref());
    writer(tx, now, &new.site, id, details, &new.token, known)
}

/// Who writes: the author whom the token proves, by the name that a guest gives, or a new guest of this
/// `id`.
pub(crate) fn writer(
    tx: &mut Tx<'_>,
    now: Time,
    site: &Site,
    id: AuthorId,
    details: Option<&GuestDetails>,
    token: &TokenHash,
    known: Option<&Author>,
) -> Result<Author> {
    let details = details.cloned().unwrap_or_default();
    if let Some(known) = known {
        let renames = known.kind == AuthorKind::Guest && !details.name.is_empty();
        if !renames && (known.kind == AuthorKind::Account || !known.name.is_empty()) {
            return Ok(known.clone());
        }
        if renames {
            let is_same = known.name == details.name && known.website == details.website;
            if known.name != details.name && known.role < Role::Staff {
                naming::may_be_called(tx, site, &details.name)?;
            }
            if !is_same || details.email.is_some() {
                authors::set_details(tx, site.id, known.id, &details)?;
            }
            return Ok(Author {
                name: details.name,
                website: details.website,
                ..known.clone()
            });
        }
    }
    if details.name.is_empty() {
        return Err(Refusal::NameMissing.into());
    }
    if site.settings.email == EmailPolicy::Required && details.email.is_none() {
        return Err(Refusal::EmailMissing.into());
    }
    naming::may_be_called(tx, site, &details.name)?;
    authors::add_guest(tx, now, site.id, id, &details, token)
}

fn comment_of(
    now: Time,
    new: &NewComment,
    page: &Page,
    parent: Option<&Comment>,
    author: Author,
    outcome: &ReasonedState,
) -> Comment {
    let id = new.ids.comment;
    Comment {
        id,
        page: page.id,
        parent: parent.map(|parent| parent.id),
        root: parent.map_or(id, |parent| parent.root),
        depth: parent.map_or(0, |parent| parent.depth + 1),
        author,
        is_by_article_author: false,
        text: new.text.clone(),
        html: new.rendered.html.clone(),
        state: outcome.state,
        reason: outcome.reason.clone(),
        revision: 1,
        created_at: now,
        edited_at: None,
        closed_at: None,
        pin: None,
        featured_at: None,
        tally: VoteTally::default(),
        n_replies: 0,
        n_descendants: 0,
        cards: Vec::new(),
        images: Vec::new(),
        annotation: None,
        question: None,
        reactions: Vec::new(),
        liked: 0,
        agreement: Agreement::default(),
        source_check: new.sources.clone().map(SourceCheck::new).map(Box::new),
    }
}

fn insert(
    tx: &mut Tx<'_>,
    now: Time,
    new: &NewComment,
    comment: &Comment,
    address: &[u8],
) -> Result<()> {
    tx.execute(
        sql!(
            "insert into comment (site_id, id, page_id, parent_id, root_id, depth, author_id, text,
                 html, renderer, state, reason, created_at, address_hash, program_id, annotation,
                 source_check, images)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                 ?18)"
        ),
        params![
            new.site.id,
            comment.id,
            comment.page,
            comment.parent,
            comment.root,
            comment.depth,
            comment.author.id,
            &comment.text,
            kept(&comment.text, &comment.html),
            RENDERER_VERSION,
            comment.state.as_str(),
            comment.reason.as_deref(),
            now,
            address,
            new.program,
            annotations::stored(comment.annotation.as_deref())?,
            sources::stored(comment.source_check.as_deref())?,
            images::stored(&comment.images)?,
        ],
    )?;
    Ok(())
}
