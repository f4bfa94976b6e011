//! What articles were corrected in, from the page cache: `/embed/corrections`.
//!
//! The list of a page follows the page's version, that of a site every change at the site.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, Uri};
use rejoinder_core::PageKey;
use rejoinder_core::discussion::feed::FeedFormat;
use render::passages::{ErratumRow, errata_fragment};
use store::discussion::pages;
use store::passages::errata;

use crate::http::error::ApiError;
use crate::http::extract::{Params, Visitor};
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

/// `GET /embed/corrections`: what the article of `page` was corrected in, or all articles of the site. As an
/// HTML fragment, or as a feed of the `format` `atom`, `rss` or `json`.
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
    uri: Uri,
    asked: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let site = visitor.at(&app, params.site()?).await?;
    let page = params.get("page").filter(|page| !page.is_empty());
    let page = page.map(|typed| visitor.page(&app, &site, typed));
    let page = page.transpose()?;
    let format = match params.get("format") {
        None | Some("html") => None,
        Some(word) => Some(
            FeedFormat::from_word(word)
                .ok_or_else(|| ApiError::query("format", "There are: html, atom, rss, json."))?,
        ),
    };
    let shape = Shape::of(Form::Errata(format), visitor.base.0.clone(), &site.settings);
    let source = ErrataSource {
        app: &app,
        asking: ReadRequest::new(&app, &visitor),
        page,
        format,
    };
    let key = source.page.as_ref().map_or(WHOLE_SITE, PageKey::as_str);
    cached::answer(&app, &site, key, &shape, &source, Some(&uri), &asked).await
}

/// Renders a list of corrections from the store.
struct ErrataSource<'a> {
    app: &'a App,
    asking: ReadRequest,
    /// The page; nothing for the whole site.
    page: Option<PageKey>,
    format: Option<FeedFormat>,
}

impl ErrataSource<'_> {
    /// The page, as the slot knows it.
    fn key(&self, slot: &Slot) -> Option<PageKey> {
        self.page.as_ref().map(|asked| slot.page(asked))
    }
}

impl Source for ErrataSource<'_> {
    type Turns = ReadRequest;

    fn turns(&self) -> &ReadRequest {
        &self.asking
    }

    async fn version(&self, slot: &Slot) -> Result<i64, PageError> {
        self.asking.version(slot, self.page.as_ref()).await
    }

    async fn render(&self, slot: &Slot, shape: &Shape, turn: Turn) -> Result<Rendered, PageError> {
        self.app.metrics.count(Counter::Renderings);
        let (site, asked, known) = (slot.site.id, self.key(slot), slot.latest());
        let sought = asked.clone();
        let read = self.app.store.read(move |tx| match &sought {
            None => Ok((errata::of_site(tx, site)?, known, None)),
            Some(key) => {
                let Some(page) = pages::find(tx, site, key)? else {
                    return Ok((Vec::new(), 0, None));
                };
                let own = errata::of_page(tx, site, page.id)?.into_iter();
                let errata = own.map(|own| (own, page.clone())).collect();
                let canonical = page.key.as_str().to_owned();
                Ok((errata, page.version, Some(canonical)))
            }
        });
        let (mut errata, version, canonical) = read.await?;
        for (_, page) in &mut errata {
            page.key = placed(self.app, &slot.site, &shape.base, page.key.clone());
        }
        let (app, own, base) = (self.app.clone(), slot.site.clone(), shape.base.clone());
        let format = self.format;
        let work = move || {
            let context = context(&app, &own, &base);
            match format {
                Some(format) => {
                    let key = asked.as_ref();
                    render::discussion::feed::errata_feed(&context, &errata, key, format)
                }
                None => {
                    let is_of_site = asked.is_none();
                    let listed = errata.iter().map(|(erratum, page)| ErratumRow {
                        erratum,
                        page: is_of_site.then_some(page),
                    });
                    errata_fragment(&context, &listed.collect::<Vec<_>>())
                }
            }
        };
        let body = ReadRequest::apart(turn, work).await?;
        Ok(Rendered {
            version,
            canonical,
            body: body.into_bytes(),
            headers: headers(self.format),
            validators: Validators::Tag,
        })
    }
}

fn headers(format: Option<FeedFormat>) -> HeaderMap {
    let kind = match format {
        None => "text/html; charset=utf-8",
        Some(FeedFormat::Atom) => "application/atom+xml; charset=utf-8",
        Some(FeedFormat::Rss) => "application/rss+xml; charset=utf-8",
        Some(FeedFormat::Json) => "application/feed+json",
    };
    of_public(kind, None)
}
