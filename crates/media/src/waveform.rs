//! The outline of a recording, as a player draws it.

use serde::{Deserialize, Serialize};

/// How loud a recording is along its length: [`Waveform::BINS`] peaks, the loudest of them 255.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waveform {
    /// Each bin covers an equal share of the recording.
    pub peaks: Vec<u8>,
}

impl Waveform {
    /// So many, however long the recording is: more than a page is wide on most screens.
    pub const BINS: usize = 1500;
}

/// Takes peaks while sound streams by.
#[derive(Debug, Default)]
pub(crate) struct WaveformBuilder {
    peaks: Vec<u16>,
    peak: f32,
    n_open: usize,
}

impl WaveformBuilder {
    /// Samples that share a peak until the length is known: 20 ms.
    const GRAIN: usize = 160;

    pub(crate) fn push(&mut self, samples: &[f32]) {
        let mut rest = samples;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(Self::GRAIN - self.n_open));
            self.peak = now.iter().fold(self.peak, |peak, x| peak.max(x.abs()));
            self.n_open += now.len();
            rest = later;
            if self.n_open == Self::GRAIN {
                self.close();
            }
        }
    }

    fn close(&mut self) {
        self.peaks.push((self.peak.min(1.0) * 65535.0) as u16);
        self.peak = 0.0;
        self.n_open = 0;
    }

    pub(crate) fn finish(mut self) -> Waveform {
        if self.n_open > 0 {
            self.close();
        }
        let (n, bins) = (self.peaks.len(), Waveform::BINS);
        let loudest = self.peaks.iter().copied().max().unwrap_or(0).max(1);
        let bin = |i: usize| {
            let start = i * n / bins;
            let end = ((i + 1) * n / bins).max(start + 1).min(n);
            let peak = self.peaks[start.min(end)..end].iter().copied().max();
            let scaled = u32::from(peak.unwrap_or(0)) * 255 / u32::from(loudest);
            scaled as u8
        };
        Waveform {
            peaks: (0..bins).map(bin).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(samples: &[f32]) -> Vec<u8> {
        let mut outline = WaveformBuilder::default();
        samples.chunks(97).for_each(|chunk| outline.push(chunk));
        outline.finish().peaks
    }

    #[test]
    fn there_are_as_many_bins_for_any_length() {
        for n in [0, 1, 159, 8000, 1_000_000] {
            assert_eq!(outline(&vec![0.5; n]).len(), Waveform::BINS, "{n}");
        }
    }

    #[test]
    fn what_is_loud_is_high_where_it_is_loud() {
        let mut samples = vec![0.05; 80_000];
        samples[40_000..48_000].fill(-0.5);

        let peaks = outline(&samples);

        assert_eq!((peaks[100], peaks[800], peaks[1400]), (25, 255, 25));
    }
}
