//! Campaigns for programs.

use rejoinder_core::funding::{CampaignPhase, Money};
use serde::Serialize;
use utoipa::ToSchema;

use super::CampaignView;
use super::bar::address;
use crate::RenderContext;

/// The campaigns of a site that readers are shown, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct CampaignsBody {
    /// The campaigns.
    pub campaigns: Vec<CampaignBody>,
}

/// A campaign, and how far it has come.
#[derive(Debug, Serialize, ToSchema)]
pub struct CampaignBody {
    /// Names it.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What the money is for, as plain text.
    pub about: String,
    /// The currency of its amounts, by ISO 4217.
    pub currency: String,
    /// How much is wanted, in decimals: `5000.00`.
    pub goal: String,
    /// How much has come in of it, never below zero.
    pub raised: String,
    /// How much of the goal that is, in percent, rounded down to a tenth.
    pub percent: f64,
    /// How many gifts that were.
    pub n_gifts: i64,
    /// What has come in of other currencies.
    pub beside: Vec<AmountBody>,
    /// `once`: all that came in; `monthly`: what came in this month.
    pub mode: &'static str,
    /// `upcoming`, `running` or `ended`.
    pub phase: &'static str,
    /// The marks on the way, in order.
    pub milestones: Vec<MilestoneBody>,
    /// When it begins.
    pub starts_at: String,
    /// When it ends, if it does.
    pub ends_at: Option<String>,
    /// Where one gives.
    pub give_url: Option<String>,
    /// Its own page.
    pub url: String,
    /// When this was so.
    pub as_of: String,
}

/// An amount of a currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct AmountBody {
    /// The currency, by ISO 4217.
    pub currency: String,
    /// How much, in decimals.
    pub amount: String,
}

/// A mark on the way to the goal.
#[derive(Debug, Serialize, ToSchema)]
pub struct MilestoneBody {
    /// How much it takes, in decimals of the campaign's currency.
    pub amount: String,
    /// What can be done then.
    pub meaning: String,
    /// Whether so much has come in.
    pub is_reached: bool,
}

/// Campaigns for programs.
pub fn campaigns<'a>(
    context: &RenderContext<'_>,
    all: impl Iterator<Item = CampaignView<'a>>,
) -> CampaignsBody {
    CampaignsBody {
        campaigns: all.map(|shown| campaign(context, shown)).collect(),
    }
}

fn campaign(context: &RenderContext<'_>, shown: CampaignView<'_>) -> CampaignBody {
    let (draft, standing) = (&shown.campaign.draft, shown.standing);
    let amount = |minor| Money {
        minor,
        ..draft.goal
    };
    let milestones = draft.milestones.iter().map(|own| MilestoneBody {
        amount: amount(own.minor).plain(),
        meaning: own.meaning.clone(),
        is_reached: standing.has_reached(own),
    });
    let beside = standing.beside.iter().map(|own| AmountBody {
        currency: own.currency.to_string(),
        amount: own.plain(),
    });
    let per_mille = i32::try_from(standing.per_mille).unwrap_or(i32::MAX);
    CampaignBody {
        id: shown.campaign.id.to_string(),
        title: draft.title.clone(),
        about: draft.about.clone(),
        currency: draft.goal.currency.to_string(),
        goal: draft.goal.plain(),
        raised: standing.raised.plain(),
        percent: f64::from(per_mille) / 10.0,
        n_gifts: standing.gifts,
        beside: beside.collect(),
        mode: draft.mode.as_str(),
        phase: match standing.phase {
            CampaignPhase::Upcoming => "upcoming",
            CampaignPhase::Running => "running",
            CampaignPhase::Ended => "ended",
        },
        milestones: milestones.collect(),
        starts_at: draft.starts_at.to_string(),
        ends_at: draft.ends_at.map(|ends| ends.to_string()),
        give_url: draft.url.clone(),
        url: address(context, shown),
        as_of: context.now.to_string(),
    }
}
