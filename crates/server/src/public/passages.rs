//! Which passages of an article are commented on or asked about, from the page cache.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, Uri};
use rejoinder_core::PageKey;
use rejoinder_core::publication::settings::Questions;
use render::passages::{AnnotatedBody, AnnotationsBody};
use store::discussion::pages;
use store::passages::{allowed, annotations as stored, questions};

use crate::http::error::ApiError;
use crate::http::extract::{Params, Visitor};
use crate::http::limits::Act;
use crate::http::metrics::Counter;
use crate::http::middleware::headers::of_public;
use crate::http::page_cache::{
    Form, PageError, Rendered, Shape, Slot, Source, Turns as _, Validators,
};
use crate::http::slots::Turn;
use crate::public::cached::{self, ReadRequest};
use crate::state::App;

/// `GET /embed/annotations`: which passages of a page's article are commented on, the newest 1,000.
pub(crate) async fn annotations(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
    uri: Uri,
    asked: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let site = visitor.at(&app, params.site()?).await?;
    let page = visitor.page(&app, &site, params.page())?;
    let shape = Shape::of(Form::Annotations, visitor.base.0.clone(), &site.settings);
    let source = AnnotationsSource {
        app: &app,
        asking: ReadRequest::new(&app, &visitor),
        page,
    };
    let key = source.page.as_str();
    cached::answer(&app, &site, key, &shape, &source, Some(&uri), &asked).await
}

/// Renders the annotations of a page from the store.
struct AnnotationsSource<'a> {
    app: &'a App,
    asking: ReadRequest,
    page: PageKey,
}

impl Source for AnnotationsSource<'_> {
    type Turns = ReadRequest;

    fn turns(&self) -> &ReadRequest {
        &self.asking
    }

    async fn version(&self, slot: &Slot) -> Result<i64, PageError> {
        self.asking.version(slot, Some(&self.page)).await
    }

    async fn render(&self, slot: &Slot, _: &Shape, turn: Turn) -> Result<Rendered, PageError> {
        self.app.metrics.count(Counter::Renderings);
        let (site, key) = (slot.site.id, slot.page(&self.page));
        let read = self.app.store.read(move |tx| {
            let Some(page) = pages::find(tx, site, &key)? else {
                return Ok(None);
            };
            let annotated = stored::of_page(tx, site, page.id)?;
            let asked = questions::of_page(tx, site, page.id)?;
            let own = allowed::questions_of_page(tx, site, page.id)?;
            Ok(Some((page, (annotated, asked, own))))
        });
        let (page, annotated) = read.await?.unzip();
        let (annotated, asked, own) = annotated.unwrap_or_default();
        let takes_answers = own.unwrap_or(slot.site.settings.questions) == Questions::On;
        let work = move || {
            let said = annotated.iter().map(|own| {
                AnnotatedBody::of(
                    own.comment,
                    &own.annotation,
                    own.n_comments,
                    (own.has_sources, own.question),
                )
            });
            let asked = asked
                .iter()
                .map(|own| AnnotatedBody::of_question(own, takes_answers));
            serde_json::to_vec(&AnnotationsBody {
                annotations: said.chain(asked).collect(),
            })
        };
        let body = ReadRequest::apart(turn, work).await?;
        Ok(Rendered {
            version: page.as_ref().map_or(0, |page| page.version),
            canonical: page.map(|page| page.key.as_str().to_owned()),
            body: body.map_err(PageError::broken)?,
            headers: of_public("application/json", None),
            validators: Validators::Tag,
        })
    }
}
