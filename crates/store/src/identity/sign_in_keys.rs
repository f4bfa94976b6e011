//! The keys by which a publisher signs tokens for its own users. Several hold at a time, so that one
//! can be put in the place of another.

use rejoinder_core::{SiteId, Time};

use crate::{Result, StoreError, Tx, params, sql};

/// Where secrets are, for their seals.
const SECRET: &str = "sign_in_key.key";

/// The most keys of a site.
pub const MAX_KEYS: i64 = 10;

/// How a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// A secret that both sides know (HMAC with SHA-256).
    Hs256,
    /// The public half of an Ed25519 key.
    EdDsa,
}

impl KeyKind {
    /// The word that is stored, and that tokens carry as `alg`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::EdDsa => "EdDSA",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Hs256, Self::EdDsa]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// A key of a publisher.
#[derive(Clone, PartialEq, Eq)]
pub struct SignInKey {
    /// Names it at its site.
    pub id: i64,
    /// How it signs.
    pub kind: KeyKind,
    /// The secret as text, or the 32 bytes of the public key as base64.
    pub key: String,
    /// Since when it holds.
    pub created_at: Time,
}

/// The keys of a site, the newest first.
pub fn list(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<SignInKey>> {
    let rows: Vec<(i64, String, String, Time)> = tx.all(
        sql!(
            "select id, kind, key, created_at from sign_in_key where site_id = ?1
             order by created_at desc, id desc"
        ),
        params![site],
        |row| Ok((row.next()?, row.next()?, row.next()?, row.next()?)),
    )?;
    let read = |(id, kind, key, created_at): (i64, String, String, Time)| {
        let unknown = || StoreError::Internal(format!("unknown kind of key {kind}").into());
        Ok(SignInKey {
            id,
            kind: KeyKind::from_word(&kind).ok_or_else(unknown)?,
            key,
            created_at,
        })
    };
    // One that no key opens signs nobody in.
    let rows = rows.into_iter().filter_map(|(id, kind, key, created_at)| {
        Some((id, kind, tx.unseal_text(SECRET, &key)?, created_at))
    });
    rows.map(read).collect()
}

/// Add a key. Returns whether there was room for one more.
pub fn add(tx: &mut Tx<'_>, site: SiteId, key: &SignInKey) -> Result<bool> {
    let added = tx.execute(
        sql!(
            "insert into sign_in_key (site_id, id, kind, key, created_at)
             select cast(?1 as bigint), cast(?2 as bigint), cast(?3 as text), cast(?4 as text),
                 cast(?5 as bigint)
             where (select count(*) from sign_in_key k where k.site_id = ?1) < ?6"
        ),
        params![
            site,
            key.id,
            key.kind.as_str(),
            tx.seal_text(SECRET, &key.key)?,
            key.created_at,
            MAX_KEYS
        ],
    )?;
    Ok(added == 1)
}

/// Let a key sign nothing any more. Sessions that it began go on. Returns whether there was one.
pub fn remove(tx: &mut Tx<'_>, site: SiteId, id: i64) -> Result<bool> {
    let removed = tx.execute(
        sql!("delete from sign_in_key where site_id = ?1 and id = ?2"),
        params![site, id],
    )?;
    Ok(removed == 1)
}
