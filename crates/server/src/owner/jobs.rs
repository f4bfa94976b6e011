//! The jobs that did not work out, for a person to look at.

use axum::response::{Html, Response};
use render::{
    newsroom::FlashMessage,
    publication::{ParkedJobRow, jobs_page},
};
use store::{Tx, jobs};

use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, PathId};
use crate::newsroom::{Newsroom, PageHead, RailPosition, see_other};

/// The most that are shown.
const SHOWN: i64 = 100;

/// `GET /admin/{site}/jobs`.
pub(super) async fn show(newsroom: Newsroom, params: Params) -> Result<Html<String>, ErrorPage> {
    let site = newsroom.site.id;
    let read = newsroom.read(move |tx, _| jobs::parked(tx, site, SHOWN));
    let (context, parked) = read.await?;
    let parked: Vec<_> = parked.into_iter().map(shown).collect();
    let flash = match params.get("did") {
        Some("retry") => Some(FlashMessage::new(newsroom.texts().flash.retried)),
        Some("drop") => Some(FlashMessage::new(newsroom.texts().flash.dropped)),
        _ => None,
    };
    let head = PageHead {
        title: newsroom.texts().titles.jobs,
        at: RailPosition::Admin("/jobs"),
        flash: flash.as_ref(),
    };
    Ok(newsroom.page(&context, head, |frame| jobs_page(frame, &parked)))
}

fn shown(job: jobs::ParkedJob) -> ParkedJobRow {
    ParkedJobRow {
        id: job.id,
        kind: job.kind,
        attempts: job.attempts,
        error: job.error,
        parked_at: job.parked_at,
    }
}

/// `POST /admin/{site}/jobs/{id}`: try a parked job again, or give it up.
pub(super) async fn settle(
    newsroom: Newsroom,
    PathId(id): PathId<i64>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let wrong = || ApiError::body("The field `action` must be `retry` or `drop`.").field("action");
    let action = fields
        .get("action")
        .filter(|word| ["retry", "drop"].contains(word));
    let action = action.ok_or_else(wrong)?;
    let (now, site) = (newsroom.app.now(), newsroom.site.id);
    let retry = action == "retry";
    let settle = move |tx: &mut Tx<'_>| match retry {
        true => jobs::requeue(tx, now, site, id),
        false => jobs::drop_parked(tx, now, site, id),
    };
    if !newsroom.app.store.write(settle).await? {
        return Err(ApiError::not_found().into());
    }
    (newsroom.app.wake)();
    let to = format!("/admin/{}/jobs?did={action}", newsroom.site.host);
    Ok(see_other(&to))
}
