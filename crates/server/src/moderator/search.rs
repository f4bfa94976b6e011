//! Searching, and the searches that a moderator keeps.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rejoinder_core::CommentId;
use rejoinder_core::moderation::search::{CommentSearch, NotASearch, retyped};
use render::moderation::{SavedSearchRow, SearchPage};
use store::moderation::searches::{self, SavedSearch};
use store::{Tx, moderation::queues};

use super::flash;
use super::rows::{self, AT_ONCE, LoadedRow};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, PathId};
use crate::newsroom::{Newsroom, PageContext, PageHead, RailPosition, desk, see_other};

/// `GET /moderate/{site}/search`: the comments that a search finds.
pub(super) async fn search(newsroom: Newsroom, params: Params) -> Result<Response, ErrorPage> {
    let typed = params.get("q").unwrap_or_default();
    let problem = problem(typed);
    let search = typed.parse::<CommentSearch>().ok();
    let search = search.filter(|search| *search != CommentSearch::default());
    let after: Option<CommentId> = params.read("after")?;
    let (context, read) = read(&newsroom, search, after, &params).await?;
    let (desk, now) = (desk(&newsroom.site.host), newsroom.app.now());
    let back = address(&desk, typed, after);
    let next = read.next.map(|next| address(&desk, typed, Some(next)));
    let flash = flash::from_address(newsroom.texts(), &params, &back);
    let empty = match next {
        Some(_) => &newsroom.texts().empty.found_so_far,
        None => &newsroom.texts().empty.found,
    };
    let rows = read.rows.unwrap_or_default();
    let list = rows::list(
        "",
        &rows,
        next,
        rows::RowContext {
            site: &newsroom.site,
            desk: &desk,
            back: &back,
            now,
        },
        empty,
    );
    let kept: Vec<SavedSearchRow> = read
        .kept
        .into_iter()
        .map(|saved| kept(&desk, saved))
        .collect();
    let head = PageHead {
        title: newsroom.texts().titles.search,
        at: RailPosition::Desk("/search"),
        flash: flash.as_ref(),
    };
    let page = newsroom.page(&context, head, |frame| {
        render::moderation::search_page(&SearchPage {
            frame,
            typed,
            problem: problem.as_deref(),
            found: read.has_searched.then_some(&list),
            kept: &kept,
        })
    });
    let status = problem.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    Ok((status, page).into_response())
}

struct SearchResults {
    has_searched: bool,
    rows: Option<Vec<LoadedRow>>,
    next: Option<CommentId>,
    kept: Vec<SavedSearch>,
}

async fn read(
    newsroom: &Newsroom,
    search: Option<CommentSearch>,
    after: Option<CommentId>,
    params: &Params,
) -> Result<(PageContext, SearchResults), ApiError> {
    let (site, author) = (newsroom.site.id, newsroom.author.id);
    let judged = rows::edited(params);
    let read = newsroom.read(move |tx, scope| {
        let kept = searches::list(tx, site, author)?;
        let (rows, next) = match &search {
            Some(search) => {
                let found = queues::search(tx, site, search, scope, after, AT_ONCE)?;
                let (rows, next) = rows::load(tx, site, found, &judged)?;
                (Some(rows), next)
            }
            None => (None, None),
        };
        Ok(SearchResults {
            has_searched: search.is_some(),
            rows,
            next,
            kept,
        })
    });
    Ok(read.await?)
}

fn address(desk: &str, typed: &str, after: Option<CommentId>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("q", typed);
    if let Some(after) = after {
        query.append_pair("after", &after.to_string());
    }
    format!("{desk}/search?{}", query.finish())
}

fn kept(desk: &str, saved: SavedSearch) -> SavedSearchRow {
    let typed = retyped(&saved.query);
    SavedSearchRow {
        id: saved.id,
        href: address(desk, &typed, None),
        name: saved.name,
        problem: problem(&typed),
    }
}

/// What is wrong with a search.
fn problem(typed: &str) -> Option<String> {
    let error = typed.parse::<CommentSearch>().err()?;
    Some(sentence(&error.to_string()))
}

/// A refusal that begins with what was typed, as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

/// `POST /moderate/{site}/searches`: keep a search under a name.
pub(super) async fn save(newsroom: Newsroom, Form(fields): Form) -> Result<Response, ErrorPage> {
    let typed = fields.get("q").unwrap_or_default();
    let search: CommentSearch = typed
        .parse()
        .map_err(|error: NotASearch| ApiError::query("q", sentence(&error.to_string())))?;
    let name = fields
        .get("name")
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let name = name.unwrap_or(typed).to_owned();
    let (now, site, author) = (newsroom.app.now(), newsroom.site.id, newsroom.author.id);
    let id = newsroom.app.ids.next(now);
    let save = move |tx: &mut Tx<'_>| searches::save(tx, now, site, author, id, &name, &search);
    newsroom.app.store.write(save).await?;
    let to = address(&desk(&newsroom.site.host), typed, None);
    Ok(see_other(&format!("{to}&did=save")))
}

/// `POST /moderate/{site}/searches/{id}/forget`: forget a search of one's own.
pub(super) async fn forget(
    newsroom: Newsroom,
    PathId(id): PathId<i64>,
) -> Result<Response, ErrorPage> {
    let (site, author) = (newsroom.site.id, newsroom.author.id);
    let forget = move |tx: &mut Tx<'_>| searches::forget(tx, site, author, id);
    newsroom.app.store.write(forget).await?;
    let desk = desk(&newsroom.site.host);
    Ok(see_other(&format!("{desk}/search?did=forget")))
}
