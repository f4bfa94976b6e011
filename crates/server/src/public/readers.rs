//! What readers with an account show of themselves: a page with what they wrote, and a picture.

use axum::extract::{Path, State};
use axum::response::{Html, Response};
use rejoinder_core::{AuthorId, CommentId};
use render::identity::{ReaderLine, reader_page};
use store::identity::profiles;

use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Params, Visitor};
use crate::http::limits::Act;
use crate::public::made;
use crate::public::threads::context;
use crate::state::App;

/// How many comments a page shows.
const ON_A_PAGE: i64 = 20;

/// `GET /readers/{site}/{id}`: what an account wrote that everyone may read, where it wants that.
pub(crate) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, id)): Path<(String, String)>,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let site = visitor.at(&app, &host).await?;
    let id: AuthorId = id.parse().map_err(|_| ApiError::not_found())?;
    let before: Option<CommentId> = params.read("before")?;
    let own = site.clone();
    let read = app
        .store
        .read(move |tx| profiles::page(tx, &own, id, before, ON_A_PAGE + 1));
    let mut found = read.await?.ok_or_else(ApiError::not_found)?;
    let has_more = i64::try_from(found.comments.len()).is_ok_and(|n| n > ON_A_PAGE);
    if has_more {
        found.comments.pop();
    }
    let next = found.comments.last().filter(|_| has_more);
    let next = next.map(|(comment, _)| comment.id);
    let lines = found.comments.iter();
    let lines: Vec<ReaderLine<'_>> = lines
        .map(|(comment, page)| ReaderLine { comment, page })
        .collect();
    let context = context(&app, &site, &visitor.base.0);
    Ok(Html(reader_page(&context, &found.author, &lines, next)))
}

/// `GET /reader-pictures/{site}/{file}`: a picture that was made here, from whatever came. Its name says
/// what it shows, so it never changes.
pub(crate) async fn picture(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, file)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let site = visitor.at(&app, &host).await?.id;
    let name = file.strip_suffix(".jpg").ok_or_else(ApiError::not_found)?;
    let name = name.to_owned();
    let read = app.store.read(move |tx| profiles::picture(tx, site, &name));
    let bytes = read.await?.ok_or_else(ApiError::not_found)?;
    made::picture(bytes, "image/jpeg", made::WEEK)
}
