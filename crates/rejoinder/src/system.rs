//! The time, the chance and the limits of the machine: the only place that asks it for them.

use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use rejoinder_core::{Clock, Random, Time};
use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit, umask};

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everyone else is given"
    )]
    fn now(&self) -> Time {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let micros = since.map_or(0, |since| since.as_micros());
        Time::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everyone else is given"
    )]
    fn steady(&self) -> Time {
        static START: OnceLock<(Instant, Time)> = OnceLock::new();
        let (start, time) = START.get_or_init(|| (Instant::now(), self.now()));
        time.after(start.elapsed())
    }
}

/// The machine's random source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemRandom;

impl Random for SystemRandom {
    /// # Panics
    ///
    /// When the machine has no random bytes: nothing secret could be made, so nothing goes on.
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            panic!("the system gives no random bytes: {error}");
        }
    }
}

/// Let this process open as many files, and so connections, as the machine allows it; returns how
/// many that are.
pub(crate) fn raise_file_limit() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current,
        Err(_) => limit.current,
    };
    // None stands for no limit.
    current.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX))
}

/// Let nobody but the user that runs the program read what it writes from here on, whatever the shell
/// says: every file is made with 0600 at most, every folder with 0700.
pub(crate) fn keep_private() {
    umask(Mode::RWXG | Mode::RWXO);
}
