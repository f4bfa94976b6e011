//! Feeds: `/feeds/{site}.{format}`, `/feeds/{site}/{page}.{format}`, `…/branches/{id}.{format}` and
//! `…/replies/{author}.{format}`, all from the page cache.
//!
//! The feed of a page or of a branch follows the page's version. That of a site or of an author
//! follows every change at the site: it is kept in the slot of the whole site.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, Uri};
use rejoinder_core::discussion::feed::{Feed, FeedFormat, FeedScope};
use rejoinder_core::{CommentId, PageKey, Refusal, Site, ThreadQuery};
use store::discussion::{comments, feeds, pages};

use crate::http::error::ApiError;
use crate::http::extract::Visitor;
use crate::http::limits::Act;
use crate::http::metrics::Counter;
use crate::http::middleware::headers::of_public;
use crate::http::page_cache::{
    Form, PageError, Rendered, Shape, Slot, Source, Turns as _, Validators, WHOLE_SITE,
};
use crate::http::slots::Turn;
use crate::public::cached::{self, ReadRequest};
use crate::public::threads::{context, placed};
use crate::state::App;

/// `GET /feeds/{site}.{format}`: what is new at a site.
pub(crate) async fn of_site(
    State(app): State<App>,
    visitor: Visitor,
    Path(file): Path<String>,
    uri: Uri,
    asked: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    let (host, format) = split(&file)?;
    let wish = FeedRequest {
        of: FeedScope::Site,
        format,
    };
    answer(&app, &visitor, host, wish, None, &uri, &asked).await
}

/// `GET /feeds/{site}/{page}.{format}`: what is new on a page.
pub(crate) async fn of_page(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, file)): Path<(String, String)>,
    uri: Uri,
    asked: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    let (page, format) = split(&file)?;
    let key = match page {
        "" => None,
        page => {
            let site = visitor.at(&app, &host).await?;
            Some(visitor.page(&app, &site, page)?)
        }
    };
    let of = if key.is_some() {
        FeedScope::Page
    } else {
        FeedScope::Site
    };
    answer(
        &app,
        &visitor,
        &host,
        FeedRequest { of, format },
        key,
        &uri,
        &asked,
    )
    .await
}

/// `GET /feeds/{site}/branches/{id}.{format}`: what is new in a branch.
pub(crate) async fn of_branch(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, file)): Path<(String, String)>,
    uri: Uri,
    asked: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    let (id, format) = split(&file)?;
    let id: CommentId = id.parse().map_err(|_| Refusal::CommentUnknown)?;
    let site = visitor.at(&app, &host).await?;
    let key = page_of(&app, &site, id).await?;
    let of = FeedScope::Branch(id);
    let wish = FeedRequest { of, format };
    answer(&app, &visitor, &host, wish, Some(key), &uri, &asked).await
}

/// `GET /feeds/{site}/replies/{author}.{format}`: what others replied to an author.
pub(crate) async fn of_replies(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, file)): Path<(String, String)>,
    uri: Uri,
    asked: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    let (author, format) = split(&file)?;
    let author = author.parse().map_err(|_| ApiError::not_found())?;
    let of = FeedScope::Replies(author);
    answer(
        &app,
        &visitor,
        &host,
        FeedRequest { of, format },
        None,
        &uri,
        &asked,
    )
    .await
}

/// What is asked for.
#[derive(Clone, Copy)]
struct FeedRequest {
    of: FeedScope,
    format: FeedFormat,
}

/// The name and the format of `story.atom`.
fn split(file: &str) -> Result<(&str, FeedFormat), ApiError> {
    let (name, end) = file.rsplit_once('.').ok_or_else(ApiError::not_found)?;
    let format = FeedFormat::from_word(end).ok_or_else(ApiError::not_found)?;
    Ok((name, format))
}

async fn page_of(app: &App, site: &Site, id: CommentId) -> Result<PageKey, ApiError> {
    let site = site.id;
    let found = app.store.read(move |tx| {
        let Some(comment) = comments::by_id(tx, site, id)? else {
            return Ok(None);
        };
        pages::by_id(tx, site, comment.page)
    });
    let page = found.await?.ok_or(Refusal::CommentUnknown)?;
    Ok(page.key)
}

