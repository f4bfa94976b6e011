//! Signatures over the bytes of a message.

use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use sha2::{Digest as _, Sha256};

use super::MessageRefusal;
use crate::time::Time;

/// A message may have been signed so many seconds ago, or ahead.
const TOLERANCE_SECONDS: u64 = 300;

/// Refuse what was signed at another time than now.
pub(super) fn in_time(signed_at: &str, now: Time) -> Result<(), MessageRefusal> {
    let signed_at: i64 = signed_at.parse().map_err(|_| MessageRefusal::Signature)?;
    match now.seconds().abs_diff(signed_at) {
        0..=TOLERANCE_SECONDS => Ok(()),
        _ => Err(MessageRefusal::Time),
    }
}

/// Whether one of `signatures` is the HMAC with SHA-256 over `parts`, compared in constant time.
pub(super) fn is_signed(
    key: &[u8],
    parts: &[&[u8]],
    mut signatures: impl Iterator<Item = Vec<u8>>,
) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return false;
    };
    for part in parts {
        mac.update(part);
    }
    signatures.any(|signature| mac.clone().verify_slice(&signature).is_ok())
}

/// Whether `signature` is the HMAC with MD5 over `body`, compared in constant time.
pub(super) fn is_signed_with_md5(key: &[u8], body: &[u8], signature: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Md5>::new_from_slice(key) else {
        return false;
    };
    mac.update(body);
    mac.verify_slice(signature).is_ok()
}

/// Whether two secrets are the same: their hashes are compared, which tell nothing by the time it takes.
pub(super) fn is_same(given: &str, secret: &str) -> bool {
    Sha256::digest(given) == Sha256::digest(secret)
}

/// The bytes of hexadecimal digits.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    pairs.map(byte).collect()
}
