//! Threads, as fragment, as JSON and as whole page, all from the page cache.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, Uri};
use rejoinder_core::recordings::Recording;
use rejoinder_core::{PageKey, Site, Thread, ThreadQuery};
use render::discussion::json::{self, ThreadBody};
use render::funding::CampaignView;
use render::{RenderContext, ThreadView, catalogue};
use store::Tx;
use store::discussion::threads;
use store::funding::campaigns::{self, CampaignTotals};
use store::passages::{errata, places};

use crate::http::assets::VERSION;
use crate::http::error::{ApiError, Problem};
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Params, ThreadAsked, Visitor};
use crate::http::limits::Act;
use crate::http::metrics::Counter;
use crate::http::middleware::headers::{embed_policy, of_public, own_policy};
use crate::http::page_cache::{
    Form, PageError, Rendered, Shape, Slot, Source, Turns as _, Validators,
};
use crate::http::slots::Turn;
use crate::public::cached::{self, ReadRequest};
use crate::public::embedding::may_show;
use crate::public::publication::Publication;
use crate::public::recordings::stored::players;
use crate::state::App;

/// `GET /embed/thread`: the thread as an HTML fragment for the widget.
pub(crate) async fn fragment(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
    uri: Uri,
    asked: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    thread(&app, &visitor, &params, Form::Fragment, &uri, &asked).await
}

/// `GET /embed`: the thread as a whole page.
pub(crate) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
    uri: Uri,
    asked: HeaderMap,
) -> Result<Response<Body>, ErrorPage> {
    Ok(thread(&app, &visitor, &params, Form::Page, &uri, &asked).await?)
}

/// Read a page's comments.
#[utoipa::path(
    get, path = "/api/v1/thread", tag = "reading",
    params(
        ("site" = String, Query, description = "The site's host"),
        ("page" = String, Query, description = "The page's address or key"),
        ("sort" = Option<String>, Query,
            description = "newest, oldest, votes, best, discussed, or agreed where the site has it; of roots"),
        ("after" = Option<String>, Query, description = "Go on after this cursor"),
        ("limit" = Option<usize>, Query, description = "How many roots, 1 to 100; rounded up to 1, 2, 5, 10, 20, 50 or 100, or to the \
                site's own number where that is less"),
        ("replies" = Option<usize>, Query,
            description = "How many replies of each comment, 0 to 20; rounded up to 0, 5 or 20, or to \
                the site's own number where that is less"),
        ("root" = Option<String>, Query, description = "Show this comment's branch alone"),
        ("filter" = Option<String>, Query,
            description = "`staff`: by the newsroom alone; `featured`: what it has featured; `inline`: on passages of the article; `sources`: with a source"),
        ("passage" = Option<String>, Query,
            description = "Only what is said of a passage, by the id of a comment on it or of a question"),
    ),
    responses((status = 200, body = ThreadBody), (status = "4XX", body = Problem)),
)]
pub(crate) async fn tree(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
    uri: Uri,
    asked: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    thread(&app, &visitor, &params, Form::Json, &uri, &asked).await
}

async fn thread(
    app: &App,
    visitor: &Visitor,
    params: &Params,
    form: Form,
    uri: &Uri,
    asked: &HeaderMap,
) -> Result<Response<Body>, ApiError> {
    let thread = ThreadAsked::read(params)?;
    let site = visitor.at(app, &thread.site).await?;
    let is_page = form == Form::Page;
    let (marked, reply) = match is_page {
        true => (thread.marked, thread.reply),
        false => (None, None),
    };
    let mut query = thread.query(&site.settings);
    // A link to a comment shows its branch, wherever in the thread it stands.
    query.root = query.root.or(marked).or(reply);
    let base = visitor.base.0.clone();
    let shape = Shape {
        form,
        base,
        query,
        reply,
        marked,
    };
    let page = visitor.page(app, &site, &thread.page)?;
    if form == Form::Fragment {
        // A form under which nothing can be posted would only be found out after writing.
        may_show(app, &site, &page).await?;
    }
    let source = ThreadSource {
        app,
        asking: ReadRequest::new(app, visitor),
        page,
        article: None,
    };
    answer(app, visitor, &site, &shape, &source, uri, asked).await
}

/// An article with the first page of its thread.
pub(crate) async fn article(
    app: &App,
    visitor: &Visitor,
    publication: &Publication,
    article: &render::Article,
    uri: &Uri,
    asked: &HeaderMap,
) -> Result<Response<Body>, ApiError> {
    let site = visitor.at(app, &publication.site).await?;
    let query = ThreadQuery::first_page(&site.settings);
    let base = visitor.base.0.clone();
    let shape = Shape {
        form: Form::Article,
        base,
        query,
        reply: None,
        marked: None,
    };
    let page = publication.page_key(&article.slug);
    let source = ThreadSource {
        app,
        asking: ReadRequest::new(app, visitor),
        page,
        article: Some(article),
    };
    answer(app, visitor, &site, &shape, &source, uri, asked).await
}

