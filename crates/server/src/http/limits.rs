//! How quickly one network and one token may act.

mod sharing;

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::sync::Cache;
use rejoinder_core::identity::address::Network;
use rejoinder_core::{AuthorId, Clock, SiteId, Time, TokenHash};
use store::Exchange;
use store::integrations::api_tokens::Program;

use self::sharing::{Bucket, Sharing};
use crate::config::RateLimits;
use crate::http::error::ApiError;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Act {
    /// Posting and editing.
    Post,
    /// Deciding, where the comment stands.
    Decide,
    /// Voting.
    Vote,
    /// Trying out how a text looks.
    Preview,
    /// Asking for a link by mail.
    Mail,
    /// Sending pictures for comments.
    Upload,
    /// Reading what is not in the page cache.
    Read,
    /// Showing an API token that is none.
    Token,
    /// Whatever a program of the publisher does.
    Program,
}

impl Act {
    /// So many at once, then one in so many microseconds.
    const fn pace(self) -> (i64, i64) {
        match self {
            Self::Post => (5, 10_000_000),
            Self::Decide => (100, 500_000),
            Self::Vote => (30, 2_000_000),
            Self::Preview | Self::Token => (30, 2_000_000),
            Self::Mail => (5, 60_000_000),
            Self::Upload => (8, 15_000_000),
            Self::Read => (300, 16_667),
            Self::Program => (100, 100_000),
        }
    }

    const ALL: [Self; 9] = [
        Self::Post,
        Self::Decide,
        Self::Vote,
        Self::Preview,
        Self::Mail,
        Self::Upload,
        Self::Read,
        Self::Token,
        Self::Program,
    ];

    /// By what nodes name it to one another.
    const fn letter(self) -> u8 {
        match self {
            Self::Post => b'p',
            Self::Decide => b'd',
            Self::Vote => b'v',
            Self::Preview => b'w',
            Self::Mail => b'm',
            Self::Upload => b'u',
            Self::Read => b'r',
            Self::Token => b't',
            Self::Program => b'g',
        }
    }

    fn of_letter(letter: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.letter() == letter)
    }
}

/// Who is limited.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    Network(Network),
    Token(TokenHash),
    Program(SiteId, AuthorId),
}

impl Who {
    pub(crate) const fn program(program: &Program) -> Self {
        Self::Program(program.site, program.author.id)
    }
}

/// When each network and token that acted lately may act again; the least recent are forgotten.
pub(crate) struct Limits {
    buckets: Option<Cache<(Act, Who), Arc<Bucket>>>,
    /// With other nodes, where there are any.
    sharing: Option<Sharing>,
}

/// So many networks and tokens are remembered.
const MAX_KNOWN: u64 = 50_000;

impl Limits {
    /// Limits that are shared by `exchange`; `clock` tells for how long something takes.
    pub(crate) fn new(
        limits: RateLimits,
        exchange: Option<Exchange>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        match limits {
            RateLimits::On => Self {
                buckets: Some(Cache::new(MAX_KNOWN)),
                sharing: exchange.map(|exchange| Sharing::by(exchange, move || clock.steady())),
            },
            RateLimits::Off => Self {
                buckets: None,
                sharing: None,
            },
        }
    }

    /// Count one `act` of a browser that is known by a secret of its own, or refuse it.
    pub(crate) fn take_of_browser(
        &self,
        act: Act,
        browser: TokenHash,
        now: Time,
    ) -> Result<(), ApiError> {
        self.take_from(act, 1, &Who::Token(browser), now)
    }

    /// Count one request of a program, or refuse it.
    pub(crate) fn take_of_program(&self, program: &Program, now: Time) -> Result<(), ApiError> {
        self.take_from(Act::Program, 1, &Who::program(program), now)
    }

    /// The generic cell rate algorithm: each act moves the time when the next would be due, and
    /// may come before it by as much as the burst allows.
    pub(crate) fn take_from(&self, act: Act, n: i64, who: &Who, now: Time) -> Result<(), ApiError> {
        let Some(known) = &self.buckets else {
            return Ok(());
        };
        let (burst, period) = act.pace();
        // What costs more than a whole burst is done after a whole burst's rest.
        let n = n.clamp(1, burst);
        let now = now.micros();
        let latest = now + (burst - n) * period;
        let bucket = known.get_with((act, who.clone()), || match &self.sharing {
            Some(sharing) => sharing.bucket(act, who),
            None => Arc::default(),
        });
        let next = |due: i64| (due <= latest).then(|| due.max(now) + n * period);
        let due_at = &bucket.due_at;
        match due_at.fetch_update(Ordering::AcqRel, Ordering::Acquire, next) {
            Ok(_) => {
                if let Some(sharing) = &self.sharing {
                    sharing.spend(&bucket, n);
                }
                Ok(())
            }
            Err(due) => {
                let seconds = (due - latest + 999_999) / 1_000_000;
                Err(ApiError::rate_limited(
                    u32::try_from(seconds).unwrap_or(u32::MAX),
                ))
            }
        }
    }
}

