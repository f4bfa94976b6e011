//! The owner's pages about webhooks. Every page works by plain forms.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use egress::{Feature, FetchError};
use rejoinder_core::Time;
use rejoinder_core::identity::author::Role;
use rejoinder_core::integrations::webhook::{Kind, Secret};
use rejoinder_core::publication::audit::By;
use render::catalogue::fill;
use render::{
    integrations::{Delivered, Endpoint, SecretPage, Typed, WebhookPage, WebhooksPage},
    newsroom::{Frame, Told},
};
use store::integrations::webhooks::{
    self, Delivery, DeliveryCursor, DeliveryState, NewWebhook, Webhook,
};
use store::publication::owners::{self, WebhookChange};

use crate::access::{Access, Member};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params};
use crate::http::route::{Route, get, post, route};
use crate::newsroom::{self, Around, At, Shown, see_other};
use crate::state::App;

/// So many deliveries stand on a page of the log.
const AT_ONCE: i64 = 50;

/// What happened so many hours ago can be sent again.
const MAX_HOURS: usize = 30 * 24;

/// Where it stands in the rail.
const HERE: At<'_> = At::Admin("/webhooks");

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
async fn all(
    State(app): State<App>,
    member: Member,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let typed = Typed {
        kinds: Kind::ALL.to_vec(),
        ..Typed::default()
    };
    list(&app, &member, &typed, said(&member, &params).as_ref()).await
}

/// `POST /admin/{site}/webhooks`: add an endpoint, and show its secret.
async fn add(
    State(app): State<App>,
    member: Member,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let url = fields.get("url").unwrap_or_default().trim().to_owned();
    let kinds = kinds(&fields);
    if let Some(problem) = problem(&app, &member, &url, &kinds).await {
        return refused(&app, &member, url, kinds, problem).await;
    }
    let now = app.now();
    let secret = Secret::new(&*app.random);
    let new = NewWebhook {
        id: app.ids.next(now),
        url: url.clone(),
        kinds: kinds.clone(),
        secret: secret.clone(),
    };
    let (site, id, by) = (member.site.id, new.id, By::owner(&member.author));
    let add = move |tx: &mut store::Tx<'_>| owners::add_webhook(tx, now, &by, site, &new);
    if !app.store.write(add).await? {
        let problem = fill(
            &member.texts().problems.webhooks_full,
            &[("max", &webhooks::MAX_WEBHOOKS)],
        );
        return refused(&app, &member, url, kinds, problem).await;
    }
    with_secret(
        &app,
        &member,
        id,
        &secret,
        &member.texts().titles.new_address,
    )
    .await
}