/// A form that was not taken, in its thread, with what was typed. It is its writer's alone.
pub(crate) async fn refused_form(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    page: PageKey,
    form: render::CommentForm<'_>,
) -> Result<String, ApiError> {
    let passage = form.target.map(|about| match about {
        render::FormTarget::Question(id) => id.into(),
        render::FormTarget::Passage(id) => id,
    });
    let query = ThreadQuery {
        root: form.reply,
        passage,
        ..ThreadQuery::first_page(&site.settings)
    };
    let site_id = site.id;
    let thread = app
        .store
        .read(move |tx| threads::load(tx, site_id, &page, &query))
        .await?;
    let view = ThreadView { marked: None, form };
    Ok(render::thread_page(
        &context(app, site, &visitor.base.0),
        &thread,
        &view,
    ))
}

/// How many comments a rendering may show for what reading one page costs of a client's budget.
const COMMENTS_A_READ: usize = 100;

async fn answer(
    app: &App,
    visitor: &Visitor,
    site: &Arc<Site>,
    shape: &Shape,
    source: &ThreadSource<'_>,
    uri: &Uri,
    asked: &HeaderMap,
) -> Result<Response<Body>, ApiError> {
    let cost = shape.query.max_comments().div_ceil(COMMENTS_A_READ);
    app.limits
        .take_many(Act::Read, cost, visitor, app.steady())?;
    let key = source.page.as_str();
    cached::answer(app, site, key, shape, source, Some(uri), asked).await
}

/// What a rendering at `site` needs to know.
pub(crate) fn context<'a>(app: &App, site: &'a Site, base: &'a str) -> RenderContext<'a> {
    let texts = catalogue::of(site.settings.language);
    RenderContext {
        site,
        now: app.now(),
        base,
        texts,
        assets: VERSION,
        has_accounts: app.config.mail_from.is_some() || site.has_providers,
    }
}

/// Renders a page's thread from the store.
struct ThreadSource<'a> {
    app: &'a App,
    asking: ReadRequest,
    page: PageKey,
    article: Option<&'a render::Article>,
}

impl ThreadSource<'_> {
    /// The thread as it is asked for; all of it, when a link leads to a comment that is gone.
    async fn load(&self, slot: &Slot, shape: &Shape) -> Result<Thread, PageError> {
        let (site, key, query) = (slot.site.id, slot.page(&self.page), shape.query);
        let is_link = shape.marked.or(shape.reply).is_some();
        let has_errata = matches!(shape.form, Form::Page | Form::Article);
        let text = self.article.map(render::Article::text);
        let known = self.version_where_written(slot).await?;
        let read = move |tx: &mut Tx<'_>| {
            let mut thread = threads::load(tx, site, &key, &query)?;
            if is_link && thread.entries.is_empty() {
                let whole = ThreadQuery {
                    root: None,
                    ..query
                };
                thread = threads::load(tx, site, &key, &whole)?;
            }
            if let Some(page) = thread.page.as_ref().filter(|_| has_errata) {
                thread.errata = errata::of_page(tx, site, page.id)?;
                if let Some(text) = &text {
                    thread.marks = places::marks(tx, site, page.id, text)?;
                }
            }
            Ok(thread)
        };
        let is_far_enough = move |thread: &Thread| {
            let page = thread.page.as_ref();
            page.map_or(0, |page| page.version) >= known
        };
        let (thread, is_nearby) = self.app.store.read_nearby(read, is_far_enough).await?;
        if is_nearby {
            self.app.metrics.count(Counter::Nearby);
        }
        Ok(thread)
    }

    /// How far a standby must have come, where there is one: as far as the server that writes is by now.
    async fn version_where_written(&self, slot: &Slot) -> Result<i64, PageError> {
        match self.app.store.has_replica() {
            true => self.asking.version(slot, Some(&self.page)).await,
            false => Ok(0),
        }
    }

    /// The campaign that stands with the article; none where it is no article that is shown. It is as old
    /// as the rendering, which is made anew once a minute.
    async fn campaign(&self, slot: &Slot) -> Result<Option<CampaignTotals>, PageError> {
        if self.article.is_none() {
            return Ok(None);
        }
        let (site, key, now) = (slot.site.id, slot.page(&self.page), self.app.now());
        let read = move |tx: &mut Tx<'_>| campaigns::of_page_with_totals(tx, now, site, Some(&key));
        Ok(self.app.store.read(read).await?)
    }

    /// The bytes of `thread`, made where they keep nobody waiting.
    async fn body(
        &self,
        slot: &Slot,
        shape: &Shape,
        thread: Thread,
        turn: Turn,
    ) -> Result<Vec<u8>, PageError> {
        let (app, site, shape) = (self.app.clone(), Arc::clone(&slot.site), shape.clone());
        let campaign = self.campaign(slot).await?;
        let article = self.article.cloned();
        let work = move || {
            let article = app.config.publication.as_ref().zip(article.as_ref());
            let context = context(&app, &site, &shape.base);
            body(&context, &shape, article, campaign.as_ref(), &thread)
        };
        ReadRequest::apart(turn, work).await?
    }
}

