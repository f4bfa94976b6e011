//! A fingerprint as bytes, to be stored.
//!
//! A header of 16 bytes (`RJFP`, the version, three bytes of nothing, the number of words as a 64-bit
//! number), then the words, then the levels. Numbers are little-endian.

use super::Fingerprint;

const MAGIC: [u8; 4] = *b"RJFP";
const VERSION: u8 = 1;
const HEADER: usize = 16;

/// What was read is no fingerprint of a version that is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAFingerprint {
    /// Something else.
    #[error("these bytes are no fingerprint")]
    Unreadable,
    /// One of a program that is newer, or so old that the recording has to be read again.
    #[error("a fingerprint of version {0}, which is not known here")]
    Version(u8),
}

impl Fingerprint {
    /// How a fingerprint is taken. Only those of one version can be compared.
    pub const VERSION: u8 = VERSION;

    /// Returns the fingerprint as bytes: 16 and five for each word.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + 5 * self.words.len());
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&[VERSION, 0, 0, 0]);
        bytes.extend_from_slice(&(self.words.len() as u64).to_le_bytes());
        bytes.extend(self.words.iter().flat_map(|word| word.to_le_bytes()));
        bytes.extend_from_slice(&self.levels);
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote. Takes no more memory than `bytes` do.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAFingerprint> {
        let (header, body) = bytes
            .split_at_checked(HEADER)
            .ok_or(NotAFingerprint::Unreadable)?;
        if header[..4] != MAGIC {
            return Err(NotAFingerprint::Unreadable);
        }
        if header[4] != VERSION {
            return Err(NotAFingerprint::Version(header[4]));
        }
        let n_words = body.len() / 5;
        if header[5..8] != [0; 3]
            || header[8..] != (n_words as u64).to_le_bytes()
            || body.len() % 5 != 0
        {
            return Err(NotAFingerprint::Unreadable);
        }
        let (words, levels) = body.split_at(4 * n_words);
        let (words, _) = words.as_chunks::<4>();
        Ok(Self {
            words: words.iter().map(|word| u32::from_le_bytes(*word)).collect(),
            levels: levels.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(frames: Vec<(u32, u8)>) {
            let (words, levels) = frames.into_iter().unzip();
            let fingerprint = Fingerprint { words, levels };
            prop_assert_eq!(Fingerprint::from_bytes(&fingerprint.to_bytes()), Ok(fingerprint));
        }

        #[test]
        fn no_bytes_break_the_reader(bytes: Vec<u8>, start in 0..=9usize) {
            let mut framed = b"RJFP\x01\0\0\0\0"[..start].to_vec();
            framed.extend(bytes);
            if let Ok(fingerprint) = Fingerprint::from_bytes(&framed) {
                prop_assert_eq!(fingerprint.to_bytes(), framed);
            }
        }
    }

    #[test]
    fn another_version_says_so() {
        let mut bytes = Fingerprint::of(&[1000; 800]).to_bytes();
        bytes[4] = 9;
        assert_eq!(
            Fingerprint::from_bytes(&bytes),
            Err(NotAFingerprint::Version(9))
        );
        bytes[0] = b'X';
        assert_eq!(
            Fingerprint::from_bytes(&bytes),
            Err(NotAFingerprint::Unreadable)
        );
    }
}
