//! When votes come in as they do when people are sent to cast them.

use std::collections::HashMap;
use std::time::Duration;

use crate::ids::PageId;
use crate::time::Time;

/// How long a night is.
const NIGHT: Duration = Duration::from_secs(24 * 60 * 60);

/// More than this many percent of a night's votes on one page are an alarm.
const MAX_PERCENT: u64 = 30;

/// With fewer votes in a night there is none: at a small site one page has most of them anyway.
const MIN_VOTES: u64 = 100;

/// The votes of one night, by page. All are counted: those that the model leaves out are what an alarm is
/// about.
#[derive(Debug, Default)]
pub struct NightVotes {
    n_votes: u64,
    by_page: HashMap<PageId, u64>,
}

/// A page that brought too large a part of a night's votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrowdedPage {
    /// The page.
    pub page: PageId,
    /// The part of the votes that are on it, in percent.
    pub percent: i64,
}

impl NightVotes {
    pub(super) fn count(&mut self, now: Time, page: PageId, at: Time) {
        if at > now.before(NIGHT) {
            self.n_votes += 1;
            *self.by_page.entry(page).or_default() += 1;
        }
    }

    /// The page that brought more votes than it should, if one did.
    pub fn crowd(&self) -> Option<CrowdedPage> {
        let (page, n) = self.by_page.iter().max_by_key(|(page, n)| (**n, page.0))?;
        let is_alarm = self.n_votes >= MIN_VOTES && n * 100 > self.n_votes * MAX_PERCENT;
        is_alarm.then(|| CrowdedPage {
            page: *page,
            percent: i64::try_from(n * 100 / self.n_votes).unwrap_or(100),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_micros(1_700_000_000_000_000);

    fn night(votes: &[(i64, usize)], hours_ago: u64) -> Option<CrowdedPage> {
        let mut night = NightVotes::default();
        let at = NOW.before(Duration::from_secs(hours_ago * 3_600));
        for (page, n) in votes {
            for _ in 0..*n {
                night.count(NOW, PageId(*page), at);
            }
        }
        night.crowd()
    }

    #[test]
    fn a_page_with_more_than_three_tenths_of_a_nights_votes_is_an_alarm() {
        assert_eq!(night(&[(1, 30), (2, 29), (3, 28), (4, 13)], 2), None);
        let crowd = CrowdedPage {
            page: PageId(1),
            percent: 31,
        };
        assert_eq!(night(&[(1, 31), (2, 30), (3, 30), (4, 9)], 2), Some(crowd));
    }

    #[test]
    fn a_quiet_night_and_the_night_before_are_none() {
        assert_eq!(night(&[(1, 99)], 2), None);
        assert_eq!(night(&[(1, 500)], 24), None);
    }
}