fn body(
    context: &RenderContext<'_>,
    shape: &Shape,
    article: Option<(&Publication, &render::Article)>,
    campaign: Option<&CampaignTotals>,
    thread: &Thread,
) -> Result<Vec<u8>, PageError> {
    let html = match (shape.form, article) {
        (Form::Json, _) => {
            let body = json::thread(context, thread);
            return serde_json::to_vec(&body).map_err(PageError::broken);
        }
        (Form::Fragment, _) => render::thread_fragment(context, thread),
        (Form::Article, Some((publication, article))) => {
            let standing = campaign.map(|own| own.standing(context.now));
            let campaign = campaign.zip(standing.as_ref());
            let campaign = campaign.map(|(own, standing)| CampaignView {
                campaign: &own.campaign,
                standing,
            });
            render::article_page(context, &publication.about, article, (thread, campaign))
        }
        (
            Form::Page
            | Form::Article
            | Form::Feed(..)
            | Form::Along(_)
            | Form::Recording(..)
            | Form::Funding(..)
            | Form::Annotations
            | Form::WebAnnotations
            | Form::Errata(_),
            _,
        ) => {
            let form = render::CommentForm {
                reply: shape.reply,
                ..render::CommentForm::default()
            };
            let view = ThreadView {
                marked: shape.marked,
                form,
            };
            render::thread_page(context, thread, &view)
        }
    };
    Ok(html.into_bytes())
}

impl Source for ThreadSource<'_> {
    type Turns = ReadRequest;

    fn turns(&self) -> &ReadRequest {
        &self.asking
    }

    async fn version(&self, slot: &Slot) -> Result<i64, PageError> {
        self.asking.version(slot, Some(&self.page)).await
    }

    async fn render(&self, slot: &Slot, shape: &Shape, turn: Turn) -> Result<Rendered, PageError> {
        self.app.metrics.count(Counter::Renderings);
        let mut thread = self.load(slot, shape).await?;
        let canonical = thread
            .page
            .as_ref()
            .map(|page| page.key.as_str().to_owned());
        if let Some(page) = &mut thread.page {
            page.key = placed(self.app, &slot.site, &shape.base, page.key.clone());
        }
        thread.key = placed(self.app, &slot.site, &shape.base, thread.key);
        let headers = headers(&slot.site, shape.form, &thread.recordings);
        Ok(Rendered {
            version: thread.page.as_ref().map_or(0, |page| page.version),
            canonical,
            body: self.body(slot, shape, thread, turn).await?,
            headers,
            validators: Validators::Tag,
        })
    }
}

/// The page of an article is where the publication is served; other pages are where they say.
pub(crate) fn placed(app: &App, site: &Site, base: &str, key: PageKey) -> PageKey {
    let publication = app.config.publication_of(site);
    match publication.and_then(|publication| publication.address(key.as_str())) {
        Some(path) => PageKey::stored(key.as_str().to_owned(), Some(format!("{base}{path}"))),
        None => key,
    }
}

fn headers(site: &Site, form: Form, recordings: &[Recording]) -> HeaderMap {
    let kind = match form {
        Form::Json | Form::Annotations | Form::WebAnnotations => "application/json",
        Form::Fragment
        | Form::Page
        | Form::Article
        | Form::Feed(..)
        | Form::Along(_)
        | Form::Funding(..)
        | Form::Recording(..)
        | Form::Errata(_) => "text/html; charset=utf-8",
    };
    let policy = match form {
        Form::Page => Some(embed_policy(site, &players(site, recordings))),
        Form::Article => Some(own_policy(&players(site, recordings))),
        Form::Json
        | Form::Fragment
        | Form::Feed(..)
        | Form::Along(_)
        | Form::Recording(..)
        | Form::Funding(..)
        | Form::Annotations
        | Form::WebAnnotations
        | Form::Errata(_) => None,
    };
    of_public(kind, policy)
}
