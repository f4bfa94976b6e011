//! What happens to sound on its way into a cut.

use std::f32::consts::TAU;

use crate::synth::{RATE, noise};

pub(crate) fn gain(sound: &mut [f32], db: f32) {
    let factor = 10f32.powf(db / 20.0);
    sound.iter_mut().for_each(|x| *x *= factor);
}

pub(crate) fn rms(sound: &[f32]) -> f32 {
    (sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32).sqrt()
}

/// White noise, `db` quieter than the sound.
pub(crate) fn add_noise(sound: &mut [f32], seed: u64, db: f32) {
    let loud = rms(sound) * 10f32.powf(-db / 20.0);
    let hiss = noise(seed, sound.len() as f32 / RATE as f32 + 1.0, loud);
    sound.iter_mut().zip(hiss).for_each(|(x, hiss)| *x += hiss);
}

/// The noise of a lossy encoder: as loud as the sound is just then, `db` below it.
pub(crate) fn encode(sound: &mut [f32], seed: u64, db: f32) {
    let below = 10f32.powf(-db / 20.0);
    let hiss = noise(seed, sound.len() as f32 / RATE as f32 + 1.0, 1.0);
    let mut loud = 0.0f32;
    for (x, hiss) in sound.iter_mut().zip(hiss) {
        loud += (x.abs() - loud) * 0.01;
        *x += hiss * loud * below;
    }
}

/// A second voice over it, `db` quieter.
pub(crate) fn talk_over(sound: &mut [f32], voice: &[f32], db: f32) {
    let factor = rms(sound) / rms(voice) * 10f32.powf(-db / 20.0);
    sound
        .iter_mut()
        .zip(voice)
        .for_each(|(x, y)| *x += factor * y);
}

/// A filter of the second order; `high` keeps what is above `hz`, otherwise what is below.
fn filter(sound: &mut [f32], hz: f32, high: bool) {
    let turn = TAU * hz / RATE as f32;
    let (sin, cos) = turn.sin_cos();
    let alpha = sin / 1.414;
    let edge = if high {
        (1.0 + cos) / 2.0
    } else {
        (1.0 - cos) / 2.0
    };
    let b1 = if high { -(1.0 + cos) } else { 1.0 - cos };
    let (a0, a1, a2) = (1.0 + alpha, -2.0 * cos, 1.0 - alpha);
    let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
    for x in sound {
        let y = (edge * (*x + x2) + b1 * x1 - a1 * y1 - a2 * y2) / a0;
        (x2, x1, y2, y1) = (x1, *x, y1, y);
        *x = y;
    }
}

/// A telephone, and a compressor.
pub(crate) fn phone(sound: &mut [f32]) {
    for _ in 0..2 {
        filter(sound, 300.0, true);
        filter(sound, 3400.0, false);
    }
    let mut loud = 0.0f32;
    for x in sound {
        let speed = if x.abs() > loud { 0.01 } else { 0.0005 };
        loud += (x.abs() - loud) * speed;
        *x /= (loud.max(0.005) / 0.05).sqrt();
    }
}

/// Less bass, more treble.
pub(crate) fn brighten(sound: &mut [f32]) {
    let mut before = 0.0;
    for x in sound {
        let now = *x;
        *x = now - 0.6 * before;
        before = now;
    }
}

/// Plays it faster, higher too, as a tape does.
pub(crate) fn speed_up(sound: &[f32], speed: f64) -> Vec<f32> {
    let n = (sound.len() as f64 / speed) as usize - 1;
    let at = |i: usize| {
        let position = i as f64 * speed;
        let (whole, part) = (position as usize, position.fract() as f32);
        sound[whole] * (1.0 - part) + sound[whole + 1] * part
    };
    (0..n).map(at).collect()
}

/// Plays it faster at the same pitch: slices that fit their predecessor, faded into each other.
pub(crate) fn hurry(sound: &[f32], tempo: f64) -> Vec<f32> {
    const SLICE: usize = 400;
    const SEARCH: usize = 80;
    let mut out: Vec<f32> = sound[..SLICE].to_vec();
    let mut last = 0;
    loop {
        let ideal = ((out.len() - SLICE / 2) as f64 * tempo) as usize;
        if ideal + SEARCH + SLICE > sound.len() {
            return out;
        }
        // What would have come next, if nothing were skipped.
        let natural = &sound[last + SLICE / 2..last + SLICE];
        let likeness = |start: &usize| -> f32 {
            natural
                .iter()
                .zip(&sound[*start..])
                .step_by(2)
                .map(|(a, b)| a * b)
                .sum()
        };
        let starts = ideal.saturating_sub(SEARCH)..ideal + SEARCH;
        let start = starts
            .step_by(2)
            .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
            .unwrap();
        let faded = out.len() - SLICE / 2;
        for i in 0..SLICE / 2 {
            let share = i as f32 / (SLICE / 2) as f32;
            out[faded + i] = out[faded + i] * (1.0 - share) + sound[start + i] * share;
        }
        out.extend_from_slice(&sound[start + SLICE / 2..start + SLICE]);
        last = start;
    }
}
