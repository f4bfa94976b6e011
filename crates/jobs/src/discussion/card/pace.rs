//! How often one host is asked.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rejoinder_core::Time;

/// So often is one host asked in an hour.
const MAX_PER_HOUR: u32 = 30;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// So many hosts are remembered.
const MAX_HOSTS: usize = 10_000;

/// How often each host was asked lately, by this process.
#[derive(Default)]
pub(super) struct HostThrottle(Mutex<HashMap<String, (Time, u32)>>);

impl HostThrottle {
    /// How long `host` may not be asked, by the steady clock; where it may, that is counted.
    pub(super) fn pause(&self, host: &str, now: Time) -> Option<Duration> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_HOSTS {
            known.retain(|_, (since, _)| now.since(*since) < HOUR);
        }
        if known.len() >= MAX_HOSTS && !known.contains_key(host) {
            return Some(HOUR);
        }
        let (since, n) = known.entry(host.to_owned()).or_insert((now, 0));
        if now.since(*since) >= HOUR {
            (*since, *n) = (now, 0);
        }
        if *n >= MAX_PER_HOUR {
            return Some(HOUR - now.since(*since));
        }
        *n += 1;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_asked_thirty_times_an_hour() {
        let (pace, now) = (HostThrottle::default(), Time::from_micros(0));
        for _ in 0..MAX_PER_HOUR {
            assert_eq!(pace.pause("a.example", now), None);
        }
        let later = now.after(HOUR);
        assert_eq!(pace.pause("a.example", now), Some(HOUR));
        assert_eq!(pace.pause("b.example", now), None);
        assert_eq!(pace.pause("a.example", later), None);
    }
}
