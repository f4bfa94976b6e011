//! Threads, counts, and what the scripts ask of the site before they begin.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderName};
use rejoinder_core::discussion::feed::{FeedFormat, FeedScope};
use rejoinder_core::publication::settings::{EmailPolicy, ModerationMode};
use rejoinder_core::{PageKey, Site, Sort, Time};
use render::discussion::feed;
use render::discussion::isso::{self, IssoComment};
use serde::Serialize;
use store::Tx;
use store::discussion::slices::{self, MAX_OFFSET, SliceQuery};

use super::{acting_site, page, page_keys, site};
use crate::http::error::ApiError;
use crate::http::extract::{self, Params, Visitor};
use crate::http::limits::Act;
use crate::public::threads::context;
use crate::state::App;

/// So many roots, or replies of one comment, stand in one answer.
const MAX_LIMIT: usize = 100;

/// So many replies of each comment stand below it.
const MAX_NESTED: usize = 20;

/// So many pages may be counted at once.
const MAX_PAGES: usize = 1_000;

/// What the scripts go by, in their own words.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct IssoConfigBody {
    reply_to_self: bool,
    require_email: bool,
    require_author: bool,
    website_field: bool,
    reply_notifications: bool,
    gravatar: bool,
    feed: bool,
}

impl IssoConfigBody {
    fn of(app: &App, site: &Site) -> Self {
        let email = site.settings.email;
        Self {
            reply_to_self: true,
            require_email: email == EmailPolicy::Required,
            // Everyone here has a name.
            require_author: true,
            website_field: true,
            reply_notifications: app.config.mail_from.is_some() && email != EmailPolicy::Unasked,
            gravatar: false,
            feed: true,
        }
    }
}

/// The configuration, where it is asked for alone.
#[derive(Debug, Serialize)]
pub(super) struct IssoConfig {
    config: IssoConfigBody,
}

/// `GET /isso/{site}/config`
pub(super) async fn config(
    State(app): State<App>,
    visitor: Visitor,
    Path(host): Path<String>,
) -> Result<Json<IssoConfig>, ApiError> {
    let site = site(&app, &visitor, &host).await?;
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let config = IssoConfigBody::of(&app, &site);
    Ok(Json(IssoConfig { config }))
}

/// What answers, and for whom.
#[derive(Debug, Serialize)]
pub(super) struct IssoInfo {
    version: &'static str,
    host: String,
    origin: String,
    moderation: bool,
}

/// `GET /isso/{site}/info`
pub(super) async fn info(
    State(app): State<App>,
    visitor: Visitor,
    Path(host): Path<String>,
) -> Result<Json<IssoInfo>, ApiError> {
    let site = site(&app, &visitor, &host).await?;
    app.limits.take(Act::Read, &visitor, app.steady())?;
    Ok(Json(IssoInfo {
        version: "0.14.0",
        host: visitor.base.0.to_string(),
        origin: site.origins.first().cloned().unwrap_or_default(),
        moderation: site.settings.mode == ModerationMode::Before,
    }))
}

/// A part of a thread.
#[derive(Debug, Serialize)]
pub(super) struct IssoThread {
    id: Option<String>,
    total_replies: i64,
    hidden_replies: i64,
    replies: Vec<IssoComment>,
    config: IssoConfigBody,
}

/// `GET /isso/{site}/`: the thread of a page, or the replies of one of its comments.
pub(super) async fn thread(
    State(app): State<App>,
    visitor: Visitor,
    Path(host): Path<String>,
    params: Params,
) -> Result<Json<IssoThread>, ApiError> {
    let site = site(&app, &visitor, &host).await?;
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let keys = page_keys(&app, &visitor, &site, params.get("uri").unwrap_or_default())?;
    let query = query(&params)?;
    let id = site.id;
    let load = move |tx: &mut Tx<'_>| slices::load(tx, id, &keys, &query);
    let slice = app.store.read(load).await?;
    let parent = query.parent.map(|id| id.0.to_string());
    let config = IssoConfigBody::of(&app, &site);
    let Some(slice) = slice else {
        return Ok(Json(IssoThread {
            id: parent,
            total_replies: 0,
            hidden_replies: 0,
            replies: Vec::new(),
            config,
        }));
    };
    let replies = isso::tree(&context(&app, &site, &visitor.base.0), &slice.entries);
    let n_seen = i64::try_from(query.offset + replies.len()).unwrap_or(i64::MAX);
    let total_replies = match query.parent {
        // All of the page are counted, as its heading does.
        None => slice.page.n_comments,
        Some(_) => slice.n_in_all,
    };
    Ok(Json(IssoThread {
        id: parent,
        total_replies,
        hidden_replies: slice.n_in_all.saturating_sub(n_seen).max(0),
        replies,
        config,
    }))
}

