//! The jobs that did not work out, for a person to look at.

use axum::extract::{Path, State};
use axum::response::{Html, Response};
use render::{
    newsroom::Told,
    publication::{ParkedJob, jobs_page},
};
use store::{Tx, jobs};

use crate::access::Member;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params};
use crate::newsroom::{self, Around, At, Shown, see_other};
use crate::state::App;

/// The most that are shown.
const SHOWN: i64 = 100;

/// `GET /admin/{site}/jobs`.
pub(super) async fn show(
    State(app): State<App>,
    member: Member,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let (site, author) = (member.site.id, member.author.id);
    let read = move |tx: &mut Tx<'_>| {
        let around = Around::read(tx, site, author)?;
        Ok((around, jobs::parked(tx, site, SHOWN)?))
    };
    let (around, parked) = app.store.read(read).await?;
    let parked: Vec<_> = parked.into_iter().map(shown).collect();
    let told = match params.get("did") {
        Some("retry") => Some(Told::said(&member.texts().flash.retried)),
        Some("drop") => Some(Told::said(&member.texts().flash.dropped)),
        _ => None,
    };
    let frame = Shown {
        title: &member.texts().titles.jobs,
        at: At::Admin("/jobs"),
        told: told.as_ref(),
    };
    Ok(newsroom::page(&app, &member, &around, frame, |frame| {
        jobs_page(frame, &parked)
    }))
}

fn shown(job: jobs::Parked) -> ParkedJob {
    ParkedJob {
        id: job.id,
        kind: job.kind,
        attempts: job.attempts,
        error: job.error,
        parked_at: job.parked_at,
    }
}

/// `POST /admin/{site}/jobs/{id}`: try a parked job again, or give it up.
pub(super) async fn settle(
    State(app): State<App>,
    member: Member,
    Path((_, id)): Path<(String, String)>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let wrong = || ApiError::body("The field `action` must be `retry` or `drop`.").field("action");
    let action = fields
        .get("action")
        .filter(|word| ["retry", "drop"].contains(word));
    let action = action.ok_or_else(wrong)?;
    let (now, site) = (app.now(), member.site.id);
    let (id, retry) = (id.parse().unwrap_or(0), action == "retry");
    let settle = move |tx: &mut Tx<'_>| match retry {
        true => jobs::requeue(tx, now, site, id),
        false => jobs::drop_parked(tx, now, site, id),
    };
    if !app.store.write(settle).await? {
        return Err(ApiError::not_found().into());
    }
    (app.wake)();
    let to = format!("/admin/{}/jobs?did={action}", member.site.host);
    Ok(see_other(&to))
}
