//! The gifts of a reader, and making one's own what one gave.

use askama::Template;
use rejoinder_core::funding::Money;
use rejoinder_core::publication::language::Language;
use rejoinder_core::{EntryId, Time};

use super::words;
use crate::RenderContext;
use crate::catalogue::{Catalogue, FundingGiftsPageTexts, IsolatedName, fill};
use crate::look::PageLook;
use crate::page::rendered;

/// A gift of the reader's.
#[derive(Debug)]
pub struct GiftRow {
    /// Names it in the form that changes it.
    pub entry: EntryId,
    /// What the campaign is called.
    pub campaign: String,
    /// How much was given.
    pub money: Money,
    /// When it was given.
    pub occurred_at: Time,
    /// Whether a badge is shown for it.
    pub has_badge: bool,
    /// Whether the reader is thanked by name.
    pub is_thanked: bool,
}

/// A reader's gifts.
#[derive(Debug)]
pub struct GiftsView<'a> {
    /// Those that are the reader's, newest first.
    pub list: &'a [GiftRow],
    /// What the processor's page or a form brought along as the receipt.
    pub receipt: &'a str,
    /// Whether that receipt was not taken.
    pub is_refused: bool,
    /// Whether something was just taken over.
    pub is_saved: bool,
}

/// A page with a reader's gifts.
pub fn gifts_page(context: &RenderContext<'_>, gifts: &GiftsView<'_>) -> String {
    let language = context.site.settings.language;
    let own = &context.texts.funding.gifts_page;
    let site = context.site.name();
    rendered(&GiftsPage {
        texts: context.texts,
        own,
        language,
        direction: language.direction(),
        assets: context.look(),
        title: fill(own.title, &[("site", &IsolatedName(site))]),
        host: &context.site.host,
        gifts,
    })
}

#[derive(Template)]
#[template(path = "funding/gifts.html")]
struct GiftsPage<'a> {
    texts: &'static Catalogue,
    own: &'static FundingGiftsPageTexts,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: String,
    host: &'a str,
    gifts: &'a GiftsView<'a>,
}

impl GiftsPage<'_> {
    fn path(&self, rest: &str) -> String {
        format!("/account/{}{rest}", self.host)
    }

    fn money(&self, row: &GiftRow) -> String {
        words::money(self.texts, row.money)
    }

    fn day(&self, row: &GiftRow) -> String {
        self.texts.date(row.occurred_at).to_string()
    }
}