async fn refused(
    app: &App,
    member: &Member,
    url: String,
    kinds: Vec<Kind>,
    problem: String,
) -> Result<Response, ErrorPage> {
    let typed = Typed {
        url,
        kinds,
        problem: Some(problem),
    };
    let page = list(app, member, &typed, None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn kinds(fields: &Params) -> Vec<Kind> {
    fields.all("kind").filter_map(Kind::from_word).collect()
}

/// Why an endpoint cannot be had at `url`.
async fn problem(app: &App, member: &Member, url: &str, kinds: &[Kind]) -> Option<String> {
    let texts = &member.texts().problems;
    if kinds.is_empty() {
        return Some(texts.webhook_kinds.clone());
    }
    if url.len() > 2_000 {
        return Some(texts.webhook_long.clone());
    }
    match app.outside.may_reach(Feature::Webhooks, url).await {
        Ok(()) => None,
        Err(FetchError::Forbidden(why)) => Some(fill(&texts.webhook_forbidden, &[("why", &why)])),
        Err(_) => Some(texts.webhook_unknown.clone()),
    }
}

async fn list(
    app: &App,
    member: &Member,
    typed: &Typed,
    told: Option<&Told>,
) -> Result<Html<String>, ErrorPage> {
    let (site, author) = (member.site.id, member.author.id);
    let read = move |tx: &mut store::Tx<'_>| {
        let around = Around::read(tx, site, author)?;
        Ok((around, webhooks::list(tx, site)?))
    };
    let (around, known) = app.store.read(read).await?;
    let endpoints: Vec<Endpoint> = known
        .into_iter()
        .map(|own| endpoint(own, app.now()))
        .collect();
    let shown = Shown {
        title: &member.texts().titles.webhooks,
        at: HERE,
        told,
    };
    Ok(newsroom::page(app, member, &around, shown, |frame| {
        render::integrations::webhooks_page(&WebhooksPage {
            frame,
            endpoints: &endpoints,
            typed,
        })
    }))
}

/// `GET /admin/{site}/webhooks/{id}`: an endpoint and its log.
async fn one(
    State(app): State<App>,
    member: Member,
    Path((host, id)): Path<(String, String)>,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let id = read_id(&id)?;
    let after = params.get("after").map(cursor).transpose()?;
    let site = member.site.id;
    let read = move |tx: &mut store::Tx<'_>| webhooks::deliveries(tx, site, id, after, AT_ONCE + 1);
    let mut listed = app.store.read(read).await?;
    let more = usize::try_from(AT_ONCE).unwrap_or(usize::MAX) < listed.len();
    if more {
        listed.pop();
    }
    let next = listed.last().filter(|_| more).map(|last| {
        let DeliveryCursor { at, id: last } = last.cursor();
        format!("/admin/{host}/webhooks/{id}?after={}-{last}", at.micros())
    });
    let deliveries: Vec<Delivered> = listed.into_iter().map(delivered).collect();
    let told = said(&member, &params);
    let render = |frame: &Frame<'_>, endpoint: &Endpoint| {
        render::integrations::webhook_page(&WebhookPage {
            frame,
            endpoint,
            deliveries: &deliveries,
            next: next.clone(),
        })
    };
    around_one(
        &app,
        &member,
        id,
        &member.texts().titles.webhook,
        told.as_ref(),
        render,
    )
    .await
}

async fn around_one(
    app: &App,
    member: &Member,
    id: i64,
    title: &str,
    told: Option<&Told>,
    render: impl FnOnce(&Frame<'_>, &Endpoint) -> String,
) -> Result<Html<String>, ErrorPage> {
    let (site, author) = (member.site.id, member.author.id);
    let read = move |tx: &mut store::Tx<'_>| {
        let around = Around::read(tx, site, author)?;
        Ok((around, webhooks::find(tx, site, id)?))
    };
    let (around, known) = app.store.read(read).await?;
    let endpoint = endpoint(known.ok_or_else(ApiError::not_found)?, app.now());
    let shown = Shown {
        title,
        at: HERE,
        told,
    };
    Ok(newsroom::page(app, member, &around, shown, |frame| {
        render(frame, &endpoint)
    }))
}

async fn with_secret(
    app: &App,
    member: &Member,
    id: i64,
    secret: &Secret,
    title: &str,
) -> Result<Response, ErrorPage> {
    let secret = secret.reveal();
    let render = |frame: &Frame<'_>, endpoint: &Endpoint| {
        render::integrations::secret_page(&SecretPage {
            frame,
            endpoint,
            secret: &secret,
        })
    };
    let page = around_one(app, member, id, title, None, render).await?;
    Ok(page.into_response())
}

