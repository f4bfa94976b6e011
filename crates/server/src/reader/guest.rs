//! What is kept of a guest, for that guest: to look at, to take along, and to delete. Plain forms.
//!
//! Who a guest is, their browser's cookie says on the server's own origin. Where it is not shown there,
//! because a page of another site keeps it, that page asks for a link; and a link goes by mail to an
//! address that was confirmed. A link works for an hour, as often as it is opened.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use egress::Mail;
use jobs::{NewJob, SendMail};
use rejoinder_core::{AuthorId, AuthorKind, Refusal, Site, Token, identity::author};
use render::FormProblem;
use render::identity::{self, GuestComment, GuestRecord, GuestRecords, GuestView};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::identity::guests::{self, GuestData, LinkRequest, ProvenGuests};
use store::identity::personal::PersonalData;
use utoipa::ToSchema;

use crate::access::Access;
use crate::auth::{from_own_page, mail, private};
use crate::http::error::{self, ApiError};
use crate::http::error_page::ErrorPage;
use crate::http::extract::{self, Form, Visitor};
use crate::http::limits::Act;
use crate::http::route::{Route, get, post, route};
use crate::public::threads::context;
use crate::state::{App, hash_of};

/// What the paths of these pages begin with.
pub(crate) const ROOT: &str = "/guest/";

/// So many comments of each browser are shown; the rest is in the download.
const MAX_SHOWN: usize = 50;

/// By the browser's cookie, and the same by a link.
pub(crate) fn routes() -> Vec<Route> {
    const LINK: &str = "/guest/{site}/link/{secret}";
    let reader = |path, asked| route(path, Access::Reader, asked);
    let link = |path, asked| route(path, Access::Link, asked);
    vec![
        reader("/api/v1/guest-links", post(open)),
        reader("/guest/{site}", get(show)),
        reader("/guest/{site}/download", get(download)),
        reader("/guest/{site}/delete", post(delete)),
        reader("/guest/{site}/mail", post(ask)),
        link(LINK, get(show)),
        link("/guest/{site}/link/{secret}/download", get(download)),
        link("/guest/{site}/link/{secret}/delete", post(delete)),
    ]
}

/// Where a page of a guest is: their browser's, or that of a link.
#[derive(Debug, Deserialize)]
struct GuestPageScope {
    site: String,
    secret: Option<String>,
}

impl GuestPageScope {
    fn path(&self) -> String {
        match &self.secret {
            Some(secret) => format!("{ROOT}{}/link/{secret}", self.site),
            None => format!("{ROOT}{}", self.site),
        }
    }

    /// What is proven here; nothing where the browser is no guest's.
    async fn proven(
        &self,
        app: &App,
        visitor: &Visitor,
        site: &Site,
    ) -> Result<Option<ProvenGuests>, ApiError> {
        let Some(secret) = &self.secret else {
            let reader = visitor.reader(app, site).await?;
            return Ok(ProvenGuests::by_author(reader.author.as_ref()));
        };
        let token: Token = secret.parse().map_err(|_| Refusal::LinkUsed)?;
        let (now, id, hash) = (app.now(), site.id, hash_of(&token));
        let find = move |tx: &mut Tx<'_>| guests::by_link(tx, now, id, &hash);
        let proven = app.store.read(find).await?;
        Ok(Some(proven.ok_or(Refusal::LinkUsed)?))
    }
}

/// `GET /guest/{site}`, `GET /guest/{site}/link/{secret}`: everything that is kept.
async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(place): Path<GuestPageScope>,
) -> Result<Response, ErrorPage> {
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    let site = visitor.at(&app, &place.site).await?;
    let context = context(&app, &site, &visitor.base.0);
    let page = match place.proven(&app, &visitor, &site).await? {
        Some(proven) => {
            let kept = kept(&app, &site, proven).await?;
            identity::guest_page(&context, GuestView::Kept(shown(&kept, &place.path())))
        }
        None => {
            let reader = visitor.reader(&app, &site).await?.author;
            let has_account = reader.is_some_and(|own| own.kind == AuthorKind::Account);
            identity::guest_page(&context, unknown(&app, has_account))
        }
    };
    Ok(private(StatusCode::OK, page))
}

fn shown<'a>(kept: &'a GuestData, path: &'a str) -> GuestRecords<'a> {
    let of_guests = kept.guests.iter().flat_map(|guest| &guest.subscriptions);
    let told = of_guests.chain(&kept.subscriptions);
    GuestRecords {
        path,
        guests: kept.guests.iter().map(of_guest).collect(),
        told: told
            .map(|told| (told.page.as_str(), told.email.as_str()))
            .collect(),
    }
}

fn of_guest(guest: &PersonalData) -> GuestRecord<'_> {
    let comments = guest.comments.iter().rev().take(MAX_SHOWN);
    let comments = comments.map(|comment| GuestComment {
        page: &comment.page,
        text: &comment.text,
        at: &comment.created_at,
        n_earlier: comment.earlier.len(),
    });
    GuestRecord {
        name: &guest.account.name,
        email: guest.account.email.as_deref(),
        website: guest.account.website.as_deref(),
        since: &guest.account.created_at,
        comments: comments.collect(),
        n_more: guest.comments.len().saturating_sub(MAX_SHOWN),
        n_votes: guest.votes.len(),
        n_flags: guest.flags.len(),
        n_muted: guest.muted.len(),
    }
}

fn unknown(app: &App, has_account: bool) -> GuestView<'static> {
    GuestView::Unknown {
        has_account,
        has_mail: app.config.mail_from.is_some(),
        email: "",
        problem: None,
    }
}

