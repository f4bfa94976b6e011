//! The comments on passages of a page as Web Annotations, from the page cache.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Response, Uri, header};
use rejoinder_core::{CommentId, Cursor, PageKey, ThreadQuery};
use render::passages::{WebAnnotationCollection, web_annotations};
use store::discussion::pages;
use store::passages::exporting;

use crate::http::error::{ApiError, Problem};
use crate::http::extract::{Params, Visitor};
use crate::http::limits::Act;
use crate::http::metrics::Counter;
use crate::http::middleware::headers::complete;
use crate::http::page_cache::{
    Form, PageError, Rendered, Shape, Slot, Source, Turns as _, Validators,
};
use crate::http::slots::Turn;
use crate::public::cached::{self, ReadRequest};
use crate::public::threads::{context, placed};
use crate::state::App;

/// So many annotations are given at once.
const MAX_LISTED: usize = 100;

/// What the W3C calls annotations as JSON-LD.
const KIND: &str = "application/ld+json; profile=\"http://www.w3.org/ns/anno.jsonld\"";

/// The comments on passages of a page, with the replies to them, as Web Annotations of the W3C: an
/// `AnnotationCollection` with its first part, or with `after` an `AnnotationPage`.
#[utoipa::path(
    get, path = "/api/v1/annotations", tag = "reading",
    params(
        ("site" = String, Query, description = "The site's host"),
        ("page" = String, Query, description = "The page's address or key"),
        ("after" = Option<String>, Query, description = "As `next` gives it"),
    ),
    responses((status = 200, body = WebAnnotationCollection), (status = "4XX", body = Problem)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
    uri: Uri,
    asked: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let site = visitor.at(&app, params.site()?).await?;
    let page = visitor.page(&app, &site, params.page())?;
    let shape = Shape {
        form: Form::WebAnnotations,
        base: visitor.base.0.clone(),
        query: ThreadQuery {
            after: params.read("after")?.map(|id| Cursor { rank: 0, id }),
            ..ThreadQuery::first_page(&site.settings)
        },
        reply: None,
        marked: None,
    };
    let source = WebAnnotationsSource {
        app: &app,
        asking: ReadRequest::new(&app, &visitor),
        page,
    };
    let key = source.page.as_str();
    cached::answer(&app, &site, key, &shape, &source, Some(&uri), &asked).await
}

/// Renders the annotations of a page from the store.
struct WebAnnotationsSource<'a> {
    app: &'a App,
    asking: ReadRequest,
    page: PageKey,
}

impl Source for WebAnnotationsSource<'_> {
    type Turns = ReadRequest;

    fn turns(&self) -> &ReadRequest {
        &self.asking
    }

    async fn version(&self, slot: &Slot) -> Result<i64, PageError> {
        let (site, key) = (slot.site.id, slot.page(&self.page));
        let found = self.app.store.read(move |tx| pages::find(tx, site, &key));
        Ok(found.await?.map_or(0, |page| page.version))
    }

    async fn render(&self, slot: &Slot, shape: &Shape, turn: Turn) -> Result<Rendered, PageError> {
        self.app.metrics.count(Counter::Renderings);
        let (site, key) = (slot.site.id, slot.page(&self.page));
        let after = shape.query.after.map(|cursor| cursor.id);
        let read = self.app.store.read(move |tx| {
            let Some(page) = pages::find(tx, site, &key)? else {
                return Ok(None);
            };
            let after = after.unwrap_or(CommentId(0));
            let part = exporting::annotations_after(tx, site, page.id, after, MAX_LISTED)?;
            Ok(Some((page, part)))
        });
        let (page, part) = read.await?.unzip();
        let (app, own, base) = (self.app.clone(), slot.site.clone(), shape.base.clone());
        let shown = page.as_ref().map_or(&self.page, |page| &page.key).clone();
        let shown = placed(self.app, &slot.site, &shape.base, shown);
        let work = move || {
            let context = context(&app, &own, &base);
            let Some(part) = part else {
                return web_annotations(&context, &shown, &[], after, None, 0);
            };
            let said = part.comments.into_iter();
            let said: Vec<_> = said.map(|own| (own.comment, own.replies_to)).collect();
            web_annotations(&context, &shown, &said, after, part.next, part.total)
        };
        let body = ReadRequest::apart(turn, work).await?;
        Ok(Rendered {
            version: page.as_ref().map_or(0, |page| page.version),
            canonical: page.map(|page| page.key.as_str().to_owned()),
            body: body.map_err(PageError::broken)?,
            headers: headers(),
            validators: Validators::Tag,
        })
    }
}

fn headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(KIND));
    complete(&mut headers, true);
    headers
}
