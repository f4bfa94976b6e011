//! What an account is told in the page.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::passages::correction::CorrectionState;
use rejoinder_core::recordings::proposals::ProposalState;
use rejoinder_core::{AuthorId, AuthorKind, Site, Time};
use render::notices::bell::{self, BellItem, bell_page};
use serde::{Deserialize, Serialize};
use store::notices::bells::{self, BellNotice, BellSubject};
use utoipa::ToSchema;

use crate::http::error::{ApiError, Problem};
use crate::http::error_page::ErrorPage;
use crate::http::extract::{self, Form, Params, Visitor};
use crate::http::limits::Act;
use crate::public::threads::context;
use crate::state::App;

/// So many are shown; there is no way to older ones.
const SHOWN: i64 = 30;

/// What an account is told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Notices {
    /// How many are unread; at most 99.
    n_unread: i64,
    /// Names the newest, for marking all up to it as read.
    until: Option<String>,
    /// Newest first, at most 30.
    notices: Vec<Notice>,
}

/// One thing that an account is told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Notice {
    /// `reply` (below one's own), `comment` (where one wants to be told), `mention` (of oneself),
    /// `challenged` (sources against a passage that one wrote about); `approved`, `rejected`,
    /// `featured` (one's own); `correction_accepted`, `correction_declined`, `correction_outdated` (a
    /// correction of a transcript that one proposed); `article_accepted`, `article_declined` (a
    /// correction of an article that one sent).
    #[schema(example = "reply")]
    what: &'static str,
    /// The comment's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    /// Who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The id of the recording whose transcript was to be corrected.
    #[serde(skip_serializing_if = "Option::is_none")]
    recording: Option<String>,
    /// What the editor says who declined the correction.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The page's address or key.
    page: String,
    /// The page's headline.
    title: Option<String>,
    at: String,
    is_read: bool,
}

/// What was read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MarkRead {
    /// The site's host.
    site: String,
    /// The `until` of the list that was read.
    until: String,
}

/// What an account is told in the page: replies, what it wants to be told of, and what became of its
/// own comments. Guests are told nothing here.
#[utoipa::path(
    get, path = "/api/v1/notices", tag = "reading",
    params(("site" = String, Query, description = "The site's host")),
    responses((status = 200, body = Notices), (status = "4XX", body = Problem)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<Json<Notices>, ApiError> {
    let site = visitor.acting_at(&app, params.site()?).await?;
    let (notices, n_unread) = newest(&app, &visitor, &site).await?;
    Ok(Json(Notices {
        n_unread,
        until: notices.first().map(|one| one.at.micros().to_string()),
        notices: notices.into_iter().map(Notice::from).collect(),
    }))
}

/// `GET /embed/notices`: the same as a page.
pub(crate) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let site = visitor.acting_at(&app, params.site()?).await?;
    let page = |typed| visitor.page(&app, &site, typed);
    let from = params.get("page").map(page).transpose();
    let from = from?;
    let (notices, _) = newest(&app, &visitor, &site).await?;
    let items = notices.iter().map(|one| BellItem {
        subject: match &one.subject {
            BellSubject::Comment(kind, comment) => bell::BellItemSubject::Comment(*kind, comment),
            BellSubject::Correction(own, recording) => {
                bell::BellItemSubject::Correction(own, recording)
            }
            BellSubject::Article(own) => bell::BellItemSubject::Article(own),
        },
        page: &one.page,
        at: one.at,
        is_read: one.is_read,
    });
    let context = context(&app, &site, &visitor.base.0);
    let items: Vec<BellItem<'_>> = items.collect();
    Ok(Html(bell_page(&context, &items, from.as_ref())))
}

