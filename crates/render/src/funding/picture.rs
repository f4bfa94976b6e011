//! The bar as a picture, for newsletters and wherever no HTML may stand.

use askama::Template;

use super::{CampaignView, words};
use crate::RenderContext;
use crate::page::rendered;
use rejoinder_core::funding::CampaignPhase;

/// How long the bar is in the picture.
const LENGTH: i64 = 560;

/// How many letters of the title fit.
const MAX_LETTERS: usize = 56;

/// The bar of a campaign as SVG, 600 by 96.
pub fn picture(context: &RenderContext<'_>, shown: CampaignView<'_>) -> String {
    let texts = context.texts;
    let draft = &shown.campaign.draft;
    let standing = shown.standing;
    let mut line = match standing.phase {
        CampaignPhase::Upcoming => Vec::new(),
        _ => vec![words::figures(texts, shown)],
    };
    match words::state(texts, shown) {
        Some(state) if line.is_empty() => line.push(state),
        _ => line.extend(words::parts(texts, shown, context.now)),
    }
    let place = |mark: i64| mark.clamp(0, 1_000) * LENGTH / 1_000;
    rendered(&FundingPicture {
        title: short(&draft.title),
        line: line.join(" · "),
        filled: place(standing.per_mille),
        ticks: draft
            .milestones
            .iter()
            .map(|own| shown.campaign.milestone_per_mille(own))
            .filter(|mark| *mark < 1_000)
            .map(|mark| 20 + place(mark))
            .collect(),
    })
}

fn short(title: &str) -> String {
    let mut letters = title.chars();
    let start: String = letters.by_ref().take(MAX_LETTERS).collect();
    match letters.next() {
        Some(_) => format!("{start}…"),
        None => start,
    }
}

#[derive(Template)]
#[template(path = "funding/picture.svg", escape = "html")]
struct FundingPicture {
    title: String,
    line: String,
    filled: i64,
    ticks: Vec<i64>,
}