async fn answer(
    app: &App,
    visitor: &Visitor,
    host: &str,
    wish: FeedRequest,
    key: Option<PageKey>,
    uri: &Uri,
    asked: &HeaderMap,
) -> Result<Response<Body>, ApiError> {
    app.limits.take(Act::Read, visitor, app.steady())?;
    let site = visitor.at(app, host).await?;
    let shape = Shape {
        form: Form::Feed(wish.of, wish.format),
        base: visitor.base.0.clone(),
        query: ThreadQuery {
            sort: site.settings.sort,
            after: None,
            root: None,
            filter: None,
            passage: None,
            limit: 0,
            replies: 0,
        },
        reply: None,
        marked: None,
    };
    let asking = ReadRequest::new(app, visitor);
    let source = FeedSource { app, asking, key };
    let name = source.key.as_ref().map_or(WHOLE_SITE, PageKey::as_str);
    cached::answer(app, &site, name, &shape, &source, Some(uri), asked).await
}

/// Renders a feed from the store.
struct FeedSource<'a> {
    app: &'a App,
    asking: ReadRequest,
    /// The page, for feeds that follow one.
    key: Option<PageKey>,
}

impl FeedSource<'_> {
    /// The page, as the slot knows it.
    fn key(&self, slot: &Slot) -> Option<PageKey> {
        self.key.as_ref().map(|asked| slot.page(asked))
    }

    async fn load(&self, slot: &Slot, of: FeedScope) -> Result<Feed, PageError> {
        let (site, key) = (slot.site.id, self.key(slot));
        let read = self.app.store.read(move |tx| match (of, &key) {
            (FeedScope::Page, Some(key)) => feeds::of_page(tx, site, key),
            (FeedScope::Branch(id), _) => feeds::of_branch(tx, site, id),
            (FeedScope::Replies(author), _) => feeds::of_replies(tx, site, author),
            (FeedScope::Site | FeedScope::Page, _) => feeds::of_site(tx, site),
        });
        Ok(read.await?)
    }

    fn place(&self, site: &Arc<Site>, base: &str, feed: &mut Feed) {
        let items = feed.items.iter_mut().map(|item| &mut item.page);
        for page in items.chain(&mut feed.page) {
            page.key = placed(self.app, site, base, page.key.clone());
        }
    }
}

impl Source for FeedSource<'_> {
    type Turns = ReadRequest;

    fn turns(&self) -> &ReadRequest {
        &self.asking
    }

    async fn version(&self, slot: &Slot) -> Result<i64, PageError> {
        self.asking.version(slot, self.key.as_ref()).await
    }

    async fn render(&self, slot: &Slot, shape: &Shape, turn: Turn) -> Result<Rendered, PageError> {
        self.app.metrics.count(Counter::Renderings);
        let Form::Feed(of, format) = shape.form else {
            return Err(PageError::broken("a feed has the form of a feed"));
        };
        let known = slot.latest();
        let mut feed = self.load(slot, of).await?;
        let canonical = feed.page.as_ref().map(|page| page.key.as_str().to_owned());
        let version = match (&self.key, &feed.page) {
            (None, _) => known,
            (Some(_), page) => page.as_ref().map_or(0, |page| page.version),
        };
        self.place(&slot.site, &shape.base, &mut feed);
        let (app, site, base) = (self.app.clone(), slot.site.clone(), shape.base.clone());
        let key = self.key(slot);
        let body = ReadRequest::apart(turn, move || {
            let context = context(&app, &site, &base);
            render::discussion::feed::feed(&context, &feed, key.as_ref(), format)
        });
        let body = body.await?;
        Ok(Rendered {
            version,
            canonical,
            body: body.into_bytes(),
            headers: headers(format),
            validators: Validators::TagAndDate,
        })
    }
}

fn headers(format: FeedFormat) -> HeaderMap {
    let kind = match format {
        FeedFormat::Atom => "application/atom+xml; charset=utf-8",
        FeedFormat::Rss => "application/rss+xml; charset=utf-8",
        FeedFormat::Json => "application/feed+json",
    };
    of_public(kind, None)
}
