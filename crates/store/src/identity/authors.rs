//! Authors: guests by their browser's token, and accounts.

use std::time::Duration;

use rejoinder_core::identity::author::{Profile, Role};
use rejoinder_core::{Author, AuthorId, AuthorKind, SiteId, Time, TokenHash};

use crate::database::error::StoreError;
use crate::moderation::searches;
use crate::{Result, Row, Tx, params, sql};

/// How long a guest's browser proves who they are.
const SESSION: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// What a guest says of themselves, already checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GuestDetails {
    /// As they call themselves; empty for someone who only voted.
    pub name: String,
    /// Where notices go.
    pub email: Option<String>,
    /// Their own site, through the URL gate.
    pub website: Option<String>,
}

/// Whom `token` belongs to at `site`.
pub fn by_token(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    token: &TokenHash,
) -> Result<Option<Author>> {
    tx.one(
        sql!(
            "select a.id, a.name, a.kind, a.role, a.website, a.is_supporter, a.has_page, a.picture
             from session s
             join author a on a.site_id = s.site_id and a.id = s.author_id
             where s.site_id = ?1 and s.token_hash = ?2 and s.expires_at > ?3"
        ),
        params![site, &token.0, now],
        read,
    )
}

/// The author with this id.
pub fn by_id(tx: &mut Tx<'_>, site: SiteId, id: AuthorId) -> Result<Option<Author>> {
    tx.one(
        sql!(
            "select id, name, kind, role, website, is_supporter, has_page, picture from author
             where site_id = ?1 and id = ?2"
        ),
        params![site, id],
        read,
    )
}

/// The account of an e-mail address, in whatever case it is written.
pub fn by_email(tx: &mut Tx<'_>, site: SiteId, email: &str) -> Result<Option<Author>> {
    tx.one(
        sql!(
            "select id, name, kind, role, website, is_supporter, has_page, picture from author
             where site_id = ?1 and email = ?2 and kind = 'account' order by id limit 1"
        ),
        params![site, email.to_ascii_lowercase()],
        read,
    )
}

/// Add an account, for an e-mail address that its owner has proven, that an operator vouches for, or
/// for none.
pub(crate) fn add_account(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: AuthorId,
    name: &str,
    email: Option<&str>,
) -> Result<Author> {
    tx.execute(
        sql!(
            "insert into author (site_id, id, kind, name, email, created_at)
             values (?1, ?2, 'account', ?3, ?4, ?5)"
        ),
        params![site, id, name, email.map(str::to_ascii_lowercase), now],
    )?;
    Ok(Author {
        id,
        name: name.to_owned(),
        kind: AuthorKind::Account,
        role: Role::Reader,
        website: None,
        is_supporter: false,
        profile: Profile::default(),
    })
}

/// Add a guest, whom `token` will prove.
pub fn add_guest(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: AuthorId,
    details: &GuestDetails,
    token: &TokenHash,
) -> Result<Author> {
    tx.execute(
        sql!(
            "insert into author (site_id, id, kind, name, email, website, created_at)
             values (?1, ?2, 'guest', ?3, ?4, ?5, ?6)"
        ),
        params![
            site,
            id,
            &details.name,
            details.email.as_deref(),
            details.website.as_deref(),
            now
        ],
    )?;
    tx.execute(
        sql!(
            "insert into session (site_id, token_hash, author_id, created_at, expires_at)
             values (?1, ?2, ?3, ?4, ?5)
             on conflict (site_id, token_hash) do update set author_id = excluded.author_id,
                 created_at = excluded.created_at, expires_at = excluded.expires_at,
                 label = null, family = null"
        ),
        params![site, &token.0, id, now, now.after(SESSION)],
    )?;
    Ok(Author {
        id,
        name: details.name.clone(),
        kind: AuthorKind::Guest,
        role: Role::Reader,
        website: details.website.clone(),
        is_supporter: false,
        profile: Profile::default(),
    })
}

/// Whom `token` proves; a new guest without a name, where it proves nobody yet.
pub fn by_token_or_new(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: AuthorId,
    token: &TokenHash,
) -> Result<Author> {
    match by_token(tx, now, site, token)? {
        Some(known) => Ok(known),
        None => add_guest(tx, now, site, id, &GuestDetails::default(), token),
    }
}

/// Let a guest call themselves something else. An empty e-mail field keeps the one that is known.
pub fn set_details(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: AuthorId,
    details: &GuestDetails,
) -> Result<()> {
    tx.execute(
        sql!(
            "update author set name = ?3, email = coalesce(?4, email), website = ?5
             where site_id = ?1 and id = ?2"
        ),
        params![
            site,
            author,
            &details.name,
            details.email.as_deref(),
            details.website.as_deref()
        ],
    )?;
    Ok(())
}

/// Forget what a guest said of themselves. Their browser still proves that they are the same.
pub(crate) fn forget_details(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<()> {
    searches::forget_about(tx, site, author)?;
    tx.execute(
        sql!(
            "update author set name = '', email = null, website = null
             where site_id = ?1 and id = ?2 and kind = 'guest' and role = 'reader'"
        ),
        params![site, author],
    )?;
    Ok(())
}

/// One of the newsroom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    /// The colleague's account.
    pub author: Author,
    /// Their address.
    pub email: Option<String>,
}

/// The newsroom of a site, those who may do most first.
pub fn newsroom(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<Colleague>> {
    let mut found = tx.all(
        sql!(
            "select id, name, kind, role, website, is_supporter, has_page, picture, email from author
             where site_id = ?1 and role <> 'reader' order by id"
        ),
        params![site],
        |row| {
            Ok(Colleague {
                author: read(row)?,
                email: row.next()?,
            })
        },
    )?;
    found.sort_by_key(|colleague| std::cmp::Reverse(colleague.author.role));
    Ok(found)
}

/// An author from eight columns: id, name, kind, role, website, whether they support the site, whether
/// they have a page, and what their picture is called.
pub(crate) fn read(row: &Row<'_>) -> Result<Author> {
    let unknown = |word: String| StoreError::Internal(format!("unknown word {word}").into());
    let (id, name) = (row.next()?, row.next()?);
    let (kind, role): (String, String) = (row.next()?, row.next()?);
    Ok(Author {
        id,
        name,
        kind: AuthorKind::from_word(&kind).ok_or_else(|| unknown(kind))?,
        role: Role::from_word(&role).ok_or_else(|| unknown(role))?,
        website: row.next()?,
        is_supporter: row.next::<i64>()? == 1,
        profile: Profile {
            has_page: row.next::<i64>()? == 1,
            picture: row.next()?,
        },
    })
}

/// The address of an account.
pub fn email_of(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Option<String>> {
    let email = tx.one(
        sql!("select email from author where site_id = ?1 and id = ?2"),
        params![site, author],
        |row| row.next(),
    )?;
    Ok(email.flatten())
}
