//! What the links in mails about comments open. A GET changes nothing: mail scanners follow links.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use rejoinder_core::subscription::Pace;
use rejoinder_core::{Page, Site};
use render::newsroom;
use render::notice::{self, Done, Notice, Step};
use store::desk_mails::DeskReader;
use store::subscriptions::{self, Subscription};
use store::{Tx, desk_mails, pages};

use crate::access::Access;
use crate::assets::VERSION;
use crate::error::ApiError;
use crate::error_page::ErrorPage;
use crate::extract::Visitor;
use crate::limits::Act;
use crate::public::threads::context;
use crate::routes::{Route, route};
use crate::state::App;

/// What the paths of these links begin with.
pub(crate) const ROOT: &str = "/notices/";

/// Confirming, changing and ending a subscription, for whoever has its mails.
pub(crate) fn routes() -> Vec<Route> {
    const PATH: &str = "/notices/{site}/{secret}";
    vec![
        route(Method::GET, PATH, Access::Secret, get(show)),
        route(Method::POST, PATH, Access::Secret, post(change)),
    ]
}

/// `GET /notices/{site}/{secret}`: what the mails are about, with buttons.
async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, secret)): Path<(String, String)>,
) -> Result<Response, ErrorPage> {
    app.limits.take(Act::Preview, &visitor, app.now())?;
    let site = visitor.at(&app, &host).await?;
    if let Some(reader) = desk_reader(&app, &site, &secret).await? {
        return Ok(desk_page(
            &visitor,
            &site,
            &secret,
            reader.ended_at.is_some(),
        ));
    }
    page(&app, &visitor, &site, &secret, None).await
}

/// Who of the newsroom has the mails with this link.
async fn desk_reader(app: &App, site: &Site, secret: &str) -> Result<Option<DeskReader>, ApiError> {
    let (site, secret) = (site.id, secret.to_owned());
    let find = move |tx: &mut Tx<'_>| desk_mails::by_secret(tx, site, &secret);
    Ok(app.store.read(find).await?)
}

fn desk_page(visitor: &Visitor, site: &Site, secret: &str, has_ended: bool) -> Response {
    let manage = format!("{}/notices/{}/{secret}", visitor.base.0, site.host);
    let page = newsroom::desk_mail_page(site, VERSION, &manage, has_ended);
    private(StatusCode::OK, page)
}

async fn page(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    secret: &str,
    done: Option<Done>,
) -> Result<Response, ErrorPage> {
    let context = context(app, site, &visitor.base.0);
    let Some((subscription, page)) = find(app, site, secret).await? else {
        let gone = notice::no_notices_page(&context);
        return Ok(private(StatusCode::NOT_FOUND, gone));
    };
    let manage = format!("{}/notices/{}/{secret}", visitor.base.0, site.host);
    let about = Notice {
        page: &page,
        kind: subscription.kind,
        pace: subscription.pace,
        email: &subscription.email,
        manage: &manage,
    };
    let step = match subscription.confirmed_at {
        None => Step::Confirm,
        Some(_) => Step::Manage(done),
    };
    let shown = notice::notices_page(&context, &about, step);
    Ok(private(StatusCode::OK, shown))
}

async fn find(
    app: &App,
    site: &Site,
    secret: &str,
) -> Result<Option<(Subscription, Page)>, ApiError> {
    let (site, secret) = (site.id, secret.to_owned());
    let found = app.store.read(move |tx| {
        let Some(subscription) = subscriptions::by_secret(tx, site, &secret)? else {
            return Ok(None);
        };
        let page = pages::by_id(tx, site, subscription.page)?;
        Ok(page.map(|page| (subscription, page)))
    });
    Ok(found.await?)
}

/// `POST /notices/{site}/{secret}`: what a button says. A mail program that unsubscribes by itself
/// (RFC 8058) sends no button, and that ends the subscription.
async fn change(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, secret)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, ErrorPage> {
    app.limits.take(Act::Preview, &visitor, app.now())?;
    let site = visitor.at(&app, &host).await?;
    let field = |name: &str| {
        let mut fields = url::form_urlencoded::parse(&body);
        fields
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    if desk_reader(&app, &site, &secret).await?.is_some() {
        let has_ended = field("act").as_deref() != Some("again");
        let ended_at = has_ended.then(|| app.now());
        let (id, named) = (site.id, secret.clone());
        let change = move |tx: &mut Tx<'_>| desk_mails::set_ended(tx, id, &named, ended_at);
        app.store.write(change).await.map_err(ApiError::from)?;
        return Ok(desk_page(&visitor, &site, &secret, has_ended));
    }
    let Some((_, known)) = find(&app, &site, &secret).await? else {
        // Said twice, it is done all the same.
        let gone = notice::no_notices_page(&context(&app, &site, &visitor.base.0));
        return Ok(private(StatusCode::OK, gone));
    };
    let done = match field("act").as_deref() {
        Some("confirm") => Some(Done::Confirmed),
        Some("pace") => Some(Done::Saved),
        _ => None,
    };
    let is_for_all = field("act").as_deref() == Some("end_all");
    let pace = field("pace").as_deref().and_then(Pace::from_word);
    let (now, id, named) = (app.now(), site.id, secret.clone());
    let change = move |tx: &mut Tx<'_>| match (done, pace) {
        (Some(Done::Confirmed), _) => subscriptions::confirm(tx, now, id, &named),
        (Some(Done::Saved), Some(pace)) => subscriptions::set_pace(tx, id, &named, pace),
        (Some(Done::Saved), None) => Ok(()),
        (None, _) if is_for_all => subscriptions::end_all(tx, id, &named),
        (None, _) => subscriptions::end(tx, id, &named),
    };
    app.store.write(change).await.map_err(ApiError::from)?;
    match done {
        Some(_) => page(&app, &visitor, &site, &secret, done).await,
        None => {
            let context = context(&app, &site, &visitor.base.0);
            Ok(private(
                StatusCode::OK,
                notice::ended_page(&context, &known),
            ))
        }
    }
}

/// A page for one person alone.
fn private(status: StatusCode, page: String) -> Response {
    let kept = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, kept, Html(page)).into_response()
}
