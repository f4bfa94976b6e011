//! The corrections that readers sent, and the lists that they end in.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::discussion::policy;
use rejoinder_core::passages::Erratum;
use rejoinder_core::passages::correction::CorrectionState;
use rejoinder_core::{CorrectionId, ErratumId, Page, PageId, Refusal};
use render::passages::{CorrectionRow, CorrectionsPage};
use store::discussion::pages;
use store::moderation::groups;
use store::passages::corrections::{self, CorrectionQuery};
use store::passages::deciding::{self, CorrectionAcceptance, CorrectionDecision};
use store::passages::errata::{self, ErratumTiming, NewErratum};
use store::passages::versions;
use store::{Result as StoreResult, Tx};

use super::reached_or_added;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, Visitor};
use crate::newsroom::{CORRECTIONS, Newsroom, PageHead, RailPosition, see_other};

/// So many corrections are shown at once.
const AT_ONCE: usize = 30;

/// So many of the newest lines of the lists.
const LINES: usize = 20;

/// `GET /edit/{site}/corrections`: those in one `state`, at first the open ones.
pub(super) async fn show(newsroom: Newsroom, params: Params) -> Result<Html<String>, ErrorPage> {
    Ok(page(&newsroom, &params, ("", "", None)).await?)
}

async fn page(
    newsroom: &Newsroom,
    params: &Params,
    typed: (&str, &str, Option<&str>),
) -> Result<Html<String>, ApiError> {
    let state = params.get("state").and_then(CorrectionState::parse);
    let state = state.unwrap_or(CorrectionState::Open);
    let after: Option<CorrectionId> = params.read("after")?;
    let site = newsroom.site.id;
    let read = newsroom.read(move |tx, scope| {
        let query = CorrectionQuery {
            state,
            scope: scope.clone(),
            after,
            limit: i64::try_from(AT_ONCE + 1).unwrap_or(i64::MAX),
        };
        let mut rows = Vec::new();
        for (correction, page) in corrections::list(tx, site, &query)? {
            rows.push(CorrectionRow {
                erratum: errata::of_correction(tx, site, correction.id)?,
                has_versions: versions::newest_number(tx, site, page.id)?.is_some(),
                correction,
                page,
            });
        }
        let mut lines: Vec<(Erratum, Page)> = Vec::new();
        for (erratum, page) in errata::of_site(tx, site)? {
            if lines.len() < LINES && pages::in_scope(tx, site, page.id, scope)?.is_some() {
                lines.push((erratum, page));
            }
        }
        Ok((rows, lines))
    });
    let (context, (mut rows, lines)) = read.await?;
    let is_more = rows.len() > AT_ONCE;
    rows.truncate(AT_ONCE);
    let here = format!(
        "/edit/{}/corrections?state={}",
        newsroom.site.host,
        state.as_str()
    );
    let last = rows.last().filter(|_| is_more);
    let next = last.map(|last| format!("{here}&after={}", last.correction.id));
    let did = params.get("did");
    let flash = did.and_then(|did| render::passages::corrections_flash(&newsroom.site, did));
    let head = PageHead {
        title: render::passages::corrections_title(&newsroom.site),
        at: RailPosition::Edit(CORRECTIONS),
        flash: flash.as_ref(),
    };
    Ok(newsroom.page(&context, head, |frame| {
        render::passages::corrections_page(&CorrectionsPage {
            frame,
            state,
            rows: &rows,
            next,
            undo: params.get("undo"),
            lines: &lines,
            typed,
        })
    }))
}

/// `POST /edit/{site}/corrections/decide`: accept one, decline it, or take that back.
pub(super) async fn decide(newsroom: Newsroom, Form(fields): Form) -> Result<Response, ErrorPage> {
    let here = here(&newsroom, &fields);
    let (id, did) = match fields.get("act") {
        Some("accept") => (accept(&newsroom, &fields).await?, "accepted"),
        Some("decline") => {
            let id = one(&newsroom, &fields, deciding::decline).await?;
            (id, "declined")
        }
        Some("reopen") => {
            one(&newsroom, &fields, deciding::reopen).await?;
            return Ok(see_other(&format!("{here}&did=reopened")));
        }
        _ => return Err(ApiError::query("act", "There is no such action.").into()),
    };
    Ok(see_other(&format!("{here}&did={did}&undo={id}")))
}

/// `POST /edit/{site}/corrections/lines`: put a line into the list of an article, or take one out.
pub(super) async fn change(
    newsroom: Newsroom,
    visitor: Visitor,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let here = here(&newsroom, &fields);
    match fields.get("act") {
        Some("remove") => {
            remove(&newsroom, &fields).await?;
            Ok(see_other(&format!("{here}&did=removed")))
        }
        Some("add") => add(&newsroom, &visitor, &fields, &here).await,
        _ => Err(ApiError::query("act", "There is no such action.").into()),
    }
}

/// The list that the form stands in.
fn here(newsroom: &Newsroom, fields: &Params) -> String {
    let state = fields.get("state").and_then(CorrectionState::parse);
    let state = state.unwrap_or(CorrectionState::Open).as_str();
    format!("/edit/{}/corrections?state={state}", newsroom.site.host)
}

