//! Sound at any rate to sound at 8000 Hz, without what lies above.
//!
//! A windowed sinc, kept as one short filter for each phase that the two rates can have to each
//! other. Rates with more phases than [`MAX_PHASES`] take the nearest one, which costs less than the
//! rounding of 16-bit samples where speech is.

use crate::SAMPLE_RATE;

/// Enough for every rate in use (44,100 Hz has 80, 11,025 Hz has 320).
const MAX_PHASES: u64 = 640;

/// Zero crossings of the sinc on each side.
const REACH: f64 = 12.0;

/// Of the lower of both halves of rates: what remains untouched.
const PASS: f64 = 0.92;

/// Brings sound to 8000 samples a second.
pub(crate) struct Resampler {
    /// Input samples for one of the output, as a fraction in lowest terms.
    step: (u64, u64),
    n_phases: u64,
    n_taps: usize,
    /// `n_phases` filters of `n_taps`.
    filters: Vec<f32>,
    /// Input that is still needed, from `start` on.
    input: Vec<f32>,
    start: u64,
    n_out: u64,
    n_in: u64,
}

impl Resampler {
    pub(crate) fn new(rate: u32) -> Self {
        let (from, to) = (u64::from(rate), u64::from(SAMPLE_RATE));
        let shared = gcd(from, to);
        let step = (from / shared, to / shared);
        let n_phases = step.1.min(MAX_PHASES);
        // Half a cycle a sample of the input is 1.
        let cutoff = PASS * (to as f64 / from as f64).min(1.0);
        let half = (REACH / cutoff).ceil();
        let n_taps = (2.0 * half) as usize;
        let filters = (0..n_phases)
            .flat_map(|phase| filter(phase as f64 / n_phases as f64, cutoff, half))
            .collect();
        // Silence before the first sample, so that its filter has something to its left.
        let input = vec![0.0; n_taps / 2 - 1];
        Self {
            step,
            n_phases,
            n_taps,
            filters,
            input,
            start: 0,
            n_out: 0,
            n_in: 0,
        }
    }

    /// Takes `samples` in and gives what can be said for sure to `out`.
    pub(crate) fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.n_in += samples.len() as u64;
        self.run(samples, u64::MAX, out);
    }

    /// Returns the rest: as much as there was, at the new rate.
    pub(crate) fn finish(&mut self, out: &mut Vec<f32>) {
        let n_total = (self.n_in * self.step.1).div_ceil(self.step.0);
        self.run(&vec![0.0; self.n_taps], n_total, out);
    }

    fn run(&mut self, samples: &[f32], n_total: u64, out: &mut Vec<f32>) {
        if self.step == (1, 1) {
            let n_left = n_total.saturating_sub(self.n_out).min(samples.len() as u64);
            let n_new = if n_total == u64::MAX {
                samples.len()
            } else {
                n_left as usize
            };
            // Nothing waits inside: what was taken in has been given out.
            out.extend_from_slice(&samples[..n_new]);
            self.n_out += n_new as u64;
            return;
        }
        self.input.extend_from_slice(samples);
        while self.n_out < n_total {
            let position = self.n_out * self.step.0;
            let (mut whole, part) = (position / self.step.1, position % self.step.1);
            let mut phase = (part * self.n_phases + self.step.1 / 2) / self.step.1;
            if phase == self.n_phases {
                (whole, phase) = (whole + 1, 0);
            }
            let from = (whole - self.start) as usize;
            let Some(window) = self.input.get(from..from + self.n_taps) else {
                break;
            };
            let filter = &self.filters[phase as usize * self.n_taps..][..self.n_taps];
            out.push(dot(window, filter));
            self.n_out += 1;
        }
        let next = self.n_out * self.step.0 / self.step.1;
        let n_done = (next - self.start).min(self.input.len() as u64);
        self.input.drain(..n_done as usize);
        self.start += n_done;
    }
}

/// Returns the filter for an output that lies `phase` of a sample after the middle of its window.
fn filter(phase: f64, cutoff: f64, half: f64) -> Vec<f32> {
    let tap = |k: f64| {
        let x = k - (half - 1.0) - phase;
        // Blackman's window.
        let turn = std::f64::consts::PI * (x / half).clamp(-1.0, 1.0);
        let window = 0.42 + 0.5 * turn.cos() + 0.08 * (2.0 * turn).cos();
        window * cutoff * sinc(x * cutoff)
    };
    let taps: Vec<f64> = (0..(2.0 * half) as usize).map(|k| tap(k as f64)).collect();
    let sum: f64 = taps.iter().sum();
    taps.iter().map(|tap| (tap / sum) as f32).collect()
}

fn sinc(x: f64) -> f64 {
    let turn = std::f64::consts::PI * x;
    if turn.abs() < 1e-9 {
        1.0
    } else {
        turn.sin() / turn
    }
}

/// Eight sums beside each other, which processors add at once.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (a, b) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a
        .remainder()
        .iter()
        .zip(b.remainder())
        .map(|(x, y)| x * y)
        .sum();
    for (x, y) in a.zip(b) {
        for i in 0..8 {
            sums[i] += x[i] * y[i];
        }
    }
    sums.iter().sum::<f32>() + rest
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, hz: f64, n: usize) -> Vec<f32> {
        let turn = std::f64::consts::TAU * hz / f64::from(rate);
        (0..n).map(|i| (turn * i as f64).sin() as f32).collect()
    }

    fn resampled(rate: u32, samples: &[f32], chunk: usize) -> Vec<f32> {
        let (mut resampler, mut out) = (Resampler::new(rate), Vec::new());
        samples
            .chunks(chunk)
            .for_each(|chunk| resampler.push(chunk, &mut out));
        resampler.finish(&mut out);
        out
    }

    #[test]
    fn a_tone_of_speech_stays_where_it_is_at_every_rate() {
        for rate in [
            6000, 8000, 11_025, 16_000, 22_050, 44_100, 44_101, 48_000, 96_000, 384_000,
        ] {
            let out = resampled(rate, &tone(rate, 1000.0, rate as usize), 1000);

            assert_eq!(out.len(), 8000, "{rate}");
            let expected = tone(8000, 1000.0, 8000);
            let worst = (100..7900)
                .map(|i| (out[i] - expected[i]).abs())
                .fold(0.0, f32::max);
            assert!(worst < 0.01, "{rate}: {worst}");
        }
    }

    #[test]
    fn what_lies_above_does_not_come_through() {
        for rate in [16_000, 44_100, 48_000] {
            let out = resampled(rate, &tone(rate, 5200.0, rate as usize), 777);

            let loudest = out[100..7900]
                .iter()
                .fold(0.0f32, |peak, x| peak.max(x.abs()));
            assert!(loudest < 0.003, "{rate}: {loudest}");
        }
    }

    #[test]
    fn how_the_sound_arrives_makes_no_difference() {
        let samples = tone(44_100, 440.0, 10_000);
        let whole = resampled(44_100, &samples, samples.len());
        for chunk in [1, 7, 1152] {
            assert_eq!(resampled(44_100, &samples, chunk), whole, "{chunk}");
        }
    }
}
