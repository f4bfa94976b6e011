//! Addresses, as far as they are kept: hashed under a key that is destroyed a day or two later.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use rejoinder_core::Time;
use rejoinder_core::identity::address::Network;
use sha2::Sha256;

use crate::{Result, Tx, params, sql};

/// How long new hashes are made with one key. A key is destroyed when a second one has followed, and
/// when as much time has passed again, whether anybody wrote meanwhile or not.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Where secrets are, for their seals.
const SECRET: &str = "address_key.key";

/// How many bytes of the MAC are kept.
const LENGTH: usize = 16;

/// A key, and the number that hashes made with it begin with.
struct AddressKey {
    id: i64,
    secret: Vec<u8>,
    created_at: Time,
}

/// The hash of `network` under the newest key, to be stored.
pub fn hash(tx: &mut Tx<'_>, now: Time, network: Network, new_key: &[u8; 32]) -> Result<Vec<u8>> {
    let key = match young(tx, now)? {
        Some(key) => key,
        None => rotate(tx, now, new_key)?,
    };
    Ok(key.hash(network))
}

/// The hashes of `network` under every key that still lives, to be compared.
pub fn hashes(tx: &mut Tx<'_>, network: Network) -> Result<Vec<Vec<u8>>> {
    Ok(live(tx)?.iter().map(|key| key.hash(network)).collect())
}

/// Destroy the keys whose time is over.
pub(crate) fn destroy_old(tx: &mut Tx<'_>, now: Time) -> Result<()> {
    let destroyed = tx.execute(
        sql!("delete from address_key where created_at <= ?1"),
        params![now.before(2 * LIFETIME)],
    )?;
    if destroyed != 0 {
        tx.erase();
    }
    Ok(())
}

/// The keys that can be opened, the newest first.
fn live(tx: &mut Tx<'_>) -> Result<Vec<AddressKey>> {
    let stored: Vec<AddressKey> = tx.all(
        sql!("select id, key, created_at from address_key order by id desc"),
        params![],
        |row| {
            Ok(AddressKey {
                id: row.next()?,
                secret: row.next()?,
                created_at: row.next()?,
            })
        },
    )?;
    let open = |key: AddressKey| {
        let secret = tx.seals().unseal(SECRET, &key.secret)?;
        Some(AddressKey { secret, ..key })
    };
    Ok(stored.into_iter().filter_map(open).collect())
}

/// The newest key, while new hashes are made with it.
fn young(tx: &mut Tx<'_>, now: Time) -> Result<Option<AddressKey>> {
    let newest = live(tx)?.into_iter().next();
    Ok(newest.filter(|key| now.since(key.created_at) < LIFETIME))
}

fn rotate(tx: &mut Tx<'_>, now: Time, secret: &[u8; 32]) -> Result<AddressKey> {
    let newest: Option<i64> = tx.one(
        sql!("select coalesce(max(id), 0) from address_key"),
        params![],
        |row| row.next(),
    )?;
    // Another may have made one since it was looked for: two of one moment would part what the same
    // network writes.
    if let Some(key) = young(tx, now)? {
        return Ok(key);
    }
    let id = newest.unwrap_or(0) + 1;
    let sealed = tx.seals().seal(SECRET, secret)?;
    tx.execute(
        sql!(
            "insert into address_key (id, key, created_at) values (?1, ?2, ?3)
              on conflict (id) do nothing"
        ),
        params![id, &sealed, now],
    )?;
    tx.execute(
        sql!("delete from address_key where id < ?1"),
        params![id - 1],
    )?;
    tx.erase();
    let stored = live(tx)?.into_iter().next();
    Ok(stored.unwrap_or_else(|| AddressKey {
        id,
        secret: secret.to_vec(),
        created_at: now,
    }))
}

impl AddressKey {
    fn hash(&self, network: Network) -> Vec<u8> {
        let mut hash = self.id.to_be_bytes().to_vec();
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.secret) {
            mac.update(network.bytes());
            hash.extend_from_slice(&mac.finalize().into_bytes()[..LENGTH]);
        }
        hash
    }
}
