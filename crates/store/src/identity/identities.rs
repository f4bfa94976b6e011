//! Accounts that are somebody elsewhere: the users of a publisher, known by an issuer and a subject.
//!
//! What is said later wins over what was said before, whatever the order in which it arrives; what is
//! not said stays.

use rejoinder_core::identity::author::Role;
use rejoinder_core::{Author, AuthorId, Refusal, Site, SiteId, Time};
use sha2::{Digest, Sha256};

use crate::database::error::StoreError;
use crate::identity::sessions::{self, NewSession};
use crate::identity::{authors, renaming};
use crate::moderation::naming;
use crate::publication::sites;
use crate::{Result, Tx, params, sql};

/// Whoever decides at a site signs in there, so that a key is not worth their powers.
const NEWSROOM: Refusal = Refusal::TokenInvalid {
    why: "moderators, editors and owners sign in by themselves",
};

/// What an issuer says of someone, its signature checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityClaims {
    /// Who says it.
    pub issuer: String,
    /// Whom it is about; means something to the issuer alone.
    pub subject: String,
    /// What they are called.
    pub name: Option<String>,
    /// An address that the issuer has seen to be theirs.
    pub email: Option<String>,
    /// When it was said.
    pub issued_at: Time,
}

/// A token that was used up, so that it is worth nothing to whoever finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsedToken {
    /// Of all of it.
    pub hash: [u8; 32],
    /// When it would be too old anyway.
    pub expires_at: Time,
}

impl UsedToken {
    /// Of `token`, which cannot be used after `expires_at`.
    pub fn of(token: &str, expires_at: Time) -> Self {
        Self {
            hash: Sha256::digest(token).into(),
            expires_at,
        }
    }
}

/// Someone comes in.
#[derive(Debug, Clone)]
pub struct IdentitySignIn {
    /// At which site.
    pub site: Site,
    /// What is said of them.
    pub claims: IdentityClaims,
    /// What they came in with.
    pub spent: Option<UsedToken>,
    /// The id for an account that does not exist yet.
    pub author: AuthorId,
    /// The session that begins.
    pub session: NewSession,
}

/// Who came in.
#[derive(Debug, Clone)]
pub struct SignedInAccount {
    /// The account.
    pub account: Author,
    /// Whether a session began; not where the browser had proven to be the account already.
    pub is_new: bool,
}

/// Begin a session for whom the claims are about; their account is made when they come first.
pub fn sign_in(tx: &mut Tx<'_>, now: Time, sign_in: &IdentitySignIn) -> Result<SignedInAccount> {
    let (site, claims) = (&sign_in.site, &sign_in.claims);
    if known(tx, site.id, claims)?.is_none() {
        // Who comes for the first time in two windows at once gets one account. Locked before
        // anything is written: a row that names the site holds a share of it.
        sites::lock(tx, site.id)?;
    }
    if let Some(spent) = &sign_in.spent {
        spend(tx, now, site.id, spent)?;
    }
    let account = match known(tx, site.id, claims)? {
        Some((author, _)) if author.role > Role::Staff => return Err(NEWSROOM.into()),
        Some((author, said_at)) => update(tx, now, site, author, said_at, claims)?,
        None => make(tx, now, sign_in)?,
    };
    let before = match &sign_in.session.replaces {
        Some(token) => authors::by_token(tx, now, site.id, token)?,
        None => None,
    };
    let is_new = before.as_ref().is_none_or(|before| before.id != account.id);
    // A moderator who looks at the page as one of its users stays a moderator.
    if is_new && before.is_some_and(|before| before.role > Role::Staff) {
        return Err(NEWSROOM.into());
    }
    if is_new {
        sessions::begin(tx, now, site.id, account.id, &sign_in.session)?;
    }
    Ok(SignedInAccount { account, is_new })
}

fn spend(tx: &mut Tx<'_>, now: Time, site: SiteId, spent: &UsedToken) -> Result<()> {
    forget_old(tx, now, site)?;
    let is_first = tx.execute(
        sql!(
            "insert into spent_token (site_id, hash, expires_at) values (?1, ?2, ?3)
             on conflict (site_id, hash) do nothing"
        ),
        params![site, &spent.hash, spent.expires_at],
    )?;
    match is_first {
        0 => Err(Refusal::TokenUsed.into()),
        _ => Ok(()),
    }
}

