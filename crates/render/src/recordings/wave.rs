//! A wave form as the path of an SVG picture.

use std::fmt::Write as _;

/// How wide the picture is, in its own units; pages stretch it.
pub(crate) const WIDTH: i64 = 600;

/// How high the picture is, in its own units.
pub(crate) const HEIGHT: i64 = 40;

/// Bars of the picture.
const N_BARS: usize = 200;

/// The path of the bars of `peaks`, which are from 0 to 255 and share the length of the recording.
pub(crate) fn path(peaks: &[u8]) -> String {
    let mut path = String::new();
    if peaks.is_empty() {
        return path;
    }
    for bar in 0..N_BARS {
        let (from, to) = (bar * peaks.len() / N_BARS, (bar + 1) * peaks.len() / N_BARS);
        let own = peaks.get(from..to.max(from + 1)).unwrap_or_default();
        let peak = i64::from(own.iter().copied().max().unwrap_or(0));
        let height = (peak * (HEIGHT - 2) / 255).max(1);
        let x = i64::try_from(bar).unwrap_or(0) * (WIDTH / 200) + 1;
        // Writing to a string cannot fail.
        let _ = write!(path, "M{x} {}v{height}", (HEIGHT - height) / 2);
    }
    path
}

/// Where a time of a recording of `duration_ms` is in the picture.
pub(crate) const fn x(ms: i64, duration_ms: i64) -> i64 {
    if duration_ms <= 0 {
        return 0;
    }
    let x = ms * WIDTH / duration_ms;
    if x < 0 {
        0
    } else if x > WIDTH {
        WIDTH
    } else {
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_form_is_as_many_bars_for_any_number_of_peaks() {
        for n in [1, 3, 199, 200, 201, 1_500] {
            assert_eq!(path(&vec![128; n]).matches('M').count(), N_BARS, "{n}");
        }
        assert_eq!(path(&[]), "");
    }

    #[test]
    fn a_time_behind_the_end_is_at_the_end() {
        assert_eq!(
            [-1, 0, 50, 100, 200].map(|ms| x(ms, 100)),
            [0, 0, 300, 600, 600]
        );
        assert_eq!(x(5, 0), 0);
    }
}