/// `POST …/secret`: a new secret, shown once.
async fn rotate(
    State(app): State<App>,
    member: Member,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, ErrorPage> {
    let id = read_id(&id)?;
    let secret = Secret::new(&*app.random);
    change(&app, &member, id, WebhookChange::Secret(secret.clone())).await?;
    with_secret(
        &app,
        &member,
        id,
        &secret,
        &member.texts().titles.new_secret,
    )
    .await
}

/// `POST …/on`: tell it again.
async fn turn_on(
    State(app): State<App>,
    member: Member,
    Path((host, id)): Path<(String, String)>,
) -> Result<Response, ErrorPage> {
    let id = read_id(&id)?;
    change(&app, &member, id, WebhookChange::On).await?;
    Ok(back(&host, id, "on"))
}

/// `POST …/off`: tell it nothing more.
async fn turn_off(
    State(app): State<App>,
    member: Member,
    Path((host, id)): Path<(String, String)>,
) -> Result<Response, ErrorPage> {
    let id = read_id(&id)?;
    change(&app, &member, id, WebhookChange::Off).await?;
    Ok(back(&host, id, "off"))
}

/// `POST …/kinds`: tell it of other things.
async fn set_kinds(
    State(app): State<App>,
    member: Member,
    Path((host, id)): Path<(String, String)>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let id = read_id(&id)?;
    change(&app, &member, id, WebhookChange::Kinds(kinds(&fields))).await?;
    Ok(back(&host, id, "saved"))
}

/// `POST …/remove`: forget it.
async fn remove(
    State(app): State<App>,
    member: Member,
    Path((host, id)): Path<(String, String)>,
) -> Result<Response, ErrorPage> {
    change(&app, &member, read_id(&id)?, WebhookChange::Remove).await?;
    Ok(see_other(&format!("/admin/{host}/webhooks?did=removed")))
}

async fn change(
    app: &App,
    member: &Member,
    id: i64,
    change: WebhookChange,
) -> Result<(), ApiError> {
    let (now, site, by) = (app.now(), member.site.id, By::owner(&member.author));
    let write =
        move |tx: &mut store::Tx<'_>| owners::change_webhook(tx, now, &by, site, id, &change);
    known(app.store.write(write).await)
}

/// `POST …/deliveries/{delivery}/replay`: make one delivery again.
async fn replay(
    State(app): State<App>,
    member: Member,
    Path((host, id, delivery)): Path<(String, String, String)>,
) -> Result<Response, ErrorPage> {
    let (now, site) = (app.now(), member.site.id);
    let (id, delivery) = (read_id(&id)?, read_id(&delivery)?);
    let replay = move |tx: &mut store::Tx<'_>| webhooks::replay(tx, now, site, id, delivery);
    known(app.store.write(replay).await)?;
    (app.wake)();
    Ok(back(&host, id, "again"))
}

/// `POST …/replay`: make everything again since some hours ago.
async fn replay_since(
    State(app): State<App>,
    member: Member,
    Path((host, id)): Path<(String, String)>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let (now, site, id) = (app.now(), member.site.id, read_id(&id)?);
    let hours = fields.count("hours", 1, MAX_HOURS)?.unwrap_or(1);
    let since = now.before(Duration::from_hours(hours as u64));
    let replay = move |tx: &mut store::Tx<'_>| {
        let known = webhooks::find(tx, site, id)?.is_some();
        webhooks::replay_since(tx, now, site, id, since)?;
        Ok(known)
    };
    known(app.store.write(replay).await)?;
    (app.wake)();
    Ok(back(&host, id, "again"))
}

/// That there was what was acted on.
fn known(found: store::Result<bool>) -> Result<(), ApiError> {
    match found? {
        true => Ok(()),
        false => Err(ApiError::not_found()),
    }
}

fn read_id(typed: &str) -> Result<i64, ApiError> {
    typed.parse().map_err(|_| ApiError::not_found())
}

fn cursor(typed: &str) -> Result<DeliveryCursor, ApiError> {
    let invalid = || ApiError::query("after", "This is no place in the log.");
    let (at, id) = typed.split_once('-').ok_or_else(invalid)?;
    Ok(DeliveryCursor {
        at: Time::from_micros(at.parse().map_err(|_| invalid())?),
        id: id.parse().map_err(|_| invalid())?,
    })
}

fn back(host: &str, id: i64, did: &str) -> Response {
    see_other(&format!("/admin/{host}/webhooks/{id}?did={did}"))
}

/// What was just done, by the words that addresses carry.
fn said(member: &Member, params: &Params) -> Option<Told> {
    let texts = &member.texts().flash;
    let text = match params.get("did")? {
        "on" => &texts.webhook_on,
        "off" => &texts.webhook_off,
        "saved" => &texts.saved,
        "removed" => &texts.webhook_removed,
        "again" => &texts.webhook_again,
        _ => return None,
    };
    Some(Told::said(text))
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

fn delivered(delivery: Delivery) -> Delivered {
    let is_waiting = delivery.state == DeliveryState::Waiting && delivery.attempts > 0;
    Delivered {
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