/// How much is being written at each site, as this node sees it.
#[derive(Default)]
pub(crate) struct Load(Mutex<HashMap<SiteId, Time>>);

/// At this pace a site may be written on for ever: one comment in so long.
const USUAL: Duration = Duration::from_secs(2);

/// A burst of so much more than usual is no load yet: thirty comments at once.
const BURST: Duration = Duration::from_secs(60);

/// Load is over after so long without a comment, however much it was.
const LONGEST: Duration = Duration::from_secs(10 * 60);

impl Load {
    /// Count a comment that somebody wants to post at `site`. Gives whether it is more than usual.
    pub(crate) fn count(&self, site: SiteId, now: Time) -> bool {
        let mut sites = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let done_at = sites.entry(site).or_insert(now);
        *done_at = (*done_at).max(now).after(USUAL).min(now.after(LONGEST));
        done_at.since(now) > BURST
    }
}

#[cfg(test)]
mod tests {
    use rejoinder_core::FixedClock;

    use super::*;

    fn on() -> Limits {
        let clock = FixedClock::at(Time::from_micros(0));
        Limits::new(RateLimits::On, None, Arc::new(clock))
    }

    fn take(limits: &Limits, address: &str, seconds: i64) -> Result<(), Option<u32>> {
        take_many(limits, 1, address, seconds)
    }

    fn take_many(limits: &Limits, n: i64, address: &str, seconds: i64) -> Result<(), Option<u32>> {
        let who = Who::Network(Network::of(address.parse().unwrap()));
        let now = Time::from_micros(seconds * 1_000_000);
        limits
            .take_from(Act::Post, n, &who, now)
            .map_err(|error| error.retry_after)
    }

    #[test]
    fn after_a_burst_one_waits_for_the_pace() {
        let limits = on();
        for _ in 0..5 {
            assert_eq!(take(&limits, "192.0.2.1", 100), Ok(()));
        }
        assert_eq!(take(&limits, "192.0.2.1", 100), Err(Some(10)));
        assert_eq!(take(&limits, "192.0.2.2", 100), Ok(()));
        assert_eq!(take(&limits, "192.0.2.1", 110), Ok(()));
        assert_eq!(take(&limits, "192.0.2.1", 110), Err(Some(10)));
    }

    #[test]
    fn what_costs_more_uses_up_the_burst_sooner() {
        let limits = on();
        assert_eq!(take_many(&limits, 4, "192.0.2.1", 100), Ok(()));
        assert_eq!(take_many(&limits, 2, "192.0.2.1", 100), Err(Some(10)));
        assert_eq!(take(&limits, "192.0.2.1", 100), Ok(()));
        assert_eq!(take_many(&limits, 2, "192.0.2.1", 110), Err(Some(10)));
        assert_eq!(take_many(&limits, 2, "192.0.2.1", 120), Ok(()));
        assert_eq!(take_many(&limits, 1_000, "192.0.2.2", 100), Ok(()));
    }

    #[test]
    fn limits_that_are_off_do_not_count() {
        let clock = FixedClock::at(Time::from_micros(0));
        let limits = Limits::new(RateLimits::Off, None, Arc::new(clock));
        for _ in 0..100 {
            assert_eq!(take(&limits, "192.0.2.1", 100), Ok(()));
        }
    }

    #[test]
    fn a_site_is_under_load_while_more_is_written_than_usual() {
        let load = Load::default();
        let at = |seconds: i64| Time::from_micros(seconds * 1_000_000);
        let count = |seconds| load.count(SiteId(1), at(seconds));
        assert!((0..200).all(|n| !count(n * 2)), "at the usual pace");
        assert!((0..28).all(|_| !count(1_000)));
        for _ in 0..1_000 {
            count(1_000);
        }
        assert!(count(1_000) && !load.count(SiteId(2), at(1_000)));
        assert!(count(1_500), "it was much");
        assert!(!count(2_100));
    }
}
