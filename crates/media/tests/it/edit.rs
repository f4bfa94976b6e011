//! Cuts while they are made of a recording, with what is in them.

use crate::effects;
use crate::score::Truth;
use crate::synth::{Chance, RATE, samples};

/// A cut while it is made.
pub(crate) struct Edit<'f> {
    full: &'f [f32],
    pub(crate) sound: Vec<f32>,
    pub(crate) truth: Vec<Truth>,
}

impl<'f> Edit<'f> {
    /// Nothing yet of `full`.
    pub(crate) fn new(full: &'f [f32]) -> Self {
        Self {
            full,
            sound: Vec::new(),
            truth: Vec::new(),
        }
    }

    /// Puts pieces behind each other: where they start and how long they are, in seconds.
    pub(crate) fn of(full: &'f [f32], pieces: &[(f64, f64)]) -> Self {
        let mut edit = Self::new(full);
        pieces
            .iter()
            .for_each(|(start, length)| edit.take(*start, *length));
        edit
    }

    /// Puts a piece behind. It begins and ends while somebody speaks: within a pause, nobody could hear
    /// where.
    pub(crate) fn take(&mut self, start: f64, length: f64) {
        let full = self.full;
        let is_loud = |at: &usize| effects::rms(&full[*at..*at + 400]) > 0.01;
        let from = (samples(start as f32)..).step_by(80).find(is_loud).unwrap();
        let end = samples((start + length) as f32) - 400;
        let to = (from..end).rev().step_by(80).find(is_loud).unwrap() + 400;
        self.truth.push(Truth {
            cut_start: self.sound.len() as f64 / RATE as f64,
            full_start: from as f64 / RATE as f64,
            length: (to - from) as f64 / RATE as f64,
            speed: 1.0,
        });
        self.sound.extend_from_slice(&full[from..to]);
    }

    /// Puts a stretch of something else behind.
    pub(crate) fn say(&mut self, narrator: &[f32], start: f64, length: f64) {
        let from = samples(start as f32);
        self.sound
            .extend_from_slice(&narrator[from..from + samples(length as f32)]);
    }

    pub(crate) fn played_at(mut self, speed: f64, play: fn(&[f32], f64) -> Vec<f32>) -> Self {
        self.sound = play(&self.sound, speed);
        for piece in &mut self.truth {
            piece.cut_start /= speed;
            piece.speed = speed;
        }
        self
    }
}

/// Pieces with `removed` between them, from the 12th second on.
pub(crate) fn jumps(
    seed: u64,
    n: usize,
    length: (f32, f32),
    removed: (f32, f32),
) -> Vec<(f64, f64)> {
    let mut chance = Chance::new(seed);
    let mut at = 12.0;
    let piece = |_| {
        let length = f64::from(chance.between(length.0, length.1));
        let start = at;
        at += length + f64::from(chance.between(removed.0, removed.1));
        (start, length)
    };
    (0..n).map(piece).collect()
}
