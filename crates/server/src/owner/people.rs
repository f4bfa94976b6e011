//! The newsroom: who belongs to it, and as what.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::identity::author::{self, Role};
use rejoinder_core::publication::audit::AuditActor;
use rejoinder_core::{AuthorId, Token};
use render::publication::{InvitationForm, PeoplePage, PersonRow, people_page};
use store::{
    StoreError, Tx,
    identity::{authors, sign_ins},
    moderation::groups,
    publication::owners,
};

use super::said;
use crate::auth::{NewStaff, invite_by};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, PathId, Visitor};
use crate::newsroom::{Newsroom, PageHead, RailPosition, see_other};

/// `GET /admin/{site}/people`.
pub(super) async fn show(newsroom: Newsroom, params: Params) -> Result<Html<String>, ErrorPage> {
    page(&newsroom, &InvitationForm::default(), None, Some(&params)).await
}

async fn page(
    newsroom: &Newsroom,
    invitation: &InvitationForm,
    problem: Option<&str>,
    params: Option<&Params>,
) -> Result<Html<String>, ErrorPage> {
    let (now, site, author) = (newsroom.app.now(), newsroom.site.id, newsroom.author.id);
    let read = newsroom.read(move |tx, _| {
        let known = groups::list(tx, site)?;
        let mut people = Vec::new();
        let newsroom = authors::newsroom(tx, site)?.into_iter();
        let newsroom = newsroom.map(|colleague| (colleague, false));
        let invited = sign_ins::waiting(tx, now, site)?.into_iter();
        let invited = invited.map(|colleague| (colleague, true));
        for (colleague, is_invited) in newsroom.chain(invited) {
            let scope = groups::scope_of(tx, site, colleague.author.id)?;
            let limits = scope.groups().map(<[i64]>::to_vec).unwrap_or_default();
            people.push(PersonRow {
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
        Ok(people)
    });
    let (context, people) = read.await?;
    let flash = params.and_then(|params| said(newsroom, params));
    let head = PageHead {
        title: newsroom.texts().titles.people,
        at: RailPosition::Admin("/people"),
        flash: flash.as_ref(),
    };
    Ok(newsroom.page(&context, head, |frame| {
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
    newsroom: Newsroom,
    visitor: Visitor,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let typed = fields.get("email").unwrap_or_default().trim().to_owned();
    let role = fields.get("role").and_then(Role::from_word);
    let role = role.filter(|role| *role > Role::Reader);
    let (Ok(Some(email)), Some(role)) = (author::parse_email(&typed), role) else {
        let problem = &newsroom.texts().problems.invitation;
        return refused(&newsroom, typed, problem).await;
    };
    let now = newsroom.app.now();
    let invited = NewStaff {
        email: &email,
        role,
        author: AuthorId(newsroom.app.ids.next(now)),
        token: Token::new(&*newsroom.app.random),
    };
    let by = AuditActor::owner(&newsroom.author);
    let path = match invite_by(&newsroom.app.store, &newsroom.site, invited, by, now).await {
        Ok(path) => path,
        Err(StoreError::Refused(refusal)) => {
            return refused(&newsroom, typed, &ApiError::from(refusal).detail).await;
        }
        Err(error) => return Err(ApiError::from(error).into()),
    };
    let invitation = InvitationForm {
        email,
        link: Some(format!("{}{path}", visitor.base.0)),
    };
    Ok(page(&newsroom, &invitation, None, None)
        .await?
        .into_response())
}

async fn refused(newsroom: &Newsroom, email: String, problem: &str) -> Result<Response, ErrorPage> {
    let invitation = InvitationForm { email, link: None };
    let page = page(newsroom, &invitation, Some(problem), None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `POST /admin/{site}/people/{id}`: another role, and the groups that a moderator decides on.
pub(super) async fn change(
    newsroom: Newsroom,
    PathId(id): PathId<AuthorId>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let role = fields.get("role").and_then(Role::from_word);
    let role = role.ok_or_else(|| ApiError::body("There is no such role.").field("role"))?;
    let chosen: Vec<i64> = fields
        .all("group")
        .filter_map(|group| group.parse().ok())
        .collect();
    let (now, site, by) = (
        newsroom.app.now(),
        newsroom.site.id,
        AuditActor::owner(&newsroom.author),
    );
    let change =
        move |tx: &mut Tx<'_>| owners::change_person(tx, now, &by, site, id, (role, &chosen));
    match newsroom.app.store.write(change).await {
        Ok(()) => Ok(see_other(&format!(
            "/admin/{}/people?did=saved",
            newsroom.site.host
        ))),
        Err(StoreError::Refused(refusal)) => {
            let error = ApiError::from(refusal);
            if error.status == StatusCode::NOT_FOUND {
                return Err(error.into());
            }
            let none = InvitationForm::default();
            let page = page(&newsroom, &none, Some(&error.detail), None).await?;
            Ok((error.status, page).into_response())
        }
        Err(error) => Err(ApiError::from(error).into()),
    }
}