async fn kept(app: &App, site: &Site, proven: ProvenGuests) -> Result<GuestData, ApiError> {
    let (now, id) = (app.now(), site.id);
    let read = move |tx: &mut Tx<'_>| guests::data_of(tx, now, id, &proven);
    Ok(app.store.read(read).await?)
}

/// `GET …/download`: the same as a file.
async fn download(
    State(app): State<App>,
    visitor: Visitor,
    Path(place): Path<GuestPageScope>,
) -> Result<Response, ErrorPage> {
    app.limits.take(Act::Post, &visitor, app.steady())?;
    let site = visitor.at(&app, &place.site).await?;
    let proven = place.proven(&app, &visitor, &site).await?;
    let kept = kept(&app, &site, proven.ok_or_else(ApiError::not_found)?).await?;
    let body = serde_json::to_vec_pretty(&kept).map_err(ApiError::internal)?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"comments.json\""),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, body).into_response())
}

/// `POST …/delete`: ask once more, then delete everything.
async fn delete(
    State(app): State<App>,
    visitor: Visitor,
    Path(place): Path<GuestPageScope>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    from_own_page(&visitor)?;
    let now = app.now();
    app.limits.take(Act::Post, &visitor, app.steady())?;
    let site = visitor.at(&app, &place.site).await?;
    let context = context(&app, &site, &visitor.base.0);
    let proven = place.proven(&app, &visitor, &site).await?;
    let proven = proven.ok_or_else(ApiError::not_found)?;
    if fields.get("sure") != Some("yes") {
        let page = identity::guest_page(&context, GuestView::Sure(&place.path()));
        return Ok(private(StatusCode::OK, page));
    }
    let (id, nobody) = (site.id, AuthorId(app.ids.next(now)));
    let erase = move |tx: &mut Tx<'_>| guests::take_back(tx, now, id, &proven, nobody);
    app.store.write(erase).await?;
    (app.wake)();
    Ok(private(
        StatusCode::OK,
        identity::guest_page(&context, GuestView::Gone),
    ))
}

/// `POST /guest/{site}/mail`: send a link. Whether the address is known, nobody is told.
async fn ask(
    State(app): State<App>,
    visitor: Visitor,
    Path(place): Path<GuestPageScope>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    from_own_page(&visitor)?;
    app.limits.take(Act::Mail, &visitor, app.steady())?;
    let site = visitor.at(&app, &place.site).await?;
    let from = app.config.mail_from.as_deref();
    let from = from.ok_or_else(ApiError::not_found)?;
    let context = context(&app, &site, &visitor.base.0);
    let typed = fields.get("email").unwrap_or_default();
    let Ok(Some(email)) = author::parse_email(typed) else {
        let error = ApiError::from(Refusal::EmailInvalid);
        let page = GuestView::Unknown {
            has_account: false,
            has_mail: true,
            email: typed,
            problem: Some(FormProblem {
                field: error.field.as_deref(),
                detail: &error.detail,
            }),
        };
        return Ok(private(error.status, identity::guest_page(&context, page)));
    };
    let now = app.now();
    let wish = wish(&app, &visitor, &site, from, &email)?;
    let ask = move |tx: &mut Tx<'_>| guests::ask(tx, now, &wish);
    if app.store.write(ask).await? {
        (app.wake)();
    }
    let page = identity::guest_page(&context, GuestView::Sent(&email));
    Ok(private(StatusCode::OK, page))
}

fn wish(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    from: &str,
    email: &str,
) -> store::Result<LinkRequest> {
    let now = app.now();
    let token = Token::new(&*app.random);
    let link = format!(
        "{}{ROOT}{}/link/{}",
        visitor.base.in_mails(),
        site.host,
        token.reveal()
    );
    let text = identity::guest_mail(&context(app, site, visitor.base.in_mails()), &link);
    let id = AuthorId(app.ids.next(now));
    let mail = Mail {
        from_name: site.name().to_owned(),
        from: from.to_owned(),
        to: email.to_owned(),
        reply_to: None,
        subject: text.subject,
        text: text.text,
        html: text.html,
        message_id: format!("kept-{id}@{}", mail::domain(from)),
        references: Vec::new(),
        list_id: None,
        unsubscribe_url: None,
    };
    Ok(LinkRequest {
        site: site.id,
        email: email.to_owned(),
        token: hash_of(&token),
        mail: NewJob::new(site.id, &SendMail(mail), now)?,
    })
}

/// At which site.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenGuest {
    /// The site's host.
    site: String,
}

/// A link to what is kept of a guest.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GuestLink {
    /// Works for an hour.
    url: String,
}

/// Get a link to the page on which a guest sees, downloads and deletes what is kept of them.
#[utoipa::path(
    post, path = "/api/v1/guest-links", tag = "writing", request_body = OpenGuest,
    responses(
        (status = 200, body = GuestLink),
        (status = 404, body = error::Problem, description = "Nothing is kept of this reader as a guest"),
        (status = "4XX", body = error::Problem),
    ),
)]
pub(crate) async fn open(
    State(app): State<App>,
    visitor: Visitor,
    extract::Json(body): extract::Json<OpenGuest>,
) -> Result<Json<GuestLink>, ApiError> {
    let now = app.now();
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    let site = visitor.acting_at(&app, &body.site).await?;
    let browser = visitor.token_hash().ok_or_else(ApiError::not_found)?;
    let token = Token::new(&*app.random);
    let (id, link) = (site.id, hash_of(&token));
    let open = move |tx: &mut Tx<'_>| guests::open(tx, now, id, &browser, &link);
    if !app.store.write(open).await? {
        return Err(ApiError::not_found());
    }
    let url = format!(
        "{}{ROOT}{}/link/{}",
        visitor.base.0,
        site.host,
        token.reveal()
    );
    Ok(Json(GuestLink { url }))
}
