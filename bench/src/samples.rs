//! Numbers that were measured again and again.

/// The value below which `percent` of `samples` lie; 0 of none.
pub(crate) fn percentile(samples: &[f64], percent: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a position in a short list"
    )]
    let at = (last as f64 * percent / 100.0).round() as usize;
    sorted[at.min(last)]
}

pub(crate) fn median(samples: &[f64]) -> f64 {
    percentile(samples, 50.0)
}

/// The median of `a`'s rounds over the same rounds of `b`: what disturbs the machine for a while
/// disturbs both sides of one round.
pub(crate) fn ratio(a: &[f64], b: &[f64]) -> f64 {
    let ratios: Vec<_> = a.iter().zip(b).map(|(a, b)| a / b).collect();
    median(&ratios)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_samples() {
        let samples = [5.0, 1.0, 4.0, 2.0, 3.0];
        assert!((median(&samples) - 3.0).abs() < f64::EPSILON);
        assert!((percentile(&samples, 99.0) - 5.0).abs() < f64::EPSILON);
        assert!((percentile(&samples, 0.0) - 1.0).abs() < f64::EPSILON);
        assert!(median(&[]).abs() < f64::EPSILON);
    }

    #[test]
    fn a_ratio_is_taken_round_by_round() {
        let slow_and_quick = [10.0, 100.0, 20.0];
        let half = [5.0, 50.0, 10.0];
        assert!((ratio(&slow_and_quick, &half) - 2.0).abs() < f64::EPSILON);
    }
}
