//! What owners write into a ledger by hand, and take back.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rejoinder_core::funding::Currency;
use rejoinder_core::publication::audit::AuditActor;
use rejoinder_core::{CampaignId, EntryId};
use render::funding::{GiverRow, LedgerRow, problem};
use store::Tx;
use store::funding::campaigns;
use store::funding::keeping::{self, ManualEntry};
use store::funding::ledger::LedgerEntry;

use super::{CampaignPageRequest, back, form, page_of};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, PathId, Visitor};
use crate::newsroom::Newsroom;

/// The longest note, in characters.
const MAX_NOTE: usize = 200;

/// `POST …/entries`: write something down.
pub(super) async fn write(
    newsroom: Newsroom,
    visitor: Visitor,
    PathId(id): PathId<CampaignId>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let entry = match entry(&newsroom, &fields) {
        Ok(entry) => entry,
        Err(word) => {
            let typed = ["amount", "currency", "day", "what"];
            let typed = typed.map(|name| fields.get(name).unwrap_or_default());
            let asked = CampaignPageRequest {
                by_hand: Some((typed, problem(&newsroom.site, word))),
                ..CampaignPageRequest::default()
            };
            let page = page_of(&newsroom, &visitor, id, asked).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let (now, site, by) = (
        newsroom.app.now(),
        newsroom.site.id,
        AuditActor::owner(&newsroom.author),
    );
    let write = move |tx: &mut Tx<'_>| {
        let Some(campaign) = campaigns::find(tx, site, id)? else {
            return Ok(None);
        };
        keeping::write_down(tx, now, &by, &campaign, &entry).map(Some)
    };
    let is_new = newsroom.app.store.write(write).await?;
    let is_new = is_new.ok_or_else(ApiError::not_found)?;
    Ok(back(
        &newsroom,
        id,
        if is_new { "written" } else { "nothing" },
    ))
}

/// What was typed as an entry, or the word of what is wrong with it.
fn entry(newsroom: &Newsroom, fields: &Params) -> Result<ManualEntry, &'static str> {
    let now = newsroom.app.now();
    let text = |name: &str| fields.get(name).unwrap_or_default().trim();
    let currency: Currency = text("currency").parse().map_err(|_| "currency")?;
    let money = form::amount(text("amount"), currency);
    let money = money.filter(|money| money.minor != 0).ok_or("amount")?;
    let day = form::day(text("day")).ok_or("day")?;
    if day > now {
        return Err("moved_at");
    }
    let note = note(fields)?;
    let id = EntryId(newsroom.app.ids.next(now));
    // Whoever sends no such word sends each form once.
    let once: Option<EntryId> = text("once").parse().ok();
    Ok(ManualEntry {
        id,
        money,
        occurred_at: day,
        note,
        once: once.unwrap_or(id).to_string(),
        by: newsroom.author.id,
    })
}

fn note(fields: &Params) -> Result<String, &'static str> {
    let note = fields.get("what").unwrap_or_default().trim();
    match note.chars().count() {
        1..=MAX_NOTE => Ok(note.to_owned()),
        _ => Err("note"),
    }
}

/// `POST …/entries/{entry}/counter`: take an entry back.
pub(super) async fn take_back(
    newsroom: Newsroom,
    visitor: Visitor,
    PathId(id): PathId<CampaignId>,
    Path((_, _, entry)): Path<(String, String, String)>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let entry: EntryId = entry.parse().map_err(|_| ApiError::not_found())?;
    let why = match note(&fields) {
        Ok(why) => why,
        Err(word) => {
            let asked = CampaignPageRequest {
                by_hand: Some(([""; 4], problem(&newsroom.site, word))),
                ..CampaignPageRequest::default()
            };
            let page = page_of(&newsroom, &visitor, id, asked).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let (now, site, author) = (newsroom.app.now(), newsroom.site.id, newsroom.author.id);
    let (by, new) = (
        AuditActor::owner(&newsroom.author),
        EntryId(newsroom.app.ids.next(now)),
    );
    let counter = move |tx: &mut Tx<'_>| {
        let Some(campaign) = campaigns::find(tx, site, id)? else {
            return Ok(None);
        };
        keeping::take_back(tx, now, &by, &campaign, (entry, new, author, &why)).map(Some)
    };
    let is_new = newsroom.app.store.write(counter).await?;
    let is_new = is_new.ok_or_else(ApiError::not_found)?;
    Ok(back(
        &newsroom,
        id,
        if is_new { "taken-back" } else { "nothing" },
    ))
}

/// An entry, as the page shows it.
pub(super) fn row(entry: LedgerEntry) -> LedgerRow {
    LedgerRow {
        can_be_claimed: entry.can_be_claimed(),
        giver: entry.giver.map(|giver| GiverRow {
            name: giver.name,
            is_public: giver.is_public,
            is_claimed: giver.is_claimed,
        }),
        id: entry.id,
        kind: entry.movement.kind,
        money: entry.movement.money,
        occurred_at: entry.movement.occurred_at,
        received_at: entry.received_at,
        source: entry.source,
        external_id: entry.external_id,
        note: entry.note,
        made_by: entry.made_by,
        is_countered: entry.is_countered,
    }
}
