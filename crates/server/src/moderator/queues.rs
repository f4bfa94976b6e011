//! The queues.

use axum::Json;
use axum::extract::Path;
use axum::response::Html;
use rejoinder_core::{CommentId, Page, PageId, Time};
use render::catalogue::NewsroomTexts;
use render::moderation::QueuePage;
use serde_json::{Value, json};
use store::discussion::{agreement, pages};
use store::moderation::queues::{self, Queue, QueueCounts, QueueOrder, QueueQuery};

use super::flash;
use super::rows::{self, AT_ONCE, LoadedRow};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::Params;
use crate::newsroom::{Newsroom, PageHead, RailPosition, desk, label, queue_path};

/// `GET /moderate/{site}`: the queue that work begins with.
pub(super) async fn held(newsroom: Newsroom, params: Params) -> Result<Html<String>, ErrorPage> {
    shown(&newsroom, Queue::Held, &params).await
}

/// `GET /moderate/{site}/queues/{queue}`: any queue.
pub(super) async fn queue(
    newsroom: Newsroom,
    Path((_, word)): Path<(String, String)>,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let queue = Queue::from_word(&word).ok_or_else(ApiError::not_found)?;
    shown(&newsroom, queue, &params).await
}

/// `GET /moderate/{site}/counts`: how much waits, for the numbers in the rail.
pub(super) async fn counts(newsroom: Newsroom) -> Result<Json<Value>, ApiError> {
    let context = newsroom.context().await?;
    Ok(Json(in_json(&context.counts)))
}

/// The counts by the words of their queues.
pub(super) fn in_json(counts: &QueueCounts) -> Value {
    let pair = |queue: Queue| (queue.as_str().to_owned(), json!(counts.of(queue)));
    Value::Object(Queue::ALL.map(pair).into_iter().collect())
}

/// What an address asks for.
struct QueueParams {
    order: QueueOrder,
    page: Option<PageId>,
    after: Option<CommentId>,
}

impl QueueParams {
    fn read(params: &Params) -> Result<Self, ApiError> {
        Ok(Self {
            order: match params.get("order") {
                Some("oldest") => QueueOrder::Oldest,
                _ => QueueOrder::Newest,
            },
            page: params.read("page")?,
            after: params.read("after")?,
        })
    }

    fn address(&self, desk: &str, queue: Queue, after: Option<CommentId>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if self.order == QueueOrder::Oldest {
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

struct QueueRows {
    page: Option<Page>,
    crowd: Option<(Page, i64, Time)>,
    rows: Vec<LoadedRow>,
    next: Option<CommentId>,
}

async fn shown(
    newsroom: &Newsroom,
    queue: Queue,
    params: &Params,
) -> Result<Html<String>, ErrorPage> {
    let asked = QueueParams::read(params)?;
    let judged = rows::edited(params);
    let site = newsroom.site.id;
    let (order, only, after) = (asked.order, asked.page, asked.after);
    let read = newsroom.read(move |tx, scope| {
        let page = only.map(|id| pages::in_scope(tx, site, id, scope));
        let page = page.transpose()?;
        let query = QueueQuery {
            queue,
            order,
            page: only,
            scope: scope.clone(),
            after,
            limit: AT_ONCE,
        };
        let listed = queues::list(tx, site, &query)?;
        let (rows, next) = rows::load(tx, site, listed, &judged)?;
        Ok(QueueRows {
            page: page.flatten(),
            crowd: agreement::crowd(tx, site, scope)?,
            rows,
            next,
        })
    });
    let (context, read) = read.await?;
    let desk = desk(&newsroom.site.host);
    let back = asked.address(&desk, queue, after);
    let next = read
        .next
        .map(|next| asked.address(&desk, queue, Some(next)));
    let list = rows::list(
        queue.as_str(),
        &read.rows,
        next,
        rows::RowContext {
            site: &newsroom.site,
            desk: &desk,
            back: &back,
            now: newsroom.app.now(),
        },
        empty(newsroom.texts(), queue),
    );
    let flash = flash::from_address(newsroom.texts(), params, &back);
    let head = PageHead {
        title: label(newsroom.texts(), queue),
        at: RailPosition::Queue(queue),
        flash: flash.as_ref(),
    };
    Ok(newsroom.page(&context, head, |frame| {
        render::moderation::queue_page(&QueuePage {
            frame,
            queue: queue.as_str(),
            is_oldest: order == QueueOrder::Oldest,
            page: read.page.as_ref(),
            crowd: read.crowd.as_ref(),
            list: &list,
        })
    }))
}

fn empty(texts: &NewsroomTexts, queue: Queue) -> &str {
    let texts = &texts.empty;
    match queue {
        Queue::Held => texts.held,
        Queue::Flagged => texts.flagged,
        Queue::Unreviewed => texts.unreviewed,
        Queue::Approved => texts.approved,
        Queue::Rejected => texts.rejected,
        Queue::Spam => texts.spam,
    }
}
