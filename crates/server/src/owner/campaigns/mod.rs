//! The owner's pages about campaigns and their ledger. Plain forms.

mod form;
mod givers;
mod ledger;
mod processors;
mod tables;

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::funding::CampaignDraft;
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::audit::AuditActor;
use rejoinder_core::{CampaignId, EntryId};
use render::funding::{
    CampaignForm, CampaignPage, CampaignRow, CampaignsPage, MessageRow, campaign_problem, flash,
    problem_full, title,
};
use store::Tx;
use store::funding::campaigns::{self, MAX_CAMPAIGNS};
use store::funding::{hooks, intake, keeping, ledger as stored};

use crate::access::Access;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, PathId, Visitor};
use crate::http::route::{Route, get, post, route};
use crate::newsroom::{Newsroom, PageHead, RailPosition, see_other};

/// So many entries stand on a page of the ledger.
const AT_ONCE: i64 = 50;

/// So many messages of processors stand on it.
const LOGGED_AT_ONCE: i64 = 20;

/// Where it stands in the rail.
const HERE: RailPosition<'_> = RailPosition::Admin("/campaigns");

/// What owners do about campaigns.
pub(crate) fn routes() -> Vec<Route> {
    let owner = |path, asked| route(path, Access::Newsroom(Role::Owner), asked);
    vec![
        owner("/admin/{site}/campaigns", get(all)),
        owner("/admin/{site}/campaigns", post(add)),
        owner("/admin/{site}/campaigns/{id}", get(one)),
        owner("/admin/{site}/campaigns/{id}", post(change)),
        owner("/admin/{site}/campaigns/{id}/hide", post(hide)),
        owner("/admin/{site}/campaigns/{id}/show", post(show)),
        owner("/admin/{site}/campaigns/{id}/entries", post(ledger::write)),
        owner(
            "/admin/{site}/campaigns/{id}/entries/{entry}/counter",
            post(ledger::take_back),
        ),
        owner(
            "/admin/{site}/campaigns/{id}/entries/{entry}/code",
            post(givers::code),
        ),
        owner(
            "/admin/{site}/campaigns/{id}/entries/{entry}/unname",
            post(givers::unname),
        ),
        owner(
            "/admin/{site}/campaigns/{id}/statement",
            post(tables::statement),
        )
        .takes(tables::MAX_UPLOAD),
        owner(
            "/admin/{site}/campaigns/{id}/statement/rows",
            post(tables::statement_rows),
        )
        .takes(tables::MAX_FORM),
        owner(
            "/admin/{site}/campaigns/{id}/hooks/{hook}/export",
            post(tables::export),
        )
        .takes(tables::MAX_UPLOAD),
        owner(
            "/admin/{site}/campaigns/{id}/hooks/{hook}/export/rows",
            post(tables::export_rows),
        )
        .takes(tables::MAX_FORM),
        owner("/admin/{site}/campaigns/{id}/hooks", post(processors::add)),
        owner(
            "/admin/{site}/campaigns/{id}/hooks/{hook}",
            post(processors::set_access),
        ),
        owner(
            "/admin/{site}/campaigns/{id}/hooks/{hook}/purposes",
            post(processors::set_purpose),
        ),
        owner(
            "/admin/{site}/campaigns/{id}/hooks/{hook}/ask",
            post(processors::ask),
        ),
        owner(
            "/admin/{site}/campaigns/{id}/hooks/{hook}/remove",
            post(processors::remove),
        ),
    ]
}

/// `GET /admin/{site}/campaigns`: the campaigns, and the form for another one.
async fn all(newsroom: Newsroom, params: Params) -> Result<Html<String>, ErrorPage> {
    list(
        &newsroom,
        &form::empty(newsroom.app.now()),
        params.get("did"),
    )
    .await
}

