//! What there is to read of a recording, as fragment and as whole page, from the page cache.

use std::slice;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use rejoinder_core::recordings::{CutComparison, Recording, Span};
use rejoinder_core::{PageKey, RecordingId, Site};
use render::RenderContext;
use render::recordings::{CitedPart, CutOf, PlayerContent};
use store::discussion::pages;
use store::recordings::{
    listing,
    player_data::{self, PlayerData},
};

use super::stored::{self, is_open, players};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Params, Visitor};
use crate::http::limits::Act;
use crate::http::metrics::Counter;
use crate::http::middleware::headers::{embed_policy, of_public};
use crate::http::page_cache::{
    Form, PageError, Rendered, Shape, Slot, Source, Turns as _, Validators,
};
use crate::http::slots::Turn;
use crate::public::cached::{self, ReadRequest};
use crate::public::threads::{context, placed};
use crate::state::App;

/// `GET /embed/recording/along`: for the widget, which plays it.
pub(super) async fn fragment(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
    asked: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    answer(&app, &visitor, &params, Form::Along, &asked).await
}

/// `GET /embed/recording`: the recording as a whole page; `t` names a part of it.
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
    asked: HeaderMap,
) -> Result<Response<Body>, ErrorPage> {
    let from = params.get("t");
    let from = from.and_then(|from| Span::from_fragment(&format!("t={from}")));
    let form = |id| Form::Recording(id, from);
    Ok(answer(&app, &visitor, &params, form, &asked).await?)
}

async fn answer(
    app: &App,
    visitor: &Visitor,
    params: &Params,
    form: impl FnOnce(RecordingId) -> Form,
    asked: &HeaderMap,
) -> Result<Response<Body>, ApiError> {
    app.limits.take(Act::Read, visitor, app.steady())?;
    let site = visitor.at(app, params.site()?).await?;
    let page = visitor.page(app, &site, params.page())?;
    let id: Option<RecordingId> = params.read("id")?;
    let id = id.ok_or_else(ApiError::not_found)?;
    if !stands_with(app, &site, &page, id).await? {
        return Err(ApiError::not_found());
    }
    let shape = Shape::of(form(id), visitor.base.0.clone(), &site.settings);
    let asking = ReadRequest::new(app, visitor);
    let source = AlongSource {
        app,
        asking,
        page,
        id,
    };
    let key = source.page.as_str();
    cached::answer(app, &site, key, &shape, &source, None, asked).await
}

/// Whether the recording stands with the page.
async fn stands_with(
    app: &App,
    site: &Site,
    page: &PageKey,
    id: RecordingId,
) -> Result<bool, ApiError> {
    let (site, key) = (site.id, page.clone());
    let read = app.store.read(move |tx| {
        let page = pages::find(tx, site, &key)?;
        let recording = listing::find(tx, site, id)?;
        Ok(page.zip(recording))
    });
    let found = read.await?;
    Ok(found.is_some_and(|(page, own)| own.page == page.id && is_open(&own)))
}

/// Renders what there is to read of a recording from the store.
struct AlongSource<'a> {
    app: &'a App,
    asking: ReadRequest,
    page: PageKey,
    id: RecordingId,
}

fn html(
    context: &RenderContext<'_>,
    form: Form,
    key: &PageKey,
    whole: &PlayerData,
) -> Result<String, PageError> {
    let transcript = whole.transcript.as_ref();
    let transcript = transcript.map(|(status, language, text)| {
        let read = stored::transcript(text, language.clone());
        read.map(|transcript| (transcript, *status))
    });
    let transcript = transcript
        .transpose()
        .map_err(|error| PageError::broken(error.detail))?;
    let cuts = whole.cuts.iter().map(|(cut, json)| {
        let found = json.as_deref().map(serde_json::from_str::<CutComparison>);
        Ok((cut, found.transpose().map_err(PageError::broken)?))
    });
    let cuts: Vec<(&Recording, Option<CutComparison>)> = cuts.collect::<Result<_, PageError>>()?;
    let cuts: Vec<_> = cuts
        .iter()
        .map(|(cut, found)| CutOf {
            cut,
            comparison: found.as_ref(),
        })
        .collect();
    let cited = whole.cited.iter().map(|cited| CitedPart {
        comment: cited.comment,
        start_ms: cited.start_ms,
        end_ms: cited.end_ms,
    });
    let cited: Vec<_> = cited.collect();
    let chapters = whole.chapters.as_deref().map(stored::chapters);
    let chapters = chapters.transpose();
    let chapters = chapters.map_err(|error| PageError::broken(error.detail))?;
    let content = PlayerContent {
        recording: &whole.recording,
        key,
        transcript: transcript.as_ref().map(|(text, status)| (text, *status)),
        chapters: chapters.as_deref().unwrap_or_default(),
        wave_form: &whole.wave_form,
        cited: &cited,
        proposals: &whole.proposals,
        locks: &whole.locks,
        cuts: &cuts,
        marked: match form {
            Form::Recording(_, marked) => marked,
            _ => None,
        },
    };
    Ok(match form {
        Form::Recording(..) => render::recordings::player_page(context, &content),
        _ => render::recordings::player_fragment(context, &content),
    })
}

impl Source for AlongSource<'_> {
    type Turns = ReadRequest;

    fn turns(&self) -> &ReadRequest {
        &self.asking
    }

    async fn version(&self, slot: &Slot) -> Result<i64, PageError> {
        self.asking.version(slot, Some(&self.page)).await
    }

    async fn render(&self, slot: &Slot, shape: &Shape, turn: Turn) -> Result<Rendered, PageError> {
        self.app.metrics.count(Counter::Renderings);
        let (site, key, id) = (slot.site.id, slot.page(&self.page), self.id);
        let read = self.app.store.read(move |tx| {
            let page = pages::find(tx, site, &key)?;
            let found = player_data::find(tx, site, id)?;
            Ok(page.zip(found))
        });
        let (page, whole) = read.await?.ok_or_else(|| PageError::broken("it is gone"))?;
        let canonical = page.key.as_str().to_owned();
        let key = placed(self.app, &slot.site, &shape.base, page.key);
        let recording = whole.recording.clone();
        let (app, site, own) = (self.app.clone(), slot.site.clone(), shape.clone());
        let work = move || html(&context(&app, &site, &own.base), own.form, &key, &whole);
        let html = ReadRequest::apart(turn, work).await??;
        Ok(Rendered {
            version: page.version,
            canonical: Some(canonical),
            body: html.into_bytes(),
            headers: headers(&slot.site, shape.form, &recording),
            validators: Validators::Tag,
        })
    }
}

fn headers(site: &Site, form: Form, recording: &Recording) -> HeaderMap {
    let is_page = matches!(form, Form::Recording(..));
    let policy = is_page.then(|| embed_policy(site, &players(site, slice::from_ref(recording))));
    of_public("text/html; charset=utf-8", policy)
}
