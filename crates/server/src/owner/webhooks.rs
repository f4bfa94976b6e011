//! The owner's pages about webhooks. Every page works by plain forms.

use std::time::Duration;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use egress::{Feature, FetchError};
use rejoinder_core::Time;
use rejoinder_core::identity::author::Role;
use rejoinder_core::integrations::webhook::{WebhookEvent, WebhookSecret};
use rejoinder_core::publication::audit::AuditActor;
use render::catalogue::fill;
use render::{
    integrations::{DeliveryRow, Endpoint, SecretPage, WebhookForm, WebhookPage, WebhooksPage},
    newsroom::{FlashMessage, NewsroomFrame},
};
use store::integrations::webhooks::{
    self, Delivery, DeliveryCursor, DeliveryState, NewWebhook, Webhook,
};
use store::publication::owners::{self, WebhookChange};

use crate::access::Access;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, PathId};
use crate::http::route::{Route, get, post, route};
use crate::newsroom::{Newsroom, PageHead, RailPosition, see_other};

/// So many deliveries stand on a page of the log.
const AT_ONCE: i64 = 50;

/// What happened so many hours ago can be sent again.
const MAX_HOURS: usize = 30 * 24;

/// Where it stands in the rail.
const HERE: RailPosition<'_> = RailPosition::Admin("/webhooks");

/// What owners do about webhooks.
pub(crate) fn routes() -> Vec<Route> {
    let owner = |path, asked| route(path, Access::Newsroom(Role::Owner), asked);
    vec![
        owner("/admin/{site}/webhooks", get(all)),
        owner("/admin/{site}/webhooks", post(add)),
        owner("/admin/{site}/webhooks/{id}", get(one)),
        owner("/admin/{site}/webhooks/{id}/on", post(turn_on)),
        owner("/admin/{site}/webhooks/{id}/off", post(turn_off)),
        owner("/admin/{site}/webhooks/{id}/kinds", post(set_kinds)),
        owner("/admin/{site}/webhooks/{id}/secret", post(rotate)),
        owner("/admin/{site}/webhooks/{id}/replay", post(replay_since)),
        owner("/admin/{site}/webhooks/{id}/remove", post(remove)),
        owner(
            "/admin/{site}/webhooks/{id}/deliveries/{delivery}/replay",
            post(replay),
        ),
    ]
}

/// `GET /admin/{site}/webhooks`: the endpoints.
async fn all(newsroom: Newsroom, params: Params) -> Result<Html<String>, ErrorPage> {
    let typed = WebhookForm {
        kinds: WebhookEvent::ALL.to_vec(),
        ..WebhookForm::default()
    };
    list(&newsroom, &typed, said(&newsroom, &params).as_ref()).await
}

/// `POST /admin/{site}/webhooks`: add an endpoint, and show its secret.
async fn add(newsroom: Newsroom, Form(fields): Form) -> Result<Response, ErrorPage> {
    let url = fields.get("url").unwrap_or_default().trim().to_owned();
    let kinds = kinds(&fields);
    if let Some(problem) = problem(&newsroom, &url, &kinds).await {
        return refused(&newsroom, url, kinds, problem).await;
    }
    let now = newsroom.app.now();
    let secret = WebhookSecret::new(&*newsroom.app.random);
    let new = NewWebhook {
        id: newsroom.app.ids.next(now),
        url: url.clone(),
        kinds: kinds.clone(),
        secret: secret.clone(),
    };
    let (site, id, by) = (
        newsroom.site.id,
        new.id,
        AuditActor::owner(&newsroom.author),
    );
    let add = move |tx: &mut store::Tx<'_>| owners::add_webhook(tx, now, &by, site, &new);
    if !newsroom.app.store.write(add).await? {
        let problem = fill(
            newsroom.texts().problems.webhooks_full,
            &[("max", &webhooks::MAX_WEBHOOKS)],
        );
        return refused(&newsroom, url, kinds, problem).await;
    }
    with_secret(&newsroom, id, &secret, newsroom.texts().titles.new_address).await
}

