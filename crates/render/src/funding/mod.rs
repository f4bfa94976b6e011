//! What readers are shown of campaigns, and the owners' pages about them.

mod bar;
mod desk;
mod json;
mod page;
mod picture;
mod words;

pub use bar::bar;
pub(crate) use bar::piece;
pub use desk::{
    CampaignPage, CampaignRow, CampaignsPage, HookRow, LedgerRow, MessageRow, Typed, campaign_page,
    campaigns_page, flash, problem, problem_full, problem_hooks_full, title, unusable,
};
pub use json::{AmountBody, CampaignBody, CampaignsBody, MilestoneBody, campaigns};
pub use page::page;
pub use picture::picture;

use rejoinder_core::funding::{Campaign, Standing};

/// A campaign, and how far it has come.
#[derive(Debug, Clone, Copy)]
pub struct CampaignView<'a> {
    /// The campaign.
    pub campaign: &'a Campaign,
    /// How far it has come.
    pub standing: &'a Standing,
}
