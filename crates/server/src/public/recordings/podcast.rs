//! `GET /recordings/{site}/podcast.rss`: the recordings of a site for those who follow them.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use render::recordings::Episode;
use store::recordings::listing;

use crate::http::error::ApiError;
use crate::http::extract::Visitor;
use crate::http::limits::Act;
use crate::http::middleware::headers::complete;
use crate::public::threads::{context, placed};
use crate::state::App;

/// So many recordings are told of at once.
const MAX_EPISODES: i64 = 50;

/// The newest recordings of a site, with their transcripts and chapters.
pub(super) async fn podcast(
    State(app): State<App>,
    visitor: Visitor,
    Path(host): Path<String>,
) -> Result<Response, ApiError> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let site = visitor.at(&app, &host).await?;
    let id = site.id;
    let read = app
        .store
        .read(move |tx| listing::episodes(tx, id, MAX_EPISODES));
    let found = read.await?;
    let base = &visitor.base.0;
    let keys = found
        .iter()
        .map(|own| placed(&app, &site, base, own.page.key.clone()));
    let keys: Vec<_> = keys.collect();
    let episodes = found.iter().zip(&keys).map(|(own, key)| Episode {
        recording: &own.recording,
        page: &own.page,
        key,
        transcript: own.transcript.as_ref().map(Option::as_deref),
        has_chapters: own.has_chapters,
    });
    let episodes: Vec<_> = episodes.collect();
    let body = render::recordings::podcast(&context(&app, &site, base), &episodes);
    let mut headers = HeaderMap::new();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, "application/rss+xml; charset=utf-8");
    set(header::CACHE_CONTROL, "public, max-age=300");
    complete(&mut headers, true);
    Ok((headers, body).into_response())
}
