//! Writing, whichever way it was asked for.

use std::sync::Arc;

use axum::http::HeaderMap;
use rejoinder_core::discussion::text::lines;
use rejoinder_core::identity::author;
use rejoinder_core::moderation::ProofOfWorkResult;
use rejoinder_core::passages::Quote;
use rejoinder_core::recordings::CitableRecording;
use rejoinder_core::{
    AuthorId, Comment, CommentId, Page, PageId, PageKey, PassageId, Reader, Refusal, Site, SiteId,
};
use store::discussion::editing::{self, CommentEdit, SourcesChange};
use store::discussion::idempotency::Idempotency;
use store::discussion::images::{ClaimedImage, ImagesChange};
use store::discussion::posting::{self, CommentTarget, NewComment, NewIds, PostingOutcome};
use store::discussion::{cards, comments, pages, removing};
use store::identity::authors::GuestDetails;
use store::moderation::reach;
use store::passages::places;
use store::recordings::citing;

use super::giving::PostSources;
use super::rendering::{self, citable, title};
use super::subscriptions;
use super::work::{self, Proof};
use crate::http::error::ApiError;
use crate::http::extract::Visitor;
use crate::http::limits::Act;
use crate::http::metrics::Counter;
use crate::state::App;

/// A comment that someone wants to post.
#[derive(Debug)]
pub(crate) struct CommentDraft {
    pub(crate) page: PageKey,
    pub(crate) title: Option<String>,
    pub(crate) parent: Option<CommentId>,
    pub(crate) text: String,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) website: Option<String>,
    pub(crate) target: Option<CommentTarget>,
    pub(crate) sources: Option<PostSources>,
    pub(crate) images: Vec<ClaimedImage>,
    pub(crate) notify: Option<String>,
    pub(crate) proof: Proof,
    pub(crate) idempotency: Option<Idempotency>,
}

/// Post `draft` as `visitor`; the headers hand a new reader their token.
pub(crate) async fn post(
    app: &App,
    visitor: &Visitor,
    site: &Arc<Site>,
    mut draft: CommentDraft,
) -> Result<(PostingOutcome, HeaderMap), ApiError> {
    let now = app.now();
    app.limits.take(Act::Post, visitor, app.steady())?;
    let reader = visitor.reader(app, site).await?;
    let details = details(&draft, &reader)?;
    let program = visitor.writing_program();
    let answers = visitor.answers();
    let (work, solution) = match program.is_some() || answers.is_some() {
        true => (ProofOfWorkResult::NotAsked, None),
        false => work::asked(app, site, &draft.proof),
    };
    let notify = subscriptions::with_comment(app, draft.notify.as_deref())?;
    if notify.is_some() {
        let email = details.as_ref().and_then(|details| details.email.clone());
        subscriptions::limit(app, visitor, site, &draft.page, &reader, email).await?;
    }
    let token = visitor.token(app);
    let text = lines(&draft.text);
    rendering::is_short_enough(app, visitor, site, &text).await?;
    let recordings = citable(app, site.id, &draft.page, &text).await?;
    let rendered = rendering::render(app, visitor, &text, recordings).await?;
    let sources = match draft.sources.take() {
        Some(given) => Some(given.sources(quoted(app, site.id, &draft).await?.as_ref())?),
        None => None,
    };
    let article = match draft.target {
        Some(_) => article(app, site, &draft.page),
        None => None,
    };
    let new = NewComment {
        site: Site::clone(site),
        ids: NewIds {
            comment: CommentId(app.ids.next(now)),
            page: PageId(app.ids.next(now)),
            author: AuthorId(app.ids.next(now)),
            address_key: app.random_key(),
        },
        title: title(app, site, &draft.page, draft.title.as_deref()),
        page: draft.page,
        parent: draft.parent,
        reader,
        details,
        token: token.hash,
        answers,
        program,
        text,
        rendered,
        work,
        solution,
        target: draft.target,
        sources,
        images: draft.images,
        article,
        notify,
        idempotency: draft.idempotency,
    };
    let posted = app
        .store
        .write(move |tx| posting::post(tx, now, &new))
        .await?;
    if !posted.is_replay {
        app.metrics.count(Counter::Comments);
    }
    Ok((posted, token.headers()))
}

/// The text of the server's own article at `page`.
pub(crate) fn article(app: &App, site: &Site, page: &PageKey) -> Option<String> {
    let publication = app.config.publication_of(site)?;
    Some(publication.article_at(page)?.text())
}

/// What a guest says of themselves; `None` when they say nothing and are known already.
fn details(draft: &CommentDraft, reader: &Reader) -> Result<Option<GuestDetails>, Refusal> {
    let typed = draft.name.as_deref().unwrap_or_default();
    let is_known = reader
        .author
        .as_ref()
        .is_some_and(|own| !own.name.is_empty());
    if is_known && typed.is_empty() {
        return Ok(None);
    }
    let website = draft
        .website
        .as_deref()
        .filter(|website| !website.trim().is_empty());
    let safe = |website| markup::safe_url(website).ok_or(Refusal::WebsiteInvalid);
    Ok(Some(GuestDetails {
        name: author::name(typed)?,
        email: author::parse_email(draft.email.as_deref().unwrap_or_default())?,
        website: website.map(safe).transpose()?,
    }))
}

