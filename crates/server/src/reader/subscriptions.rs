//! Asking to be told of new comments.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::notices::subscription::{MailPace, SubscriptionKind};
use rejoinder_core::{
    AuthorId, CommentId, PageId, PageKey, Reader, Site, Token, discussion::policy,
};
use serde::{Deserialize, Serialize};
use store::notices::subscriptions::{self, NewSubscription, SubscribeOutcome};
use store::{discussion::pages, identity::authors};
use utoipa::ToSchema;

use super::rendering::title;
use crate::http::error::{ApiError, Problem};
use crate::http::error_page::ErrorPage;
use crate::http::extract::{self, Form, Visitor};
use crate::http::limits::Act;
use crate::public::threads::context;
use crate::state::App;

/// A wish to be told of new comments by mail.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subscribe {
    /// The site's host.
    site: String,
    /// The page's address or key.
    page: String,
    /// The page's headline, for a page that is not known yet.
    title: Option<String>,
    /// Of what: `page` (all new comments), `replies` (to one's own), `branch`.
    #[schema(example = "page")]
    kind: String,
    /// The comment that the branch begins with.
    branch: Option<String>,
    /// Where mails go. An account has an address of its own.
    email: Option<String>,
    /// How often: `at_once`, `hourly`, `daily`.
    #[schema(example = "at_once")]
    pace: Option<String>,
}

/// What became of the wish.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Subscribed)]
pub(crate) struct SubscribedBody {
    /// `subscribed`, or `unconfirmed` while the link in the mail has not been opened.
    #[schema(example = "unconfirmed")]
    state: &'static str,
}

/// Be told of new comments by mail. An address that is not known to be the reader's gets one mail, to
/// confirm it.
#[utoipa::path(
    post, path = "/api/v1/subscriptions", tag = "writing", request_body = Subscribe,
    responses(
        (status = 201, body = SubscribedBody, description = "Mails will come"),
        (status = 202, body = SubscribedBody, description = "The address is to be confirmed"),
        (status = "4XX", body = Problem),
    ),
)]
pub(crate) async fn subscribe(
    State(app): State<App>,
    visitor: Visitor,
    extract::Json(body): extract::Json<Subscribe>,
) -> Result<(StatusCode, HeaderMap, Json<SubscribedBody>), ApiError> {
    let site = visitor.acting_at(&app, &body.site).await?;
    let about = (
        visitor.page(&app, &site, &body.page)?,
        body.title.as_deref(),
    );
    let (asked, headers) = ask(&app, &visitor, &site, about, wish(&app, &body)?).await?;
    let (status, state) = match asked {
        SubscribeOutcome::Subscribed => (StatusCode::CREATED, "subscribed"),
        SubscribeOutcome::Unconfirmed => (StatusCode::ACCEPTED, "unconfirmed"),
    };
    Ok((status, headers, Json(SubscribedBody { state })))
}

/// `POST /embed/subscriptions`: the same by a plain form.
pub(crate) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let site = visitor.acting_at(&app, fields.site()?).await?;
    let own = |name: &str| fields.get(name).map(str::to_owned);
    let body = Subscribe {
        site: site.host.clone(),
        page: String::new(),
        title: None,
        kind: own("kind").unwrap_or_default(),
        branch: own("branch")
            .filter(|_| fields.get("kind") == Some(SubscriptionKind::Branch.as_str())),
        email: own("email"),
        pace: own("pace"),
    };
    let page = visitor.page(&app, &site, fields.page())?;
    let (asked, headers) = ask(
        &app,
        &visitor,
        &site,
        (page.clone(), None),
        wish(&app, &body)?,
    )
    .await?;
    let is_subscribed = asked == SubscribeOutcome::Subscribed;
    let context = context(&app, &site, &visitor.base.0);
    let page = render::notices::notice::asked_page(&context, &page, is_subscribed);
    Ok((headers, Html(page)).into_response())
}

