//! How authors stand with the moderators, and whether they may write; `sanctions` changes it.
//!
//! A ban is on the account, on every browser that proved to be its author, and, where the moderator
//! asks for it, on the addresses. Addresses are known only as hashes whose keys are destroyed within
//! two days or so (`address_keys`), and a ban on one ends with its key.

pub(crate) mod counting;
mod drawer;
mod record;

use rejoinder_core::identity::address::Network;
use rejoinder_core::identity::author::Role;
use rejoinder_core::moderation::{self, Ban, Standing, Trust};
use rejoinder_core::{Author, AuthorId, SiteId, Time, TokenHash};

use crate::identity::address_keys;
use crate::{Result, Tx, params, sql};

pub use drawer::{AuthorProfile, BannedAuthor, StandingChange, author_profile, banned};
pub use record::{record, records};

/// How an author stands, with the stops on their browser and their address.
pub(crate) fn of(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: Option<AuthorId>,
    token: Option<&TokenHash>,
    network: Network,
) -> Result<Standing> {
    let known: Option<(i64, Option<String>, Option<Time>)> = tx.one(
        sql!(
            "select cast(case when exists (select 1 from ban where site_id = ?1) then 1 else 0 end
                 as bigint), t.trust, t.suspended_until
             from site s left join standing t on t.site_id = s.id and t.author_id = ?2
             where s.id = ?1"
        ),
        params![site, author],
        |row| Ok((row.next()?, row.next()?, row.next()?)),
    )?;
    let Some((has_bans, trust, suspended_until)) = known else {
        return Ok(Standing::default());
    };
    let ban = match has_bans {
        0 => None,
        _ => ban_on(tx, now, site, author, token, network)?,
    };
    Ok(Standing {
        trust: trust
            .as_deref()
            .and_then(Trust::from_word)
            .unwrap_or_default(),
        suspended_until,
        ban,
    })
}

/// The stop that holds longest on any of what a reader shows of themselves.
fn ban_on(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: Option<AuthorId>,
    token: Option<&TokenHash>,
    network: Network,
) -> Result<Option<Ban>> {
    let mut shown: Vec<(&str, Vec<u8>)> = Vec::new();
    shown.extend(author.map(|id| ("account", account(id))));
    shown.extend(token.map(|token| ("token", token.0.to_vec())));
    let addresses = address_keys::hashes(tx, network)?;
    shown.extend(addresses.into_iter().map(|hash| ("address", hash)));
    let mut longest: Option<Ban> = None;
    for (kind, value) in shown {
        let found = tx.one(
            sql!(
                "select until, reason from ban where site_id = ?1 and kind = ?2 and value = ?3
                   and (until is null or until > ?4)"
            ),
            params![site, kind, &value, now],
            |row| {
                Ok(Ban {
                    until: row.next()?,
                    reason: row.next()?,
                })
            },
        )?;
        let end = |ban: &Ban| ban.until.map_or(i64::MAX, Time::micros);
        if let Some(found) = found
            && longest
                .as_ref()
                .is_none_or(|known| end(known) < end(&found))
        {
            longest = Some(found);
        }
    }
    Ok(longest)
}

pub(crate) fn account(author: AuthorId) -> Vec<u8> {
    author.0.to_be_bytes().to_vec()
}

/// Whether whoever shows this author, token and address may write, vote and flag.
pub fn may_write(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: Option<&Author>,
    token: &TokenHash,
    network: Network,
) -> Result<()> {
    let role = author.map_or(Role::Reader, |author| author.role);
    if role >= Role::Staff {
        return Ok(());
    }
    let standing = of(
        tx,
        now,
        site,
        author.map(|own| own.id),
        Some(token),
        network,
    )?;
    Ok(moderation::may_write(&standing, role, now)?)
}
