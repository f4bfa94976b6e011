//! Why a page cannot show its thread, said to whoever embeds it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use rejoinder_core::{PageKey, Site, discussion::policy};
use render::discussion::embedding::{self, EmbeddingBody, EmbeddingProblem, EmbeddingRequest};
use store::discussion::pages;

use crate::http::error::{ApiError, Problem};
use crate::http::extract::{Params, Visitor};
use crate::http::limits::Act;
use crate::state::App;

/// The origin that browsers name where there is none.
const NO_ORIGIN: &str = "null";

type EmbeddingResponse = ([(HeaderName, &'static str); 1], Json<EmbeddingBody>);

/// Learn why a page cannot show its thread. Any page may read the answer, which is about itself.
#[utoipa::path(
    get, path = "/api/v1/embedding", tag = "reading",
    params(
        ("site" = String, Query, description = "The site's host, as the page names it"),
        ("page" = String, Query, description = "The page's address or key"),
    ),
    responses((status = 200, body = EmbeddingBody), (status = "4XX", body = Problem)),
)]
pub(crate) async fn embedding(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<EmbeddingResponse, ApiError> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let host = params.get("site").unwrap_or_default();
    let site = match app.sites.named(host).await {
        Err(error) if error.status != StatusCode::NOT_FOUND => return Err(error),
        found => found.ok(),
    };
    let hindrance = hindrance(&app, &visitor, site.as_ref(), params.page()).await?;
    let asking = EmbeddingRequest {
        site: host,
        page: params.page(),
        origin: visitor.origin.as_deref().unwrap_or(visitor.base.origin()),
        is_listed: match visitor.foreign_origin() {
            Some(origin) => app.sites.is_listed(origin).await?,
            None => true,
        },
    };
    let language = site.as_ref().map(|site| site.settings.language);
    let language = language.unwrap_or_default();
    let body = embedding::body(language, asking, hindrance);
    Ok(([(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")], Json(body)))
}

async fn hindrance(
    app: &App,
    visitor: &Visitor,
    site: Option<&Arc<Site>>,
    page: &str,
) -> Result<Option<EmbeddingProblem>, ApiError> {
    let origin = visitor.foreign_origin();
    if origin == Some(NO_ORIGIN) {
        return Ok(Some(EmbeddingProblem::OriginMissing));
    }
    let Some(site) = site else {
        return Ok(Some(EmbeddingProblem::SiteUnknown));
    };
    if origin.is_some_and(|origin| !site.allows(origin)) {
        return Ok(Some(EmbeddingProblem::OriginRefused));
    }
    let key = visitor.page(app, site, page)?;
    match may_show(app, site, &key).await {
        Ok(()) => Ok(None),
        Err(error) if error.status == StatusCode::FORBIDDEN => {
            Ok(Some(EmbeddingProblem::PageElsewhere))
        }
        Err(error) => Err(error),
    }
}

/// Whether a thread can be shown at `key`: one that is there can, also where no new one may be.
pub(crate) async fn may_show(app: &App, site: &Site, key: &PageKey) -> Result<(), ApiError> {
    let Err(refusal) = policy::may_carry_thread(site, key) else {
        return Ok(());
    };
    let (id, key) = (site.id, key.clone());
    let known = app.store.read(move |tx| pages::find(tx, id, &key)).await?;
    known.map_or_else(|| Err(refusal.into()), |_| Ok(()))
}
