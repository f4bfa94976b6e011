//! Pages: the list of them, and what is decided on each.

use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::discussion::{page, policy};
use rejoinder_core::moderation::LogAction;
use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_core::{Author, Comment, Page, PageId, Time};
use render::moderation::{LogRow, LogRows, PagePage, PagesPage, title};
use store::discussion::pages::PageQuery;
use store::moderation::decisions::{self, LogQuery, LogSubject};
use store::{
    Tx,
    discussion::{agreement, page_authors, pages, threads},
    moderation::groups,
};

use super::rows::AT_ONCE;
use super::{flash, log};
use crate::editor::reached_or_added;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, PathId, Visitor};
use crate::newsroom::{Newsroom, PageHead, RailPosition, desk, see_other};

/// `GET /moderate/{site}/pages`: the pages of the site.
pub(super) async fn pages(newsroom: Newsroom, params: Params) -> Result<Html<String>, ErrorPage> {
    let typed = params.get("q").unwrap_or_default();
    let after: Option<PageId> = params.read("after")?;
    let (site, looked_for) = (newsroom.site.id, typed.to_owned());
    let read = newsroom.read(move |tx, scope| {
        let query = PageQuery {
            scope: scope.clone(),
            typed: looked_for.clone(),
            after,
            limit: i64::try_from(AT_ONCE + 1).unwrap_or(i64::MAX),
        };
        pages::list(tx, site, &query)
    });
    let (context, mut pages) = read.await?;
    let is_more = pages.len() > AT_ONCE;
    pages.truncate(AT_ONCE);
    let last = pages.last().filter(|_| is_more).map(|page| page.id);
    let next = last.map(|last| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("q", typed)
            .append_pair("after", &last.to_string());
        format!("{}/pages?{}", desk(&newsroom.site.host), query.finish())
    });
    let head = PageHead {
        title: newsroom.texts().titles.pages,
        at: RailPosition::Desk("/pages"),
        flash: None,
    };
    Ok(newsroom.page(&context, head, |frame| {
        render::moderation::pages_page(&PagesPage {
            frame,
            typed,
            pages: &pages,
            next,
        })
    }))
}

/// `POST /moderate/{site}/pages`: what a page asks while nobody has commented, which may be the first that
/// is known of it.
pub(super) async fn ask(
    newsroom: Newsroom,
    visitor: Visitor,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let app = &newsroom.app;
    let key = visitor.page(app, &newsroom.site, fields.page())?;
    policy::may_carry_thread(&newsroom.site, &key).map_err(ApiError::from)?;
    let text = page::parse_invitation(fields.get("invitation").unwrap_or_default())
        .map_err(ApiError::from)?;
    let (now, site, moderator) = (app.now(), newsroom.site.id, newsroom.author.clone());
    let id = PageId(app.ids.next(now));
    let write = move |tx: &mut Tx<'_>| {
        let Some(page) = reached_or_added(tx, now, (site, moderator.id), id, &key)? else {
            return Ok(None);
        };
        decisions::set_invitation(tx, now, site, &moderator, page.id, text.as_deref())?;
        Ok(Some(page.id))
    };
    let written = app.store.write(write).await.map_err(ApiError::from)?;
    let id = written.ok_or_else(ApiError::not_found)?;
    let desk = desk(&newsroom.site.host);
    Ok(see_other(&format!("{desk}/pages/{id}?did=invitation")))
}

struct PageDetails {
    page: Page,
    invitation: Option<String>,
    crowd: Option<(Page, i64, Time)>,
    mode: Option<ModerationMode>,
    groups: Vec<String>,
    authors: Vec<Author>,
    pinned: Vec<Comment>,
    log: Vec<LogRow>,
}

/// `GET /moderate/{site}/pages/{id}`: a page, whether it is open, and what was decided on it.
pub(super) async fn page(
    newsroom: Newsroom,
    PathId(id): PathId<PageId>,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    Ok(shown(&newsroom, id, &params, None).await?)
}

