//! What an account shows of itself: a page with what it wrote, and a picture.

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::publication::settings::Pictures;
use rejoinder_core::{Refusal, Site};
use render::FormProblem;
use store::Tx;
use store::identity::profiles::{self, NewProfilePicture};
use store::moderation::standing;

use super::read::settings_page;
use super::to_settings;
use crate::access::Member;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Upload, Visitor};
use crate::http::limits::{Act, Who};
use crate::public::made::name;
use crate::state::App;

/// The largest form with a picture, in bytes.
pub(super) const MAX_FORM: usize = jobs::pictures::MAX_FILE + (16 << 10);

/// `POST /account/{site}/page`: have a page that everyone may read, or none any more.
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let now = app.now();
    app.limits.take(Act::Post, &visitor, app.steady())?;
    let has_page = fields.get("page") == Some("yes");
    let (site, author) = (member.site.id, member.author.clone());
    let set = move |tx: &mut Tx<'_>| profiles::set_has_page(tx, now, site, &author, has_page);
    app.store.write(set).await?;
    Ok(to_settings(&member.site))
}

/// `POST /account/{site}/picture`: show a picture.
pub(super) async fn picture(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
    Upload(bytes): Upload,
) -> Result<Response, ErrorPage> {
    let error = match show(&app, &visitor, &member, bytes).await {
        Ok(()) => return Ok(to_settings(&member.site)),
        Err(error) if error.field.as_deref() == Some("picture") => error,
        Err(error) => return Err(error.into()),
    };
    let error = error.told_in(member.site.settings.language);
    let problem = FormProblem {
        field: Some("picture"),
        detail: &error.detail,
    };
    let page = settings_page(&app, &visitor, &member, None, Some(problem)).await?;
    Ok((error.status, Html(page)).into_response())
}

async fn show(
    app: &App,
    visitor: &Visitor,
    member: &Member,
    bytes: Vec<u8>,
) -> Result<(), ApiError> {
    let now = app.now();
    if member.site.settings.pictures == Pictures::Off {
        return Err(Refusal::PicturesOff.into());
    }
    app.limits.take(Act::Post, visitor, app.steady())?;
    let work = move || jobs::pictures::square(&bytes);
    let made = app.slots.run(Who::of(visitor), work).await?;
    let bytes = made.ok_or(Refusal::PictureUnusable)?;
    let new = NewProfilePicture {
        name: name(&bytes),
        bytes,
    };
    let (site, author) = (Site::clone(&member.site), member.author.clone());
    let (token, network) = (visitor.token_hash(), visitor.network);
    let set = move |tx: &mut Tx<'_>| {
        if let Some(token) = &token {
            standing::may_write(tx, now, site.id, Some(&author), token, network)?;
        }
        profiles::set_picture(tx, now, &site, &author, &new)
    };
    Ok(app.store.write(set).await?)
}

/// `POST /account/{site}/picture/remove`: show none any more.
pub(super) async fn remove_picture(
    State(app): State<App>,
    member: Member,
) -> Result<Response, ErrorPage> {
    let now = app.now();
    let (site, author) = (member.site.id, member.author.id);
    let drop = move |tx: &mut Tx<'_>| profiles::drop_picture(tx, now, site, author);
    app.store.write(drop).await?;
    Ok(to_settings(&member.site))
}
