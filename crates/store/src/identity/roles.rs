//! What an author may do at a site.

use rejoinder_core::identity::author::Role;
use rejoinder_core::identity::policy;
use rejoinder_core::{AuthorId, SiteId};

use crate::identity::{authors, sessions};
use crate::{Result, Tx, params, sql};

/// Let an author do more or less at the site. Whoever may do something else than before must sign in
/// again: a session says of nobody that they may do more, and of links that wait none brings it back.
pub fn set_role(tx: &mut Tx<'_>, site: SiteId, author: AuthorId, role: Role) -> Result<()> {
    let before = authors::by_id(tx, site, author)?.map(|author| author.role);
    if before.is_some_and(|before| before != role) {
        sessions::end_others(tx, site, author, None)?;
        invite_to(tx, site, author, Role::Reader)?;
    }
    tx.execute(
        sql!("update author set role = ?3 where site_id = ?1 and id = ?2"),
        params![site, author, role.as_str()],
    )?;
    Ok(())
}

/// Let one of the newsroom do more or less there. A site keeps an owner.
pub fn change_role(tx: &mut Tx<'_>, site: SiteId, author: AuthorId, role: Role) -> Result<()> {
    let owners: Vec<AuthorId> = tx.all(
        sql!(
            "select id from author where site_id = ?1 and role <> 'reader' and role = 'owner'
             order by id for update"
        ),
        params![site],
        |row| row.next(),
    )?;
    let known = authors::by_id(tx, site, author)?;
    policy::may_change_role(known.as_ref(), &owners, role)?;
    set_role(tx, site, author, role)
}

/// Let the links of an author that wait invite to `role`; to none, they work no more. Returns whether there
/// are any.
pub(crate) fn invite_to(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: AuthorId,
    role: Role,
) -> Result<bool> {
    let n_links = match role {
        Role::Reader => tx.execute(
            sql!("delete from sign_in where site_id = ?1 and author_id = ?2"),
            params![site, author],
        )?,
        _ => tx.execute(
            sql!("update sign_in set role = ?3 where site_id = ?1 and author_id = ?2"),
            params![site, author, role.as_str()],
        )?,
    };
    Ok(n_links > 0)
}
