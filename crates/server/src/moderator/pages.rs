//! Pages: the list of them, and what is decided on each.

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::moderation::LogAction;
use rejoinder_core::publication::settings::Mode;
use rejoinder_core::{Comment, Page, PageId};
use render::moderation::{LogRows, Logged, PagePage, PagesPage, title};
use store::discussion::pages::PageQuery;
use store::moderation::decisions::{self, LogQuery, Of};
use store::{
    StoreError, Tx,
    discussion::{pages, threads},
    moderation::groups,
};

use super::rows::AT_ONCE;
use super::{log, told};
use crate::access::Member;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params};
use crate::newsroom::{self, Around, At, Shown, desk, see_other};
use crate::state::App;

/// `GET /moderate/{site}/pages`: the pages of the site.
pub(super) async fn pages(
    State(app): State<App>,
    member: Member,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let typed = params.get("q").unwrap_or_default();
    let after: Option<PageId> = params.read("after")?;
    let (site, author, looked_for) = (member.site.id, member.author.id, typed.to_owned());
    let read = move |tx: &mut Tx<'_>| {
        let around = Around::read(tx, site, author)?;
        let query = PageQuery {
            scope: around.scope.clone(),
            typed: looked_for.clone(),
            after,
            limit: i64::try_from(AT_ONCE + 1).unwrap_or(i64::MAX),
        };
        let pages = pages::list(tx, site, &query)?;
        Ok::<_, StoreError>((around, pages))
    };
    let (around, mut pages) = app.store.read(read).await?;
    let is_more = pages.len() > AT_ONCE;
    pages.truncate(AT_ONCE);
    let last = pages.last().filter(|_| is_more).map(|page| page.id);
    let next = last.map(|last| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("q", typed)
            .append_pair("after", &last.to_string());
        format!("{}/pages?{}", desk(&member.site.host), query.finish())
    });
    let shown = Shown {
        title: &member.texts().titles.pages,
        at: At::Desk("/pages"),
        told: None,
    };
    Ok(newsroom::page(&app, &member, &around, shown, |frame| {
        render::moderation::pages_page(&PagesPage {
            frame,
            typed,
            pages: &pages,
            next,
        })
    }))
}

struct Read {
    around: Around,
    page: Page,
    mode: Option<Mode>,
    groups: Vec<String>,
    pinned: Vec<Comment>,
    log: Vec<Logged>,
}

/// `GET /moderate/{site}/pages/{id}`: a page, whether it is open, and what was decided on it.
pub(super) async fn page(
    State(app): State<App>,
    member: Member,
    Path((_, id)): Path<(String, String)>,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let id: PageId = id.parse().map_err(|_| ApiError::not_found())?;
    Ok(shown(&app, &member, id, &params, None).await?)
}

async fn shown(
    app: &App,
    member: &Member,
    id: PageId,
    params: &Params,
    problem: Option<&str>,
) -> Result<Html<String>, ApiError> {
    let (site, author, texts) = (member.site.id, member.author.id, member.texts());
    let read = move |tx: &mut Tx<'_>| {
        let around = Around::read(tx, site, author)?;
        let Some(page) = pages::in_scope(tx, site, id, &around.scope)? else {
            return Ok(None);
        };
        let query = LogQuery {
            of: Of::Page(id),
            scope: around.scope.clone(),
            after: None,
            limit: AT_ONCE,
        };
        let groups = groups::of_page(tx, site, id)?.into_iter();
        Ok::<_, StoreError>(Some(Read {
            mode: pages::mode(tx, site, id)?,
            groups: groups.map(|(_, name)| name).collect(),
            pinned: threads::pinned(tx, &page)?,
            log: log::read(tx, texts, site, &query)?,
            around,
            page,
        }))
    };
    let read = app
        .store
        .read(read)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let desk = desk(&member.site.host);
    let back = format!("{desk}/pages/{id}");
    let told = told::from_address(member.texts(), params, &back);
    let is_full = read.log.len() == AT_ONCE;
    let log = LogRows {
        site: &member.site,
        desk: &desk,
        back: &back,
        now: app.now(),
        rows: &read.log,
        next: is_full.then(|| format!("{desk}/log?page={id}")),
    };
    let shown = Shown {
        title: title(&read.page),
        at: At::Desk("/pages/"),
        told: told.as_ref(),
    };
    Ok(newsroom::page(app, member, &read.around, shown, |frame| {
        render::moderation::page_page(&PagePage {
            frame,
            page: &read.page,
            mode: read.mode,
            groups: &read.groups,
            pinned: &read.pinned,
            log: &log,
            problem,
        })
    }))
}

/// `POST /moderate/{site}/pages/{id}`: close a page, open it, or say when comments appear on it.
pub(super) async fn change(
    State(app): State<App>,
    member: Member,
    Path((_, id)): Path<(String, String)>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let id: PageId = id.parse().map_err(|_| ApiError::not_found())?;
    match done(&app, &member, id, &fields).await {
        Ok(query) => {
            let desk = desk(&member.site.host);
            Ok(see_other(&format!("{desk}/pages/{id}?{query}")))
        }
        Err(error) if error.status.is_server_error() => Err(error.into()),
        Err(error) => {
            let none = Params::default();
            let page = shown(&app, &member, id, &none, Some(&error.detail)).await?;
            Ok((error.status, page).into_response())
        }
    }
}

/// Do what a form asks for; what the page's address then tells of it.
async fn done(app: &App, member: &Member, id: PageId, fields: &Params) -> Result<String, ApiError> {
    let (now, site, moderator) = (app.now(), member.site.id, member.author.clone());
    let action = fields.get("action").unwrap_or_default();
    if action == "mode" {
        let (mode, done) = match fields.get("mode") {
            Some("before") => (Some(Mode::Before), LogAction::ModeBefore),
            Some("after") => (Some(Mode::After), LogAction::ModeAfter),
            Some("site") => (None, LogAction::ModeOfSite),
            _ => return Err(ApiError::query("mode", "Choose when comments appear.")),
        };
        let write =
            move |tx: &mut Tx<'_>| decisions::set_page_mode(tx, now, site, &moderator, id, mode);
        app.store.write(write).await?;
        return Ok(format!("did={}", done.as_str()));
    }
    let closes = match LogAction::from_word(action) {
        Some(LogAction::ClosePage) => true,
        Some(LogAction::OpenPage) => false,
        _ => return Err(ApiError::query("action", "There is no such action.")),
    };
    let note = fields.get("note").map(str::to_owned);
    let write = move |tx: &mut Tx<'_>| {
        decisions::set_page_closed(tx, now, site, &moderator, id, closes, note.as_deref())
    };
    let decision = app.store.write(write).await?;
    Ok(match decision {
        Some(decision) => format!("did={action}&n=1&undo={decision}"),
        None => format!("did={action}&n=0"),
    })
}
