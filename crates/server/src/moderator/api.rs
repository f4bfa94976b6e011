//! The queues and the search for programs.

use axum::Json;
use axum::extract::{Path, State};
use rejoinder_core::CommentId;
use rejoinder_core::moderation::search::CommentSearch;
use serde::Serialize;
use store::moderation::queues::{self, Queue, QueueItem, QueueOrder, QueueQuery, QueueSlice};
use store::{Tx, moderation::groups};
use utoipa::ToSchema;

use super::rows::AT_ONCE;
use crate::access::Member;
use crate::http::error::{ApiError, Problem};
use crate::http::extract::Params;
use crate::state::App;

/// A part of a list of comments, as moderators see them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Moderated)]
pub(crate) struct ModeratedList {
    /// The comments.
    comments: Vec<ModeratedComment>,
    /// Where the list goes on, as `after`; nothing at its end.
    next: Option<String>,
}

/// A comment with what a decision needs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModeratedComment {
    /// Its id.
    id: String,
    /// The revision that a decision has to name.
    revision: i64,
    /// What it replies to.
    parent: Option<String>,
    /// Its page.
    page: ModeratedPage,
    /// Who wrote it.
    author: ModeratedAuthor,
    /// As typed, in Markdown.
    text: String,
    /// As readers see it.
    html: String,
    /// Where it stands: `published`, `held`, `rejected`, `spam` or `removed`.
    #[schema(example = "held")]
    state: &'static str,
    /// Why, as a stable word.
    reason: Option<String>,
    /// When it was posted.
    created_at: String,
    /// When its text last changed.
    edited_at: Option<String>,
    /// How many vote for it.
    up: i64,
    /// How many vote against it.
    down: i64,
    /// How many readers have flagged it since the last decision.
    n_flags: i64,
    /// Whether a moderator has decided on its newest text.
    is_decided: bool,
}

/// A page as moderators see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModeratedPage {
    /// What it is known by.
    key: String,
    /// Its headline.
    title: Option<String>,
}

/// An author as moderators see them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModeratedAuthor {
    /// Names them at the site.
    id: String,
    /// As they call themselves.
    name: String,
    /// `guest`, `account` or `imported`.
    kind: &'static str,
    /// `reader`, `staff`, `editor`, `moderator` or `owner`.
    role: &'static str,
}

/// A queue of the moderators' desk.
#[utoipa::path(
    get, path = "/api/v1/sites/{site}/queues/{queue}", tag = "moderating",
    security((), ("api_token" = ["moderation:read"])),
    params(
        ("site" = String, Path, description = "The site's host"),
        ("queue" = String, Path, description = "`held`, `flagged`, `unreviewed`, `approved`, `rejected` or `spam`"),
        ("order" = Option<String>, Query, description = "`newest` (else) or `oldest` first"),
        ("after" = Option<String>, Query, description = "Go on after this comment"),
    ),
    responses((status = 200, body = ModeratedList), (status = "4XX", body = Problem)),
)]
pub(crate) async fn queue(
    State(app): State<App>,
    member: Member,
    Path((_, word)): Path<(String, String)>,
    params: Params,
) -> Result<Json<ModeratedList>, ApiError> {
    let queue = Queue::from_word(&word).ok_or_else(ApiError::not_found)?;
    let order = match params.get("order") {
        None | Some("newest") => QueueOrder::Newest,
        Some("oldest") => QueueOrder::Oldest,
        Some(_) => return Err(ApiError::query("order", "There are newest and oldest.")),
    };
    let after: Option<CommentId> = params.read("after")?;
    let (site, author) = (member.site.id, member.author.id);
    let read = move |tx: &mut Tx<'_>| {
        let query = QueueQuery {
            queue,
            order,
            page: None,
            scope: groups::scope_of(tx, site, author)?,
            after,
            limit: AT_ONCE,
        };
        queues::list(tx, site, &query)
    };
    Ok(Json(in_json(app.store.read(read).await?)))
}

/// The comments that a search finds, whatever became of them.
#[utoipa::path(
    get, path = "/api/v1/sites/{site}/search", tag = "moderating",
    security((), ("api_token" = ["moderation:read"])),
    params(
        ("site" = String, Path, description = "The site's host"),
        ("q" = String, Query, description = "What to look for, as in the search of the desk"),
        ("after" = Option<String>, Query, description = "Go on after this comment"),
    ),
    responses((status = 200, body = ModeratedList), (status = "4XX", body = Problem)),
)]
pub(crate) async fn search(
    State(app): State<App>,
    member: Member,
    params: Params,
) -> Result<Json<ModeratedList>, ApiError> {
    let search: CommentSearch = params.read("q")?.unwrap_or_default();
    if search == CommentSearch::default() {
        return Err(ApiError::query("q", "There is nothing to look for."));
    }
    let after: Option<CommentId> = params.read("after")?;
    let (site, author) = (member.site.id, member.author.id);
    let read = move |tx: &mut Tx<'_>| {
        let scope = groups::scope_of(tx, site, author)?;
        queues::search(tx, site, &search, &scope, after, AT_ONCE)
    };
    Ok(Json(in_json(app.store.read(read).await?)))
}

fn in_json(listed: QueueSlice) -> ModeratedList {
    ModeratedList {
        comments: listed.items.into_iter().map(comment).collect(),
        next: listed.next.map(|next| next.to_string()),
    }
}

fn comment(item: QueueItem) -> ModeratedComment {
    let (comment, page) = (item.comment, item.page);
    ModeratedComment {
        id: comment.id.to_string(),
        revision: comment.revision,
        parent: comment.parent.map(|parent| parent.to_string()),
        page: ModeratedPage {
            key: page.key.as_str().to_owned(),
            title: page.title,
        },
        author: ModeratedAuthor {
            id: comment.author.id.to_string(),
            kind: comment.author.kind.as_str(),
            role: comment.author.role.as_str(),
            name: comment.author.name,
        },
        text: comment.text,
        html: comment.html.into_string(),
        state: comment.state.as_str(),
        reason: comment.reason.map(String::from),
        created_at: comment.created_at.to_string(),
        edited_at: comment.edited_at.map(|at| at.to_string()),
        up: comment.tally.up,
        down: comment.tally.down,
        n_flags: item.n_flags,
        is_decided: item.is_decided,
    }
}