/// The words of the passage that a comment is about: those that its writer has chosen, or others before.
async fn quoted(app: &App, site: SiteId, draft: &CommentDraft) -> Result<Option<Quote>, ApiError> {
    let (id, unknown) = match &draft.target {
        None => return Ok(None),
        Some(CommentTarget::Passage(own)) => return Ok(Some(own.quote.clone())),
        Some(CommentTarget::Question(id)) => (PassageId::from(*id), Refusal::QuestionUnknown),
        Some(CommentTarget::Spoken(id)) => (*id, Refusal::PassageUnknown),
    };
    let page = draft.page.clone();
    let read = app.store.read(move |tx| places::quote(tx, site, &page, id));
    Ok(Some(read.await?.ok_or(unknown)?))
}

/// The comment of an id, with its site, where the one who asks may know of it: it is shown to everyone,
/// it is theirs, or they decide on its page. Any other is as unknown as one that is nowhere.
pub(crate) async fn find(
    app: &App,
    visitor: &Visitor,
    id: &str,
    site: Option<&str>,
) -> Result<(Arc<Site>, Comment), ApiError> {
    let (site, comment) = locate(app, visitor, id, site).await?;
    if !comment.is_published() {
        let author = visitor.clone().for_author_of(&comment);
        let reader = author.reader(app, &site).await?;
        let (at, judged) = (site.id, comment.clone());
        let may_know = app
            .store
            .read(move |tx| reach::may_know(tx, at, &reader, &judged));
        if !may_know.await? {
            return Err(Refusal::CommentUnknown.into());
        }
    }
    Ok((site, comment))
}

/// The comment of an id, with its site, for who looks themselves at what may be told of it.
pub(crate) async fn locate(
    app: &App,
    visitor: &Visitor,
    id: &str,
    site: Option<&str>,
) -> Result<(Arc<Site>, Comment), ApiError> {
    let id: CommentId = id.parse().map_err(|_| Refusal::CommentUnknown)?;
    let site = visitor.acting_where(app, site).await?;
    let at = site.id;
    let found = app.store.read(move |tx| comments::by_id(tx, at, id));
    let comment = found.await?.ok_or(Refusal::CommentUnknown)?;
    Ok((site, comment))
}

/// Another text for a comment.
#[derive(Debug)]
pub(crate) struct CommentChange {
    pub(crate) text: String,
    /// Other sources, where they change as well.
    pub(crate) sources: Option<PostSources>,
    pub(crate) images: ImagesChange,
    pub(crate) revision: Option<i64>,
}

/// Give a comment another text, and other sources.
pub(crate) async fn edit(
    app: &App,
    visitor: &Visitor,
    site: &Arc<Site>,
    comment: &Comment,
    change: CommentChange,
) -> Result<Comment, ApiError> {
    let now = app.now();
    app.limits.take(Act::Post, visitor, app.steady())?;
    let reader = visitor.reader(app, site).await?;
    let (id, text, revision) = (comment.id, change.text, change.revision);
    let images = change.images;
    let passage = comment.annotation.as_ref();
    let passage = passage.map(|own| &own.selector.quote);
    let sources = match change.sources {
        None => SourcesChange::Same,
        Some(none) if none.is_none() => SourcesChange::These(None),
        Some(own) => SourcesChange::These(Some(own.sources(passage)?)),
    };
    let text = lines(&text);
    rendering::is_short_enough(app, visitor, site, &text).await?;
    let recordings = match citing::may_cite(&text) {
        true => citable_beside(app, site, id).await?,
        false => Vec::new(),
    };
    let rendered = rendering::render(app, visitor, &text, recordings).await?;
    let edit = CommentEdit {
        site: Site::clone(site),
        id,
        reader,
        text,
        rendered,
        sources,
        images,
        revision,
    };
    Ok(app
        .store
        .write(move |tx| editing::edit(tx, now, &edit))
        .await?)
}

/// The recordings that a comment stands beside.
async fn citable_beside(
    app: &App,
    site: &Site,
    id: CommentId,
) -> Result<Vec<CitableRecording>, ApiError> {
    let site = site.id;
    let read = app
        .store
        .read(move |tx| match comments::by_id(tx, site, id)? {
            Some(comment) => citing::citable(tx, site, comment.page),
            None => Ok(Vec::new()),
        });
    Ok(read.await?)
}

/// Take a comment away.
pub(crate) async fn remove(
    app: &App,
    visitor: &Visitor,
    site: &Arc<Site>,
    id: CommentId,
) -> Result<(), ApiError> {
    let now = app.now();
    app.limits.take(Act::Post, visitor, app.steady())?;
    let reader = visitor.reader(app, site).await?;
    let site = site.id;
    app.store
        .write(move |tx| removing::remove(tx, now, site, id, &reader))
        .await?;
    Ok(())
}

/// Let a link of a comment be only a link.
pub(crate) async fn turn_card_off(
    app: &App,
    visitor: &Visitor,
    site: &Arc<Site>,
    id: CommentId,
    url: String,
) -> Result<(), ApiError> {
    let now = app.now();
    app.limits.take(Act::Post, visitor, app.steady())?;
    let reader = visitor.reader(app, site).await?;
    let site = site.id;
    app.store
        .write(move |tx| cards::turn_off(tx, now, site, id, &url, &reader))
        .await?;
    Ok(())
}

/// The page that a comment stands on.
pub(crate) async fn page_of(app: &App, site: &Site, comment: &Comment) -> Result<Page, ApiError> {
    let (site, page) = (site.id, comment.page);
    let page = app
        .store
        .read(move |tx| pages::by_id(tx, site, page))
        .await?;
    page.ok_or_else(|| ApiError::from(Refusal::CommentUnknown))
}
