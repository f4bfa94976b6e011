//! Links that sign someone in, once.

use std::time::Duration;

use rejoinder_core::author::Role;
use rejoinder_core::{Author, AuthorId, Refusal, SiteId, Time, TokenHash};

use crate::authors;
use crate::sessions::{self, NewSession};
use crate::{Result, Tx, params, sql};

/// Who a sign-in link is for.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// At which site.
    pub site: SiteId,
    /// The id for an account that does not exist yet.
    pub author: AuthorId,
    /// The account's address, already checked.
    pub email: String,
    /// What the account may do from now on.
    pub role: Role,
    /// The hash of the secret in the link.
    pub token: TokenHash,
    /// How long the link works.
    pub lifetime: Duration,
}

/// Give the account of an address a role, adding the account where there is none, and let a link sign
/// it in once.
pub fn invite(tx: &mut Tx<'_>, now: Time, invitation: &Invitation) -> Result<AuthorId> {
    let Invitation {
        site,
        email,
        role,
        token,
        lifetime,
        ..
    } = invitation;
    let author = match authors::by_email(tx, *site, email)? {
        Some(known) if known.role > Role::Reader => {
            authors::change_role(tx, *site, known.id, *role)?;
            known.id
        }
        Some(known) => known.id,
        None => {
            // Called by what stands before the @ until its owner says otherwise.
            let name = email.split('@').next().unwrap_or_default();
            authors::add_account(tx, now, *site, invitation.author, name, Some(email))?.id
        }
    };
    authors::set_role(tx, *site, author, *role)?;
    tx.execute(
        sql!(
            "insert into sign_in (site_id, token_hash, author_id, expires_at)
             values (?1, ?2, ?3, ?4)"
        ),
        params![*site, &token.0, author, now.after(*lifetime)],
    )?;
    Ok(author)
}

/// Whom a link would sign in; `None` when it was used, is too old, or never was.
pub fn invited(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    token: &TokenHash,
) -> Result<Option<Author>> {
    tx.one(
        sql!(
            "select a.id, a.name, a.kind, a.role, a.website from sign_in s
             join author a on a.site_id = s.site_id and a.id = s.author_id
             where s.site_id = ?1 and s.token_hash = ?2 and s.expires_at > ?3"
        ),
        params![site, &token.0, now],
        |row| authors::read(row, 0),
    )
}

/// Use a link up and begin a session; `name` is what the account calls itself from now on.
pub fn accept(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    token: &TokenHash,
    session: &NewSession,
    name: &str,
) -> Result<Author> {
    let invited = invited(tx, now, site, token)?.ok_or(Refusal::LinkUsed)?;
    let used = tx.execute(
        sql!("delete from sign_in where site_id = ?1 and token_hash = ?2"),
        params![site, &token.0],
    )?;
    if used == 0 {
        return Err(Refusal::LinkUsed.into());
    }
    forget_old(tx, now, site)?;
    tx.execute(
        sql!("update author set name = ?3 where site_id = ?1 and id = ?2"),
        params![site, invited.id, name],
    )?;
    sessions::begin(tx, now, site, invited.id, session)?;
    Ok(Author {
        name: name.to_owned(),
        ..invited
    })
}

/// Forget the links that were not used in time.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    tx.execute(
        sql!("delete from sign_in where site_id = ?1 and expires_at <= ?2"),
        params![site, now],
    )?;
    Ok(())
}
