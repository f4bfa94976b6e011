//! How far a campaign has come.

use crate::funding::{Campaign, CampaignMode, Currency, Milestone, Money, MonthlySum, month_of};
use crate::time::Time;

const DAY_SECONDS: u64 = 86_400;

/// Where a campaign is between its first day and its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CampaignPhase {
    /// It begins later.
    Upcoming,
    /// It goes on.
    Running,
    /// It is over.
    Ended,
}

/// How far a campaign has come at some time: what its sums amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignProgress {
    /// Where it is.
    pub phase: CampaignPhase,
    /// What has come in of the campaign's currency, never below zero.
    pub raised: Money,
    /// What has come in of other currencies beside it, in the order of their codes. It is not converted.
    pub beside: Vec<Money>,
    /// How many gifts that were.
    pub gifts: i64,
    /// How much of the goal that is, in tenths of a percent, rounded down.
    pub per_mille: i64,
}

impl CampaignProgress {
    /// How far `campaign` has come at `now`, by the sums of its ledger.
    pub fn of(campaign: &Campaign, sums: &[MonthlySum], now: Time) -> Self {
        let draft = &campaign.draft;
        let counts = |sum: &&MonthlySum| match draft.mode {
            CampaignMode::Once => true,
            CampaignMode::Monthly => sum.month == month_of(now),
        };
        let counted: Vec<&MonthlySum> = sums.iter().filter(counts).collect();
        let total = |currency: Currency| {
            let own = counted.iter().filter(|sum| sum.money.currency == currency);
            let minor = own.fold(0_i64, |total, sum| total.saturating_add(sum.money.minor));
            Money { minor, currency }
        };
        let mut raised = total(draft.goal.currency);
        raised.minor = raised.minor.max(0);
        let mut others: Vec<Currency> = counted.iter().map(|sum| sum.money.currency).collect();
        others.sort_unstable();
        others.dedup();
        others.retain(|own| *own != draft.goal.currency);
        let beside = others.into_iter().map(total).filter(|own| own.minor > 0);
        let gifts: i64 = counted.iter().map(|sum| sum.gifts).sum();
        let ends = draft.ends_at;
        Self {
            phase: match () {
                () if now < draft.starts_at => CampaignPhase::Upcoming,
                () if ends.is_some_and(|ends| ends <= now) => CampaignPhase::Ended,
                () => CampaignPhase::Running,
            },
            beside: beside.collect(),
            gifts: gifts.max(0),
            per_mille: per_mille(raised.minor, draft.goal.minor),
            raised,
        }
    }

    /// Whether the goal has been reached.
    pub const fn is_reached(&self) -> bool {
        self.per_mille >= 1_000
    }

    /// How much of the bar is filled: what was raised, and no more than the goal.
    pub fn filled_amount(&self, goal: Money) -> Money {
        Money {
            minor: self.raised.minor.min(goal.minor),
            ..goal
        }
    }

    /// Whether a milestone has been reached.
    pub const fn has_reached(&self, milestone: &Milestone) -> bool {
        milestone.minor <= self.raised.minor
    }
}

impl Campaign {
    /// How many days it goes on for after this one; 0 on its last, none where it has no end or is over.
    pub fn days_left(&self, now: Time) -> Option<i64> {
        let ends = self.draft.ends_at.filter(|ends| *ends > now)?;
        i64::try_from(ends.since(now).as_secs() / DAY_SECONDS).ok()
    }

    /// How much of the goal a milestone is, in tenths of a percent, rounded down.
    pub fn milestone_per_mille(&self, milestone: &Milestone) -> i64 {
        per_mille(milestone.minor, self.draft.goal.minor)
    }
}

