//! The articles of a site, and what became of their passages.

use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::discussion::policy;
use rejoinder_core::passages::{Anchor, Annotation, Folded, Position, Quote, Selector, candidates};
use rejoinder_core::publication::settings::{Passages, Questions};
use rejoinder_core::{Page, PageId, PassageId, Refusal, SiteId};
use render::passages::{ArticleRow, ArticlesPage, FetchForm, FetchRow, LostPassage, PlacingForm};
use store::Tx;
use store::discussion::pages;
use store::identity::authors;
use store::moderation::groups::Scope;
use store::passages::placing::{self, PassagePlacement};
use store::passages::versions::{self, ArticleVersion};
use store::passages::{allowed, anchoring, deciding, fetching};

use super::{fetching as texts, reached_or_added};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, Visitor};
use crate::newsroom::{Newsroom, PageHead, RailPosition, see_other};

/// So many articles are shown.
const AT_ONCE: i64 = 50;

/// So many of those whose text was asked for last.
const FETCHES_AT_ONCE: i64 = 20;

/// So many passages of each.
const LOST_AT_ONCE: usize = 20;

/// So many places are offered for one.
const LIKELY_AT_ONCE: usize = 5;

/// Say of a page itself what its readers may do.
async fn allow(
    newsroom: Newsroom,
    visitor: Visitor,
    fields: &Params,
) -> Result<Response, ErrorPage> {
    let app = &newsroom.app;
    let key = visitor.page(app, &newsroom.site, fields.page())?;
    policy::may_carry_thread(&newsroom.site, &key).map_err(ApiError::from)?;
    // Nothing goes back to the site's setting.
    let passages = fields.get("passages").and_then(Passages::from_word);
    let questions = fields.get("questions").and_then(Questions::from_word);
    let (now, site, author) = (app.now(), newsroom.site.id, newsroom.author.id);
    let id = PageId(app.ids.next(now));
    let write = move |tx: &mut Tx<'_>| match reached_or_added(tx, now, (site, author), id, &key)? {
        Some(page) => {
            deciding::allow_questions(tx, now, &page, questions)?;
            deciding::allow(tx, now, &page, passages).map(Some)
        }
        None => Ok(None),
    };
    let done = app.store.write(write).await.map_err(ApiError::from)?;
    done.ok_or_else(ApiError::not_found)?;
    let host = &newsroom.site.host;
    Ok(see_other(&format!("/edit/{host}/passages?did=saved")))
}

/// Have the text of an article fetched.
async fn fetch(
    newsroom: &Newsroom,
    visitor: &Visitor,
    fields: &Params,
) -> Result<Response, ErrorPage> {
    let app = &newsroom.app;
    let wanted = match visitor.page(app, &newsroom.site, fields.page()) {
        Ok(key) => texts::want(app, newsroom, key).await,
        Err(error) => Err(error.into()),
    };
    let error = match wanted {
        Ok(_) => {
            let host = &newsroom.site.host;
            return Ok(see_other(&format!("/edit/{host}/passages?did=fetching")));
        }
        Err(error) if error.status.is_server_error() => return Err(error.into()),
        Err(error) => error.told_in(newsroom.site.settings.language),
    };
    let typed = FetchForm {
        page: fields.page(),
        problem: Some(&error.detail),
    };
    let page = page(newsroom, &Params::default(), None, typed).await?;
    Ok((error.status, page).into_response())
}

/// `POST /edit/{site}/passages`: say where a passage stands, or what readers of a page may do, or have the
/// text of an article fetched.
pub(super) async fn change(
    newsroom: Newsroom,
    visitor: Visitor,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    match fields.get("act") {
        Some("place") => place(&newsroom, &fields).await,
        Some("fetch") => fetch(&newsroom, &visitor, &fields).await,
        _ => allow(newsroom, visitor, &fields).await,
    }
}

/// Say where a passage stands: where the form offers it, or where the pasted words are.
async fn place(newsroom: &Newsroom, fields: &Params) -> Result<Response, ErrorPage> {
    let error = match put(newsroom, fields).await {
        Ok(()) => {
            let host = &newsroom.site.host;
            return Ok(see_other(&format!("/edit/{host}/passages?did=placed")));
        }
        Err(error) if error.status.is_server_error() => return Err(error.into()),
        Err(error) => error.told_in(newsroom.site.settings.language),
    };
    let page = page(newsroom, fields, Some(&error.detail), FetchForm::default()).await?;
    Ok((error.status, page).into_response())
}

async fn put(newsroom: &Newsroom, fields: &Params) -> Result<(), ApiError> {
    let page: Option<PageId> = fields.read("of")?;
    let id: Option<PassageId> = fields.read("place")?;
    let (page, id) = page.zip(id).ok_or(Refusal::PassageUnknown)?;
    let words = fields.get("exact").map(str::trim);
    let to = match (words.filter(|words| !words.is_empty()), fields.get("at")) {
        (Some(words), _) => PassagePlacement::Words(words.to_owned()),
        (None, Some(at)) => {
            let (start, end) = at.split_once('-').ok_or(Refusal::PassageMisplaced)?;
            let position = Position::new(start.parse().ok(), end.parse().ok())?;
            let position = position.ok_or(Refusal::PassageMisplaced)?;
            PassagePlacement::At(position, fields.read("version")?.unwrap_or(0))
        }
        (None, None) => return Err(Refusal::PassageNotFound.into()),
    };
    let (now, site, by) = (
        newsroom.app.now(),
        newsroom.site.id,
        newsroom.author.clone(),
    );
    let place = move |tx: &mut Tx<'_>| placing::place(tx, now, site, page, &by, id, &to);
    Ok(newsroom.app.store.write(place).await?)
}