async fn newest(
    app: &App,
    visitor: &Visitor,
    site: &Site,
) -> Result<(Vec<BellNotice>, i64), ApiError> {
    app.limits.take(Act::Preview, visitor, app.steady())?;
    let Some(author) = account(app, visitor, site).await? else {
        return Ok((Vec::new(), 0));
    };
    let site = site.id;
    let read = app.store.read(move |tx| {
        let newest = bells::newest(tx, site, author, SHOWN)?;
        Ok((newest, bells::n_unread(tx, site, author)?))
    });
    Ok(read.await?)
}

async fn account(app: &App, visitor: &Visitor, site: &Site) -> Result<Option<AuthorId>, ApiError> {
    let reader = visitor.reader(app, site).await?;
    let account = reader
        .author
        .filter(|author| author.kind == AuthorKind::Account);
    Ok(account.map(|author| author.id))
}

/// Mark notices as read; doing it again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/notices/read", tag = "writing", request_body = MarkRead,
    responses((status = 204, description = "They count as read."), (status = "4XX", body = Problem)),
)]
pub(crate) async fn mark_read(
    State(app): State<App>,
    visitor: Visitor,
    extract::Json(body): extract::Json<MarkRead>,
) -> Result<StatusCode, ApiError> {
    let site = visitor.acting_at(&app, &body.site).await?;
    mark(&app, &visitor, &site, &body.until).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /embed/notices/read`: the same by a plain form.
pub(crate) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let site = visitor.acting_at(&app, fields.site()?).await?;
    let until = fields.get("until").unwrap_or_default();
    mark(&app, &visitor, &site, until).await?;
    let from = fields.get("page").map(|page| ("page", page));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("site", &site.host)
        .extend_pairs(from)
        .finish();
    let to = HeaderValue::from_str(&format!("/embed/notices?{query}"));
    let to = to.unwrap_or(HeaderValue::from_static("/"));
    let headers: HeaderMap = [(header::LOCATION, to)].into_iter().collect();
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

async fn mark(app: &App, visitor: &Visitor, site: &Site, until: &str) -> Result<(), ApiError> {
    let now = app.now();
    app.limits.take(Act::Vote, visitor, app.steady())?;
    let wrong =
        || ApiError::body("The field `until` must be the one of a list of notices.").field("until");
    let until = until.parse().map(Time::from_micros).map_err(|_| wrong())?;
    let Some(author) = account(app, visitor, site).await? else {
        return Ok(());
    };
    let site = site.id;
    let mark = move |tx: &mut store::Tx<'_>| bells::mark_read(tx, now, site, author, until);
    Ok(app.store.write(mark).await?)
}

impl From<BellNotice> for Notice {
    fn from(notice: BellNotice) -> Self {
        let key = notice.page.key;
        let (what, comment, recording, reason) = match notice.subject {
            BellSubject::Comment(kind, comment) => (kind.as_str(), Some(*comment), None, None),
            BellSubject::Correction(own, _) => {
                (became(own.state), None, Some(own.recording), own.reason)
            }
            BellSubject::Article(own) => (of_article(own.state), None, None, own.reason),
        };
        Self {
            what,
            comment: comment.as_ref().map(|own| own.id.to_string()),
            name: comment.map(|own| own.author.name),
            recording: recording.map(|own| own.to_string()),
            reason,
            page: key.url().unwrap_or(key.as_str()).to_owned(),
            title: notice.page.title,
            at: notice.at.to_string(),
            is_read: notice.is_read,
        }
    }
}

/// The word for what became of a correction of an article.
const fn of_article(state: CorrectionState) -> &'static str {
    match state {
        CorrectionState::Accepted => "article_accepted",
        CorrectionState::Declined | CorrectionState::Open | CorrectionState::Held => {
            "article_declined"
        }
    }
}

/// The word for what became of a correction of a transcript.
const fn became(state: ProposalState) -> &'static str {
    match state {
        ProposalState::Accepted => "correction_accepted",
        ProposalState::Declined => "correction_declined",
        ProposalState::Outdated | ProposalState::Held | ProposalState::Open => {
            "correction_outdated"
        }
    }
}
