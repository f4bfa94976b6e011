//! The queues.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Html;
use rejoinder_core::{CommentId, Page, PageId};
use render::catalogue::NewsroomTexts;
use render::moderation::QueuePage;
use serde_json::{Value, json};
use store::moderation::queues::{self, Counts, Order, Queue, QueueQuery};
use store::{StoreError, discussion::pages};

use super::rows::{self, AT_ONCE, Loaded};
use super::told;
use crate::access::Member;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::Params;
use crate::newsroom::{self, Around, At, Shown, desk, label, queue_path};
use crate::state::App;

/// `GET /moderate/{site}`: the queue that work begins with.
pub(super) async fn held(
    State(app): State<App>,
    member: Member,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    shown(&app, &member, Queue::Held, &params).await
}

/// `GET /moderate/{site}/queues/{queue}`: any queue.
pub(super) async fn queue(
    State(app): State<App>,
    member: Member,
    Path((_, word)): Path<(String, String)>,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let queue = Queue::from_word(&word).ok_or_else(ApiError::not_found)?;
    shown(&app, &member, queue, &params).await
}

/// `GET /moderate/{site}/counts`: how much waits, for the numbers in the rail.
pub(super) async fn counts(
    State(app): State<App>,
    member: Member,
) -> Result<Json<Value>, ApiError> {
    let (site, author) = (member.site.id, member.author.id);
    let around = app
        .store
        .read(move |tx| Around::read(tx, site, author))
        .await?;
    Ok(Json(in_json(&around.counts)))
}

/// The counts by the words of their queues.
pub(super) fn in_json(counts: &Counts) -> Value {
    let pair = |queue: Queue| (queue.as_str().to_owned(), json!(counts.of(queue)));
    Value::Object(Queue::ALL.map(pair).into_iter().collect())
}

/// What an address asks for.
struct Asked {
    order: Order,
    page: Option<PageId>,
    after: Option<CommentId>,
}

impl Asked {
    fn read(params: &Params) -> Result<Self, ApiError> {
        Ok(Self {
            order: match params.get("order") {
                Some("oldest") => Order::Oldest,
                _ => Order::Newest,
            },
            page: params.read("page")?,
            after: params.read("after")?,
        })
    }

    fn address(&self, desk: &str, queue: Queue, after: Option<CommentId>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if self.order == Order::Oldest {
            query.append_pair("order", "oldest");
        }
        if let Some(page) = self.page {
            query.append_pair("page", &page.to_string());
        }
        if let Some(after) = after {
            query.append_pair("after", &after.to_string());
        }
        let (path, query) = (queue_path(desk, queue), query.finish());
        match query.is_empty() {
            true => path,
            false => format!("{path}?{query}"),
        }
    }
}

struct Read {
    around: Around,
    page: Option<Page>,
    rows: Vec<Loaded>,
    next: Option<CommentId>,
}

async fn shown(
    app: &App,
    member: &Member,
    queue: Queue,
    params: &Params,
) -> Result<Html<String>, ErrorPage> {
    let asked = Asked::read(params)?;
    let judged = rows::edited(params);
    let (site, author) = (member.site.id, member.author.id);
    let (order, only, after) = (asked.order, asked.page, asked.after);
    let read = move |tx: &mut store::Tx<'_>| {
        let around = Around::read(tx, site, author)?;
        let page = only.map(|id| pages::in_scope(tx, site, id, &around.scope));
        let page = page.transpose()?;
        let query = QueueQuery {
            queue,
            order,
            page: only,
            scope: around.scope.clone(),
            after,
            limit: AT_ONCE,
        };
        let listed = queues::list(tx, site, &query)?;
        let (rows, next) = rows::load(tx, site, listed, &judged)?;
        Ok::<_, StoreError>(Read {
            around,
            page: page.flatten(),
            rows,
            next,
        })
    };
    let read = app.store.read(read).await?;
    let desk = desk(&member.site.host);
    let back = asked.address(&desk, queue, after);
    let next = read
        .next
        .map(|next| asked.address(&desk, queue, Some(next)));
    let list = rows::list(
        queue.as_str(),
        &read.rows,
        next,
        rows::Place {
            site: &member.site,
            desk: &desk,
            back: &back,
            now: app.now(),
        },
        empty(member.texts(), queue),
    );
    let told = told::from_address(member.texts(), params, &back);
    let shown = Shown {
        title: label(member.texts(), queue),
        at: At::Queue(queue),
        told: told.as_ref(),
    };
    Ok(newsroom::page(app, member, &read.around, shown, |frame| {
        render::moderation::queue_page(&QueuePage {
            frame,
            queue: queue.as_str(),
            is_oldest: order == Order::Oldest,
            page: read.page.as_ref(),
            list: &list,
        })
    }))
}

fn empty(texts: &NewsroomTexts, queue: Queue) -> &str {
    let texts = &texts.empty;
    match queue {
        Queue::Held => &texts.held,
        Queue::Flagged => &texts.flagged,
        Queue::Unreviewed => &texts.unreviewed,
        Queue::Approved => &texts.approved,
        Queue::Rejected => &texts.rejected,
        Queue::Spam => &texts.spam,
    }
}