/// `GET /edit/{site}/passages`; with `of`, a page, and `place` the form that says where a passage stands.
pub(super) async fn show(newsroom: Newsroom, params: Params) -> Result<Html<String>, ErrorPage> {
    Ok(page(&newsroom, &params, None, FetchForm::default()).await?)
}

/// A passage that is to be placed.
struct PassageToPlace {
    page: Page,
    id: PassageId,
    annotation: Annotation,
    version: ArticleVersion,
}

async fn page(
    newsroom: &Newsroom,
    params: &Params,
    problem: Option<&str>,
    to_fetch: FetchForm<'_>,
) -> Result<Html<String>, ApiError> {
    let site = newsroom.site.id;
    let of: Option<PageId> = params.read("of")?;
    let asked = of.zip(params.read::<PassageId>("place")?);
    let read = newsroom.read(move |tx, scope| {
        let lost = match asked {
            Some((page, id)) => to_place(tx, site, scope, page, id)?,
            None => None,
        };
        let fetches = fetching::of_scope(tx, site, scope, FETCHES_AT_ONCE)?;
        let fetches = fetches.into_iter().map(|(page, own)| FetchRow {
            page,
            asked_at: own.asked_at,
            ended: own.ended.map(|(_, ended)| ended),
            version: own.version,
        });
        let fetches: Vec<FetchRow> = fetches.collect();
        Ok((rows(tx, site, scope)?, lost, fetches))
    });
    let (context, (rows, lost, fetches)) = read.await?;
    let places = match &lost {
        Some(lost) => likely(lost).await?,
        None => Vec::new(),
    };
    let did = params.get("did");
    let flash = did.and_then(|did| render::passages::flash(&newsroom.site, did));
    let head = PageHead {
        title: render::passages::title(&newsroom.site),
        at: RailPosition::Edit("/passages"),
        flash: flash.as_ref(),
    };
    let placing = lost.as_ref().map(|lost| PlacingForm {
        page: &lost.page,
        id: lost.id,
        annotation: &lost.annotation,
        number: lost.version.number,
        places: &places,
        pasted: params.get("exact").unwrap_or_default(),
        problem,
    });
    Ok(newsroom.page(&context, head, |frame| {
        render::passages::articles_page(&ArticlesPage {
            frame,
            rows: &rows,
            placing,
            fetches: &fetches,
            to_fetch,
        })
    }))
}

/// The places where a passage may stand, found where that keeps nobody waiting.
async fn likely(lost: &PassageToPlace) -> Result<Vec<Selector>, ApiError> {
    let (text, annotation) = (lost.version.text.clone(), lost.annotation.clone());
    let find = move || {
        let places = candidates(&Folded::new(&text), annotation.to_find(), LIKELY_AT_ONCE);
        let place = |place: Anchor| {
            let position = Position {
                start: place.start,
                end: place.end,
            };
            Some(Selector {
                quote: Quote::of(&text, position).ok()?,
                position: Some(position),
                rival: None,
            })
        };
        places.into_iter().filter_map(place).collect()
    };
    let found = tokio::task::spawn_blocking(find).await;
    found.map_err(ApiError::internal)
}

fn to_place(
    tx: &mut Tx<'_>,
    site: SiteId,
    scope: &Scope,
    page: PageId,
    id: PassageId,
) -> store::Result<Option<PassageToPlace>> {
    let Some(page) = pages::in_scope(tx, site, page, scope)? else {
        return Ok(None);
    };
    let Some(version) = versions::newest(tx, site, page.id)? else {
        return Ok(None);
    };
    let mut all = anchoring::passages(tx, site, page.id)?.into_iter();
    let own = all.find(|(holder, _)| holder.passage() == Some(id));
    Ok(own.map(|(_, annotation)| PassageToPlace {
        page,
        id,
        annotation,
        version,
    }))
}

/// The articles, and their passages that are gone or have other words.
fn rows(tx: &mut Tx<'_>, site: SiteId, scope: &Scope) -> store::Result<Vec<ArticleRow>> {
    let newest = versions::of_scope(tx, site, scope, AT_ONCE)?;
    let ids: Vec<PageId> = newest.iter().map(|(page, _)| *page).collect();
    let pages = pages::by_ids(tx, site, &ids)?;
    let mut rows = Vec::new();
    for (id, version) in newest {
        let Some(page) = pages.iter().find(|page| page.id == id) else {
            continue;
        };
        rows.push(ArticleRow {
            page: page.clone(),
            number: version.number,
            made_at: version.made_at,
            report: version.report,
            passages: allowed::of_page(tx, site, id)?,
            questions: allowed::questions_of_page(tx, site, id)?,
            lost: lost(tx, site, id)?,
        });
    }
    Ok(rows)
}

/// Each passage of a page once that is gone or has other words, however much is said of it.
fn lost(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> store::Result<Vec<LostPassage>> {
    let mut lost: Vec<LostPassage> = Vec::new();
    for (holder, annotation) in anchoring::passages(tx, site, page)? {
        let is_known = lost.iter().any(|own| own.annotation == annotation);
        let Some(id) = holder.passage().filter(|_| !is_known) else {
            continue;
        };
        if lost.len() == LOST_AT_ONCE || !placing::is_lost(&annotation) {
            continue;
        }
        let by = match annotation.placed_by {
            Some(by) => authors::by_id(tx, site, by)?,
            None => None,
        };
        lost.push(LostPassage {
            id,
            annotation,
            placed_by: by.map(|by| by.name),
        });
    }
    Ok(lost)
}
