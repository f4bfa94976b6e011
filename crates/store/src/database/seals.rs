//! Secrets at rest: sealed under a key that is not in the database.
//!
//! A sealed value says which key opens it. What has no seal is from before there were any, and reads as
//! it stands; `sealed::renew` seals it when the database is opened, and seals anew what an older key sealed.
//! What no key opens reads as nothing: whoever needs it goes without, and the rest goes on.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::Result;
use crate::database::error::StoreError;

/// How a sealed value begins. Behind it stand the name of its key, a colon, and the rest in base64.
const SEALED: &str = "sealed:";

/// The length of a key, in bytes.
const LENGTH: usize = 32;

/// The keys of an installation, the one that seals first.
pub struct Seals {
    keys: Vec<Key>,
}

struct Key {
    /// Tells it from others; nothing of the key can be learnt from it.
    name: String,
    key: RandomizedNonceKey,
    /// What nodes make the names of, by which they tell one another of clients.
    shared: [u8; 32],
}

/// A text that holds no keys.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a key is {LENGTH} random bytes in base64; several stand in lines or with commas between them"
)]
pub struct NotAKey;

impl fmt::Debug for Seals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.keys.iter().map(|key| &key.name))
            .finish()
    }
}

/// Keys as they stand in a file, or with commas between them, the newest first.
impl FromStr for Seals {
    type Err = NotAKey;

    fn from_str(text: &str) -> std::result::Result<Self, NotAKey> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let words = lines.flat_map(|line| line.split(',')).map(str::trim);
        let words = words.filter(|word| !word.is_empty());
        let keys = words.map(Key::parse).collect::<Option<Vec<_>>>();
        match keys {
            Some(keys) if !keys.is_empty() => Ok(Self { keys }),
            _ => Err(NotAKey),
        }
    }
}

impl Key {
    fn parse(word: &str) -> Option<Self> {
        let bytes = STANDARD.decode(word).ok()?;
        if bytes.len() != LENGTH {
            return None;
        }
        let hash = Sha256::digest(&bytes);
        Some(Self {
            name: hash[..4].iter().map(|byte| format!("{byte:02x}")).collect(),
            key: RandomizedNonceKey::new(&AES_256_GCM, &bytes).ok()?,
            shared: Sha256::digest([&b"between nodes"[..], &bytes].concat()).into(),
        })
    }
}

impl Seals {
    /// Whether nothing is sealed.
    pub(crate) const fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// A key that all nodes have and that is not in the database.
    pub(crate) fn shared_key(&self) -> Option<[u8; 32]> {
        self.keys.first().map(|key| key.shared)
    }

    /// No key: what would be sealed is stored as it is. For stores that are thrown away.
    pub const fn none() -> Self {
        Self { keys: Vec::new() }
    }

    /// A key as it stands in a file.
    pub fn written(key: &[u8; LENGTH]) -> String {
        STANDARD.encode(key)
    }

    /// Seal `plain`, which belongs to the column `place` and to no other.
    pub(crate) fn seal(&self, place: &str, plain: &[u8]) -> Result<Vec<u8>> {
        let Some(Key { name, key, .. }) = self.keys.first() else {
            return Ok(plain.to_vec());
        };
        let mut sealed = plain.to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(place.as_bytes()), &mut sealed)
            .map_err(|_| StoreError::Internal("a secret cannot be sealed".into()))?;
        let all = [&nonce.as_ref()[..], &sealed].concat();
        Ok(format!("{SEALED}{name}:{}", STANDARD.encode(all)).into_bytes())
    }

    /// What was sealed; nothing where no key opens it.
    pub(crate) fn unseal(&self, place: &str, stored: &[u8]) -> Option<Vec<u8>> {
        let Some(sealed) = stored.strip_prefix(SEALED.as_bytes()) else {
            return Some(stored.to_vec());
        };
        let (name, sealed) = str::from_utf8(sealed).ok()?.split_once(':')?;
        let key = &self.keys.iter().find(|key| key.name == name)?.key;
        let mut all = STANDARD.decode(sealed).ok()?;
        let nonce = Nonce::try_assume_unique_for_key(all.get(..NONCE_LEN)?).ok()?;
        let rest = &mut all[NONCE_LEN..];
        let plain = key.open_in_place(nonce, Aad::from(place.as_bytes()), rest);
        Some(plain.ok()?.to_vec())
    }

    /// Whether `stored` is sealed by the key that seals.
    pub(crate) fn is_new(&self, stored: &[u8]) -> bool {
        self.keys.first().is_none_or(|key| {
            let start = format!("{SEALED}{}:", key.name);
            stored.is_empty() || stored.starts_with(start.as_bytes())
        })
    }
}
