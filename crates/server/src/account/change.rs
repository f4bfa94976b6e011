//! Changing one's own.

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::{AuthorId, Site, identity::author};
use render::FormProblem;
use store::identity::erasures::{self, CommentErasure};
use store::identity::renaming;
use store::{
    Tx,
    identity::{mutes, sessions},
};

use super::read::{key, settings_page};
use super::to_settings;
use crate::access::Member;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Visitor};
use crate::http::limits::Act;
use crate::state::App;

/// `POST /account/{site}/name`: call oneself otherwise.
pub(super) async fn name(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let typed = fields.get("name").unwrap_or_default();
    let renamed = rename(&app, &visitor, &member, typed).await;
    let error = match renamed {
        Ok(()) => return Ok(to_settings(&member.site)),
        Err(error) if error.field.as_deref() == Some("name") => error,
        Err(error) => return Err(error.into()),
    };
    let error = error.told_in(member.site.settings.language);
    let problem = FormProblem {
        field: Some("name"),
        detail: &error.detail,
    };
    let page = settings_page(&app, &visitor, &member, Some(typed), Some(problem)).await?;
    Ok((error.status, Html(page)).into_response())
}

async fn rename(
    app: &App,
    visitor: &Visitor,
    member: &Member,
    typed: &str,
) -> Result<(), ApiError> {
    let now = app.now();
    app.limits.take(Act::Post, visitor, app.steady())?;
    let name = author::name(typed)?;
    let (site, author) = (Site::clone(&member.site), member.author.clone());
    let rename = move |tx: &mut Tx<'_>| renaming::rename(tx, now, &site, &author, &name);
    Ok(app.store.write(rename).await?)
}

/// `POST /account/{site}/sessions`: sign out one browser, or all but this one.
pub(super) async fn sessions(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let (now, site, author) = (app.now(), member.site.id, member.author.id);
    let own = visitor.token_hash();
    let named = fields.get("session").map(str::to_owned);
    let end = move |tx: &mut Tx<'_>| {
        let Some(named) = &named else {
            return sessions::end_others(tx, site, author, own.as_ref());
        };
        let listed = sessions::list(tx, now, site, author, own.as_ref())?;
        let found = listed.iter().find(|session| key(&session.token) == *named);
        match found {
            Some(session) => sessions::end(tx, site, author, &session.token),
            None => Ok(()),
        }
    };
    app.store.write(end).await?;
    Ok(to_settings(&member.site))
}

/// `POST /account/{site}/unmute`: see again what an author writes.
pub(super) async fn unmute(
    State(app): State<App>,
    member: Member,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let named = fields.get("author").map(str::parse::<AuthorId>);
    let (site, reader) = (member.site.id, member.author.id);
    if let Some(Ok(muted)) = named {
        let end = move |tx: &mut Tx<'_>| mutes::end(tx, site, reader, muted);
        app.store.write(end).await?;
    }
    Ok(to_settings(&member.site))
}

/// `POST /account/{site}/delete`: delete the account in a day.
pub(super) async fn delete(
    State(app): State<App>,
    member: Member,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let unsure = || ApiError::body("Please say that you are sure.").field("sure");
    if fields.get("sure") != Some("yes") {
        return Err(unsure().into());
    }
    let fate = fields.get("comments").and_then(CommentErasure::from_word);
    let fate = fate.ok_or_else(|| {
        ApiError::body("The field `comments` must be `keep` or `remove`.").field("comments")
    })?;
    let now = app.now();
    let (site, author) = (member.site.id, member.author.clone());
    let ask = move |tx: &mut Tx<'_>| erasures::ask(tx, now, site, &author, fate);
    app.store.write(ask).await?;
    Ok(to_settings(&member.site))
}

/// `POST /account/{site}/keep`: keep the account after all.
pub(super) async fn keep(State(app): State<App>, member: Member) -> Result<Response, ErrorPage> {
    let (site, author) = (member.site.id, member.author.id);
    let keep = move |tx: &mut Tx<'_>| erasures::withdraw(tx, site, author);
    app.store.write(keep).await?;
    Ok(to_settings(&member.site))
}
