//! Searching in the comments of a page.

use axum::extract::State;
use axum::response::Html;
use rejoinder_core::discussion::text_search::TextSearch;
use render::discussion::found::{Search, found_page};
use store::discussion::text_search;

use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Params, Visitor};
use crate::http::limits::Act;
use crate::http::page_cache::Turns as _;
use crate::public::cached::ReadRequest;
use crate::public::embedding::may_show;
use crate::public::threads::{context, placed};
use crate::state::App;

/// What a search costs of a client's budget for reading: it looks at each text.
const COST: usize = 5;

/// `GET /embed/search`: the comments of a page that hold the words `q`, as a page from which the widget
/// takes what it shows.
pub(crate) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    app.limits
        .take_many(Act::Read, COST, &visitor, app.steady())?;
    let site = visitor.at(&app, params.site()?).await?;
    let key = visitor.page(&app, &site, params.page())?;
    may_show(&app, &site, &key).await?;
    let typed = params.get("q").unwrap_or_default().to_owned();
    let search = TextSearch::of(&typed);
    // Looking and rendering are done in turns, as threads are.
    let turn = ReadRequest::new(&app, &visitor).turn().await;
    let turn = turn.map_err(ApiError::from)?;
    let (id, asked, wanted) = (site.id, key.clone(), search.clone());
    let find = app
        .store
        .read(move |tx| text_search::find(tx, id, &asked, wanted.as_ref()));
    let found = find.await.map_err(ApiError::from)?;
    let base = visitor.base.0.clone();
    let key = placed(
        &app,
        &site,
        &base,
        found.page.as_ref().map_or(key, |page| page.key.clone()),
    );
    let shown = move || {
        let found = Search {
            key: &key,
            typed: &typed,
            search: search.as_ref(),
            comments: &found.comments,
            n: found.n,
        };
        found_page(&context(&app, &site, &base), &found)
    };
    let page = ReadRequest::apart(turn, shown)
        .await
        .map_err(ApiError::from)?;
    Ok(Html(page))
}