/// The wish that a form's or a body's words stand for.
fn wish(app: &App, body: &Subscribe) -> Result<NewSubscription, ApiError> {
    let pace = body.pace.as_deref().unwrap_or(MailPace::AtOnce.as_str());
    let branch = body.branch.as_deref().map(str::parse::<CommentId>);
    let wrong = |_| ApiError::body("The field `branch` is not a comment's id.").field("branch");
    Ok(NewSubscription {
        kind: SubscriptionKind::from_word(&body.kind)
            .ok_or_else(|| no_such("kind", SubscriptionKind::ALL.map(SubscriptionKind::as_str)))?,
        branch: branch.transpose().map_err(wrong)?,
        pace: MailPace::from_word(pace)
            .ok_or_else(|| no_such("pace", MailPace::ALL.map(MailPace::as_str)))?,
        email: body.email.clone(),
        ..new_wish(app)?
    })
}

/// What somebody who writes a comment wants to be told of, if anything.
pub(super) fn with_comment(
    app: &App,
    notify: Option<&str>,
) -> Result<Option<NewSubscription>, ApiError> {
    let Some(word) = notify.filter(|word| !word.is_empty()) else {
        return Ok(None);
    };
    let known = [SubscriptionKind::Replies, SubscriptionKind::Page];
    let kind = known.into_iter().find(|kind| kind.as_str() == word);
    let kind = kind.ok_or_else(|| no_such("notify", known.map(SubscriptionKind::as_str)))?;
    Ok(Some(NewSubscription {
        kind,
        ..new_wish(app)?
    }))
}

/// Count the mail that a wish beside a comment sends to an address that is not known to be the reader's.
pub(super) async fn limit(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    page: &PageKey,
    reader: &Reader,
    email: Option<String>,
) -> Result<(), ApiError> {
    let (site, page, author) = (site.id, page.clone(), reader.author.clone());
    let asks = move |tx: &mut store::Tx<'_>| {
        subscriptions::asks_by_mail(tx, site, &page, author.as_ref(), email.as_deref())
    };
    match app.store.read(asks).await? {
        true => app.limits.take(Act::Mail, visitor, app.steady()),
        false => Ok(()),
    }
}

fn no_such<const N: usize>(field: &str, known: [&str; N]) -> ApiError {
    let detail = format!("The field `{field}` must be one of {}.", known.join(", "));
    ApiError::body(detail).field(field)
}

/// A wish for mails about a page, where mails can be sent.
fn new_wish(app: &App) -> Result<NewSubscription, ApiError> {
    if app.config.mail_from.is_none() {
        return Err(ApiError::body("This server sends no mail.").field("notify"));
    }
    Ok(NewSubscription {
        id: app.ids.next(app.now()),
        secret: Token::new(&*app.random).reveal(),
        kind: SubscriptionKind::Page,
        branch: None,
        pace: MailPace::AtOnce,
        email: None,
    })
}

/// The headers hand a new reader their token.
async fn ask(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    (page, said): (PageKey, Option<&str>),
    wish: NewSubscription,
) -> Result<(SubscribeOutcome, HeaderMap), ApiError> {
    let now = app.now();
    app.limits.take(Act::Mail, visitor, app.steady())?;
    policy::may_carry_thread(site, &page)?;
    let title = title(app, site, &page, said);
    let token = visitor.token(app);
    let (site, hash) = (site.id, token.hash);
    let ids = (PageId(app.ids.next(now)), AuthorId(app.ids.next(now)));
    let ask = move |tx: &mut store::Tx<'_>| {
        let page = pages::find_or_add(tx, now, site, ids.0, &page, title.as_deref())?;
        let author = authors::by_token_or_new(tx, now, site, ids.1, &hash)?;
        subscriptions::ask(tx, now, &page, &author, &wish)
    };
    let asked = app.store.write(ask).await?;
    (app.wake)();
    Ok((asked, token.headers()))
}
