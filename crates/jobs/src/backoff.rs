//! How long to wait before a job is tried again.

use std::time::Duration;

use rejoinder_core::Random;

const FIRST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(6 * 60 * 60);

/// The wait after so many attempts: half a minute, doubled each time up to six hours, and up to a
/// quarter more by chance, so that what failed together is not tried together.
pub(crate) fn wait(attempts: i64, random: &dyn Random) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    let wait = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    let mut byte = [0];
    random.fill(&mut byte);
    wait + wait / 4 * u32::from(byte[0]) / 255
}

#[cfg(test)]
mod tests {
    use super::*;
    use rejoinder_core::FixedRandom;

    #[test]
    fn waits_double_up_to_six_hours() {
        let random = FixedRandom::seeded(3);
        let mut last = Duration::ZERO;
        for attempts in 1..12 {
            let wait = wait(attempts, &random);
            assert!(
                wait >= last.min(LONGEST) && wait <= LONGEST * 5 / 4,
                "{attempts}: {wait:?}"
            );
            last = wait * 4 / 5;
        }
        assert!(wait(i64::MAX, &random) >= LONGEST);
    }
}