fn query(params: &Params) -> Result<SliceQuery, ApiError> {
    let sort = match params.get("sort") {
        None | Some("oldest") => Sort::Oldest,
        Some("newest") => Sort::Newest,
        Some("upvotes") => Sort::Votes,
        Some(_) => {
            let detail = "The parameter `sort` can be `newest`, `oldest` or `upvotes`.";
            return Err(ApiError::query("sort", detail));
        }
    };
    let unknown = || ApiError::query("parent", "The parameter `parent` is not a comment's id.");
    let parent = params
        .get("parent")
        .map(|id| isso::read_id(id).ok_or_else(unknown));
    let after: Option<f64> = params.read("after")?;
    let limit: Option<usize> = params.read("limit")?;
    let nested: Option<usize> = params.read("nested_limit")?;
    let offset: Option<usize> = params.read("offset")?;
    Ok(SliceQuery {
        parent: parent.transpose()?,
        sort,
        after: after.and_then(time),
        offset: offset.unwrap_or(0).min(MAX_OFFSET),
        limit: limit.unwrap_or(MAX_LIMIT).min(MAX_LIMIT),
        replies: nested.unwrap_or(MAX_NESTED).min(MAX_NESTED),
    })
}

/// A time in seconds since 1970, where there can be such a time.
#[expect(clippy::cast_possible_truncation, reason = "it is checked to fit")]
fn time(seconds: f64) -> Option<Time> {
    let micros = seconds * 1e6;
    (micros.is_finite() && micros.abs() < 9e17).then_some(Time::from_micros(micros as i64))
}

/// `POST /isso/{site}/count`: how many comments pages have, in the order in which they are named.
pub(super) async fn count(
    State(app): State<App>,
    visitor: Visitor,
    Path(host): Path<String>,
    extract::Json(uris): extract::Json<Vec<String>>,
) -> Result<Json<Vec<i64>>, ApiError> {
    let site = acting_site(&app, &visitor, &host).await?;
    app.limits.take(Act::Read, &visitor, app.steady())?;
    if uris.len() > MAX_PAGES {
        let detail = format!("At most {MAX_PAGES} pages can be counted at once.");
        return Err(ApiError::body(detail));
    }
    // What cannot be a page has no comments.
    let keys = uris
        .iter()
        .map(|uri| page_keys(&app, &visitor, &site, uri).unwrap_or_default());
    let keys: Vec<Vec<PageKey>> = keys.collect();
    let id = site.id;
    let count = move |tx: &mut Tx<'_>| -> store::Result<Vec<i64>> {
        let counted = keys.iter().map(|keys| {
            let page = slices::find_page(tx, id, keys)?;
            Ok(page.map_or(0, |page| page.n_comments))
        });
        counted.collect()
    };
    Ok(Json(app.store.read(count).await?))
}

/// `GET /isso/{site}/feed`: leads to the page's feed.
pub(super) async fn feed(
    State(app): State<App>,
    visitor: Visitor,
    Path(host): Path<String>,
    params: Params,
) -> Result<(StatusCode, [(HeaderName, String); 1]), ApiError> {
    let site = site(&app, &visitor, &host).await?;
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let page = page(&app, &visitor, &site, params.get("uri").unwrap_or_default()).await?;
    let address = feed::address(
        &visitor.base.0,
        &site,
        FeedScope::Page,
        Some(&page),
        FeedFormat::Atom,
    );
    Ok((
        StatusCode::TEMPORARY_REDIRECT,
        [(header::LOCATION, address)],
    ))
}
