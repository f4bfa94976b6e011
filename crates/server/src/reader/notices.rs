//! What the links in mails about comments open. A GET changes nothing: mail scanners follow links.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::notices::subscription::MailPace;
use rejoinder_core::{Page, Site};
use render::notices::notice::{
    self, SubscriptionChange, SubscriptionContext, SubscriptionStep, UnsubscribeReach,
};
use store::moderation::desk_mails::DeskReader;
use store::notices::subscriptions::{self, Subscription};
use store::{StoreError, Tx, discussion::pages, moderation::desk_mails};

use crate::access::Access;
use crate::http::assets::VERSION;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::Visitor;
use crate::http::limits::Act;
use crate::http::route::{Route, get, post, route};
use crate::public::threads::context;
use crate::state::App;

/// Confirming, changing and ending a subscription, for whoever has its mails.
pub(crate) fn routes() -> Vec<Route> {
    const PATH: &str = "/notices/{site}/{secret}";
    vec![
        route(PATH, Access::Secret, get(show)),
        route(PATH, Access::Secret, post(change)),
    ]
}

/// `GET /notices/{site}/{secret}`: what the mails are about, with buttons.
async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, secret)): Path<(String, String)>,
) -> Result<Response, ErrorPage> {
    app.limits.take(Act::Preview, &visitor, app.steady())?;
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
    let page = render::moderation::desk_mail_page(site, VERSION, &manage, has_ended);
    private(StatusCode::OK, page)
}

async fn page(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    secret: &str,
    done: Option<SubscriptionChange>,
) -> Result<Response, ErrorPage> {
    let context = context(app, site, &visitor.base.0);
    let Some((subscription, page)) = find(app, site, secret).await? else {
        let gone = notice::no_notices_page(&context);
        return Ok(private(StatusCode::NOT_FOUND, gone));
    };
    let manage = format!("{}/notices/{}/{secret}", visitor.base.0, site.host);
    let about = about(&subscription, &page, &manage);
    let step = match subscription.confirmed_at {
        None => SubscriptionStep::Confirm,
        Some(_) => SubscriptionStep::Manage(done),
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
/// (RFC 8058) sends no button, and that ends this kind of mails about the page.
async fn change(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, secret)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, ErrorPage> {
    app.limits.take(Act::Preview, &visitor, app.steady())?;
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
        app.store.write(change).await?;
        return Ok(desk_page(&visitor, &site, &secret, has_ended));
    }
    let Some(found) = find(&app, &site, &secret).await? else {
        // Said twice, it is done all the same.
        let gone = notice::no_notices_page(&context(&app, &site, &visitor.base.0));
        return Ok(private(StatusCode::OK, gone));
    };
    let pace = field("pace").as_deref().and_then(MailPace::from_word);
    let (now, id, named) = (app.now(), site.id, secret.clone());
    match (field("act").as_deref(), pace) {
        (Some("confirm"), _) => {
            let confirm = move |tx: &mut Tx<'_>| subscriptions::confirm(tx, now, id, &named);
            app.store.write(confirm).await?;
            page(
                &app,
                &visitor,
                &site,
                &secret,
                Some(SubscriptionChange::Confirmed),
            )
            .await
        }
        (Some("pace"), Some(pace)) => {
            let change = move |tx: &mut Tx<'_>| subscriptions::set_pace(tx, id, &named, pace);
            app.store.write(change).await?;
            page(
                &app,
                &visitor,
                &site,
                &secret,
                Some(SubscriptionChange::Saved),
            )
            .await
        }
        (Some("pace"), None) => {
            page(
                &app,
                &visitor,
                &site,
                &secret,
                Some(SubscriptionChange::Saved),
            )
            .await
        }
        (Some("end_all"), _) => end(&app, &visitor, &site, found, UnsubscribeReach::All).await,
        _ => end(&app, &visitor, &site, found, UnsubscribeReach::Kind).await,
    }
}

/// End what a link is about, or all that its mailbox is told, and say what is left.
async fn end(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    (subscription, page): (Subscription, Page),
    reach: UnsubscribeReach,
) -> Result<Response, ErrorPage> {
    let (now, id, secret) = (app.clock.now(), site.id, subscription.secret.clone());
    let end = move |tx: &mut Tx<'_>| {
        let left = match reach {
            UnsubscribeReach::Kind => subscriptions::end(tx, now, id, &secret)?,
            UnsubscribeReach::All => {
                subscriptions::end_all(tx, now, id, &secret)?;
                Vec::new()
            }
        };
        let mut told = Vec::with_capacity(left.len());
        for subscription in left {
            let page = pages::by_id(tx, id, subscription.page)?;
            told.extend(page.map(|page| (subscription, page)));
        }
        Ok::<_, StoreError>(told)
    };
    let left = app.store.write(end).await?;
    let manage =
        |told: &Subscription| format!("{}/notices/{}/{}", visitor.base.0, site.host, told.secret);
    let links: Vec<String> = left.iter().map(|(told, _)| manage(told)).collect();
    let left: Vec<SubscriptionContext<'_>> = left
        .iter()
        .zip(&links)
        .map(|((told, page), manage)| about(told, page, manage))
        .collect();
    let manage = manage(&subscription);
    let ended = about(&subscription, &page, &manage);
    let context = context(app, site, &visitor.base.0);
    let shown = notice::ended_page(&context, &ended, reach, &left);
    Ok(private(StatusCode::OK, shown))
}

fn about<'a>(
    subscription: &'a Subscription,
    page: &'a Page,
    manage: &'a str,
) -> SubscriptionContext<'a> {
    SubscriptionContext {
        page,
        kind: subscription.kind,
        pace: subscription.pace,
        email: &subscription.email,
        manage,
    }
}

/// A page for one person alone.
fn private(status: StatusCode, page: String) -> Response {
    let kept = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, kept, Html(page)).into_response()
}