async fn refused(
    newsroom: &Newsroom,
    url: String,
    kinds: Vec<WebhookEvent>,
    problem: String,
) -> Result<Response, ErrorPage> {
    let typed = WebhookForm {
        url,
        kinds,
        problem: Some(problem),
    };
    let page = list(newsroom, &typed, None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn kinds(fields: &Params) -> Vec<WebhookEvent> {
    fields
        .all("kind")
        .filter_map(WebhookEvent::from_word)
        .collect()
}

/// Why an endpoint cannot be had at `url`.
async fn problem(newsroom: &Newsroom, url: &str, kinds: &[WebhookEvent]) -> Option<String> {
    let texts = &newsroom.texts().problems;
    if kinds.is_empty() {
        return Some(texts.webhook_kinds.to_owned());
    }
    if url.len() > 2_000 {
        return Some(texts.webhook_long.to_owned());
    }
    match newsroom.app.outside.may_reach(Feature::Webhooks, url).await {
        Ok(()) => None,
        Err(FetchError::Forbidden(why)) => Some(fill(texts.webhook_forbidden, &[("why", &why)])),
        Err(_) => Some(texts.webhook_unknown.to_owned()),
    }
}

async fn list(
    newsroom: &Newsroom,
    typed: &WebhookForm,
    flash: Option<&FlashMessage>,
) -> Result<Html<String>, ErrorPage> {
    let site = newsroom.site.id;
    let read = newsroom.read(move |tx, _| webhooks::list(tx, site));
    let (context, known) = read.await?;
    let endpoints: Vec<Endpoint> = known
        .into_iter()
        .map(|own| endpoint(own, newsroom.app.now()))
        .collect();
    let head = PageHead {
        title: newsroom.texts().titles.webhooks,
        at: HERE,
        flash,
    };
    Ok(newsroom.page(&context, head, |frame| {
        render::integrations::webhooks_page(&WebhooksPage {
            frame,
            endpoints: &endpoints,
            typed,
        })
    }))
}

/// `GET /admin/{site}/webhooks/{id}`: an endpoint and its log.
async fn one(
    newsroom: Newsroom,
    PathId(id): PathId<i64>,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let after = params.get("after").map(cursor).transpose()?;
    let site = newsroom.site.id;
    let read = move |tx: &mut store::Tx<'_>| webhooks::deliveries(tx, site, id, after, AT_ONCE + 1);
    let mut listed = newsroom.app.store.read(read).await?;
    let more = usize::try_from(AT_ONCE).unwrap_or(usize::MAX) < listed.len();
    if more {
        listed.pop();
    }
    let next = listed.last().filter(|_| more).map(|last| {
        let DeliveryCursor { at, id: last } = last.cursor();
        let host = &newsroom.site.host;
        format!("/admin/{host}/webhooks/{id}?after={}-{last}", at.micros())
    });
    let deliveries: Vec<DeliveryRow> = listed.into_iter().map(delivered).collect();
    let flash = said(&newsroom, &params);
    let render = |frame: &NewsroomFrame<'_>, endpoint: &Endpoint| {
        render::integrations::webhook_page(&WebhookPage {
            frame,
            endpoint,
            deliveries: &deliveries,
            next: next.clone(),
        })
    };
    page_of(
        &newsroom,
        id,
        newsroom.texts().titles.webhook,
        flash.as_ref(),
        render,
    )
    .await
}

async fn page_of(
    newsroom: &Newsroom,
    id: i64,
    title: &str,
    flash: Option<&FlashMessage>,
    render: impl FnOnce(&NewsroomFrame<'_>, &Endpoint) -> String,
) -> Result<Html<String>, ErrorPage> {
    let site = newsroom.site.id;
    let read = newsroom.read(move |tx, _| webhooks::find(tx, site, id));
    let (context, known) = read.await?;
    let endpoint = endpoint(known.ok_or_else(ApiError::not_found)?, newsroom.app.now());
    let head = PageHead {
        title,
        at: HERE,
        flash,
    };
    Ok(newsroom.page(&context, head, |frame| render(frame, &endpoint)))
}

async fn with_secret(
    newsroom: &Newsroom,
    id: i64,
    secret: &WebhookSecret,
    title: &str,
) -> Result<Response, ErrorPage> {
    let secret = secret.reveal();
    let render = |frame: &NewsroomFrame<'_>, endpoint: &Endpoint| {
        render::integrations::secret_page(&SecretPage {
            frame,
            endpoint,
            secret: &secret,
        })
    };
    let page = page_of(newsroom, id, title, None, render).await?;
    Ok(page.into_response())
}

/// `POST …/secret`: a new secret, shown once.
async fn rotate(newsroom: Newsroom, PathId(id): PathId<i64>) -> Result<Response, ErrorPage> {
    let secret = WebhookSecret::new(&*newsroom.app.random);
    change(&newsroom, id, WebhookChange::Secret(secret.clone())).await?;
    with_secret(&newsroom, id, &secret, newsroom.texts().titles.new_secret).await
}

/// `POST …/on`: tell it again.
async fn turn_on(newsroom: Newsroom, PathId(id): PathId<i64>) -> Result<Response, ErrorPage> {
    change(&newsroom, id, WebhookChange::On).await?;
    Ok(back(&newsroom, id, "on"))
}

/// `POST …/off`: tell it nothing more.
async fn turn_off(newsroom: Newsroom, PathId(id): PathId<i64>) -> Result<Response, ErrorPage> {
    change(&newsroom, id, WebhookChange::Off).await?;
    Ok(back(&newsroom, id, "off"))
}

/// `POST …/kinds`: tell it of other things.
async fn set_kinds(
    newsroom: Newsroom,
    PathId(id): PathId<i64>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    change(&newsroom, id, WebhookChange::Kinds(kinds(&fields))).await?;
    Ok(back(&newsroom, id, "saved"))
}

/// `POST …/remove`: forget it.
async fn remove(newsroom: Newsroom, PathId(id): PathId<i64>) -> Result<Response, ErrorPage> {
    change(&newsroom, id, WebhookChange::Remove).await?;
    Ok(see_other(&format!(
        "/admin/{}/webhooks?did=removed",
        newsroom.site.host
    )))
}

async fn change(newsroom: &Newsroom, id: i64, change: WebhookChange) -> Result<(), ApiError> {
    let (now, site, by) = (
        newsroom.app.now(),
        newsroom.site.id,
        AuditActor::owner(&newsroom.author),
    );
    let write =
        move |tx: &mut store::Tx<'_>| owners::change_webhook(tx, now, &by, site, id, &change);
    known(newsroom.app.store.write(write).await)
}

/// `POST …/deliveries/{delivery}/replay`: make one delivery again.
async fn replay(
    newsroom: Newsroom,
    PathId(id): PathId<i64>,
    Path((_, _, delivery)): Path<(String, String, String)>,
) -> Result<Response, ErrorPage> {
    let (now, site) = (newsroom.app.now(), newsroom.site.id);
    let delivery = delivery.parse().map_err(|_| ApiError::not_found())?;
    let replay = move |tx: &mut store::Tx<'_>| webhooks::replay(tx, now, site, id, delivery);
    known(newsroom.app.store.write(replay).await)?;
    (newsroom.app.wake)();
    Ok(back(&newsroom, id, "again"))
}

/// `POST …/replay`: make everything again since some hours ago.
async fn replay_since(
    newsroom: Newsroom,
    PathId(id): PathId<i64>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let (now, site) = (newsroom.app.now(), newsroom.site.id);
    let hours = fields.count("hours", 1, MAX_HOURS)?.unwrap_or(1);
    let since = now.before(Duration::from_hours(hours as u64));
    let replay = move |tx: &mut store::Tx<'_>| {
        let known = webhooks::find(tx, site, id)?.is_some();
        webhooks::replay_since(tx, now, site, id, since)?;
        Ok(known)
    };
    known(newsroom.app.store.write(replay).await)?;
    (newsroom.app.wake)();
    Ok(back(&newsroom, id, "again"))
}

