//! Links for the newsroom, printed on a console.

use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use rejoinder_core::identity::author::{self, Role};
use rejoinder_core::publication::audit::AuditActor;
use rejoinder_core::{AuthorId, Refusal, Site, Token};
use render::FormProblem;
use render::identity::{self, SignInReferrer};
use store::identity::sign_ins::{self, Invitation};
use store::{Store, StoreError, publication::owners};

use super::{from_own_page, new_session, private, token};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, Visitor};
use crate::http::limits::Act;
use crate::http::security::SignedIn;
use crate::public::threads::context;
use crate::state::{App, hash_of};

/// How long a link that was printed on a console works.
const LINK: Duration = Duration::from_secs(24 * 60 * 60);

/// Someone whom an operator lets into the newsroom.
#[derive(Debug)]
pub struct NewStaff<'a> {
    /// Their address, already checked.
    pub email: &'a str,
    /// What they may do.
    pub role: Role,
    /// The id for their account, when they have none.
    pub author: AuthorId,
    /// The secret of the link, fresh.
    pub token: Token,
}

/// Let someone into the newsroom of `site`; the path, on the server's own origin, of a link that
/// signs them in once within a day.
pub async fn invite(
    store: &Store,
    site: &Site,
    invited: NewStaff<'_>,
    now: rejoinder_core::Time,
) -> Result<String, StoreError> {
    invite_by(store, site, invited, AuditActor::Console, now).await
}

/// The same, as the log of changes tells it of an owner.
pub(crate) async fn invite_by(
    store: &Store,
    site: &Site,
    invited: NewStaff<'_>,
    by: AuditActor,
    now: rejoinder_core::Time,
) -> Result<String, StoreError> {
    let invitation = Invitation {
        site: site.id,
        author: invited.author,
        email: invited.email.to_owned(),
        role: invited.role,
        token: hash_of(&invited.token),
        lifetime: LINK,
    };
    store
        .write(move |tx| owners::invite(tx, now, &by, &invitation))
        .await?;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("site", &site.host)
        .append_pair("token", &invited.token.reveal())
        .finish();
    Ok(format!("/auth/sign-in?{query}"))
}

/// What a link opens. Nothing happens before the button is pressed.
pub(super) async fn show(
    app: &App,
    visitor: &Visitor,
    params: &Params,
) -> Result<Response, ErrorPage> {
    app.limits.take(Act::Preview, visitor, app.steady())?;
    let site = visitor.at(app, params.site()?).await?;
    let token = token(params)?;
    let (now, id, hash) = (app.now(), site.id, hash_of(&token));
    let invited = app
        .store
        .read(move |tx| sign_ins::invited(tx, now, id, &hash))
        .await;
    let account = invited?.ok_or(Refusal::LinkUsed)?;
    let context = context(app, &site, &visitor.base.0);
    let page = render::sign_in_page(&context, &account, &token.reveal(), None);
    Ok(private(StatusCode::OK, page))
}

/// `POST /auth/sign-in`: use the link up. The session has a token of its own, so one that somebody
/// knew before is worth nothing now.
pub(super) async fn accept(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    from_own_page(&visitor)?;
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    let site = visitor.at(&app, fields.site()?).await?;
    let token = token(&fields)?;
    let name = match author::name(fields.get("name").unwrap_or_default()) {
        Ok(name) => name,
        Err(refusal) => return refused(&app, &visitor, &site, &token, refusal).await,
    };
    let (cookie, new) = new_session(&app, &visitor, &headers);
    let (now, id, link) = (app.now(), site.id, hash_of(&token));
    let accept = move |tx: &mut store::Tx<'_>| sign_ins::accept(tx, now, id, &link, &new, &name);
    let account = app.store.write(accept).await?;
    let context = context(&app, &site, &visitor.base.0);
    let page = identity::here_page(&context, &account, &SignInReferrer::default());
    let signed_in = Extension(SignedIn {
        account: account.id,
        way: "invitation",
    });
    let page = private(StatusCode::OK, page);
    Ok((signed_in, cookie.headers(), page).into_response())
}

async fn refused(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    token: &Token,
    refusal: Refusal,
) -> Result<Response, ErrorPage> {
    let (now, id, hash) = (app.now(), site.id, hash_of(token));
    let invited = app
        .store
        .read(move |tx| sign_ins::invited(tx, now, id, &hash))
        .await;
    let account = invited?.ok_or(Refusal::LinkUsed)?;
    let error = ApiError::from(refusal).told_in(site.settings.language);
    let problem = FormProblem {
        field: Some("name"),
        detail: &error.detail,
    };
    let context = context(app, site, &visitor.base.0);
    let page = render::sign_in_page(&context, &account, &token.reveal(), Some(problem));
    Ok(private(error.status, page))
}
