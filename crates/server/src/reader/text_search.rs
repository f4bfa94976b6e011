//! Searching in the comments of a page.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use rejoinder_core::discussion::text_search::TextSearch;
use rejoinder_core::{AuthorId, Comment, Page};
use render::discussion::found::{Search, found_page};
use store::Tx;
use store::discussion::{pages, text_search};

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
/// takes what it shows. Those by authors whom the reader has muted are left out.
pub(crate) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let site = visitor.acting_at(&app, params.site()?).await?;
    app.limits
        .take_many(Act::Read, COST, &visitor, app.steady())?;
    let key = visitor.page(&app, &site, params.page())?;
    may_show(&app, &site, &key).await?;
    let typed = params.get("q").unwrap_or_default().to_owned();
    let search = TextSearch::of(&typed)?.map(Arc::new);
    let reader = visitor.reader(&app, &site).await?.author.map(|own| own.id);
    let (id, asked) = (site.id, key.clone());
    let found = app.store.read(move |tx| pages::find(tx, id, &asked));
    let found = found.await.map_err(ApiError::from)?;
    let asking = ReadRequest::new(&app, &visitor);
    let hits = match (&found, &search) {
        (Some(page), Some(search)) => find(&app, &asking, page, reader, search).await?,
        _ => Hits::default(),
    };
    let base = visitor.base.0.clone();
    let key = placed(&app, &site, &base, found.map_or(key, |page| page.key));
    let shown = move || {
        let found = Search {
            key: &key,
            typed: &typed,
            search: search.as_deref(),
            comments: &hits.comments,
            n: hits.n,
        };
        found_page(&context(&app, &site, &base), &found)
    };
    let turn = asking.turn().await.map_err(ApiError::from)?;
    let page = ReadRequest::apart(turn, shown).await;
    Ok(Html(page.map_err(ApiError::from)?))
}

/// What was found.
#[derive(Default)]
struct Hits {
    /// The newest of it.
    comments: Vec<Comment>,
    n: usize,
}

/// What `reader` is shown of `page` that holds what is looked for. Each step is read by itself and compared
/// in a turn of its own, as threads are rendered.
async fn find(
    app: &App,
    asking: &ReadRequest,
    page: &Page,
    reader: Option<AuthorId>,
    search: &Arc<TextSearch>,
) -> Result<Hits, ApiError> {
    let (mut ids, mut before) = (Vec::new(), None);
    for _ in 0..text_search::MAX_STEPS {
        let own = page.clone();
        let read = move |tx: &mut Tx<'_>| text_search::step(tx, &own, reader, before);
        let step = app.store.read(read).await?;
        before = step.next();
        let search = Arc::clone(search);
        let turn = asking.turn().await?;
        ids.extend(ReadRequest::apart(turn, move || step.matching(&search)).await?);
        if before.is_none() {
            break;
        }
    }
    let n = ids.len();
    ids.truncate(text_search::MAX_FOUND);
    let (n_asked, own) = (ids.len(), page.clone());
    let read = move |tx: &mut Tx<'_>| text_search::found(tx, &own, &ids);
    let comments = app.store.read(read).await?;
    // What went meanwhile does not count.
    let n = n - (n_asked - comments.len());
    Ok(Hits { comments, n })
}
