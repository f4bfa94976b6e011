//! What an account is told of, and the browsers in which it is told while no page is open.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use egress::{PushKey, PushTarget};
use rejoinder_core::Site;
use rejoinder_core::identity::author::Role;
use render::identity::{AccountSubscription, DeviceRow, account_notices_page};
use store::notices::devices::{self, NewDevice};
use store::{Tx, discussion::pages, moderation::desk_mails, notices::subscriptions};

use crate::access::Member;
use crate::http::browser;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Visitor};
use crate::http::limits::Act;
use crate::public::threads::context;
use crate::state::App;

/// `GET /account/{site}/notify`: what the account is told of, and where.
pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
) -> Result<Html<String>, ErrorPage> {
    let (now, site, author) = (app.now(), member.site.id, member.author.id);
    let read = app.store.read(move |tx| {
        let mut told = Vec::new();
        for subscription in subscriptions::of_author(tx, site, author)? {
            let page = pages::by_id(tx, site, subscription.page)?;
            told.extend(page.map(|page| (page, subscription)));
        }
        let desk = desk_mails::link_of(tx, site, author)?;
        Ok((told, devices::list(tx, now, site, author)?, desk))
    });
    let (told, known, desk) = read.await?;
    let told: Vec<AccountSubscription<'_>> = told
        .iter()
        .map(|(page, subscription)| AccountSubscription {
            page,
            kind: subscription.kind,
            pace: subscription.pace,
            secret: &subscription.secret,
        })
        .collect();
    let known: Vec<DeviceRow<'_>> = known
        .iter()
        .map(|device| DeviceRow {
            id: device.id,
            endpoint: &device.endpoint,
            label: device.label.as_deref(),
            since: device.added_at,
        })
        .collect();
    let key = key(&app).await?;
    let context = context(&app, &member.site, &visitor.base.0);
    let is_told = member.author.role >= Role::Moderator;
    let desk = desk.filter(|_| is_told);
    let desk = desk.map(|secret| format!("/notices/{}/{secret}", member.site.host));
    Ok(Html(account_notices_page(
        &context,
        &told,
        &known,
        &key,
        desk.as_deref(),
    )))
}

/// The public part of the installation's key, which is made when it is first needed.
async fn key(app: &App) -> Result<String, ApiError> {
    let private = match app.store.read(devices::key).await? {
        Some(private) => private,
        None => {
            let (now, drawn) = (app.now(), PushKey::draw(&*app.random));
            let keep = move |tx: &mut Tx<'_>| devices::key_or_insert(tx, now, &drawn);
            app.store.write(keep).await?
        }
    };
    let key = PushKey::read(&private).map_err(ApiError::internal)?;
    Ok(key.public())
}

/// `POST /account/{site}/devices`: be told in this browser, too.
pub(super) async fn add(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
    headers: HeaderMap,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let now = app.now();
    app.limits.take(Act::Post, &visitor, app.steady())?;
    let field = |name| fields.get(name).unwrap_or_default();
    let target = PushTarget::read(field("endpoint"), field("p256dh"), field("auth"))
        .map_err(|error| ApiError::body(format!("This is {error}.")).field("endpoint"))?;
    let session = visitor.token_hash().ok_or_else(ApiError::not_found)?;
    let new = NewDevice {
        id: app.ids.next(now),
        endpoint: target.endpoint,
        p256dh: target.p256dh,
        auth: target.auth,
        label: browser::label(&headers),
    };
    let (site, author) = (member.site.id, member.author.id);
    let add = move |tx: &mut Tx<'_>| devices::add(tx, now, site, author, &session, &new);
    app.store.write(add).await?;
    Ok(back(&member.site))
}

/// `POST /account/{site}/devices/remove`: be told no more in one of the browsers.
pub(super) async fn remove(
    State(app): State<App>,
    member: Member,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let (site, author) = (member.site.id, member.author.id);
    let named = fields.get("device").and_then(|id| id.parse::<i64>().ok());
    if let Some(id) = named {
        let remove = move |tx: &mut Tx<'_>| devices::remove(tx, site, author, id);
        app.store.write(remove).await?;
    }
    Ok(back(&member.site))
}

fn back(site: &Site) -> Response {
    let to = format!("/account/{}/notify", site.host);
    let to = HeaderValue::from_str(&to).unwrap_or(HeaderValue::from_static("/"));
    let headers: HeaderMap = [(header::LOCATION, to)].into_iter().collect();
    (StatusCode::SEE_OTHER, headers).into_response()
}
