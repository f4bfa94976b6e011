//! Closing a page to new comments, and opening it again, where its thread stands.

use axum::Json;
use axum::extract::State;
use rejoinder_core::moderation::LogAction;
use rejoinder_core::{Page, PageId, Refusal, Settings, Time, discussion::policy};
use serde::{Deserialize, Serialize};
use store::{Tx, discussion::pages, moderation::decisions};
use utoipa::ToSchema;

use super::decisions::moderator;
use super::rendering;
use crate::http::error::{ApiError, Problem};
use crate::http::extract::{self, Params, Visitor};
use crate::http::limits::Act;
use crate::public::threads::context;
use crate::state::App;

const CLOSE: &str = LogAction::ClosePage.as_str();
const OPEN: &str = LogAction::OpenPage.as_str();

/// A decision on a page.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecidePage {
    /// What: `close_page` or `open_page`.
    #[schema(example = "close_page")]
    action: String,
    /// A note for the log.
    note: Option<String>,
    /// The page's headline, for a page that is not known yet.
    title: Option<String>,
}

/// What a decision has made of a page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PageDecision {
    /// Names the decision, to undo it; nothing where nothing had to change.
    decision: Option<String>,
    /// The sentence above the thread, where nobody can write any more.
    html: Option<String>,
}

/// Close a page to new comments, or open it again, as a moderator.
#[utoipa::path(
    post, path = "/api/v1/pages/decisions", tag = "moderating", request_body = DecidePage,
    security((), ("api_token" = ["moderation:write"])),
    params(
        ("site" = String, Query, description = "The site's host"),
        ("page" = String, Query, description = "The page's address or key"),
    ),
    responses((status = 200, body = PageDecision), (status = "4XX", body = Problem)),
)]
pub(crate) async fn decide(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
    extract::Json(body): extract::Json<DecidePage>,
) -> Result<Json<PageDecision>, ApiError> {
    let now = app.now();
    app.limits.take(Act::Decide, &visitor, app.steady())?;
    let site = visitor.acting_at(&app, params.site()?).await?;
    let key = visitor.page(&app, &site, params.page())?;
    let at = site.id;
    let moderator = moderator(&app, &visitor, &site).await?;
    let closes = match body.action.as_str() {
        CLOSE => true,
        OPEN => false,
        _ => return Err(ApiError::body("There is no such action.").field("action")),
    };
    policy::may_carry_thread(&site, &key)?;
    let note = body.note.filter(|note| !note.trim().is_empty());
    let title = rendering::title(&app, &site, &key, body.title.as_deref());
    let new = PageId(app.ids.next(now));
    let write = move |tx: &mut Tx<'_>| {
        let page = match closes {
            // Nobody may have written there yet.
            true => pages::find_or_add(tx, now, at, new, &key, title.as_deref())?,
            false => pages::find(tx, at, &key)?.ok_or(Refusal::PageMissing)?,
        };
        let note = note.as_deref();
        let decision = decisions::set_page_closed(tx, now, at, &moderator, page.id, closes, note)?;
        Ok((decision, pages::find(tx, at, &key)?))
    };
    let (decision, page) = app.store.write(write).await?;
    let context = context(&app, &site, &visitor.base.0);
    Ok(Json(PageDecision {
        decision: decision.map(|decision| decision.to_string()),
        html: page.and_then(|page| render::closed_notice(&context, &page)),
    }))
}

/// What a moderator can do with a page, which nobody may have written on yet; nothing where it is
/// closed by its age.
pub(super) fn offered(settings: &Settings, page: Option<&Page>, now: Time) -> Option<&'static str> {
    let Some(page) = page else {
        return Some(CLOSE);
    };
    match (page.closed_at, policy::closed_since(settings, page, now)) {
        (Some(_), _) => Some(OPEN),
        (None, Some(_)) => None,
        (None, None) => Some(CLOSE),
    }
}
