//! A bank's statement or a processor's own account, before anything of it is taken over.

use askama::Template;
use rejoinder_core::funding::table::StatementColumn;
use rejoinder_core::funding::{Campaign, Money};
use rejoinder_core::{Site, Time};

use super::words;
use crate::catalogue::{self, Catalogue, FundingSheetTexts, fill};
use crate::newsroom::NewsroomFrame;
use crate::page::rendered;

/// A row that can be taken over.
#[derive(Debug)]
pub struct SheetRow {
    /// Names it in the form.
    pub value: String,
    /// When the money moved.
    pub day: Time,
    /// The amount that moved.
    pub money: Money,
    /// What tells it from others.
    pub reference: String,
    /// Who gave.
    pub name: String,
    /// What is known of it here.
    pub note: Option<String>,
    /// Whether it is chosen to begin with.
    pub is_chosen: bool,
    /// Whether it cannot be chosen.
    pub is_fixed: bool,
}

/// Rows that have something in common.
#[derive(Debug)]
pub struct SheetSection {
    /// What its rows have in common.
    pub title: String,
    /// The rows.
    pub rows: Vec<SheetRow>,
}

/// A page about a table.
#[derive(Debug, Template)]
#[template(path = "funding/sheet.html")]
pub struct SheetPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// What it is about.
    pub about: &'a str,
    /// Where it is sent.
    pub action: &'a str,
    /// What the button says.
    pub go: &'a str,
    /// Where one came from.
    pub back: &'a str,
    /// What the campaign is called.
    pub campaign: &'a str,
    /// The table itself, which the page carries along.
    pub text: &'a str,
    /// The names of its columns.
    pub head: &'a [String],
    /// What is asked for, and which column holds it.
    pub columns: &'a [(StatementColumn, Option<usize>)],
    /// What was found in it.
    pub sections: &'a [SheetSection],
}

/// A page about a table.
pub fn sheet_page(page: &SheetPage<'_>) -> String {
    rendered(page)
}

/// The texts about tables, in the language of a site.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "self-explanatory")]
pub struct SheetTexts {
    texts: &'static Catalogue,
    pub statement: &'static str,
    pub statement_about: &'static str,
    pub rows: &'static str,
    pub known: &'static str,
    pub add: &'static str,
    pub export: &'static str,
    pub differing: &'static str,
    pub missing_here: &'static str,
    pub missing_there: &'static str,
    pub settle: &'static str,
}

/// The texts about tables, in the language of `site`.
pub fn sheet_words(site: &Site) -> SheetTexts {
    let texts = catalogue::of(site.settings.language);
    let own = &texts.funding.sheet;
    SheetTexts {
        texts,
        statement: own.statement,
        statement_about: own.statement_about,
        rows: own.rows,
        known: own.known,
        add: own.add,
        export: own.export,
        differing: own.differing,
        missing_here: own.missing_here,
        missing_there: own.missing_there,
        settle: own.settle,
    }
}

impl SheetTexts {
    /// How much is left of a payment here.
    pub fn here(&self, left: Money) -> String {
        let left = words::money(self.texts, left);
        fill(self.texts.funding.sheet.left_here, &[("amount", &left)])
    }

    /// How many payments come to the same on both sides, and how many are of another account.
    pub fn compared(&self, n_alike: usize, n_elsewhere: usize) -> String {
        let counted = |text, n| {
            let n = i64::try_from(n).unwrap_or(i64::MAX);
            self.texts.counted(text, n)
        };
        let alike = counted(&self.texts.funding.alike, n_alike);
        match n_elsewhere {
            0 => alike,
            n => format!("{alike} {}", counted(&self.texts.funding.elsewhere, n)),
        }
    }
}

/// The title of such a page.
pub fn sheet_title(title: &str, campaign: &Campaign) -> String {
    format!("{title} · {}", campaign.draft.title)
}

impl SheetPage<'_> {
    fn texts(&self) -> &'static FundingSheetTexts {
        &catalogue::of(self.frame.site.settings.language)
            .funding
            .sheet
    }

    fn label(&self, column: &StatementColumn) -> &'static str {
        let texts = self.texts();
        match column {
            StatementColumn::Day => texts.day,
            StatementColumn::Amount => texts.amount,
            StatementColumn::Currency => texts.currency,
            StatementColumn::Reference => texts.reference,
            StatementColumn::Name => texts.name,
            StatementColumn::Refunded => texts.refunded,
            StatementColumn::About => texts.about,
            StatementColumn::Status => texts.status,
        }
    }

    fn is_at(&self, column: &Option<usize>, n: &usize) -> bool {
        *column == Some(*n)
    }

    fn numbered(&self) -> impl Iterator<Item = (usize, &String)> {
        self.head.iter().enumerate()
    }

    fn has_rows(&self) -> bool {
        self.sections.iter().any(|own| !own.rows.is_empty())
    }

    fn money(&self, money: &Money) -> String {
        words::money(catalogue::of(self.frame.site.settings.language), *money)
    }

    fn day(&self, time: &Time) -> String {
        let texts = catalogue::of(self.frame.site.settings.language);
        texts.date(*time).to_string()
    }
}
