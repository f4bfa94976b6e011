//! The tokens by which the publisher's own programs act at a site.
//!
//! Each has an author of its own, so that the log names the program. Only what the token allows makes
//! a moderator of it: the author's row has no rights.

use std::time::Duration;

use rejoinder_core::identity::author::{Profile, Role};
use rejoinder_core::{ApiScope, Author, AuthorId, AuthorKind, SiteId, Time, TokenHash};

use crate::{Result, Row, Tx, params, sql};

/// The most tokens of a site.
pub const MAX_TOKENS: i64 = 50;

const DAY_MICROS: i64 = 86_400_000_000;

/// A token that is about to be made.
#[derive(Debug, Clone)]
pub struct NewApiToken {
    /// At which site.
    pub site: SiteId,
    /// Names the token, and the author that stands for the program.
    pub id: AuthorId,
    /// All that is kept of the secret.
    pub hash: TokenHash,
    /// What the program is called.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<ApiScope>,
    /// Which owner makes it.
    pub created_by: AuthorId,
    /// How long it works.
    pub lifetime: Duration,
}

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Names the token.
    pub id: AuthorId,
    /// What the program is called.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<ApiScope>,
    /// The name of who made it, while their account is there.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: Time,
    /// When it stops working.
    pub expires_at: Time,
    /// The day of its last use.
    pub used_at: Option<Time>,
}

/// A program that has shown a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Where it may act.
    pub site: SiteId,
    /// As whom.
    pub author: Author,
    /// What it may do.
    pub scopes: Vec<ApiScope>,
    /// Whether this is the first use on this day, which [`note_use`] writes down.
    pub is_first_today: bool,
}

/// Make a token. Returns whether there was room for one more.
pub fn add(tx: &mut Tx<'_>, now: Time, new: &NewApiToken) -> Result<bool> {
    let n_tokens = tx.one(
        sql!("select count(*) from api_token k where k.site_id = ?1"),
        params![new.site],
        |row| row.next::<i64>(),
    )?;
    if n_tokens.unwrap_or(0) >= MAX_TOKENS {
        return Ok(false);
    }
    tx.execute(
        sql!(
            "insert into author (site_id, id, kind, name, created_at)
             values (?1, ?2, 'imported', ?3, ?4)"
        ),
        params![new.site, new.id, &new.name, now],
    )?;
    tx.execute(
        sql!(
            "insert into api_token
                 (site_id, id, token_hash, name, scopes, created_by, created_at, expires_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        ),
        params![
            new.site,
            new.id,
            &new.hash.0,
            &new.name,
            words(&new.scopes),
            new.created_by,
            now,
            now.after(new.lifetime)
        ],
    )?;
    Ok(true)
}

/// The tokens of a site, the newest first, those that have expired too.
pub fn list(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<ApiToken>> {
    tx.all(
        sql!(
            "select k.id, k.name, k.scopes, a.name, k.created_at, k.expires_at, k.used_at
             from api_token k left join author a on a.site_id = k.site_id and a.id = k.created_by
             where k.site_id = ?1 order by k.created_at desc, k.id desc"
        ),
        params![site],
        |row| {
            Ok(ApiToken {
                id: row.next()?,
                name: row.next()?,
                scopes: scopes(&row.next::<String>()?),
                created_by: row.next()?,
                created_at: row.next()?,
                expires_at: row.next()?,
                used_at: row.next()?,
            })
        },
    )
}

/// The program that acts by a token; `None` where it was revoked, has expired, or never was.
pub fn by_hash(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    hash: &TokenHash,
) -> Result<Option<Program>> {
    tx.one(
        sql!(
            "select used_at, id, name, scopes from api_token
             where site_id = ?1 and token_hash = ?2 and expires_at > ?3"
        ),
        params![site, &hash.0, now],
        |row| program(row, now, site),
    )
}

fn program(row: &Row<'_>, now: Time, site: SiteId) -> Result<Program> {
    let used_at: Option<Time> = row.next()?;
    Ok(Program {
        site,
        author: Author {
            id: row.next()?,
            name: row.next()?,
            kind: AuthorKind::Imported,
            role: Role::Moderator,
            website: None,
            is_supporter: false,
            profile: Profile::default(),
        },
        scopes: scopes(&row.next::<String>()?),
        is_first_today: used_at.is_none_or(|used| used < day(now)),
    })
}

/// Write down that a token was used on this day.
pub fn note_use(tx: &mut Tx<'_>, now: Time, site: SiteId, id: AuthorId) -> Result<()> {
    tx.execute(
        sql!("update api_token set used_at = ?3 where site_id = ?1 and id = ?2"),
        params![site, id, day(now)],
    )?;
    Ok(())
}

/// Let a token work no more. What was done by it stays in the log. Returns whether there was one.
pub fn revoke(tx: &mut Tx<'_>, site: SiteId, id: AuthorId) -> Result<bool> {
    let revoked = tx.execute(
        sql!("delete from api_token where site_id = ?1 and id = ?2"),
        params![site, id],
    )?;
    Ok(revoked == 1)
}

const fn day(time: Time) -> Time {
    let micros = time.micros();
    Time::from_micros(micros - micros.rem_euclid(DAY_MICROS))
}

pub(crate) fn words(scopes: &[ApiScope]) -> String {
    let words: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
    words.join(" ")
}

/// A word that this version does not know allows nothing.
fn scopes(words: &str) -> Vec<ApiScope> {
    words.split(' ').filter_map(ApiScope::from_word).collect()
}