async fn shown(
    newsroom: &Newsroom,
    id: PageId,
    params: &Params,
    problem: Option<&str>,
) -> Result<Html<String>, ApiError> {
    let (site, texts) = (newsroom.site.id, newsroom.texts());
    let read = newsroom.read(move |tx, scope| {
        let Some(page) = pages::in_scope(tx, site, id, scope)? else {
            return Ok(None);
        };
        let query = LogQuery {
            subject: LogSubject::Page(id),
            scope: scope.clone(),
            after: None,
            limit: AT_ONCE,
        };
        let groups = groups::of_page(tx, site, id)?.into_iter();
        Ok(Some(PageDetails {
            mode: pages::mode(tx, site, id)?,
            invitation: pages::invitation(tx, site, id)?,
            crowd: agreement::crowd(tx, site, scope)?.filter(|(page, ..)| page.id == id),
            groups: groups.map(|(_, name)| name).collect(),
            authors: page_authors::list(tx, site, page.id)?,
            pinned: threads::pinned(tx, &page)?,
            log: log::read(tx, texts, site, &query)?,
            page,
        }))
    });
    let (context, read) = read.await?;
    let read = read.ok_or_else(ApiError::not_found)?;
    let desk = desk(&newsroom.site.host);
    let back = format!("{desk}/pages/{id}");
    let flash = flash::from_address(newsroom.texts(), params, &back);
    let is_full = read.log.len() == AT_ONCE;
    let log = LogRows {
        site: &newsroom.site,
        desk: &desk,
        back: &back,
        now: newsroom.app.now(),
        rows: &read.log,
        next: is_full.then(|| format!("{desk}/log?page={id}")),
    };
    let head = PageHead {
        title: title(&read.page),
        at: RailPosition::Desk("/pages/"),
        flash: flash.as_ref(),
    };
    Ok(newsroom.page(&context, head, |frame| {
        render::moderation::page_page(&PagePage {
            frame,
            page: &read.page,
            mode: read.mode,
            invitation: read.invitation.as_deref(),
            crowd: read.crowd.as_ref().map(|(_, percent, at)| (*percent, *at)),
            groups: &read.groups,
            authors: &read.authors,
            typed: params.get("account"),
            pinned: &read.pinned,
            log: &log,
            problem,
        })
    }))
}

/// `POST /moderate/{site}/pages/{id}`: close a page, open it, say when comments appear on it, or what it
/// asks.
pub(super) async fn change(
    newsroom: Newsroom,
    PathId(id): PathId<PageId>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    match done(&newsroom, id, &fields).await {
        Ok(query) => {
            let desk = desk(&newsroom.site.host);
            Ok(see_other(&format!("{desk}/pages/{id}?{query}")))
        }
        Err(error) if error.status.is_server_error() => Err(error.into()),
        Err(error) => {
            let error = error.told_in(newsroom.site.settings.language);
            let page = shown(&newsroom, id, &fields, Some(&error.detail)).await?;
            Ok((error.status, page).into_response())
        }
    }
}

/// Do what a form asks for; what the page's address then tells of it.
async fn done(newsroom: &Newsroom, id: PageId, fields: &Params) -> Result<String, ApiError> {
    let (now, site, moderator) = (
        newsroom.app.now(),
        newsroom.site.id,
        newsroom.author.clone(),
    );
    let action = fields.get("action").unwrap_or_default();
    if matches!(action, "add_author" | "remove_author") {
        let named = fields.get("account").unwrap_or_default();
        link(newsroom, id, action == "add_author", named).await?;
        return Ok(format!("did={}", LogAction::Save.as_str()));
    }
    if action == "mode" {
        let (mode, done) = match fields.get("mode") {
            Some("before") => (Some(ModerationMode::Before), LogAction::ModeBefore),
            Some("after") => (Some(ModerationMode::After), LogAction::ModeAfter),
            Some("site") => (None, LogAction::ModeOfSite),
            _ => return Err(ApiError::query("mode", "Choose when comments appear.")),
        };
        let write =
            move |tx: &mut Tx<'_>| decisions::set_page_mode(tx, now, site, &moderator, id, mode);
        newsroom.app.store.write(write).await?;
        return Ok(format!("did={}", done.as_str()));
    }
    if action == "invitation" {
        let text = page::parse_invitation(fields.get("invitation").unwrap_or_default())?;
        let write = move |tx: &mut Tx<'_>| {
            decisions::set_invitation(tx, now, site, &moderator, id, text.as_deref())
        };
        newsroom.app.store.write(write).await?;
        return Ok(format!("did={action}"));
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
    let decision = newsroom.app.store.write(write).await?;
    Ok(match decision {
        Some(decision) => format!("did={action}&n=1&undo={decision}"),
        None => format!("did={action}&n=0"),
    })
}

/// Let an account be an author of the page's article, or no more.
async fn link(newsroom: &Newsroom, id: PageId, adds: bool, named: &str) -> Result<(), ApiError> {
    let now = newsroom.app.now();
    let (site, moderator, named) = (
        newsroom.site.id,
        newsroom.author.id,
        named.trim().to_owned(),
    );
    let write = move |tx: &mut Tx<'_>| {
        let scope = groups::scope_of(tx, site, moderator)?;
        if pages::in_scope(tx, site, id, &scope)?.is_none() {
            return Ok(None);
        }
        let page = pages::lock(tx, site, id)?;
        let account = page_authors::account(tx, site, &named)?.id;
        match adds {
            true => page_authors::add(tx, now, &page, account)?,
            false => page_authors::remove(tx, now, &page, account)?,
        }
        Ok(Some(()))
    };
    let linked = newsroom.app.store.write(write).await?;
    linked.ok_or_else(ApiError::not_found)
}
