//! Chance: where random bytes come from, and the secrets made of them.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

/// A source of random bytes. The only way for the program to be unpredictable.
pub trait Random: Send + Sync + 'static {
    /// Fill `bytes` with unpredictable values.
    fn fill(&self, bytes: &mut [u8]);
}

/// A source that repeats itself from its seed (`SplitMix64`), for tests and reproducible content.
#[derive(Debug)]
pub struct FixedRandom(AtomicU64);

impl FixedRandom {
    /// A source whose values follow from `seed`.
    pub const fn seeded(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// The next value.
    pub fn next(&self) -> u64 {
        let state = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst);
        let mut z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A value below `bound`, which must not be zero.
    pub fn below(&self, bound: u64) -> u64 {
        self.next() % bound
    }
}

impl Random for FixedRandom {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let value = self.next().to_le_bytes();
            chunk.copy_from_slice(&value[..chunk.len()]);
        }
    }
}

/// A secret of 256 bits that a reader's browser keeps: who has it, is the author.
///
/// It is shown once, as 64 hexadecimal digits in an `HttpOnly` cookie; only its hash is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl Token {
    /// A new secret.
    pub fn new(random: &dyn Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// The secret's bytes, to be hashed.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The secret in the form that goes into the cookie.
    pub fn reveal(&self) -> String {
        use std::fmt::Write as _;
        self.0
            .iter()
            .fold(String::with_capacity(64), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            })
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl FromStr for Token {
    type Err = NotAToken;

    fn from_str(text: &str) -> Result<Self, NotAToken> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(NotAToken);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |c: u8| char::from(c).to_digit(16).ok_or(NotAToken);
            let value = digit(pair[0])? * 16 + digit(pair[1])?;
            *byte = u8::try_from(value).map_err(|_| NotAToken)?;
        }
        Ok(Self(bytes))
    }
}

/// A text that is not a token.
#[derive(Debug, thiserror::Error)]
#[error("not a token of 64 hexadecimal digits")]
pub struct NotAToken;

/// The SHA-256 of a [`Token`]: all that the store knows of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_does_not_print_itself() {
        let token = Token::new(&FixedRandom::seeded(7));
        assert_eq!(token.reveal().parse::<Token>().unwrap(), token);
        assert_eq!(format!("{token:?}"), "Token(…)");
        assert!("00".parse::<Token>().is_err());
    }
}