/// `POST /admin/{site}/campaigns`: add a campaign.
async fn add(newsroom: Newsroom, Form(fields): Form) -> Result<Response, ErrorPage> {
    let mut typed = form::typed(&fields);
    let problem = match form::draft(&typed) {
        Err(why) => campaign_problem(&newsroom.site, why),
        Ok(draft) => {
            let now = newsroom.app.now();
            let (site, id) = (newsroom.site.id, CampaignId(newsroom.app.ids.next(now)));
            let by = AuditActor::owner(&newsroom.author);
            let add = move |tx: &mut Tx<'_>| keeping::add(tx, now, &by, site, (id, &draft));
            if newsroom.app.store.write(add).await? {
                return Ok(changed(&newsroom, id, "added"));
            }
            problem_full(&newsroom.site, MAX_CAMPAIGNS)
        }
    };
    typed.problem = Some(problem);
    let page = list(&newsroom, &typed, None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn list(
    newsroom: &Newsroom,
    typed: &CampaignForm,
    did: Option<&str>,
) -> Result<Html<String>, ErrorPage> {
    let site = newsroom.site.id;
    let read = newsroom.read(move |tx, _| campaigns::list_with_totals(tx, site));
    let (context, found) = read.await?;
    let now = newsroom.app.now();
    let rows = found.into_iter().map(|own| CampaignRow {
        standing: own.standing(now),
        campaign: own.campaign,
    });
    let rows: Vec<_> = rows.collect();
    let flash = did.and_then(|did| flash(&newsroom.site, did));
    let head = PageHead {
        title: title(&newsroom.site),
        at: HERE,
        flash: flash.as_ref(),
    };
    Ok(newsroom.page(&context, head, |frame| {
        render::funding::campaigns_page(&CampaignsPage {
            frame,
            rows: &rows,
            typed,
        })
    }))
}

/// `GET /admin/{site}/campaigns/{id}`: a campaign and its ledger.
async fn one(
    newsroom: Newsroom,
    visitor: Visitor,
    PathId(id): PathId<CampaignId>,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let asked = CampaignPageRequest {
        before: params.read("before")?,
        did: params.get("did"),
        ..CampaignPageRequest::default()
    };
    page_of(&newsroom, &visitor, id, asked).await
}

/// How a campaign's page is asked for.
#[derive(Default)]
struct CampaignPageRequest<'a> {
    /// Only entries that are older.
    before: Option<EntryId>,
    /// What was just done.
    did: Option<&'a str>,
    /// What was typed to change it, and not taken.
    typed: Option<CampaignForm>,
    /// What was typed to be written down, and why it was not taken.
    by_hand: Option<([&'a str; 4], String)>,
    /// Why a processor could not be connected.
    about_hooks: Option<String>,
    /// Why a file could not be read.
    about_table: Option<String>,
    /// The entry for which a code was drawn, and the code.
    code: Option<(EntryId, String)>,
}

async fn page_of(
    newsroom: &Newsroom,
    visitor: &Visitor,
    id: CampaignId,
    asked: CampaignPageRequest<'_>,
) -> Result<Html<String>, ErrorPage> {
    let (site, now) = (newsroom.site.id, newsroom.app.now());
    let before = asked.before;
    let read = newsroom.read(move |tx, _| {
        let entries = stored::entries(tx, site, id, before, AT_ONCE + 1)?;
        let mut hooks = Vec::new();
        for hook in hooks::list(tx, site, id)? {
            let purposes = hooks::purposes(tx, &hook)?;
            hooks.push((hook, purposes));
        }
        let all = campaigns::list(tx, site)?;
        let log = intake::log(tx, site, id, LOGGED_AT_ONCE)?;
        Ok((
            campaigns::find_with_totals(tx, site, id)?,
            entries,
            hooks,
            log,
            all,
        ))
    });
    let (context, (found, mut entries, hooks, log, all)) = read.await?;
    let found = found.ok_or_else(ApiError::not_found)?;
    let more = usize::try_from(AT_ONCE).unwrap_or(usize::MAX) < entries.len();
    entries.truncate(entries.len() - usize::from(more));
    let last = entries.last().filter(|_| more);
    let next = last.map(|last| format!("{}?before={}", path(newsroom, id), last.id));
    let row = CampaignRow {
        standing: found.standing(now),
        campaign: found.campaign,
    };
    let typed = asked.typed.unwrap_or_else(|| form::of(&row.campaign));
    let currency = row.campaign.draft.goal.currency.to_string();
    let today = form::day_of(now);
    let (by_hand, problem) = asked.by_hand.unzip();
    let flash = asked.did.and_then(|did| flash(&newsroom.site, did));
    let head = PageHead {
        title: &row.campaign.draft.title,
        at: HERE,
        flash: flash.as_ref(),
    };
    let entries: Vec<_> = entries.into_iter().map(ledger::row).collect();
    let (base, host) = (&visitor.base.0, &newsroom.site.host);
    let hooks = hooks.into_iter();
    let hooks: Vec<_> = hooks
        .map(|(hook, purposes)| processors::row(base, host, hook, purposes))
        .collect();
    let campaigns: Vec<_> = all
        .into_iter()
        .map(|own| (own.id, own.draft.title))
        .collect();
    let messages = log.into_iter().map(|own| MessageRow {
        hook: own.hook,
        received_at: own.received_at,
        event: own.event,
        outcome: own.outcome,
    });
    let messages: Vec<_> = messages.collect();
    let once = EntryId(newsroom.app.ids.next(now)).to_string();
    Ok(newsroom.page(&context, head, |frame| {
        render::funding::campaign_page(&CampaignPage {
            frame,
            base: &visitor.base.0,
            row: &row,
            typed: &typed,
            by_hand: by_hand.unwrap_or(["", &currency, &today, ""]),
            problem: problem.as_deref(),
            once: &once,
            entries: &entries,
            hooks: &hooks,
            campaigns: &campaigns,
            about_hooks: asked.about_hooks.as_deref(),
            messages: &messages,
            about_table: asked.about_table.as_deref(),
            code: asked.code.as_ref(),
            next,
        })
    }))
}

/// `POST /admin/{site}/campaigns/{id}`: let it say something else.
async fn change(
    newsroom: Newsroom,
    visitor: Visitor,
    PathId(id): PathId<CampaignId>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let site = newsroom.site.id;
    let known = newsroom
        .app
        .store
        .read(move |tx| campaigns::find(tx, site, id));
    let known = known.await?.ok_or_else(ApiError::not_found)?;
    let mut typed = form::typed(&fields);
    // What came in was counted in it.
    typed.currency = known.draft.goal.currency.to_string();
    match form::draft(&typed) {
        Ok(draft) => {
            save(&newsroom, id, draft).await?;
            Ok(changed(&newsroom, id, "saved"))
        }
        Err(why) => {
            typed.problem = Some(campaign_problem(&newsroom.site, why));
            let asked = CampaignPageRequest {
                typed: Some(typed),
                ..CampaignPageRequest::default()
            };
            let page = page_of(&newsroom, &visitor, id, asked).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

async fn save(newsroom: &Newsroom, id: CampaignId, draft: CampaignDraft) -> Result<(), ApiError> {
    let (now, site, by) = (
        newsroom.app.now(),
        newsroom.site.id,
        AuditActor::owner(&newsroom.author),
    );
    let change = move |tx: &mut Tx<'_>| keeping::change(tx, now, &by, site, (id, &draft));
    known(newsroom.app.store.write(change).await?)
}

/// `POST /admin/{site}/campaigns/{id}/hide`: show it to readers no more.
async fn hide(newsroom: Newsroom, PathId(id): PathId<CampaignId>) -> Result<Response, ErrorPage> {
    turn(&newsroom, id, true).await?;
    Ok(changed(&newsroom, id, "hidden"))
}

/// `POST /admin/{site}/campaigns/{id}/show`: show it to readers again.
async fn show(newsroom: Newsroom, PathId(id): PathId<CampaignId>) -> Result<Response, ErrorPage> {
    turn(&newsroom, id, false).await?;
    Ok(changed(&newsroom, id, "shown"))
}

async fn turn(newsroom: &Newsroom, id: CampaignId, is_hidden: bool) -> Result<(), ApiError> {
    let (now, site, by) = (
        newsroom.app.now(),
        newsroom.site.id,
        AuditActor::owner(&newsroom.author),
    );
    let hide = move |tx: &mut Tx<'_>| keeping::hide(tx, now, &by, site, (id, is_hidden));
    known(newsroom.app.store.write(hide).await?)
}

fn known(found: bool) -> Result<(), ApiError> {
    match found {
        true => Ok(()),
        false => Err(ApiError::not_found()),
    }
}

fn path(newsroom: &Newsroom, id: CampaignId) -> String {
    format!("/admin/{}/campaigns/{id}", newsroom.site.host)
}

/// On to the campaign, once something of it is shown otherwise: its section, or whether it is shown at all.
fn changed(newsroom: &Newsroom, id: CampaignId, did: &str) -> Response {
    newsroom.app.campaigns.forget(newsroom.site.id);
    newsroom.app.pages.forget_site(newsroom.site.id);
    back(newsroom, id, did)
}

fn back(newsroom: &Newsroom, id: CampaignId, did: &str) -> Response {
    see_other(&format!("{}?did={did}", path(newsroom, id)))
}
