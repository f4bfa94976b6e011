//! The newsroom: who belongs to it, and as what.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::identity::author::{self, Role};
use rejoinder_core::publication::audit::By;
use rejoinder_core::{AuthorId, Token};
use render::publication::{Invitation, PeoplePage, Person, people_page};
use store::{
    StoreError, Tx,
    identity::{authors, sign_ins},
    moderation::groups,
    publication::owners,
};

use super::said;
use crate::access::Member;
use crate::auth::{Invited, invite_by};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, Visitor};
use crate::newsroom::{self, Around, At, Shown, see_other};
use crate::state::App;

/// `GET /admin/{site}/people`.
pub(super) async fn show(
    State(app): State<App>,
    member: Member,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    page(&app, &member, &Invitation::default(), None, Some(&params)).await
}

async fn page(
    app: &App,
    member: &Member,
    invitation: &Invitation,
    problem: Option<&str>,
    params: Option<&Params>,
) -> Result<Html<String>, ErrorPage> {
    let (now, site, author) = (app.now(), member.site.id, member.author.id);
    let read = move |tx: &mut Tx<'_>| {
        let around = Around::read(tx, site, author)?;
        let known = groups::list(tx, site)?;
        let mut people = Vec::new();
        let newsroom = authors::newsroom(tx, site)?.into_iter();
        let newsroom = newsroom.map(|colleague| (colleague, false));
        let invited = sign_ins::waiting(tx, now, site)?.into_iter();
        let invited = invited.map(|colleague| (colleague, true));
        for (colleague, is_invited) in newsroom.chain(invited) {
            let scope = groups::scope_of(tx, site, colleague.author.id)?;
            let limits = scope.groups().map(<[i64]>::to_vec).unwrap_or_default();
            people.push(Person {
                is_self: colleague.author.id == author,
                is_invited,
                groups: known
                    .iter()
                    .map(|group| (group.id, group.name.clone(), limits.contains(&group.id)))
                    .collect(),
                author: colleague.author,
                email: colleague.email.unwrap_or_default(),
            });
        }
        Ok((around, people))
    };
    let (around, people) = app.store.read(read).await?;
    let told = params.and_then(|params| said(member, params));
    let shown = Shown {
        title: &member.texts().titles.people,
        at: At::Admin("/people"),
        told: told.as_ref(),
    };
    Ok(newsroom::page(app, member, &around, shown, |frame| {
        people_page(&PeoplePage {
            frame,
            people: &people,
            invitation,
            problem,
        })
    }))
}

/// `POST /admin/{site}/people`: let somebody into the newsroom, and show the link for them.
pub(super) async fn invite(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let typed = fields.get("email").unwrap_or_default().trim().to_owned();
    let role = fields.get("role").and_then(Role::from_word);
    let role = role.filter(|role| *role > Role::Reader);
    let (Ok(Some(email)), Some(role)) = (author::email(&typed), role) else {
        let problem = &member.texts().problems.invitation;
        return refused(&app, &member, typed, problem).await;
    };
    let now = app.now();
    let invited = Invited {
        email: &email,
        role,
        author: AuthorId(app.ids.next(now)),
        token: Token::new(&*app.random),
    };
    let by = By::owner(&member.author);
    let path = match invite_by(&app.store, &member.site, invited, by, now).await {
        Ok(path) => path,
        Err(StoreError::Refused(refusal)) => {
            return refused(&app, &member, typed, &ApiError::from(refusal).detail).await;
        }
        Err(error) => return Err(ApiError::from(error).into()),
    };
    let invitation = Invitation {
        email,
        link: Some(format!("{}{path}", visitor.base.0)),
    };
    Ok(page(&app, &member, &invitation, None, None)
        .await?
        .into_response())
}

async fn refused(
    app: &App,
    member: &Member,
    email: String,
    problem: &str,
) -> Result<Response, ErrorPage> {
    let invitation = Invitation { email, link: None };
    let page = page(app, member, &invitation, Some(problem), None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `POST /admin/{site}/people/{id}`: another role, and the groups that a moderator decides on.
pub(super) async fn change(
    State(app): State<App>,
    member: Member,
    Path((host, id)): Path<(String, String)>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let id: AuthorId = id.parse().map_err(|_| ApiError::not_found())?;
    let role = fields.get("role").and_then(Role::from_word);
    let role = role.ok_or_else(|| ApiError::body("There is no such role.").field("role"))?;
    let chosen: Vec<i64> = fields
        .all("group")
        .filter_map(|group| group.parse().ok())
        .collect();
    let (now, site, by) = (app.now(), member.site.id, By::owner(&member.author));
    let change =
        move |tx: &mut Tx<'_>| owners::change_person(tx, now, &by, site, id, (role, &chosen));
    match app.store.write(change).await {
        Ok(()) => Ok(see_other(&format!("/admin/{host}/people?did=saved"))),
        Err(StoreError::Refused(refusal)) => {
            let error = ApiError::from(refusal);
            if error.status == StatusCode::NOT_FOUND {
                return Err(error.into());
            }
            let none = Invitation::default();
            let page = page(&app, &member, &none, Some(&error.detail), None).await?;
            Ok((error.status, page).into_response())
        }
        Err(error) => Err(ApiError::from(error).into()),
    }
}
