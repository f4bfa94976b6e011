//! Secrets at rest: sealed under a key that is not in the database.
//!
//! A sealed value says which key opens it. What has no seal is from before there were any, and reads as
//! it stands; [`renew`] seals it when the database is opened, and seals anew what an older key sealed.
//! What no key opens reads as nothing: whoever needs it goes without, and the rest goes on.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use tracing::warn;

use crate::database::error::StoreError;
use crate::database::sql::Sql;
use crate::{Result, Tx, params, sql};

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
        })
    }
}

impl Seals {
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
        let Some(Key { name, key }) = self.keys.first() else {
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

impl Tx<'_> {
    /// A text, sealed.
    pub(crate) fn seal_text(&self, place: &str, plain: &str) -> Result<String> {
        let sealed = self.seals().seal(place, plain.as_bytes())?;
        String::from_utf8(sealed).map_err(|error| StoreError::Internal(error.into()))
    }

    /// A text that was sealed; nothing where no key opens it.
    pub(crate) fn unseal_text(&self, place: &str, stored: &str) -> Option<String> {
        let plain = self.seals().unseal(place, stored.as_bytes())?;
        String::from_utf8(plain).ok()
    }
}

/// A column of secrets.
struct Column {
    place: &'static str,
    is_text: bool,
    select: &'static Sql,
    update: &'static Sql,
}

macro_rules! column {
    ($table:literal, $column:literal, $is_text:literal, $keys:literal, $where:literal) => {
        Column {
            place: concat!($table, ".", $column),
            is_text: $is_text,
            select: sql!(concat!(
                "select ",
                $keys,
                ", ",
                $column,
                " from ",
                $table,
                " where ",
                $column,
                " is not null"
            )),
            update: sql!(concat!(
                "update ",
                $table,
                " set ",
                $column,
                " = ?3 where ",
                $where
            )),
        }
    };
}

/// Every column of secrets but the settings of sites, which hold one among others.
fn columns() -> [Column; 7] {
    [
        column!(
            "webhook",
            "secret",
            true,
            "site_id, id",
            "site_id = ?1 and id = ?2"
        ),
        column!(
            "webhook",
            "old_secret",
            true,
            "site_id, id",
            "site_id = ?1 and id = ?2"
        ),
        column!(
            "openid_provider",
            "client_secret",
            true,
            "site_id, id",
            "site_id = ?1 and id = ?2"
        ),
        column!(
            "sign_in_key",
            "key",
            true,
            "site_id, id",
            "site_id = ?1 and id = ?2"
        ),
        column!(
            "push_key",
            "private_key",
            false,
            "id, id",
            "id = ?1 and id = ?2"
        ),
        column!(
            "work_key",
            "key",
            false,
            "site_id, site_id",
            "site_id = ?1 and site_id = ?2"
        ),
        column!("address_key", "key", false, "id, id", "id = ?1 and id = ?2"),
    ]
}

/// Say what no key opens.
pub(crate) fn tell(unreadable: &[(&'static str, usize)]) {
    for (place, n_values) in unreadable {
        warn!(
            place,
            n_values,
            "{n_values} secrets of {place} are sealed with a key that is not here, and count as not \
             there; give that key beside the new one, or set them anew"
        );
    }
}

/// Seal what is not sealed by the key that seals. Gives the columns in which something is sealed by a key
/// that is not here, with how much that is.
pub(crate) fn renew(tx: &mut Tx<'_>) -> Result<Vec<(&'static str, usize)>> {
    let mut unreadable = Vec::new();
    if tx.seals().keys.is_empty() {
        return Ok(unreadable);
    }
    for column in columns() {
        let is_text = column.is_text;
        let rows: Vec<(i64, i64, Vec<u8>)> = tx.all(column.select, params![], |row| {
            let stored = match is_text {
                true => row.get::<String>(2)?.into_bytes(),
                false => row.get(2)?,
            };
            Ok((row.get(0)?, row.get(1)?, stored))
        })?;
        let mut n_unreadable = 0;
        for (site, id, stored) in rows {
            if tx.seals().is_new(&stored) {
                continue;
            }
            let Some(plain) = tx.seals().unseal(column.place, &stored) else {
                n_unreadable += 1;
                continue;
            };
            if is_text {
                let plain = String::from_utf8_lossy(&plain).into_owned();
                let sealed = tx.seal_text(column.place, &plain)?;
                tx.execute(column.update, params![site, id, &sealed])?;
            } else {
                let sealed = tx.seals().seal(column.place, &plain)?;
                tx.execute(column.update, params![site, id, &sealed])?;
            }
            tx.erase();
        }
        if n_unreadable > 0 {
            unreadable.push((column.place, n_unreadable));
        }
    }
    let n_settings = crate::publication::sites::renew_secrets(tx)?;
    if n_settings > 0 {
        unreadable.push((crate::publication::sites::SECRET, n_settings));
    }
    Ok(unreadable)
}
