//! What owners type about campaigns, and what it means.

use std::time::Duration;

use rejoinder_core::Time;
use rejoinder_core::funding::{
    Campaign, CampaignDraft, CampaignMode, CampaignProblem, Currency, MAX_MILESTONES, Milestone,
    Money,
};
use render::funding::CampaignForm;

use crate::http::extract::Params;

const DAY: Duration = Duration::from_secs(86_400);

/// The form as it was sent.
pub(super) fn typed(fields: &Params) -> CampaignForm {
    let text = |name: &str| fields.get(name).unwrap_or_default().trim().to_owned();
    CampaignForm {
        title: text("title"),
        about: text("about").replace("\r\n", "\n"),
        currency: text("currency"),
        goal: text("goal"),
        is_monthly: fields.get("mode") == Some(CampaignMode::Monthly.as_str()),
        names_supporters: fields.get("names") == Some("yes"),
        milestones: text("milestones").replace("\r\n", "\n"),
        section: text("section"),
        url: text("url"),
        starts: text("starts"),
        ends: text("ends"),
        problem: None,
    }
}

/// An empty form on this day.
pub(super) fn empty(now: Time) -> CampaignForm {
    CampaignForm {
        starts: day_of(now),
        ..CampaignForm::default()
    }
}

/// The form that holds `campaign` as it is.
pub(super) fn of(campaign: &Campaign) -> CampaignForm {
    let draft = &campaign.draft;
    let milestones = draft.milestones.iter().map(|own| {
        let amount = Money {
            minor: own.minor,
            ..draft.goal
        };
        format!("{} {}", amount.plain(), own.meaning)
    });
    // The end is the first moment after the last day.
    let last = draft.ends_at.map(|ends| day_of(ends.before(DAY)));
    CampaignForm {
        title: draft.title.clone(),
        about: draft.about.clone(),
        currency: draft.goal.currency.to_string(),
        goal: draft.goal.plain(),
        is_monthly: draft.mode == CampaignMode::Monthly,
        names_supporters: draft.names_supporters,
        milestones: milestones.collect::<Vec<_>>().join("\n"),
        section: draft.section.clone(),
        url: draft.url.clone().unwrap_or_default(),
        starts: day_of(draft.starts_at),
        ends: last.unwrap_or_default(),
        problem: None,
    }
}

/// What was typed as a campaign whose currency is the one that was typed.
pub(super) fn draft(typed: &CampaignForm) -> Result<CampaignDraft, CampaignProblem> {
    let currency = typed
        .currency
        .parse()
        .map_err(|_| CampaignProblem::Currency)?;
    let goal = amount(&typed.goal, currency).ok_or(CampaignProblem::Goal)?;
    let lines = typed.milestones.lines().map(str::trim);
    let lines = lines
        .filter(|line| !line.is_empty())
        .take(MAX_MILESTONES + 1);
    let milestones = lines.map(|line| milestone(line, currency).ok_or(CampaignProblem::Milestone));
    let ends = match typed.ends.as_str() {
        "" => None,
        last => Some(day(last).ok_or(CampaignProblem::Day)?.after(DAY)),
    };
    let draft = CampaignDraft {
        title: typed.title.clone(),
        about: typed.about.clone(),
        goal,
        mode: match typed.is_monthly {
            true => CampaignMode::Monthly,
            false => CampaignMode::Once,
        },
        milestones: milestones.collect::<Result<_, _>>()?,
        section: section(&typed.section).to_owned(),
        url: Some(typed.url.clone()).filter(|url| !url.is_empty()),
        starts_at: day(&typed.starts).ok_or(CampaignProblem::Day)?,
        ends_at: ends,
        names_supporters: typed.names_supporters,
    };
    draft.validated()
}

/// Keys of pages begin with a host, whatever was copied from the address bar.
fn section(typed: &str) -> &str {
    let bare = typed.strip_prefix("https://");
    bare.or_else(|| typed.strip_prefix("http://"))
        .unwrap_or(typed)
}

fn milestone(line: &str, currency: Currency) -> Option<Milestone> {
    let (typed, meaning) = line.split_once(char::is_whitespace)?;
    Some(Milestone {
        minor: amount(typed, currency)?.minor,
        meaning: meaning.trim().to_owned(),
    })
}

/// An amount with a point or a comma before its decimals.
pub(super) fn amount(typed: &str, currency: Currency) -> Option<Money> {
    let typed = typed.trim().replace(',', ".").replace('\u{2212}', "-");
    // A person who types 1.000 may mean a thousand, whatever a program means by it.
    let decimals = typed.split_once('.').map_or(0, |(_, part)| part.len());
    let is_clear = decimals <= currency.decimals() as usize;
    is_clear.then(|| Money::parse(&typed, currency).ok())?
}

/// The first moment of a day in UTC, as browsers write days.
pub(super) fn day(typed: &str) -> Option<Time> {
    let is_day = typed.len() == 10 && typed.starts_with(|letter: char| letter.is_ascii_digit());
    is_day.then(|| format!("{typed}T00:00:00Z").parse().ok())?
}

/// The day of `time` in UTC, as browsers write days.
pub(super) fn day_of(time: Time) -> String {
    let text = time.to_string();
    text.get(..10).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> CampaignForm {
        CampaignForm {
            title: "The lease".to_owned(),
            currency: "eur".to_owned(),
            goal: "5000,50".to_owned(),
            milestones: "2500 A month in court\n\n1.000 Nobody means that".to_owned(),
            section: "https://news.example/sport/".to_owned(),
            starts: "2026-11-01".to_owned(),
            ends: "2026-11-30".to_owned(),
            ..CampaignForm::default()
        }
    }

    #[test]
    fn what_was_typed_reads_back_as_it_is_kept() {
        let mut typed = filled();
        typed.milestones = "2500 A month in court\n100,5 A train".to_owned();
        let draft = draft(&typed).unwrap();
        assert_eq!(draft.goal.plain(), "5000.50");
        assert_eq!(draft.section, "news.example/sport/");
        assert_eq!(draft.ends_at.unwrap().to_string(), "2026-12-01T00:00:00Z");
        let campaign = Campaign {
            id: rejoinder_core::CampaignId(1),
            site: rejoinder_core::SiteId(1),
            draft,
            created_at: Time::from_micros(0),
            hidden_at: None,
        };
        let again = of(&campaign);
        assert_eq!(again.milestones, "100.50 A train\n2500.00 A month in court");
        assert_eq!(again.ends, "2026-11-30");
        assert_eq!(super::draft(&again), Ok(campaign.draft));
    }

    #[test]
    fn a_separator_of_thousands_is_not_taken_for_one_of_decimals() {
        assert_eq!(draft(&filled()), Err(CampaignProblem::Milestone));
    }

    #[test]
    fn only_days_are_days() {
        assert!(day("2026-02-28").is_some());
        for wrong in ["2026-02-30", "2026-2-28", "tomorrow", "", "-026-02-28"] {
            assert_eq!(day(wrong), None, "{wrong}");
        }
    }
}