/// What the form decides on, and who decides.
fn deciding(newsroom: &Newsroom, fields: &Params) -> Result<CorrectionDecision, ApiError> {
    let id: Option<CorrectionId> = fields.read("id")?;
    let reason = fields.get("reason").map(str::trim);
    let reason = reason.filter(|reason| !reason.is_empty());
    Ok(CorrectionDecision {
        site: newsroom.site.id,
        id: id.ok_or(Refusal::CorrectionUnknown)?,
        by: newsroom.author.id,
        scope: groups::Scope::all(),
        reason: reason.map(str::to_owned),
    })
}

/// Do `what` to the correction of the form.
async fn one(
    newsroom: &Newsroom,
    fields: &Params,
    what: fn(&mut Tx<'_>, rejoinder_core::Time, &CorrectionDecision) -> StoreResult<()>,
) -> Result<CorrectionId, ApiError> {
    let (now, it) = (newsroom.app.now(), deciding(newsroom, fields)?);
    let id = it.id;
    let write = move |tx: &mut Tx<'_>| {
        let scope = groups::scope_of(tx, it.site, it.by)?;
        let it = CorrectionDecision {
            scope,
            ..it.clone()
        };
        what(tx, now, &it)
    };
    newsroom.app.store.write(write).await?;
    (newsroom.app.wake)();
    Ok(id)
}

async fn accept(newsroom: &Newsroom, fields: &Params) -> Result<CorrectionId, ApiError> {
    let (now, it) = (newsroom.app.now(), deciding(newsroom, fields)?);
    let id = it.id;
    let line = fields.get("line").map(str::trim);
    let how = CorrectionAcceptance {
        erratum: ErratumId(newsroom.app.ids.next(now)),
        line: line.filter(|line| !line.is_empty()).map(str::to_owned),
        is_thanked: fields.get("thank").is_some(),
        when: match fields.get("when") {
            Some("next") => ErratumTiming::NextVersion,
            _ => ErratumTiming::Now,
        },
    };
    let write = move |tx: &mut Tx<'_>| {
        let scope = groups::scope_of(tx, it.site, it.by)?;
        let it = CorrectionDecision {
            scope,
            ..it.clone()
        };
        deciding::accept(tx, now, &it, &how)
    };
    newsroom.app.store.write(write).await?;
    (newsroom.app.wake)();
    Ok(id)
}

/// Take a line out of a list.
async fn remove(newsroom: &Newsroom, fields: &Params) -> Result<(), ApiError> {
    let id: Option<ErratumId> = fields.read("erratum")?;
    let id = id.ok_or_else(ApiError::not_found)?;
    let (now, site, author) = (newsroom.app.now(), newsroom.site.id, newsroom.author.id);
    let write = move |tx: &mut Tx<'_>| {
        let scope = groups::scope_of(tx, site, author)?;
        let Some(erratum) = errata::find(tx, site, id)? else {
            return Ok(None);
        };
        let Some(page) = pages::in_scope(tx, site, erratum.page, &scope)? else {
            return Ok(None);
        };
        let page = pages::lock(tx, site, page.id)?;
        errata::remove(tx, now, &page, &erratum).map(Some)
    };
    let done = newsroom.app.store.write(write).await?;
    done.ok_or_else(ApiError::not_found)
}

/// Put a line into the list of an article, without anybody's having sent a correction.
async fn add(
    newsroom: &Newsroom,
    visitor: &Visitor,
    fields: &Params,
    here: &str,
) -> Result<Response, ErrorPage> {
    let value = |name: &str| fields.get(name).unwrap_or_default().trim();
    let (typed, line) = (value("page"), value("line"));
    let refused = match add_line(newsroom, visitor, typed, line).await {
        Ok(()) => return Ok(see_other(&format!("{here}&did=added"))),
        Err(error) if error.status.is_server_error() => return Err(error.into()),
        Err(error) => error.told_in(newsroom.site.settings.language),
    };
    let typed = (typed, line, Some(refused.detail.as_str()));
    let page = page(newsroom, &Params::default(), typed).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn add_line(
    newsroom: &Newsroom,
    visitor: &Visitor,
    typed: &str,
    line: &str,
) -> Result<(), ApiError> {
    let key = visitor.page(&newsroom.app, &newsroom.site, typed)?;
    policy::may_carry_thread(&newsroom.site, &key)?;
    let (now, site, author) = (newsroom.app.now(), newsroom.site.id, newsroom.author.id);
    let id = PageId(newsroom.app.ids.next(now));
    let new = NewErratum {
        id: ErratumId(newsroom.app.ids.next(now)),
        line: line.to_owned(),
        thanks: None,
        correction: None,
        by: author,
        when: ErratumTiming::Now,
    };
    let write = move |tx: &mut Tx<'_>| {
        let Some(page) = reached_or_added(tx, now, (site, author), id, &key)? else {
            return Ok(None);
        };
        errata::add(tx, now, &page, &new).map(Some)
    };
    let done = newsroom.app.store.write(write).await?;
    done.ok_or_else(ApiError::not_found)
}
