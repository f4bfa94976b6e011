//! What is compared in place of sound: 50 words of 32 bits a second.
//!
//! Each bit tells whether the difference of two neighbouring bands, between 300 and 3000 Hz, grew or
//! shrank within 120 ms. Loudness, slow filters and most of what encoders do cancel out; echo and
//! noise flip some of the bits. Beside each word stands how loud it was there, for pauses.
//!
//! The design is the one of Haitsma and Kalker (2002), with the parameters that
//! [`compare`](crate::compare()) was measured with.

mod bands;
mod bytes;

pub use bytes::NotAFingerprint;

use bands::Bands;

use crate::SAMPLE_RATE;

/// Milliseconds from one word to the next.
pub const HOP_MS: u64 = 20;

/// Samples from one word to the next.
pub(crate) const HOP: usize = 160;

/// Samples that a word looks at: 128 ms.
pub(crate) const FRAME: usize = 1024;

/// Words back that a word compares with: 120 ms.
const BACK: usize = 6;

/// A recording's words, and how loud it was.
///
/// Word `t` looks at the 128 ms that begin at `t` × 20 ms; behind the end there is silence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fingerprint {
    words: Vec<u32>,
    levels: Vec<u8>,
}

impl Fingerprint {
    /// Returns the words, 50 for each second.
    pub fn words(&self) -> &[u32] {
        &self.words
    }

    /// Returns how loud the sound was, a level for each word: half decibels above −127.5 dB; 0 is
    /// silence without any noise.
    pub fn levels(&self) -> &[u8] {
        &self.levels
    }

    /// Returns the length of the recording, rounded up to whole words.
    pub fn duration_ms(&self) -> u64 {
        self.words.len() as u64 * HOP_MS
    }

    /// Takes the fingerprint of 8000 samples a second that are all there.
    pub fn of(samples: &[i16]) -> Self {
        Self::played_at(samples, 1.0)
    }

    /// Takes the fingerprint of `samples` as if they had been played `speed` times slower: a cut that
    /// runs 4 % faster than its recording has at 1.04 about the words of the recording.
    pub(crate) fn played_at(samples: &[i16], speed: f64) -> Self {
        let mut taker = FingerprintBuilder::new(HOP as f64 / speed);
        let mut block = Vec::with_capacity(4096);
        for chunk in samples.chunks(4096) {
            block.clear();
            block.extend(chunk.iter().map(|&sample| f32::from(sample) / 32768.0));
            taker.push(&block);
        }
        taker.finish()
    }
}

/// Takes a fingerprint while sound streams by.
pub(crate) struct FingerprintBuilder {
    bands: Bands,
    hop: f64,
    /// Samples that a word to come still looks at, from `start` on.
    waiting: Vec<f32>,
    start: usize,
    n_samples: usize,
    /// Energies of the last words, the newest last.
    past: Vec<[f32; Bands::N]>,
    made: Fingerprint,
}

impl FingerprintBuilder {
    /// Samples that gather before words are made of them.
    const BLOCK: usize = 8 * FRAME;

    pub(crate) fn new(hop: f64) -> Self {
        Self {
            bands: Bands::new(),
            hop,
            waiting: Vec::with_capacity(2 * Self::BLOCK),
            start: 0,
            n_samples: 0,
            past: Vec::with_capacity(BACK + 1),
            made: Fingerprint::default(),
        }
    }

    pub(crate) fn push(&mut self, samples: &[f32]) {
        self.n_samples += samples.len();
        self.waiting.extend_from_slice(samples);
        if self.waiting.len() >= Self::BLOCK {
            self.run(usize::MAX);
        }
    }

    pub(crate) fn finish(mut self) -> Fingerprint {
        let n_words = (self.n_samples as f64 / self.hop).ceil() as usize;
        self.waiting.resize(self.waiting.len() + FRAME + HOP, 0.0);
        self.run(n_words);
        self.made
    }

    fn run(&mut self, n_words: usize) {
        loop {
            let at = self.position();
            let frame = self.waiting.get(at - self.start..at - self.start + FRAME);
            let (Some(frame), true) = (frame, self.made.words.len() < n_words) else {
                break;
            };
            let (energies, power) = self.bands.energies(frame);
            if self.past.len() > BACK {
                self.past.remove(0);
            }
            self.past.push(energies);
            self.made.words.push(word(&energies, &self.past[0]));
            self.made.levels.push(level(power));
        }
        let n_done = (self.position() - self.start).min(self.waiting.len());
        self.waiting.drain(..n_done);
        self.start += n_done;
    }

    /// Returns where the next word begins.
    fn position(&self) -> usize {
        (self.made.words.len() as f64 * self.hop).round() as usize
    }
}

fn word(now: &[f32; Bands::N], before: &[f32; Bands::N]) -> u32 {
    (0..32).fold(0, |word, m| {
        let grew = (now[m] - now[m + 1]) - (before[m] - before[m + 1]) > 0.0;
        word | u32::from(grew) << m
    })
}

/// Half decibels above −127.5, of the mean power of samples between −1 and 1.
fn level(power: f32) -> u8 {
    if power <= 0.0 {
        return 0;
    }
    (20.0 * power.log10() + 255.0).clamp(0.0, 255.0).round() as u8
}

/// Returns the length of sound of `n_samples`, in milliseconds.
pub(crate) fn duration_ms(n_samples: u64) -> u64 {
    n_samples * 1000 / u64::from(SAMPLE_RATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hum(n: usize, gain: f32) -> Vec<i16> {
        let sample = |i: usize| {
            let t = i as f32 / 8000.0;
            let tone = |hz: f32, depth: f32| {
                (t * hz * std::f32::consts::TAU + depth * (t * 9.0).sin()).sin()
            };
            (gain * 8000.0 * (tone(400.0, 20.0) + tone(900.0, 40.0) + tone(2100.0, 70.0))) as i16
        };
        (0..n).map(sample).collect()
    }

    #[test]
    fn there_are_fifty_words_a_second() {
        for (n, n_words) in [
            (0, 0),
            (1, 1),
            (160, 1),
            (161, 2),
            (8000, 50),
            (80_000, 500),
        ] {
            assert_eq!(Fingerprint::of(&hum(n, 1.0)).words().len(), n_words, "{n}");
        }
    }

    #[test]
    fn loudness_hardly_matters_to_words_and_shows_in_levels() {
        let (loud, soft) = (
            Fingerprint::of(&hum(80_000, 1.0)),
            Fingerprint::of(&hum(80_000, 0.1)),
        );

        let n_other: u32 = loud
            .words
            .iter()
            .zip(&soft.words)
            .map(|(a, b)| (a ^ b).count_ones())
            .sum();
        assert!(n_other < 500 * 32 / 10, "{n_other}");
        assert_eq!(loud.levels[100] - soft.levels[100], 40);
    }

    #[test]
    fn silence_is_silent() {
        let silence = Fingerprint::of(&[0; 8000]);
        assert!(silence.words.iter().all(|word| *word == 0));
        assert!(silence.levels.iter().all(|level| *level == 0));
    }

    #[test]
    fn how_the_sound_arrives_makes_no_difference() {
        let samples: Vec<f32> = hum(50_000, 1.0)
            .iter()
            .map(|&x| f32::from(x) / 32768.0)
            .collect();
        let mut taker = FingerprintBuilder::new(HOP as f64);
        samples.chunks(333).for_each(|chunk| taker.push(chunk));
        assert_eq!(taker.finish(), Fingerprint::of(&hum(50_000, 1.0)));
    }
}
