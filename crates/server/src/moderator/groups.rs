//! Groups of pages, for owners: they change what moderators are limited to.

use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::PageId;
use rejoinder_core::moderation::LogAction;
use rejoinder_core::publication::settings::ModerationMode;
use render::moderation::{GroupForm, GroupsPage};
use store::moderation::groups::{self, PageGroup};
use store::{Tx, discussion::pages};

use super::flash;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, PathId, Visitor};
use crate::newsroom::{Newsroom, PageHead, RailPosition, desk, see_other};

/// How many pages of a group are shown.
const MAX_PAGES: i64 = 200;

/// `GET /moderate/{site}/groups`: the groups of pages.
pub(super) async fn groups(newsroom: Newsroom, params: Params) -> Result<Html<String>, ErrorPage> {
    Ok(shown(&newsroom, &params, GroupForm::default()).await?)
}

/// The groups, with one that was `refused` as it was typed.
async fn shown(
    newsroom: &Newsroom,
    params: &Params,
    refused: GroupForm,
) -> Result<Html<String>, ApiError> {
    let site = newsroom.site.id;
    let read = newsroom.read(move |tx, _| {
        let mut all = Vec::new();
        for group in groups::list(tx, site)? {
            let pages = groups::pages_of(tx, site, group.id, MAX_PAGES)?;
            all.push(grouped(group, pages));
        }
        Ok(all)
    });
    let (context, mut all) = read.await?;
    let mut new = GroupForm::default();
    match all
        .iter_mut()
        .find(|group| refused.id.is_some() && group.id == refused.id)
    {
        Some(known) => {
            let pages = std::mem::take(&mut known.pages);
            *known = GroupForm { pages, ..refused };
        }
        None => {
            new = GroupForm {
                id: None,
                ..refused
            }
        }
    }
    let desk = format!("{}/groups", desk(&newsroom.site.host));
    let flash = flash::from_address(newsroom.texts(), params, &desk);
    let head = PageHead {
        title: newsroom.texts().titles.groups_of_pages,
        at: RailPosition::Desk("/groups"),
        flash: flash.as_ref(),
    };
    Ok(newsroom.page(&context, head, |frame| {
        render::moderation::groups_page(&GroupsPage {
            frame,
            groups: &all,
            new: &new,
        })
    }))
}

fn grouped(group: PageGroup, pages: Vec<(PageId, String)>) -> GroupForm {
    GroupForm {
        id: Some(group.id),
        name: group.name,
        prefix: group.prefix.unwrap_or_default(),
        mode: group.mode,
        pages,
        problem: None,
    }
}

/// `POST /moderate/{site}/groups`: add a group, or change one.
pub(super) async fn save(newsroom: Newsroom, Form(fields): Form) -> Result<Response, ErrorPage> {
    let known: Option<i64> = fields.read("id")?;
    let mode = match fields.get("mode") {
        Some("before") => Some(ModerationMode::Before),
        Some("after") => Some(ModerationMode::After),
        _ => None,
    };
    let typed = |name: &str| fields.get(name).unwrap_or_default().to_owned();
    let (name, prefix) = (typed("name"), typed("prefix"));
    let group = PageGroup {
        id: known.unwrap_or_else(|| newsroom.app.ids.next(newsroom.app.now())),
        name: name.clone(),
        prefix: Some(prefix.trim().to_owned()),
        mode,
        n_pages: 0,
    };
    let site = newsroom.site.id;
    let write = move |tx: &mut Tx<'_>| {
        let is_known = groups::list(tx, site)?
            .iter()
            .any(|one| Some(one.id) == known);
        if known.is_some() && !is_known {
            return Err(rejoinder_core::Refusal::GroupUnknown.into());
        }
        groups::save(tx, site, &group)
    };
    let error = match newsroom
        .app
        .store
        .write(write)
        .await
        .map_err(ApiError::from)
    {
        Ok(()) => return Ok(back(&newsroom, LogAction::Save)),
        Err(error) if error.status.is_server_error() => return Err(error.into()),
        Err(error) => error,
    };
    let refused = GroupForm {
        id: known,
        name,
        prefix,
        mode,
        pages: Vec::new(),
        problem: Some(error.detail),
    };
    let page = shown(&newsroom, &Params::default(), refused).await?;
    Ok((error.status, page).into_response())
}

fn back(newsroom: &Newsroom, done: LogAction) -> Response {
    let word = done.as_str();
    see_other(&format!("{}/groups?did={word}", desk(&newsroom.site.host)))
}

/// `POST /moderate/{site}/groups/{id}/remove`: take a group away.
pub(super) async fn remove(
    newsroom: Newsroom,
    PathId(id): PathId<i64>,
) -> Result<Response, ErrorPage> {
    let site = newsroom.site.id;
    let write = move |tx: &mut Tx<'_>| groups::remove(tx, site, id);
    newsroom.app.store.write(write).await?;
    Ok(back(&newsroom, LogAction::RemoveGroup))
}

/// `POST /moderate/{site}/groups/{id}/pages`: put a page into a group, or take it out.
pub(super) async fn pages(
    newsroom: Newsroom,
    visitor: Visitor,
    PathId(id): PathId<i64>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let site = newsroom.site.id;
    if fields.get("action") == Some("remove") {
        let page: PageId = fields.read("page")?.ok_or_else(ApiError::not_found)?;
        let write = move |tx: &mut Tx<'_>| groups::remove_page(tx, site, id, page);
        newsroom.app.store.write(write).await?;
        return Ok(back(&newsroom, LogAction::Save));
    }
    let typed = fields.get("key").unwrap_or_default();
    let key = visitor.page(&newsroom.app, &newsroom.site, typed)?;
    let write = move |tx: &mut Tx<'_>| match pages::find(tx, site, &key)? {
        Some(page) => groups::add_page(tx, site, id, page.id).map(Some),
        None => Ok(None),
    };
    let put = newsroom.app.store.write(write).await?;
    let unknown = || ApiError::query("key", "No page with this address or key has been seen yet.");
    put.ok_or_else(unknown)?;
    Ok(back(&newsroom, LogAction::Save))
}
