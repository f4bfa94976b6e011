//! Those who gave, as far as owners have to do with them: codes by which a gift is claimed, and names.

use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::funding::receipt_code;
use rejoinder_core::publication::audit::AuditActor;
use rejoinder_core::{CampaignId, EntryId};
use store::Tx;
use store::funding::{campaigns, keeping};

use super::{CampaignPageRequest, back, page_of};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{PathId, Visitor};
use crate::newsroom::Newsroom;

/// `POST …/entries/{entry}/code`: draw a code by which whoever gave can show it. It is shown once.
pub(super) async fn code(
    newsroom: Newsroom,
    visitor: Visitor,
    PathId(id): PathId<CampaignId>,
    Path((_, _, entry)): Path<(String, String, String)>,
) -> Result<Response, ErrorPage> {
    let entry: EntryId = entry.parse().map_err(|_| ApiError::not_found())?;
    let (now, site, by) = (
        newsroom.app.now(),
        newsroom.site.id,
        AuditActor::owner(&newsroom.author),
    );
    let code = receipt_code(&*newsroom.app.random);
    let kept = code.clone();
    let add = move |tx: &mut Tx<'_>| {
        let Some(campaign) = campaigns::find(tx, site, id)? else {
            return Ok(None);
        };
        keeping::add_code(tx, now, &by, &campaign, (entry, &kept)).map(Some)
    };
    let is_gift = newsroom.app.store.write(add).await?;
    if !is_gift.ok_or_else(ApiError::not_found)? {
        return Ok(back(&newsroom, id, "nothing"));
    }
    let asked = CampaignPageRequest {
        code: Some((entry, code)),
        ..CampaignPageRequest::default()
    };
    let page: Html<String> = page_of(&newsroom, &visitor, id, asked).await?;
    Ok(page.into_response())
}

/// `POST …/entries/{entry}/unname`: name whoever gave on the campaign's page no more.
pub(super) async fn unname(
    newsroom: Newsroom,
    PathId(id): PathId<CampaignId>,
    Path((_, _, entry)): Path<(String, String, String)>,
) -> Result<Response, ErrorPage> {
    let entry: EntryId = entry.parse().map_err(|_| ApiError::not_found())?;
    let (now, site, by) = (
        newsroom.app.now(),
        newsroom.site.id,
        AuditActor::owner(&newsroom.author),
    );
    let unname = move |tx: &mut Tx<'_>| {
        let Some(campaign) = campaigns::find(tx, site, id)? else {
            return Ok(None);
        };
        keeping::hide_giver(tx, now, &by, &campaign, entry).map(Some)
    };
    let was_named = newsroom.app.store.write(unname).await?;
    let did = match was_named.ok_or_else(ApiError::not_found)? {
        true => "saved",
        false => "nothing",
    };
    Ok(back(&newsroom, id, did))
}
