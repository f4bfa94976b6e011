//! `GET /recordings/{site}` and `GET /api/v1/recordings`: all recordings of a site, or those in which words
//! are said.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Html;
use captions::Transcript;
use rejoinder_core::folding::folded;
use rejoinder_core::recordings::SearchWords;
use rejoinder_core::{PageKey, RecordingId, Site};
use render::recordings::{RecordingSearch, SearchHit, SearchedLine, address, search_page};
use serde::Serialize;
use store::Tx;
use store::recordings::searching::{self, RecordingHits};
use utoipa::ToSchema;

use crate::http::error::{ApiError, Problem};
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Params, Visitor};
use crate::http::limits::{Act, Who};
use crate::public::threads::{context, placed};
use crate::state::App;

/// So many recordings are told of at once.
const MAX_HITS: usize = 20;

/// So many places of each.
const MAX_PLACES: usize = 5;

/// Longer words are not looked for, in bytes.
const MAX_TYPED: usize = 1_000;

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundBody {
    /// Newest first, at most 20.
    recordings: Vec<HitBody>,
    /// The `after` with which the list goes on. There may be more also where nothing was found.
    next: Option<String>,
}

/// A recording in which the words are, or in whose title.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HitBody {
    id: String,
    title: String,
    /// The page's address or key.
    page: String,
    /// Where it is heard and read.
    url: String,
    duration_ms: Option<i64>,
    /// The first places where the words are said, at most 5; none without words.
    places: Vec<PlaceBody>,
}

/// A line in which the words are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlaceBody {
    start_ms: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    speaker: Option<String>,
    text: String,
    /// The same recording, from there on.
    url: String,
}

/// The recordings of a site in which words are said, or that are called so; without words, all of them.
#[utoipa::path(
    get, path = "/api/v1/recordings", tag = "reading",
    params(
        ("site" = String, Query, description = "The site's host"),
        ("words" = Option<String>, Query, description = "What is looked for: all of these words, whatever their case and accents"),
        ("after" = Option<String>, Query, description = "The `next` of the list before"),
    ),
    responses((status = 200, body = FoundBody), (status = "4XX", body = Problem)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<Json<FoundBody>, ApiError> {
    let site = visitor.at(&app, params.site()?).await?;
    let asked = SearchQuery::read(&params)?;
    let work = |own: &FoundRecordings| {
        let context = context(&own.app, &own.site, &own.base);
        let hits = own.hits().into_iter().map(|hit| HitBody {
            id: hit.recording.id.to_string(),
            title: hit.recording.title.clone(),
            page: hit.key.url().unwrap_or(hit.key.as_str()).to_owned(),
            url: address(&context, &hit, None),
            duration_ms: hit.recording.duration_ms,
            places: hit
                .places
                .iter()
                .map(|place| PlaceBody {
                    start_ms: place.start_ms,
                    speaker: place.speaker.map(str::to_owned),
                    text: place.text.to_owned(),
                    url: address(&context, &hit, Some(place.start_ms)),
                })
                .collect(),
        });
        FoundBody {
            recordings: hits.collect(),
            next: own.next.clone(),
        }
    };
    Ok(Json(find(&app, &visitor, site, asked, work).await?))
}

/// `GET /recordings/{site}`: the same as a page.
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(host): Path<String>,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let site = visitor.at(&app, &host).await?;
    let asked = SearchQuery::read(&params)?;
    let typed = asked.typed.clone();
    let work = move |own: &FoundRecordings| {
        let sought = RecordingSearch {
            words: &typed,
            next: own.next.as_deref(),
        };
        search_page(
            &context(&own.app, &own.site, &own.base),
            sought,
            &own.hits(),
        )
    };
    Ok(Html(find(&app, &visitor, site, asked, work).await?))
}

/// What a reader looks for.
struct SearchQuery {
    typed: String,
    words: SearchWords,
    after: Option<RecordingId>,
}

impl SearchQuery {
    fn read(params: &Params) -> Result<Self, ApiError> {
        let typed = params.get("words").unwrap_or_default().trim();
        if typed.len() > MAX_TYPED {
            return Err(ApiError::query(
                "words",
                "Fewer words are looked for at once.",
            ));
        }
        Ok(Self {
            typed: typed.to_owned(),
            words: SearchWords::new(typed),
            after: params.read("after")?,
        })
    }
}

/// What was found, with what it takes to show it.
struct FoundRecordings {
    app: App,
    site: Arc<Site>,
    base: Arc<str>,
    words: SearchWords,
    found: RecordingHits,
    keys: Vec<PageKey>,
    transcripts: Vec<Option<Transcript>>,
    next: Option<String>,
}

impl FoundRecordings {
    fn hits(&self) -> Vec<SearchHit<'_>> {
        let found = self
            .found
            .hits
            .iter()
            .zip(&self.keys)
            .zip(&self.transcripts);
        let hits = found.map(|((hit, key), transcript)| SearchHit {
            recording: &hit.recording,
            page: &hit.page,
            key,
            places: transcript
                .as_ref()
                .map_or_else(Vec::new, |own| places(own, &self.words)),
        });
        hits.collect()
    }
}

/// The lines that hold most of the words, in their order.
fn places<'t>(transcript: &'t Transcript, words: &SearchWords) -> Vec<SearchedLine<'t>> {
    if words.is_empty() {
        return Vec::new();
    }
    let counted = transcript.cues().iter();
    let counted: Vec<_> = counted
        .map(|cue| (words.n_in(&folded(&cue.text)), cue))
        .collect();
    let most = counted.iter().map(|(n, _)| *n).max().unwrap_or(0);
    let best = counted.into_iter().filter(|(n, _)| *n > 0 && *n == most);
    best.take(MAX_PLACES)
        .map(|(_, cue)| SearchedLine {
            start_ms: i64::try_from(cue.start_ms).unwrap_or(i64::MAX),
            speaker: cue.speaker.as_deref(),
            text: &cue.text,
        })
        .collect()
}

/// Look for it, and show it by `work` where that keeps nobody waiting.
async fn find<T: Send + 'static>(
    app: &App,
    visitor: &Visitor,
    site: Arc<Site>,
    asked: SearchQuery,
    work: impl FnOnce(&FoundRecordings) -> T + Send + 'static,
) -> Result<T, ApiError> {
    app.limits.take(Act::Preview, visitor, app.steady())?;
    let (id, words, after) = (site.id, asked.words.clone(), asked.after);
    let read = move |tx: &mut Tx<'_>| searching::search(tx, id, &words, after, MAX_HITS);
    let found = app.store.read(read).await?;
    let base = visitor.base.0.clone();
    let keys = found.hits.iter();
    let keys = keys.map(|hit| placed(app, &site, &base, hit.page.key.clone()));
    let mut own = FoundRecordings {
        app: app.clone(),
        keys: keys.collect(),
        next: found.next.map(|id| id.to_string()),
        transcripts: Vec::new(),
        words: asked.words,
        site,
        base,
        found,
    };
    let show = move || {
        let transcripts = own.found.hits.iter().map(|hit| match &hit.transcript {
            Some((webvtt, language)) => {
                super::stored::transcript(webvtt, language.clone()).map(Some)
            }
            None => Ok(None),
        });
        own.transcripts = transcripts.collect::<Result<_, ApiError>>()?;
        Ok::<_, ApiError>(work(&own))
    };
    app.slots.run(Who::of(visitor), show).await?
}
