//! A campaign's own page: what it is for, and what each milestone means.

use askama::Template;
use rejoinder_core::funding::{CampaignMode, CampaignPhase, Milestone, Money};
use rejoinder_core::publication::language::Language;

use super::bar::{address, bar_alone};
use super::{CampaignView, words};
use crate::RenderContext;
use crate::catalogue::{Catalogue, fill};
use crate::html::Html;
use crate::look::PageLook;
use crate::page::rendered;

/// A campaign as a whole page: for readers without script, for frames, for links.
pub fn page(context: &RenderContext<'_>, shown: CampaignView<'_>, names: &[String]) -> String {
    let texts = context.texts;
    let draft = &shown.campaign.draft;
    let milestone = |own: &Milestone| {
        let amount = Money {
            minor: own.minor,
            ..draft.goal
        };
        let mark = words::percent(texts, shown.campaign.milestone_per_mille(own));
        MilestoneRow {
            amount: words::money(texts, amount),
            mark: fill(texts.funding.mark, &[("percent", &mark)]),
            meaning: own.meaning.clone(),
            is_reached: shown.standing.has_reached(own),
        }
    };
    rendered(&FundingPage {
        texts,
        language: context.site.settings.language,
        direction: context.site.settings.language.direction(),
        assets: context.look(),
        title: &draft.title,
        canonical: address(context, shown),
        site: context.site.name(),
        home: context.site.origins.first().map(String::as_str),
        paragraphs: draft.about.split("\n\n").map(str::trim).collect(),
        bar: bar_alone(context, shown),
        milestones: draft.milestones.iter().map(milestone).collect(),
        to_give: draft
            .url
            .as_deref()
            .filter(|_| shown.standing.phase == CampaignPhase::Running)
            .map(|url| fill(texts.funding.to_give, &[("host", &words::host(url))])),
        names,
        gifts: format!("{}/account/{}/gifts", context.base, context.site.host),
        has_accounts: context.has_accounts,
        counts: match draft.mode {
            CampaignMode::Once => texts.funding.how_once,
            CampaignMode::Monthly => texts.funding.how_monthly,
        },
    })
}

/// A milestone of the list.
struct MilestoneRow {
    amount: String,
    mark: String,
    meaning: String,
    is_reached: bool,
}

#[derive(Template)]
#[template(path = "funding/own.html")]
struct FundingPage<'a> {
    texts: &'static Catalogue,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: &'a str,
    canonical: String,
    site: &'a str,
    home: Option<&'a str>,
    paragraphs: Vec<&'a str>,
    bar: Html<'static>,
    milestones: Vec<MilestoneRow>,
    to_give: Option<String>,
    names: &'a [String],
    gifts: String,
    has_accounts: bool,
    counts: &'a str,
}
