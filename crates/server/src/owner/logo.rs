//! The logo that a site's pages and mails wear.

use axum::response::{IntoResponse, Response};
use rejoinder_core::Refusal;
use rejoinder_core::publication::audit::AuditActor;
use rejoinder_core::publication::logo::Logo;
use store::Tx;
use store::publication::logos::NewLogo;
use store::publication::owners;

use super::settings::{self, RefusedSettings};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Upload, Visitor};
use crate::http::limits::{Act, Who};
use crate::newsroom::{Newsroom, see_other};
use crate::public::made::name;

/// The largest form with a logo, in bytes.
pub(super) const MAX_FORM: usize = jobs::pictures::MAX_FILE + (16 << 10);

/// `POST /admin/{site}/logo`: wear another logo.
pub(super) async fn save(
    newsroom: Newsroom,
    visitor: Visitor,
    Upload(bytes): Upload,
) -> Result<Response, ErrorPage> {
    let error = match take(&newsroom, &visitor, bytes).await {
        Ok(()) => return Ok(to_settings(&newsroom)),
        Err(error) if error.field.as_deref() == Some("picture") => error,
        Err(error) => return Err(error.into()),
    };
    let site = settings::current(&newsroom).await?;
    let error = error.told_in(site.settings.language);
    let refused = RefusedSettings::of_logo(error.detail.to_string());
    let page = settings::page(&newsroom, &site, &refused, None).await?;
    Ok((error.status, page).into_response())
}

async fn take(newsroom: &Newsroom, visitor: &Visitor, bytes: Vec<u8>) -> Result<(), ApiError> {
    let app = &newsroom.app;
    app.limits.take(Act::Post, visitor, app.steady())?;
    let work = move || jobs::pictures::logo(&bytes);
    let made = app.slots.run(Who::of(visitor), work).await?;
    let made = made.ok_or(Refusal::PictureUnusable)?;
    let new = NewLogo {
        logo: Logo {
            name: name(&made.bytes),
            width: made.width.into(),
            height: made.height.into(),
        },
        bytes: made.bytes,
    };
    wear(newsroom, Some(new)).await
}

/// `POST /admin/{site}/logo/remove`: wear none any more.
pub(super) async fn remove(newsroom: Newsroom) -> Result<Response, ErrorPage> {
    wear(&newsroom, None).await?;
    Ok(to_settings(&newsroom))
}

async fn wear(newsroom: &Newsroom, new: Option<NewLogo>) -> Result<(), ApiError> {
    let by = AuditActor::owner(&newsroom.author);
    let (id, now) = (newsroom.site.id, newsroom.app.now());
    let set = move |tx: &mut Tx<'_>| owners::set_logo(tx, now, &by, id, new.as_ref());
    Ok(newsroom.app.store.write(set).await?)
}

fn to_settings(newsroom: &Newsroom) -> Response {
    let to = format!("/admin/{}/settings?did=saved#logo", newsroom.site.host);
    see_other(&to)
}
