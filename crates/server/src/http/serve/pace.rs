//! How quickly one network may ask, whatever it asks for and whatever the answer is.
//!
//! Who asks more quickly is answered later: being sent away costs the server as much as an answer from
//! the page cache, and whoever is sent away asks again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::sync::Cache;
use rejoinder_core::identity::address::Network;
use tokio::time::Instant;

use crate::config::RequestPace;

/// So many networks are remembered; the least recent are forgotten.
const MAX_KNOWN: u64 = 50_000;

/// Nobody waits longer: that many who wait are too many.
pub(super) const MAX_DELAY: Duration = Duration::from_secs(1);

/// A request that was too quick by another limit counts as so many: it has cost the server as much as a
/// good one, and whoever goes on all the same must not keep it busy with nothing but refusals.
const REFUSED: u64 = 25;

/// When each network that asked lately may ask again.
pub(super) struct Pace {
    pace: RequestPace,
    epoch: Instant,
    known: Cache<Network, Own>,
}

/// When a network has used up what it asked for, in microseconds since the epoch.
pub(super) type Own = Arc<AtomicU64>;

impl Pace {
    pub(super) fn new(pace: RequestPace, epoch: Instant) -> Self {
        Self {
            pace,
            epoch,
            known: Cache::new(MAX_KNOWN),
        }
    }

    pub(super) fn of(&self, network: Network) -> Own {
        self.known.get_with(network, Arc::default)
    }

    /// Count a request of a network; how long its answer has to wait, or `None` when it has to be sent
    /// away.
    pub(super) fn take(&self, own: &Own) -> Option<Duration> {
        self.take_at(own, self.epoch.elapsed())
    }

    /// Count a request that was answered with 429 as the many that it is.
    pub(super) fn charge(&self, own: &Own) {
        let (now, period) = (micros(self.epoch.elapsed()), micros(self.pace.period));
        let next = |due: u64| Some(due.max(now) + (REFUSED - 1) * period);
        let _ = own.fetch_update(Ordering::AcqRel, Ordering::Acquire, next);
    }

    fn take_at(&self, own: &Own, now: Duration) -> Option<Duration> {
        let now = micros(now);
        let period = micros(self.pace.period);
        let burst = period * u64::from(self.pace.burst.saturating_sub(1));
        let delay = |due: u64| due.saturating_sub(now + burst);
        let next = |due: u64| (delay(due) <= micros(MAX_DELAY)).then(|| due.max(now) + period);
        let taken = own.fetch_update(Ordering::AcqRel, Ordering::Acquire, next);
        taken.ok().map(|due| Duration::from_micros(delay(due)))
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: RequestPace = RequestPace {
        burst: 3,
        period: Duration::from_millis(400),
    };

    fn network(address: &str) -> Network {
        Network::of(address.parse().unwrap())
    }

    #[test]
    fn after_a_burst_answers_come_later_and_later_and_then_not_at_all() {
        let pace = Pace::new(PACE, Instant::now());
        let own = pace.of(network("192.0.2.1"));
        let take = |own: &Own, millis| pace.take_at(own, Duration::from_millis(millis));

        let delays: Vec<_> = (0..7).map(|_| take(&own, 0)).collect();

        let later = |millis| Some(Duration::from_millis(millis));
        assert_eq!(
            delays,
            [
                later(0),
                later(0),
                later(0),
                later(400),
                later(800),
                None,
                None
            ]
        );
        assert_eq!(take(&pace.of(network("192.0.2.2")), 0), later(0));
        assert_eq!(take(&pace.of(network("192.0.2.1")), 800), later(400));
    }
}
