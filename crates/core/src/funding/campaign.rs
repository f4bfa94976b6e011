//! Campaigns: what is raised for, until when, and where that is shown.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::discussion::page::PageKey;
use crate::funding::{MAX_MINOR, Money};
use crate::ids::{CampaignId, SiteId};
use crate::time::Time;

/// The longest title, in characters.
pub const MAX_TITLE: usize = 100;

/// The longest text about what the money is for, in characters.
pub const MAX_ABOUT: usize = 2_000;

/// The longest text about what a milestone means, in characters.
const MAX_MEANING: usize = 200;

/// The most milestones of a campaign.
pub const MAX_MILESTONES: usize = 12;

/// The longest address, and the longest start of pages' keys, in bytes.
const MAX_ADDRESS: usize = 500;

/// A campaign that has ended stays under articles for so many seconds.
const STAYS_SECONDS: u64 = 14 * 86_400;

/// How a campaign counts what comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CampaignMode {
    /// All that has come in.
    Once,
    /// What has come in this month, in UTC.
    Monthly,
}

impl CampaignMode {
    /// The word that is stored and typed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Monthly => "monthly",
        }
    }

    /// The mode of a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Once, Self::Monthly]
            .into_iter()
            .find(|mode| mode.as_str() == word)
    }
}

/// A tick on the bar, and what reaching it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// How much it takes, in the smallest unit of the campaign's currency.
    pub minor: i64,
    /// What can be done then.
    pub meaning: String,
}

/// A campaign as its owner writes it, once it was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignDraft {
    /// What it is called.
    pub title: String,
    /// What the money is for, as plain text in paragraphs.
    pub about: String,
    /// How much is wanted, and in which currency all of it is counted.
    pub goal: Money,
    /// How it counts.
    pub mode: CampaignMode,
    /// In order of their amounts.
    pub milestones: Vec<Milestone>,
    /// With what the keys of its pages begin; all pages of the site where it is empty.
    pub section: String,
    /// Where one gives.
    pub url: Option<String>,
    /// When it begins.
    pub starts_at: Time,
    /// When it ends, if it does.
    pub ends_at: Option<Time>,
    /// Whether its page names those who gave and let everyone know it.
    pub names_supporters: bool,
}

/// A campaign of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Names it.
    pub id: CampaignId,
    /// Whose it is.
    pub site: SiteId,
    /// What its owner wrote.
    pub draft: CampaignDraft,
    /// When it was made.
    pub created_at: Time,
    /// Since when readers are not shown it.
    pub hidden_at: Option<Time>,
}

/// Why a campaign cannot be as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CampaignProblem {
    /// It has no title, or a long one.
    Title,
    /// The text about it is too long.
    About,
    /// The currency is none.
    Currency,
    /// The goal is no amount above zero.
    Goal,
    /// A milestone is no amount from zero to the goal, or it does not say what it means.
    Milestone,
    /// There are too many milestones.
    Milestones,
    /// The start of the pages' keys is too long.
    Section,
    /// Where one gives is no https address.
    Url,
    /// A day is none.
    Day,
    /// It ends before it begins.
    Ends,
}

impl CampaignProblem {
    /// All reasons.
    pub const ALL: [Self; 10] = [
        Self::Title,
        Self::About,
        Self::Currency,
        Self::Goal,
        Self::Milestone,
        Self::Milestones,
        Self::Section,
        Self::Url,
        Self::Day,
        Self::Ends,
    ];

    /// The word by which its sentence is found.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::About => "about",
            Self::Currency => "currency",
            Self::Goal => "goal",
            Self::Milestone => "milestone",
            Self::Milestones => "milestones",
            Self::Section => "section",
            Self::Url => "url",
            Self::Day => "day",
            Self::Ends => "ends",
        }
    }
}

impl CampaignDraft {
    /// This draft with its milestones in order, or why it cannot be one.
    pub fn validated(mut self) -> Result<Self, CampaignProblem> {
        let is_long = |text: &str, max| text.chars().count() > max;
        if self.title.is_empty() || is_long(&self.title, MAX_TITLE) {
            return Err(CampaignProblem::Title);
        }
        if is_long(&self.about, MAX_ABOUT) {
            return Err(CampaignProblem::About);
        }
        let goal = self.goal.minor;
        if !(1..=MAX_MINOR).contains(&goal) {
            return Err(CampaignProblem::Goal);
        }
        if self.milestones.len() > MAX_MILESTONES {
            return Err(CampaignProblem::Milestones);
        }
        let is_wrong = |own: &Milestone| {
            !(1..=goal).contains(&own.minor)
                || own.meaning.is_empty()
                || is_long(&own.meaning, MAX_MEANING)
        };
        if self.milestones.iter().any(is_wrong) {
            return Err(CampaignProblem::Milestone);
        }
        if self.section.len() > MAX_ADDRESS {
            return Err(CampaignProblem::Section);
        }
        if self.url.as_deref().is_some_and(|url| !may_lead_to(url)) {
            return Err(CampaignProblem::Url);
        }
        if self.ends_at.is_some_and(|ends| ends <= self.starts_at) {
            return Err(CampaignProblem::Ends);
        }
        self.milestones.sort_by_key(|own| own.minor);
        Ok(self)
    }
}

/// Whether readers may be led to `url` to give: the processor's own page, never without TLS.
fn may_lead_to(url: &str) -> bool {
    url.len() <= MAX_ADDRESS
        && Url::parse(url).is_ok_and(|parsed| {
            parsed.scheme() == "https"
                && parsed.username().is_empty()
                && parsed.password().is_none()
        })
}

impl Campaign {
    /// Whether it is raised for on the page known by `key`.
    fn covers(&self, key: &PageKey) -> bool {
        key.as_str().starts_with(&self.draft.section)
    }

