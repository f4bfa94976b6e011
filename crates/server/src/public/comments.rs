//! One comment.

use axum::Json;
use axum::extract::{Path, State};
use rejoinder_core::discussion::thread::ThreadEntry;
use rejoinder_core::{Comment, Page, Refusal, Site, ThreadQuery};
use render::discussion::json::{self, CommentBody};
use serde::Serialize;
use store::discussion::threads;
use utoipa::ToSchema;

use crate::http::error::{ApiError, Problem};
use crate::http::extract::{Params, Visitor};
use crate::http::limits::Act;
use crate::public::threads::{context, placed};
use crate::reader::{locate, page_of};
use crate::state::App;

/// A comment, and how it stands in the thread.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownComment {
    /// The comment.
    pub(crate) comment: CommentBody,
    /// The comment as it stands in the thread.
    pub(crate) html: String,
}

/// `comment`, as everyone may see it by now.
pub(crate) fn shown(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    page: &Page,
    comment: Comment,
) -> (CommentBody, String) {
    let context = context(app, site, &visitor.base.0);
    let key = placed(app, site, context.base, page.key.clone());
    let entry = ThreadEntry {
        level: usize::try_from(comment.depth).unwrap_or(0),
        comment,
        more: None,
    };
    let body = json::comment(&context, &key, &entry);
    (body, render::comment_html(&context, &key, &entry))
}

/// A comment in its place.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Placed)]
pub(crate) struct CommentInPlace {
    /// The comment, with its first replies.
    comment: CommentBody,
    /// What it replies to, topmost first; the nearest when there are many.
    ancestors: Vec<CommentBody>,
}

/// Read one comment with its ancestors.
#[utoipa::path(
    get, path = "/api/v1/comments/{id}", tag = "reading",
    params(
        ("id" = String, Path, description = "The comment's id"),
        ("site" = Option<String>, Query, description = "The site's host; needed unless the page that asks belongs to one site alone, or there is only one"),
    ),
    responses((status = 200, body = CommentInPlace), (status = "4XX", body = Problem)),
)]
pub(crate) async fn one(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<CommentInPlace>, ApiError> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let (site, comment) = locate(&app, &visitor, &id, params.get("site")).await?;
    let key = page_of(&app, &site, &comment).await?.key;
    let query = ThreadQuery {
        root: Some(comment.id),
        sort: site.settings.sort,
        after: None,
        filter: None,
        passage: None,
        limit: site.settings.roots_per_page,
        replies: site.settings.replies_shown,
    };
    let site_id = site.id;
    let mut thread = app
        .store
        .read(move |tx| threads::load(tx, site_id, &key, &query))
        .await?;
    let context = context(&app, &site, &visitor.base.0);
    thread.key = placed(&app, &site, context.base, thread.key);
    let branch = json::thread(&context, &thread);
    let comment = branch
        .comments
        .into_iter()
        .next()
        .ok_or(Refusal::CommentUnknown)?;
    Ok(Json(CommentInPlace {
        comment,
        ancestors: branch.ancestors,
    }))
}
