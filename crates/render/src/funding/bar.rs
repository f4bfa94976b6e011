//! The bar: how far a campaign has come, as a figure and as a length.

use askama::Template;
use rejoinder_core::funding::{CampaignPhase, Money};
use rejoinder_core::publication::language::Language;

use super::{CampaignView, words};
use crate::RenderContext;
use crate::catalogue::{Catalogue, fill};
use crate::html::Html;
use crate::links::encoded;

/// The bar of a campaign, as it stands in any page.
pub fn bar(context: &RenderContext<'_>, shown: CampaignView<'_>) -> String {
    piece(context, shown).into_string()
}

/// The same as a part of a page of the server's own.
pub(crate) fn piece(context: &RenderContext<'_>, shown: CampaignView<'_>) -> Html<'static> {
    Html::of(&whole(context, shown, false))
}

/// The same on the campaign's own page, where its title stands above.
pub(super) fn bar_alone(context: &RenderContext<'_>, shown: CampaignView<'_>) -> Html<'static> {
    Html::of(&whole(context, shown, true))
}

/// Where a campaign has its own page.
pub(super) fn address(context: &RenderContext<'_>, shown: CampaignView<'_>) -> String {
    let (base, host) = (context.base, encoded(&context.site.host));
    let id = shown.campaign.id;
    format!("{base}/embed/campaign?site={host}&campaign={id}")
}

fn whole<'a>(
    context: &RenderContext<'a>,
    shown: CampaignView<'a>,
    is_alone: bool,
) -> FundingBar<'a> {
    let texts = context.texts;
    let draft = &shown.campaign.draft;
    let standing = shown.standing;
    let has_begun = standing.phase != CampaignPhase::Upcoming;
    let next = draft
        .milestones
        .iter()
        .find(|own| !standing.has_reached(own));
    let next = next
        .filter(|_| standing.phase == CampaignPhase::Running)
        .map(|own| {
            let amount = Money {
                minor: own.minor,
                ..draft.goal
            };
            fill(
                texts.funding.next,
                &[
                    ("amount", &words::money(texts, amount)),
                    (
                        "percent",
                        &words::percent(texts, shown.campaign.milestone_per_mille(own)),
                    ),
                    ("meaning", &own.meaning),
                ],
            )
        });
    FundingBar {
        texts,
        language: context.site.settings.language,
        direction: context.site.settings.language.direction(),
        id: shown.campaign.id.to_string(),
        title: &draft.title,
        address: address(context, shown),
        is_alone,
        figures: has_begun.then(|| words::figures(texts, shown)),
        parts: words::parts(texts, shown, context.now),
        state: words::state(texts, shown),
        next,
        beside: words::beside(texts, shown),
        goal: draft.goal.plain(),
        filled: standing.filled_amount(draft.goal).plain(),
        length: standing.per_mille.min(1_000),
        // A tick where the bar ends would say nothing.
        ticks: draft
            .milestones
            .iter()
            .map(|own| {
                (
                    shown.campaign.milestone_per_mille(own),
                    standing.has_reached(own),
                )
            })
            .filter(|(mark, _)| *mark < 1_000)
            .collect(),
        give: draft
            .url
            .as_deref()
            .filter(|_| standing.phase == CampaignPhase::Running)
            .map(|url| (url, give_to(texts, &draft.title, url))),
        as_of: fill(
            texts.funding.as_of,
            &[
                ("date", &texts.date(context.now)),
                ("clock", &words::clock(context.now)),
            ],
        ),
        now: context.now.to_string(),
    }
}

fn give_to(texts: &Catalogue, title: &str, url: &str) -> String {
    fill(
        texts.funding.give_to,
        &[("title", &title), ("host", &words::host(url))],
    )
}

#[derive(Template)]
#[template(path = "funding/bar.html")]
struct FundingBar<'a> {
    texts: &'static Catalogue,
    language: Language,
    direction: &'static str,
    id: String,
    title: &'a str,
    address: String,
    is_alone: bool,
    /// Nothing before it begins.
    figures: Option<String>,
    parts: Vec<String>,
    state: Option<String>,
    next: Option<String>,
    beside: Option<String>,
    goal: String,
    filled: String,
    /// The same in thousandths of the bar.
    length: i64,
    /// Where milestones are, in thousandths of the bar, and whether they are reached.
    ticks: Vec<(i64, bool)>,
    /// Where one gives, and what the link is called.
    give: Option<(&'a str, String)>,
    as_of: String,
    now: String,
}

impl FundingBar<'_> {
    /// All figures in one line, for those who hear the bar.
    fn spoken(&self) -> String {
        let figures = self.figures.iter().chain(&self.parts);
        figures.map(String::as_str).collect::<Vec<_>>().join(" · ")
    }
}
