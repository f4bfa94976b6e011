//! How many comments pages have.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, header};
use rejoinder_core::{PageKey, Refusal};
use serde::Serialize;
use store::discussion::pages;
use utoipa::ToSchema;

use crate::http::error::{ApiError, Problem};
use crate::http::extract::{Params, Visitor};
use crate::http::limits::Act;
use crate::state::App;

/// So many pages may be asked for at once.
const MAX_PAGES: usize = 200;

/// How many comments are published on each page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Counts {
    /// From the page, as it was asked for, to its number of comments. A page that cannot be one of the
    /// site's is left out.
    counts: BTreeMap<String, i64>,
}

type CountsResponse = ([(HeaderName, &'static str); 1], Json<Counts>);

/// Count the comments of any number of pages.
#[utoipa::path(
    get, path = "/api/v1/counts", tag = "reading",
    params(
        ("site" = String, Query, description = "The site's host"),
        ("page" = Vec<String>, Query, description = "A page's address or key; once for each page"),
    ),
    responses((status = 200, body = Counts), (status = "4XX", body = Problem)),
)]
pub(crate) async fn counts(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<CountsResponse, ApiError> {
    let site = visitor.at(&app, params.site()?).await?;
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let pages = read_pages(&params, |page| visitor.page(&app, &site, page))?;
    let (names, keys): (Vec<String>, Vec<PageKey>) = pages.into_iter().unzip();
    let found = app
        .store
        .read(move |tx| pages::counts(tx, site.id, &keys))
        .await?;
    let counts = names.into_iter().zip(found).collect();
    Ok((
        [(header::CACHE_CONTROL, "public, max-age=10")],
        Json(Counts { counts }),
    ))
}

/// The pages that can be counted: one address that is none of the site's takes nothing from the rest
/// of an index. Where there is no other, its refusal says why.
fn read_pages(
    params: &Params,
    read: impl Fn(&str) -> Result<PageKey, Refusal>,
) -> Result<BTreeMap<String, PageKey>, ApiError> {
    let asked: BTreeSet<&str> = params.all("page").collect();
    if asked.len() > MAX_PAGES {
        let detail = format!("At most {MAX_PAGES} pages can be asked for at once.");
        return Err(ApiError::query("page", detail));
    }
    let mut pages = BTreeMap::new();
    let mut refused = None;
    for page in asked {
        match read(page) {
            Ok(key) => drop(pages.insert(page.to_owned(), key)),
            Err(refusal) => refused = refused.or(Some(refusal)),
        }
    }
    match (pages.is_empty(), refused) {
        (false, _) => Ok(pages),
        (true, Some(refusal)) => Err(refusal.into()),
        (true, None) => Err(ApiError::query("page", "The parameter `page` is missing.")),
    }
}
