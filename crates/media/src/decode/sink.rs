//! Where decoded sound goes: made mono, brought to 8000 Hz, measured, and dropped.

use super::SampleKeeping;
use crate::fingerprint::{FingerprintBuilder, HOP, duration_ms};
use crate::resample::Resampler;
use crate::waveform::WaveformBuilder;
use crate::{DecodeLimits, DecodeProblem, Fingerprint, SAMPLE_RATE, Waveform};

/// Sound that starts this much later than what was heard so far starts after a silence. Less is the
/// rounding of time stamps and the delay of encoders.
const MIN_GAP_MS: u64 = 150;

/// A longer gap is a fault of the time stamps.
const MAX_GAP_MS: u64 = 600_000;

/// A longer one before the first sound means that a broadcast was joined late.
const MAX_START_MS: u64 = 10_000;

pub(super) struct SoundSink {
    limits: DecodeLimits,
    keep: SampleKeeping,
    resampler: Option<(u32, Resampler)>,
    n_channels: u32,
    mono: Vec<f32>,
    /// Sound at 8000 Hz that was not given on yet.
    ready: Vec<f32>,
    /// Samples at 8000 Hz that were given on.
    n_samples: u64,
    /// Length of what was taken in.
    taken_ms: f64,
    /// By how much time stamps run ahead of the sound.
    skew_ms: u64,
    outline: WaveformBuilder,
    taker: FingerprintBuilder,
    samples: Vec<i16>,
}

impl SoundSink {
    pub(super) fn new(keep: SampleKeeping, limits: DecodeLimits) -> Self {
        Self {
            limits,
            keep,
            resampler: None,
            n_channels: 0,
            mono: Vec::new(),
            ready: Vec::new(),
            n_samples: 0,
            taken_ms: 0.0,
            skew_ms: 0,
            outline: WaveformBuilder::default(),
            taker: FingerprintBuilder::new(HOP as f64),
            samples: Vec::new(),
        }
    }

    pub(super) fn duration_ms(&self) -> u64 {
        self.taken_ms.round() as u64
    }

    /// The last rate that came.
    pub(super) fn rate(&self) -> u32 {
        self.resampler.as_ref().map_or(0, |(rate, _)| *rate)
    }

    /// The last number of channels that came.
    pub(super) fn n_channels(&self) -> u32 {
        self.n_channels
    }

    /// Puts in silence where the next sound begins later than what there is ends.
    pub(super) fn wait_until(&mut self, start_ms: Option<u64>) -> Result<(), DecodeProblem> {
        let Some(start_ms) = start_ms else {
            return Ok(());
        };
        let gap_ms = start_ms.saturating_sub(self.duration_ms() + self.skew_ms);
        let max_ms = if self.taken_ms == 0.0 {
            MAX_START_MS
        } else {
            MAX_GAP_MS
        };
        if gap_ms > max_ms {
            self.skew_ms += gap_ms;
        } else if gap_ms > MIN_GAP_MS {
            let rate = if self.rate() == 0 {
                SAMPLE_RATE
            } else {
                self.rate()
            };
            // Second by second, so that no gap takes memory.
            for begin_ms in (0..gap_ms).step_by(1000) {
                let n = (gap_ms - begin_ms).min(1000) * u64::from(rate) / 1000;
                self.push_mono(rate, &vec![0.0; n as usize])?;
            }
        }
        Ok(())
    }

    /// Takes in samples of `n_channels` that follow each other.
    pub(super) fn push(
        &mut self,
        rate: u32,
        n_channels: usize,
        samples: &[f32],
    ) -> Result<(), DecodeProblem> {
        check_channels(n_channels as u64, &self.limits)?;
        check_rate(rate, &self.limits)?;
        self.n_channels = n_channels as u32;
        let mut mono = std::mem::take(&mut self.mono);
        mono.clear();
        let share = 1.0 / n_channels as f32;
        mono.extend(samples.chunks_exact(n_channels).map(|frame| {
            let sum = frame.iter().sum::<f32>() * share;
            // Files of floating-point numbers may hold anything.
            if sum.is_finite() {
                sum.clamp(-8.0, 8.0)
            } else {
                0.0
            }
        }));
        let done = self.push_mono(rate, &mono);
        self.mono = mono;
        done
    }

    fn push_mono(&mut self, rate: u32, samples: &[f32]) -> Result<(), DecodeProblem> {
        let current = self.resampler.take_if(|(current, _)| *current != rate);
        if let Some((_, mut old)) = current {
            old.finish(&mut self.ready);
        }
        let (_, resampler) = self
            .resampler
            .get_or_insert_with(|| (rate, Resampler::new(rate)));
        resampler.push(samples, &mut self.ready);
        self.taken_ms += samples.len() as f64 * 1000.0 / f64::from(rate);
        self.give_on()
    }

    fn give_on(&mut self) -> Result<(), DecodeProblem> {
        self.n_samples += self.ready.len() as u64;
        let max_duration_ms = self.limits.max_duration_ms;
        if duration_ms(self.n_samples) > max_duration_ms {
            return Err(DecodeProblem::TooLong { max_duration_ms });
        }
        self.outline.push(&self.ready);
        self.taker.push(&self.ready);
        if self.keep == SampleKeeping::Samples {
            if duration_ms(self.n_samples) > self.limits.max_kept_ms {
                self.keep = SampleKeeping::Nothing;
                self.samples = Vec::new();
            } else {
                let rounded = self.ready.iter().map(|x| (x * 32768.0).round() as i16);
                self.samples.extend(rounded);
            }
        }
        self.ready.clear();
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(Waveform, Fingerprint, Vec<i16>), DecodeProblem> {
        if let Some((_, mut resampler)) = self.resampler.take() {
            resampler.finish(&mut self.ready);
        }
        self.give_on()?;
        Ok((self.outline.finish(), self.taker.finish(), self.samples))
    }
}

pub(super) fn check_channels(n_channels: u64, limits: &DecodeLimits) -> Result<(), DecodeProblem> {
    let max_channels = limits.max_channels;
    if n_channels == 0 || n_channels > u64::from(max_channels) {
        return Err(DecodeProblem::Channels {
            n_channels,
            max_channels,
        });
    }
    Ok(())
}

pub(super) fn check_rate(sample_rate: u32, limits: &DecodeLimits) -> Result<(), DecodeProblem> {
    let max_sample_rate = limits.max_sample_rate;
    if sample_rate < DecodeProblem::MIN_SAMPLE_RATE || sample_rate > max_sample_rate {
        return Err(DecodeProblem::SampleRate {
            sample_rate,
            max_sample_rate,
        });
    }
    Ok(())
}
