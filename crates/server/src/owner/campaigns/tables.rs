//! A bank's statement and a processor's own account, looked at before anything of them is taken over.
//! What was uploaded is kept nowhere: the page carries it along.

use std::collections::HashSet;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::CampaignId;
use rejoinder_core::funding::reconciling::{LedgerComparison, compare};
use rejoinder_core::funding::table::{
    ColumnMapping, MAX_ROWS, StatementColumn, StatementRow, StatementTable, text_of,
};
use rejoinder_core::funding::{Campaign, Money};
use rejoinder_core::publication::audit::AuditActor;
use render::funding::{SheetPage, SheetRow, SheetSection, problem, sheet_title, sheet_words};
use store::Tx;
use store::funding::hooks::ProcessorHook;
use store::funding::{keeping, reconciling};

use super::processors::{campaign, found};
use super::{CampaignPageRequest, HERE, back, page_of, path};
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, PathId, Upload, Visitor};
use crate::newsroom::{Newsroom, PageHead};

/// The largest table that is read, in bytes.
const MAX_TABLE: usize = 256 * 1_024;

/// The largest upload of one: with what a form puts around it.
pub(super) const MAX_UPLOAD: usize = MAX_TABLE + 8 * 1_024;

/// The largest form that carries one along, and names rows by what stands in it: a byte is written as three
/// at most.
pub(super) const MAX_FORM: usize = 2 * 3 * MAX_TABLE + 128 * 1_024;

/// So many rows stand on a page: all that a table can have, so that none is missed.
const MAX_SHOWN: usize = MAX_ROWS;

/// A table with what its columns hold.
struct ParsedSheet {
    text: String,
    table: StatementTable,
    columns: ColumnMapping,
}

impl ParsedSheet {
    /// What was uploaded, if it is a table of which every row is read.
    fn uploaded(bytes: &[u8]) -> Option<Self> {
        let text = text_of(bytes);
        let table = StatementTable::parse(&text).filter(|table| table.n_left_out == 0)?;
        let columns = table.columns();
        Some(Self {
            text,
            table,
            columns,
        })
    }

    /// What a page carried along, with the columns that were chosen there.
    fn carried(fields: &Params) -> Option<Self> {
        let text = fields.get("text")?.to_owned();
        let table = StatementTable::parse(&text)?;
        let mut columns = ColumnMapping::default();
        for what in StatementColumn::ALL {
            let chosen = fields.get(what.as_str()).and_then(|n| n.parse().ok());
            columns.set(what, chosen.filter(|n| *n < table.head.len()));
        }
        Some(Self {
            text,
            table,
            columns,
        })
    }

    fn lines(&self, campaign: &Campaign) -> Vec<StatementRow> {
        let currency = campaign.draft.goal.currency;
        self.table.lines(&self.columns, currency)
    }
}

/// Which rows were chosen.
fn chosen(fields: &Params) -> HashSet<&str> {
    fields.all("row").collect()
}

/// `POST …/statement`: look at a bank's statement.
pub(super) async fn statement(
    newsroom: Newsroom,
    visitor: Visitor,
    PathId(id): PathId<CampaignId>,
    Upload(bytes): Upload,
) -> Result<Response, ErrorPage> {
    let campaign = campaign(&newsroom, id).await?;
    match ParsedSheet::uploaded(&bytes) {
        Some(sheet) => statement_page(&newsroom, &campaign, &sheet).await,
        None => refused(&newsroom, &visitor, id).await,
    }
}

/// `POST …/statement/rows`: look again with other columns, or write down the rows that were chosen.
pub(super) async fn statement_rows(
    newsroom: Newsroom,
    visitor: Visitor,
    PathId(id): PathId<CampaignId>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let campaign = campaign(&newsroom, id).await?;
    let Some(sheet) = ParsedSheet::carried(&fields) else {
        return refused(&newsroom, &visitor, id).await;
    };
    if fields.get("do") != Some("add") {
        return statement_page(&newsroom, &campaign, &sheet).await;
    }
    let (lines, chosen) = (sheet.lines(&campaign), chosen(&fields));
    let named = reconciling::names_of(&lines).into_iter().zip(lines);
    let is_chosen = |name: &String| chosen.contains(name.as_str());
    let rows = named.filter(|(name, line)| line.money.minor != 0 && is_chosen(name));
    let rows: Vec<_> = rows.collect();
    let (app, now, by) = (
        newsroom.app.clone(),
        newsroom.app.now(),
        AuditActor::owner(&newsroom.author),
    );
    let author = newsroom.author.id;
    let write = move |tx: &mut Tx<'_>| {
        keeping::write_statement(tx, now, &app.ids, &by, (&campaign, &rows, author))
    };
    let n_new = newsroom.app.store.write(write).await?;
    Ok(back(
        &newsroom,
        id,
        if n_new > 0 { "written" } else { "nothing" },
    ))
}