/// That there was what was acted on.
fn known(found: store::Result<bool>) -> Result<(), ApiError> {
    match found? {
        true => Ok(()),
        false => Err(ApiError::not_found()),
    }
}

fn cursor(typed: &str) -> Result<DeliveryCursor, ApiError> {
    let invalid = || ApiError::query("after", "This is no place in the log.");
    let (at, id) = typed.split_once('-').ok_or_else(invalid)?;
    Ok(DeliveryCursor {
        at: Time::from_micros(at.parse().map_err(|_| invalid())?),
        id: id.parse().map_err(|_| invalid())?,
    })
}

fn back(newsroom: &Newsroom, id: i64, did: &str) -> Response {
    let host = &newsroom.site.host;
    see_other(&format!("/admin/{host}/webhooks/{id}?did={did}"))
}

/// What was just done, by the words that addresses carry.
fn said(newsroom: &Newsroom, params: &Params) -> Option<FlashMessage> {
    let texts = &newsroom.texts().flash;
    let text = match params.get("did")? {
        "on" => &texts.webhook_on,
        "off" => &texts.webhook_off,
        "saved" => &texts.saved,
        "removed" => &texts.webhook_removed,
        "again" => &texts.webhook_again,
        _ => return None,
    };
    Some(FlashMessage::new(text))
}

fn endpoint(known: Webhook, now: Time) -> Endpoint {
    Endpoint {
        id: known.id,
        url: known.url,
        kinds: known.kinds,
        failing_since: known.failing_since,
        off: known.off_since.map(|since| (since, known.off_reason)),
        old_secret_until: known.old_secret_until.filter(|until| *until > now),
    }
}

fn delivered(delivery: Delivery) -> DeliveryRow {
    let is_waiting = delivery.state == DeliveryState::Waiting && delivery.attempts > 0;
    DeliveryRow {
        id: delivery.id,
        kind: delivery.kind.as_str(),
        message: delivery.message.to_string(),
        created_at: delivery.created_at,
        state: delivery.state.as_str(),
        attempts: delivery.attempts,
        attempted_at: delivery.attempted_at,
        status: delivery.status,
        error: delivery.error,
        next_at: is_waiting.then_some(delivery.run_at),
    }
}