/// Rounded down, so that nothing counts as the whole before it is.
fn per_mille(part: i64, goal: i64) -> i64 {
    let (part, goal) = (i128::from(part.max(0)), i128::from(goal.max(1)));
    i64::try_from(part * 1_000 / goal).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::funding::CampaignDraft;
    use crate::ids::{CampaignId, SiteId};

    fn money(minor: i64, currency: &str) -> Money {
        let currency = currency.parse().unwrap();
        Money { minor, currency }
    }

    fn campaign(goal: Money, mode: CampaignMode) -> Campaign {
        Campaign {
            id: CampaignId(1),
            site: SiteId(1),
            draft: CampaignDraft {
                title: "The Ropeworks".to_owned(),
                about: String::new(),
                goal,
                mode,
                milestones: Vec::new(),
                section: String::new(),
                url: None,
                starts_at: "2026-11-01T00:00:00Z".parse().unwrap(),
                ends_at: Some("2026-12-01T00:00:00Z".parse().unwrap()),
                names_supporters: false,
            },
            created_at: Time::from_micros(0),
            hidden_at: None,
        }
    }

    fn sum(month: i64, money: Money, gifts: i64) -> MonthlySum {
        MonthlySum {
            month,
            money,
            gifts,
        }
    }

    fn standing(sums: &[MonthlySum], at: &str) -> CampaignProgress {
        let own = campaign(money(500_000, "EUR"), CampaignMode::Once);
        CampaignProgress::of(&own, sums, at.parse().unwrap())
    }

    #[test]
    fn a_percentage_is_rounded_down_so_that_nothing_is_whole_before_its_goal() {
        let of = |minor| {
            let raised = [sum(202_611, money(minor, "EUR"), 1)];
            let standing = standing(&raised, "2026-11-10T00:00:00Z");
            (standing.per_mille, standing.is_reached())
        };
        assert_eq!(of(99_000), (198, false));
        assert_eq!(of(312_000), (624, false));
        assert_eq!(of(499_999), (999, false));
        assert_eq!(of(500_000), (1_000, true));
        assert_eq!(of(590_000), (1_180, true));
    }

    #[test]
    fn what_went_back_beyond_what_came_in_counts_as_nothing() {
        let sums = [
            sum(202_610, money(1_000, "EUR"), 1),
            sum(202_611, money(-3_000, "EUR"), -2),
        ];
        let standing = standing(&sums, "2026-11-10T00:00:00Z");
        assert_eq!((standing.raised.minor, standing.gifts), (0, 0));
        assert_eq!(standing.per_mille, 0);
    }

    #[test]
    fn the_bar_is_full_when_more_than_the_goal_came_in_and_the_figure_is_what_came_in() {
        let sums = [sum(202_611, money(590_000, "EUR"), 40)];
        let standing = standing(&sums, "2026-11-10T00:00:00Z");
        assert_eq!(standing.filled_amount(money(500_000, "EUR")).minor, 500_000);
        assert_eq!(standing.raised.minor, 590_000);
    }

    #[test]
    fn other_currencies_stand_beside_the_bar_and_are_not_converted() {
        let sums = [
            sum(202_611, money(1_000, "EUR"), 1),
            sum(202_611, money(4_000, "USD"), 1),
            sum(202_610, money(990, "JPY"), 1),
            sum(202_611, money(-1, "CHF"), 0),
        ];
        let standing = standing(&sums, "2026-11-10T00:00:00Z");
        assert_eq!(standing.raised, money(1_000, "EUR"));
        assert_eq!(standing.beside, [money(990, "JPY"), money(4_000, "USD")]);
        assert_eq!(standing.gifts, 3);
    }

    #[test]
    fn a_monthly_goal_counts_this_month_alone() {
        let own = campaign(money(500_000, "EUR"), CampaignMode::Monthly);
        let sums = [
            sum(202_610, money(300_000, "EUR"), 9),
            sum(202_611, money(100_000, "EUR"), 4),
        ];
        let raised = |at: &str| {
            CampaignProgress::of(&own, &sums, at.parse().unwrap())
                .raised
                .minor
        };
        assert_eq!(raised("2026-11-30T23:59:59Z"), 100_000);
        assert_eq!(raised("2026-12-01T00:00:00Z"), 0);
    }

    #[test]
    fn a_campaign_begins_and_ends_to_the_second() {
        let phase = |at| standing(&[], at).phase;
        assert_eq!(phase("2026-10-31T23:59:59Z"), CampaignPhase::Upcoming);
        assert_eq!(phase("2026-11-01T00:00:00Z"), CampaignPhase::Running);
        assert_eq!(phase("2026-11-30T23:59:59Z"), CampaignPhase::Running);
        assert_eq!(phase("2026-12-01T00:00:00Z"), CampaignPhase::Ended);
    }

    #[test]
    fn the_days_that_are_left_are_whole_ones() {
        let own = campaign(money(1, "EUR"), CampaignMode::Once);
        let left = |at: &str| own.days_left(at.parse().unwrap());
        assert_eq!(left("2026-11-28T12:00:00Z"), Some(2));
        assert_eq!(left("2026-11-30T12:00:00Z"), Some(0));
        assert_eq!(left("2026-12-01T00:00:00Z"), None);
    }
}