async fn statement_page(
    newsroom: &Newsroom,
    campaign: &Campaign,
    sheet: &ParsedSheet,
) -> Result<Response, ErrorPage> {
    let lines = sheet.lines(campaign);
    let names = reconciling::names_of(&lines);
    let (site, asked) = (newsroom.site.id, names.clone());
    let known = newsroom
        .app
        .store
        .read(move |tx| reconciling::are_known(tx, site, &asked));
    let words = sheet_words(&newsroom.site);
    let rows = lines.into_iter().zip(names).zip(known.await?);
    let rows = rows
        .take(MAX_SHOWN)
        .map(|((line, name), is_known)| SheetRow {
            value: name,
            day: line.day,
            money: line.money,
            reference: line.reference,
            name: line.name,
            note: is_known.then(|| words.known.to_owned()),
            is_chosen: !is_known && line.money.minor > 0,
            is_fixed: is_known,
        });
    let section = SheetSection {
        title: words.rows.to_owned(),
        rows: rows.collect(),
    };
    let shown = SheetContent {
        title: words.statement.to_owned(),
        about: words.statement_about.to_owned(),
        action: format!("{}/statement/rows", path(newsroom, campaign.id)),
        go: words.add.to_owned(),
        columns: &[
            StatementColumn::Day,
            StatementColumn::Amount,
            StatementColumn::Currency,
            StatementColumn::Reference,
            StatementColumn::Name,
        ],
        sections: vec![section],
    };
    page(newsroom, campaign, sheet, shown).await
}

/// `POST …/hooks/{hook}/export`: look at what a processor says was paid.
pub(super) async fn export(
    newsroom: Newsroom,
    visitor: Visitor,
    PathId(id): PathId<CampaignId>,
    Path((_, _, hook)): Path<(String, String, String)>,
    Upload(bytes): Upload,
) -> Result<Response, ErrorPage> {
    let campaign = campaign(&newsroom, id).await?;
    let hook = found(&newsroom, id, &hook).await?;
    match ParsedSheet::uploaded(&bytes) {
        Some(sheet) => export_page(&newsroom, (&campaign, hook), &sheet).await,
        None => refused(&newsroom, &visitor, id).await,
    }
}

/// `POST …/hooks/{hook}/export/rows`: look again with other columns, or take over what was chosen.
pub(super) async fn export_rows(
    newsroom: Newsroom,
    visitor: Visitor,
    PathId(id): PathId<CampaignId>,
    Path((_, _, hook)): Path<(String, String, String)>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let campaign = campaign(&newsroom, id).await?;
    let hook = found(&newsroom, id, &hook).await?;
    let Some(sheet) = ParsedSheet::carried(&fields) else {
        return refused(&newsroom, &visitor, id).await;
    };
    if fields.get("do") != Some("add") {
        return export_page(&newsroom, (&campaign, hook), &sheet).await;
    }
    let compared = compared(&newsroom, &hook, sheet.lines(&campaign)).await?;
    let chosen = chosen(&fields);
    let lines: Vec<_> = settled(compared)
        .filter(|line| chosen.contains(line.reference.as_str()))
        .collect();
    let (app, now, by) = (
        newsroom.app.clone(),
        newsroom.app.now(),
        AuditActor::owner(&newsroom.author),
    );
    let author = newsroom.author.id;
    let settle =
        move |tx: &mut Tx<'_>| keeping::settle(tx, now, &app.ids, &by, (&hook, &lines, author));
    let n_settled = newsroom.app.store.write(settle).await?;
    let did = if n_settled > 0 { "settled" } else { "nothing" };
    Ok(back(&newsroom, id, did))
}

/// What each payment that is not alike comes to once it is taken over: nothing where only we have it.
fn settled(compared: LedgerComparison) -> impl Iterator<Item = StatementRow> {
    let differing = compared.differing.into_iter().map(|(_, line)| line);
    let gone = compared.missing_there.into_iter().map(|own| StatementRow {
        row: 0,
        day: own.occurred_at,
        money: Money {
            minor: 0,
            ..own.left
        },
        back: 0,
        reference: own.payment,
        name: String::new(),
    });
    differing.chain(compared.missing_here).chain(gone)
}