    /// Whether it may stand under articles at `now`.
    fn is_on(&self, now: Time) -> bool {
        let ends = self.draft.ends_at;
        self.hidden_at.is_none()
            && self.draft.starts_at <= now
            && ends.is_none_or(|ends| now.since(ends).as_secs() < STAYS_SECONDS)
    }
}

/// The campaign that stands with a page.
///
/// Of those that are on, one that has not ended stands before one that has, then that of the narrowest
/// section, then the newest. Without a page, those of sections count not.
pub fn of_page<'a>(
    campaigns: &'a [Campaign],
    page: Option<&PageKey>,
    now: Time,
) -> Option<&'a Campaign> {
    let covers = |own: &&Campaign| match page {
        Some(key) => own.covers(key),
        None => own.draft.section.is_empty(),
    };
    let on = campaigns.iter().filter(|own| own.is_on(now));
    on.filter(covers).max_by_key(|own| {
        let has_ended = own.draft.ends_at.is_some_and(|ends| ends <= now);
        let section = own.draft.section.len();
        (!has_ended, section, own.draft.starts_at, own.id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> CampaignDraft {
        CampaignDraft {
            title: "The lease of the Ropeworks".to_owned(),
            about: String::new(),
            goal: Money {
                minor: 500_000,
                currency: "EUR".parse().unwrap(),
            },
            mode: CampaignMode::Once,
            milestones: Vec::new(),
            section: String::new(),
            url: None,
            starts_at: Time::from_micros(0),
            ends_at: None,
            names_supporters: false,
        }
    }

    fn campaign(id: i64, change: impl FnOnce(&mut CampaignDraft)) -> Campaign {
        let mut draft = draft();
        change(&mut draft);
        Campaign {
            id: CampaignId(id),
            site: SiteId(1),
            draft,
            created_at: Time::from_micros(0),
            hidden_at: None,
        }
    }

    fn milestone(minor: i64) -> Milestone {
        Milestone {
            minor,
            meaning: "A month in court".to_owned(),
        }
    }

    const fn day(n: i64) -> Time {
        Time::from_micros(n * 86_400_000_000)
    }

    #[test]
    fn milestones_stand_in_order_however_they_were_typed() {
        let mut own = draft();
        own.milestones = vec![milestone(500_000), milestone(100), milestone(250_000)];
        let checked = own.validated().unwrap();
        let amounts: Vec<i64> = checked.milestones.iter().map(|own| own.minor).collect();
        assert_eq!(amounts, [100, 250_000, 500_000]);
    }

    #[test]
    fn a_campaign_that_cannot_be_is_refused_with_the_reason() {
        let refused = |change: fn(&mut CampaignDraft)| {
            let mut own = draft();
            change(&mut own);
            own.validated().unwrap_err()
        };
        assert_eq!(refused(|own| own.title.clear()), CampaignProblem::Title);
        assert_eq!(
            refused(|own| own.about = "ä".repeat(2_001)),
            CampaignProblem::About
        );
        assert_eq!(refused(|own| own.goal.minor = 0), CampaignProblem::Goal);
        assert_eq!(
            refused(|own| own.goal.minor = MAX_MINOR + 1),
            CampaignProblem::Goal
        );
        assert_eq!(
            refused(|own| own.milestones = vec![milestone(500_001)]),
            CampaignProblem::Milestone
        );
        assert_eq!(
            refused(|own| own.milestones = vec![milestone(1); 13]),
            CampaignProblem::Milestones
        );
        for url in [
            "http://pay.example/x",
            "javascript:alert(1)",
            "//pay.example",
            "https://kim@pay.example/",
        ] {
            let mut own = draft();
            own.url = Some(url.to_owned());
            assert_eq!(own.validated(), Err(CampaignProblem::Url), "{url}");
        }
        assert_eq!(
            refused(|own| own.ends_at = Some(own.starts_at)),
            CampaignProblem::Ends
        );
    }

    #[test]
    fn a_page_shows_the_campaign_of_its_narrowest_section() {
        let all = [
            campaign(1, |_| {}),
            campaign(2, |own| own.section = "news.example/sport/".to_owned()),
            campaign(3, |own| {
                own.section = "news.example/sport/chess/".to_owned();
            }),
        ];
        let shown = |page: Option<&str>| {
            let key = page.map(|page| PageKey::stored(page.to_owned(), None));
            of_page(&all, key.as_ref(), day(1)).map(|own| own.id.0)
        };
        assert_eq!(shown(Some("news.example/town/bridge")), Some(1));
        assert_eq!(shown(Some("news.example/sport/rowing")), Some(2));
        assert_eq!(shown(Some("news.example/sport/chess/7")), Some(3));
        assert_eq!(shown(None), Some(1));
    }

    #[test]
    fn a_campaign_shows_from_its_first_day_until_two_weeks_after_its_last() {
        let all = [
            campaign(1, |own| {
                own.starts_at = day(10);
                own.ends_at = Some(day(20));
            }),
            campaign(2, |own| {
                own.starts_at = day(30);
                own.ends_at = Some(day(40));
            }),
        ];
        let shown = |at| of_page(&all, None, day(at)).map(|own| own.id.0);
        assert_eq!(
            [9, 10, 19, 21, 29, 33, 35, 53, 54].map(shown),
            [
                None,
                Some(1),
                Some(1),
                Some(1),
                Some(1),
                Some(2),
                Some(2),
                Some(2),
                None
            ]
        );
    }

    #[test]
    fn a_hidden_campaign_is_on_no_page() {
        let mut own = campaign(1, |_| {});
        own.hidden_at = Some(day(0));
        assert_eq!(of_page(&[own], None, day(1)), None);
    }
}
