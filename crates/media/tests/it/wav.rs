//! A small writer of WAV files, honest or not.

use std::io::Cursor;

/// What the header says.
pub(crate) struct Wav {
    pub(crate) rate: u32,
    pub(crate) n_channels: u16,
    pub(crate) data_bytes: u32,
}

impl Wav {
    /// The truth about `samples` of one channel.
    pub(crate) fn mono(rate: u32, samples: &[i16]) -> Self {
        Self {
            rate,
            n_channels: 1,
            data_bytes: 2 * samples.len() as u32,
        }
    }

    pub(crate) fn with(&self, samples: &[i16]) -> Cursor<Vec<u8>> {
        let mut bytes = b"RIFF".to_vec();
        bytes.extend(self.data_bytes.saturating_add(36).to_le_bytes());
        bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0");
        bytes.extend(self.n_channels.to_le_bytes());
        bytes.extend(self.rate.to_le_bytes());
        let frame = self.n_channels.wrapping_mul(2);
        bytes.extend(self.rate.wrapping_mul(u32::from(frame)).to_le_bytes());
        bytes.extend(frame.to_le_bytes());
        bytes.extend(b"\x10\0data");
        bytes.extend(self.data_bytes.to_le_bytes());
        bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        Cursor::new(bytes)
    }
}

/// A tone of 440 Hz.
pub(crate) fn tone(rate: u32, seconds: f64) -> Vec<i16> {
    let turn = std::f64::consts::TAU * 440.0 / f64::from(rate);
    let n = (seconds * f64::from(rate)) as usize;
    (0..n)
        .map(|i| ((turn * i as f64).sin() * 8000.0) as i16)
        .collect()
}