/// The account of a subject, and when something was last said of it.
fn known(tx: &mut Tx<'_>, site: SiteId, claims: &IdentityClaims) -> Result<Option<(Author, Time)>> {
    let found: Option<(AuthorId, Time)> = tx.one(
        sql!(
            "select author_id, issued_at from identity
             where site_id = ?1 and issuer = ?2 and subject = ?3 for update"
        ),
        params![site, &claims.issuer, &claims.subject],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let Some((author, said_at)) = found else {
        return Ok(None);
    };
    let missing = || StoreError::Internal("an identity without an account".into());
    let author = authors::by_id(tx, site, author)?.ok_or_else(missing)?;
    Ok(Some((author, said_at)))
}

/// Take over what is newer than what is known. A name that the newsroom protects is not taken.
fn update(
    tx: &mut Tx<'_>,
    now: Time,
    site: &Site,
    author: Author,
    said_at: Time,
    claims: &IdentityClaims,
) -> Result<Author> {
    if claims.issued_at <= said_at {
        return Ok(author);
    }
    tx.execute(
        sql!(
            "update identity set issued_at = ?4
             where site_id = ?1 and issuer = ?2 and subject = ?3"
        ),
        params![site.id, &claims.issuer, &claims.subject, claims.issued_at],
    )?;
    let mut author = author;
    if let Some(name) = &claims.name {
        match renaming::rename(tx, now, site, &author, name) {
            Ok(()) => author.name.clone_from(name),
            Err(StoreError::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    if let Some(email) = free_email(tx, site.id, claims, author.id)? {
        tx.execute(
            sql!("update author set email = ?3 where site_id = ?1 and id = ?2"),
            params![site.id, author.id, &email],
        )?;
    }
    Ok(author)
}

/// The address that is said, unless it is another account's.
fn free_email(
    tx: &mut Tx<'_>,
    site: SiteId,
    claims: &IdentityClaims,
    author: AuthorId,
) -> Result<Option<String>> {
    let Some(email) = claims.email.as_deref() else {
        return Ok(None);
    };
    let holder = authors::by_email(tx, site, email)?;
    let is_free = holder.is_none_or(|holder| holder.id == author);
    Ok(is_free.then(|| email.to_ascii_lowercase()))
}

/// The account for someone who comes for the first time: that of their address, where there is one,
/// or a new one. Nobody gets into the newsroom by an address.
fn make(tx: &mut Tx<'_>, now: Time, sign_in: &IdentitySignIn) -> Result<Author> {
    let (site, claims) = (&sign_in.site, &sign_in.claims);
    let holder = match claims.email.as_deref() {
        Some(email) => authors::by_email(tx, site.id, email)?,
        None => None,
    };
    let account = match holder {
        Some(holder) if holder.role == Role::Reader => holder,
        holder => {
            let name = claims.name.as_deref().ok_or(Refusal::NameMissing)?;
            naming::may_be_called(tx, site, name)?;
            let email = claims.email.as_deref().filter(|_| holder.is_none());
            authors::add_account(tx, now, site.id, sign_in.author, name, email)?
        }
    };
    tx.execute(
        sql!(
            "insert into identity (site_id, issuer, subject, author_id, issued_at)
             values (?1, ?2, ?3, ?4, ?5)"
        ),
        params![
            site.id,
            &claims.issuer,
            &claims.subject,
            account.id,
            claims.issued_at
        ],
    )?;
    Ok(account)
}

/// Who an account is elsewhere: issuer and subject.
pub fn of_author(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<(String, String)>> {
    tx.all(
        sql!(
            "select issuer, subject from identity where site_id = ?1 and author_id = ?2
             order by issuer, subject"
        ),
        params![site, author],
        |row| Ok((row.next()?, row.next()?)),
    )
}

/// Forget who an account is elsewhere.
pub(crate) fn forget(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<()> {
    tx.execute(
        sql!("delete from identity where site_id = ?1 and author_id = ?2"),
        params![site, author],
    )?;
    Ok(())
}

/// Forget the tokens that are too old to be used again anyway.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    tx.execute(
        sql!("delete from spent_token where site_id = ?1 and expires_at <= ?2"),
        params![site, now],
    )?;
    Ok(())
}
