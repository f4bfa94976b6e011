//! The energy of sound in each of 33 bands.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use super::FRAME;
use crate::SAMPLE_RATE;

/// The lowest and the highest frequency that is looked at.
const LOW_HZ: f64 = 300.0;
const HIGH_HZ: f64 = 3000.0;

/// Turns frames into the logarithms of their bands' energies.
pub(super) struct Bands {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    edges: [usize; Self::N + 1],
    frame: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

impl Bands {
    pub(super) const N: usize = 33;

    pub(super) fn new() -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(FRAME);
        let turn = |i: usize| std::f64::consts::TAU * i as f64 / FRAME as f64;
        Self {
            window: (0..FRAME)
                .map(|i| (0.5 - 0.5 * turn(i).cos()) as f32)
                .collect(),
            edges: edges(),
            frame: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            fft,
        }
    }

    /// Returns the energy of each band, as a logarithm, and the mean power of `frame` within all of
    /// them.
    pub(super) fn energies(&mut self, frame: &[f32]) -> ([f32; Self::N], f32) {
        for ((to, from), weight) in self.frame.iter_mut().zip(frame).zip(&self.window) {
            *to = from * weight;
        }
        let done =
            self.fft
                .process_with_scratch(&mut self.frame, &mut self.spectrum, &mut self.scratch);
        debug_assert!(
            done.is_ok(),
            "all three have the length that the transform asked for"
        );
        let mut energies = [0.0; Self::N];
        let mut total = 0.0;
        for (m, energy) in energies.iter_mut().enumerate() {
            let bins = &self.spectrum[self.edges[m]..self.edges[m + 1]];
            let power: f32 = bins.iter().map(Complex::norm_sqr).sum();
            total += power;
            *energy = (power / bins.len() as f32 + 1e-9).ln();
        }
        // By Parseval; 3/8 is the mean square of Hann's window.
        let mean = total * 2.0 / (FRAME * FRAME) as f32 / 0.375;
        (energies, mean)
    }
}

/// Returns the first bin of each band, and the end of the last.
fn edges() -> [usize; Bands::N + 1] {
    let mut edges = [0; Bands::N + 1];
    for i in 0..edges.len() {
        let hz = LOW_HZ * (HIGH_HZ / LOW_HZ).powf(i as f64 / Bands::N as f64);
        let bin = (hz * FRAME as f64 / f64::from(SAMPLE_RATE)).round() as usize;
        edges[i] = if i == 0 {
            bin
        } else {
            bin.max(edges[i - 1] + 1)
        };
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_grow_from_300_to_3000_hz() {
        let edges = edges();
        assert_eq!((edges[0], edges[Bands::N]), (38, 384));
        assert!(edges.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn the_power_of_a_tone_is_measured() {
        let turn = std::f32::consts::TAU * 1000.0 / 8000.0;
        let tone: Vec<f32> = (0..FRAME).map(|i| (turn * i as f32).sin()).collect();
        let (_, power) = Bands::new().energies(&tone);
        assert!((power - 0.5).abs() < 0.01, "{power}");
    }
}
