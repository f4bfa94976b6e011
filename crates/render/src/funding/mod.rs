//! What readers are shown of campaigns, and the owners' pages about them.

mod bar;
mod desk;
mod gifts;
mod json;
mod page;
mod picture;
mod receipt_mail;
mod sheet;
mod words;

pub use bar::bar;
pub(crate) use bar::piece;
pub use desk::{
    CampaignForm, CampaignPage, CampaignRow, CampaignsPage, GiverRow, HookRow, LedgerRow,
    MessageRow, campaign_page, campaign_problem, campaigns_page, flash, problem, problem_full,
    problem_hooks_full, problem_purposes_full, title,
};
pub use gifts::{GiftRow, GiftsView, gifts_page};
pub use json::{AmountBody, CampaignBody, CampaignsBody, MilestoneBody, campaigns};
pub use page::page;
pub use picture::picture;
pub use receipt_mail::receipt_mail;
pub use sheet::{
    SheetPage, SheetRow, SheetSection, SheetTexts, sheet_page, sheet_title, sheet_words,
};

use rejoinder_core::funding::{Campaign, CampaignProgress};

/// A campaign, and how far it has come.
#[derive(Debug, Clone, Copy)]
pub struct CampaignView<'a> {
    /// The campaign.
    pub campaign: &'a Campaign,
    /// How far it has come.
    pub standing: &'a CampaignProgress,
}
