//! Searching, and the searches that a moderator keeps.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rejoinder_core::CommentId;
use rejoinder_core::moderation::search::{NotASearch, Search, retyped};
use render::moderation::{Kept, SearchPage};
use store::moderation::searches::{self, Saved};
use store::{StoreError, Tx, moderation::queues};

use super::rows::{self, AT_ONCE, Loaded};
use super::told;
use crate::access::Member;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params};
use crate::newsroom::{self, Around, At, Shown, desk, see_other};
use crate::state::App;

/// `GET /moderate/{site}/search`: the comments that a search finds.
pub(super) async fn search(
    State(app): State<App>,
    member: Member,
    params: Params,
) -> Result<Response, ErrorPage> {
    let typed = params.get("q").unwrap_or_default();
    let problem = problem(typed);
    let search = typed.parse::<Search>().ok();
    let search = search.filter(|search| *search != Search::default());
    let after: Option<CommentId> = params.read("after")?;
    let read = read(&app, &member, search, after, &params).await?;
    let (desk, now) = (desk(&member.site.host), app.now());
    let back = address(&desk, typed, after);
    let next = read.next.map(|next| address(&desk, typed, Some(next)));
    let told = told::from_address(member.texts(), &params, &back);
    let empty = match next {
        Some(_) => &member.texts().empty.found_so_far,
        None => &member.texts().empty.found,
    };
    let rows = read.rows.unwrap_or_default();
    let list = rows::list(
        "",
        &rows,
        next,
        rows::Place {
            site: &member.site,
            desk: &desk,
            back: &back,
            now,
        },
        empty,
    );
    let kept: Vec<Kept> = read
        .kept
        .into_iter()
        .map(|saved| kept(&desk, saved))
        .collect();
    let shown = Shown {
        title: &member.texts().titles.search,
        at: At::Desk("/search"),
        told: told.as_ref(),
    };
    let page = newsroom::page(&app, &member, &read.around, shown, |frame| {
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

struct Read {
    around: Around,
    has_searched: bool,
    rows: Option<Vec<Loaded>>,
    next: Option<CommentId>,
    kept: Vec<Saved>,
}

async fn read(
    app: &App,
    member: &Member,
    search: Option<Search>,
    after: Option<CommentId>,
    params: &Params,
) -> Result<Read, ApiError> {
    let (site, author) = (member.site.id, member.author.id);
    let judged = rows::edited(params);
    let read = move |tx: &mut Tx<'_>| {
        let around = Around::read(tx, site, author)?;
        let kept = searches::list(tx, site, author)?;
        let (rows, next) = match &search {
            Some(search) => {
                let found = queues::search(tx, site, search, &around.scope, after, AT_ONCE)?;
                let (rows, next) = rows::load(tx, site, found, &judged)?;
                (Some(rows), next)
            }
            None => (None, None),
        };
        Ok::<_, StoreError>(Read {
            around,
            has_searched: search.is_some(),
            rows,
            next,
            kept,
        })
    };
    Ok(app.store.read(read).await?)
}

fn address(desk: &str, typed: &str, after: Option<CommentId>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("q", typed);
    if let Some(after) = after {
        query.append_pair("after", &after.to_string());
    }
    format!("{desk}/search?{}", query.finish())
}

fn kept(desk: &str, saved: Saved) -> Kept {
    let typed = retyped(&saved.query);
    Kept {
        id: saved.id,
        href: address(desk, &typed, None),
        name: saved.name,
        problem: problem(&typed),
    }
}

/// What is wrong with a search.
fn problem(typed: &str) -> Option<String> {
    let error = typed.parse::<Search>().err()?;
    Some(sentence(&error.to_string()))
}

/// A refusal that begins with what was typed, as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

/// `POST /moderate/{site}/searches`: keep a search under a name.
pub(super) async fn save(
    State(app): State<App>,
    member: Member,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let typed = fields.get("q").unwrap_or_default();
    let search: Search = typed
        .parse()
        .map_err(|error: NotASearch| ApiError::query("q", sentence(&error.to_string())))?;
    let name = fields
        .get("name")
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let name = name.unwrap_or(typed).to_owned();
    let (now, site, author) = (app.now(), member.site.id, member.author.id);
    let id = app.ids.next(now);
    let save = move |tx: &mut Tx<'_>| searches::save(tx, now, site, author, id, &name, &search);
    app.store.write(save).await?;
    let to = address(&desk(&member.site.host), typed, None);
    Ok(see_other(&format!("{to}&did=save")))
}

/// `POST /moderate/{site}/searches/{id}/forget`: forget a search of one's own.
pub(super) async fn forget(
    State(app): State<App>,
    member: Member,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, ErrorPage> {
    let id: i64 = id.parse().map_err(|_| ApiError::not_found())?;
    let (site, author) = (member.site.id, member.author.id);
    let forget = move |tx: &mut Tx<'_>| searches::forget(tx, site, author, id);
    app.store.write(forget).await?;
    let desk = desk(&member.site.host);
    Ok(see_other(&format!("{desk}/search?did=forget")))
}
