//! Links that sign someone in, once.

use std::time::Duration;

use rejoinder_core::identity::author::Role;
use rejoinder_core::{Author, AuthorId, Refusal, SiteId, Time, TokenHash};

use crate::identity::authors::{self, Colleague};
use crate::identity::sessions::{self, NewSession};
use crate::identity::{passkeys, roles};
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
    /// What the account may do once the link is used.
    pub role: Role,
    /// The hash of the secret in the link.
    pub token: TokenHash,
    /// How long the link works.
    pub lifetime: Duration,
}

/// Let a link sign the account of an address in once, which is added where there is none.
///
/// It may do what it is invited to when the link is used, and not before: whoever has a session of it may
/// be another. Whoever is to do less does so at once.
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
        Some(known) => {
            if known.role > *role {
                roles::change_role(tx, *site, known.id, *role)?;
            }
            known.id
        }
        None => {
            // Called by what stands before the @ until its owner says otherwise.
            let name = email.split('@').next().unwrap_or_default();
            authors::add_account(tx, now, *site, invitation.author, name, Some(email))?.id
        }
    };
    forget_old(tx, now, *site)?;
    roles::invite_to(tx, *site, author, *role)?;
    tx.execute(
        sql!(
            "insert into sign_in (site_id, token_hash, author_id, expires_at, role)
             values (?1, ?2, ?3, ?4, ?5)"
        ),
        params![*site, &token.0, author, now.after(*lifetime), role.as_str()],
    )?;
    Ok(author)
}

/// What an author is invited to who has not come yet; `None` when no link of theirs waits.
pub fn invited_to(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
) -> Result<Option<Role>> {
    let role: Option<Option<String>> = tx.one(
        sql!(
            "select role from sign_in
             where site_id = ?1 and author_id = ?2 and expires_at > ?3 and role is not null limit 1"
        ),
        params![site, author, now],
        |row| row.next(),
    )?;
    Ok(role.flatten().as_deref().and_then(Role::from_word))
}

/// Those outside the newsroom who are invited and have not come yet, with what they are invited to.
pub fn waiting(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<Vec<Colleague>> {
    let found: Vec<(Colleague, Option<String>)> = tx.all(
        sql!(
            "select distinct a.id, a.name, a.kind, a.role, a.website, a.is_supporter,
                 a.has_page, a.picture, a.email, s.role
             from sign_in s
             join author a on a.site_id = s.site_id and a.id = s.author_id
             where s.site_id = ?1 and s.expires_at > ?2 and a.role = 'reader' order by a.id"
        ),
        params![site, now],
        |row| {
            let author = authors::read(row)?;
            let email = row.next()?;
            Ok((Colleague { author, email }, row.next()?))
        },
    )?;
    let invited = found.into_iter().filter_map(|(mut colleague, role)| {
        colleague.author.role = role.as_deref().and_then(Role::from_word)?;
        Some(colleague)
    });
    Ok(invited.collect())
}

/// Whom a link would sign in, with what they may do from then on; `None` when it was used, is too old, or
/// never was.
pub fn invited(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    token: &TokenHash,
) -> Result<Option<Author>> {
    let found: Option<(Author, Option<String>)> = tx.one(
        sql!(
            "select a.id, a.name, a.kind, a.role, a.website, a.is_supporter, a.has_page, a.picture,
                 s.role
             from sign_in s
             join author a on a.site_id = s.site_id and a.id = s.author_id
             where s.site_id = ?1 and s.token_hash = ?2 and s.expires_at > ?3"
        ),
        params![site, &token.0, now],
        |row| Ok((authors::read(row)?, row.next()?)),
    )?;
    Ok(found.map(|(author, role)| Author {
        role: role
            .as_deref()
            .and_then(Role::from_word)
            .unwrap_or(author.role),
        ..author
    }))
}

/// Use a link up and begin a session; `name` is what the account calls itself from now on.
///
/// Where the account may do more from now on, whoever came to it otherwise has to prove the address:
/// older sessions end, and passkeys that an outsider could have added are forgotten.
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
    let before = authors::by_id(tx, site, invited.id)?.ok_or(Refusal::LinkUsed)?;
    if before.role == Role::Reader && invited.role > Role::Reader {
        passkeys::forget(tx, site, invited.id)?;
    }
    if invited.role != before.role {
        roles::set_role(tx, site, invited.id, invited.role)?;
    }
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