async fn compared(
    newsroom: &Newsroom,
    hook: &ProcessorHook,
    lines: Vec<StatementRow>,
) -> Result<LedgerComparison, ErrorPage> {
    let hook = hook.clone();
    let read = newsroom.app.store.read(move |tx| {
        let ours = reconciling::payments(tx, &hook, &lines)?;
        Ok(compare(&lines, ours))
    });
    Ok(read.await?)
}

async fn export_page(
    newsroom: &Newsroom,
    (campaign, hook): (&Campaign, ProcessorHook),
    sheet: &ParsedSheet,
) -> Result<Response, ErrorPage> {
    let compared = compared(newsroom, &hook, sheet.lines(campaign)).await?;
    let words = sheet_words(&newsroom.site);
    let row = |line: &StatementRow, note: Option<String>| SheetRow {
        value: line.reference.clone(),
        day: line.day,
        money: line.money,
        reference: line.reference.clone(),
        name: String::new(),
        note,
        is_chosen: false,
        is_fixed: false,
    };
    let differing = compared.differing.iter().take(MAX_SHOWN);
    let differing = differing.map(|(own, line)| row(line, Some(words.here(own.left))));
    let missing_here = compared.missing_here.iter().take(MAX_SHOWN);
    let missing_there = compared.missing_there.iter().take(MAX_SHOWN);
    let missing_there = missing_there.map(|own| SheetRow {
        value: own.payment.clone(),
        day: own.occurred_at,
        money: own.left,
        reference: own.payment.clone(),
        name: String::new(),
        note: None,
        is_chosen: false,
        is_fixed: false,
    });
    let section = |title: &str, rows: Vec<SheetRow>| SheetSection {
        title: title.to_owned(),
        rows,
    };
    let sections = vec![
        section(words.differing, differing.collect()),
        section(
            words.missing_here,
            missing_here.map(|line| row(line, None)).collect(),
        ),
        section(words.missing_there, missing_there.collect()),
    ];
    let shown = SheetContent {
        title: words.export.to_owned(),
        about: words.compared(compared.n_alike, compared.n_elsewhere),
        action: format!(
            "{}/hooks/{}/export/rows",
            path(newsroom, campaign.id),
            hook.id
        ),
        go: words.settle.to_owned(),
        columns: &[
            StatementColumn::Reference,
            StatementColumn::Day,
            StatementColumn::Amount,
            StatementColumn::Refunded,
            StatementColumn::About,
            StatementColumn::Currency,
            StatementColumn::Status,
        ],
        sections,
    };
    page(newsroom, campaign, sheet, shown).await
}

/// What a page about a table shows.
struct SheetContent<'a> {
    title: String,
    about: String,
    action: String,
    go: String,
    columns: &'a [StatementColumn],
    sections: Vec<SheetSection>,
}

async fn page(
    newsroom: &Newsroom,
    campaign: &Campaign,
    sheet: &ParsedSheet,
    shown: SheetContent<'_>,
) -> Result<Response, ErrorPage> {
    let (context, ()) = newsroom.read(|_, _| Ok(())).await?;
    let title = sheet_title(&shown.title, campaign);
    let head = PageHead {
        title: &title,
        at: HERE,
        flash: None,
    };
    let columns: Vec<_> = shown
        .columns
        .iter()
        .map(|what| (*what, sheet.columns.of(*what)))
        .collect();
    let back = path(newsroom, campaign.id);
    let page: Html<String> = newsroom.page(&context, head, |frame| {
        render::funding::sheet_page(&SheetPage {
            frame,
            about: &shown.about,
            action: &shown.action,
            go: &shown.go,
            back: &back,
            campaign: &campaign.draft.title,
            text: &sheet.text,
            head: &sheet.table.head,
            columns: &columns,
            sections: &shown.sections,
        })
    });
    Ok(page.into_response())
}

async fn refused(
    newsroom: &Newsroom,
    visitor: &Visitor,
    id: CampaignId,
) -> Result<Response, ErrorPage> {
    let asked = CampaignPageRequest {
        about_table: Some(problem(&newsroom.site, "table")),
        ..CampaignPageRequest::default()
    };
    let page = page_of(newsroom, visitor, id, asked).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
