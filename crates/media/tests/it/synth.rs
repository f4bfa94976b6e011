//! A voice that says nothing: damped formants at the pulses of a pitch, hisses, and pauses.
//!
//! It is the same on every machine and never says a thing twice.

use std::f32::consts::TAU;

/// Samples a second of all that is made here.
pub(crate) const RATE: usize = 8000;

/// Numbers that look like chance (`SplitMix64`).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// A number from `low` to `high`.
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * (self.next() >> 40) as f32 / (1 << 24) as f32
    }

    /// White noise of unit variance.
    fn noise(&mut self) -> f32 {
        self.between(-1.732, 1.732)
    }
}

/// White noise, `rms` loud.
pub(crate) fn noise(seed: u64, seconds: f32, rms: f32) -> Vec<f32> {
    let mut chance = Chance::new(seed);
    (0..samples(seconds))
        .map(|_| rms * chance.noise())
        .collect()
}

pub(crate) fn samples(seconds: f32) -> usize {
    (seconds * RATE as f32) as usize
}

/// Speech of a voice whose pitch is about `pitch` Hz, in a room that is not quite quiet.
pub(crate) fn speech(seed: u64, pitch: f32, seconds: f32) -> Vec<f32> {
    let mut voice = Voice::new(seed, pitch);
    let n = samples(seconds);
    while voice.out.len() < n {
        voice.sentence();
    }
    voice.out.truncate(n);
    voice.out
}

struct Voice {
    chance: Chance,
    pitch: f32,
    formants: [f32; 4],
    since_pulse: f32,
    out: Vec<f32>,
}

impl Voice {
    fn new(seed: u64, pitch: f32) -> Self {
        let formants = [500.0, 1500.0, 2500.0, 3400.0];
        Self {
            chance: Chance::new(seed),
            pitch,
            formants,
            since_pulse: 0.0,
            out: Vec::new(),
        }
    }

    fn sentence(&mut self) {
        for _ in 0..self.chance.between(5.0, 12.0) as usize {
            for _ in 0..self.chance.between(1.0, 4.99) as usize {
                self.syllable();
            }
            let pause = self.chance.between(0.05, 0.2);
            self.pause(pause);
        }
        let pause = self.chance.between(0.4, 0.9);
        self.pause(pause);
    }

    fn pause(&mut self, seconds: f32) {
        for _ in 0..samples(seconds) {
            self.out.push(0.0008 * self.chance.noise());
        }
    }

    fn syllable(&mut self) {
        if self.chance.between(0.0, 1.0) < 0.4 {
            let (n, loud) = (
                samples(self.chance.between(0.04, 0.12)),
                self.chance.between(0.01, 0.04),
            );
            for i in 0..n {
                let shape = (i as f32 / n as f32 * TAU / 2.0).sin();
                self.out.push(loud * shape * self.chance.noise());
            }
        }
        let target = [
            self.chance.between(280.0, 850.0),
            self.chance.between(850.0, 2300.0),
            self.chance.between(2200.0, 3000.0),
            3400.0,
        ];
        let (pitch, loud) = (
            self.pitch * self.chance.between(0.8, 1.25),
            self.chance.between(0.1, 0.3),
        );
        let n = samples(self.chance.between(0.1, 0.28));
        for i in 0..n {
            let share = i as f32 / n as f32;
            let formant = |k: usize| self.formants[k] + (target[k] - self.formants[k]) * share;
            let t = self.since_pulse;
            let sound: f32 = (0..4)
                .map(|k| (TAU * formant(k) * t).sin() / (k + 1) as f32)
                .sum();
            let sound = (-250.0 * t).exp() * sound;
            let shape = (share * TAU / 2.0).sin().sqrt();
            self.out
                .push(loud * shape * sound + 0.0008 * self.chance.noise());
            self.since_pulse += 1.0 / RATE as f32;
            if self.since_pulse > 1.0 / (pitch * (1.1 - 0.2 * share)) {
                self.since_pulse = 0.0;
            }
        }
        self.formants = target;
    }
}
