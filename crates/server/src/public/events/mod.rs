//! `GET /api/v1/events`: what happens to a page, as it happens.

mod frame;
mod stream;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, header};

use crate::http::error::{ApiError, Problem};
use crate::http::extract::{Params, Visitor};
use crate::http::limits::Act;
use crate::http::live::NoSeat;
use crate::state::App;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Follow a page live (server-sent events).
///
/// `event` is `published`, `edited`, `voted`, `removed` or `page`; `id` is the page's version.
/// A `page` event carries `html` while nobody can write: the sentence that says so; and `annotations`, how many
/// passages of the article are spoken of or asked about, where any is.
/// `Last-Event-ID`, or the parameter `since`, resumes without a gap; after more than seven days the stream
/// begins with `reload`: read the thread anew, what follows goes on from there.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "reading",
    params(
        ("site" = String, Query, description = "The site's host"),
        ("page" = String, Query, description = "The page's address or key"),
        ("since" = Option<i64>, Query, description = "Tell what happened after this version"),
    ),
    responses(
        (status = 200, body = String, content_type = "text/event-stream"),
        (status = 503, body = Problem, description = "Too many readers follow live"),
        (status = "4XX", body = Problem)),
)]
pub(crate) async fn events(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
    asked: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let site = visitor.at(&app, params.site()?).await?;
    let last = asked
        .get(LAST_EVENT_ID)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let since = last.or(params.read("since")?);
    let key = visitor.page(&app, &site, params.page())?;
    let known = {
        let (site, key) = (site.id, key.clone());
        app.store
            .read(move |tx| store::discussion::pages::find(tx, site, &key))
            .await?
    };
    let key = known.map_or(key, |page| page.key);
    let (client, base) = (visitor.network, visitor.base.0.clone());
    let stream = stream::follow(&app, client, site, key, base, since).await;
    let mut response = Response::new(stream?);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    headers.insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
    Ok(response)
}

impl From<NoSeat> for ApiError {
    fn from(reason: NoSeat) -> Self {
        match reason {
            NoSeat::Client => Self::too_many_streams(),
            NoSeat::Full => Self::streams_full(),
            NoSeat::Store(error) => error.into(),
        }
    }
}
