//! Forgetting an address, wherever it stands.

use rejoinder_core::identity::author;
use rejoinder_core::{AuthorId, SiteId, Time};

use crate::identity::mail_sign_ins;
use crate::notices::subscriptions;
use crate::{Result, Tx, jobs, params, sql};

/// Forget what a guest wanted to be told, and the address that is known to be theirs where nobody else
/// is told anything there.
pub(crate) fn forget_of_guest(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    guest: AuthorId,
) -> Result<()> {
    let ended: Vec<(i64, String, bool)> = tx.all(
        sql!(
            "delete from subscription where site_id = ?1 and author_id = ?2
             returning id, email, cast(case when confirmed_at is not null
                 and contested_at is null then 1 else 0 end as bigint)"
        ),
        params![site, guest],
        |row| Ok((row.next()?, row.next()?, row.next::<i64>()? == 1)),
    )?;
    let told = ended
        .iter()
        .map(|(id, email, _)| (*id, author::mailbox(email)));
    subscriptions::forget_notices(tx, now, site, &told.collect::<Vec<_>>())?;
    let known = ended.into_iter().filter(|(_, _, is_known)| *is_known);
    for address in known.map(|(_, email, _)| author::proven_by(&email)) {
        if told_at(tx, site, &address)?.is_empty() {
            forget_address(tx, now, site, &address)?;
        }
    }
    Ok(())
}

/// What is told at an address, as [`author::proven_by`] writes it, with how it was written and whether by
/// the wish of an account.
fn told_at(tx: &mut Tx<'_>, site: SiteId, address: &str) -> Result<Vec<(i64, String, bool)>> {
    let told: Vec<(i64, String, bool)> = tx.all(
        sql!(
            "select s.id, s.email, cast(case when exists (
                 select 1 from author a where a.site_id = ?1 and a.id = s.author_id
                   and a.kind = 'account') then 1 else 0 end as bigint)
             from subscription s where s.site_id = ?1 and s.mailbox = ?2"
        ),
        params![site, author::mailbox(address)],
        |row| Ok((row.next()?, row.next()?, row.next::<i64>()? == 1)),
    )?;
    let own = told.into_iter();
    let own = own.filter(|(_, email, _)| author::proven_by(email) == address);
    Ok(own.collect())
}

/// Forget what was to be told at an address, as [`author::proven_by`] writes it, but for what an account
/// of the same person is. Returns the ways to write it that were known.
pub(crate) fn forget_address(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    address: &str,
) -> Result<Vec<String>> {
    let mailbox = author::mailbox(address);
    let mut addresses = vec![address.to_owned()];
    let mut ended = Vec::new();
    for (id, email, is_of_account) in told_at(tx, site, address)? {
        if !is_of_account {
            tx.execute(
                sql!("delete from subscription where site_id = ?1 and id = ?2"),
                params![site, id],
            )?;
            ended.push((id, mailbox.clone()));
            addresses.push(email);
        }
    }
    subscriptions::forget_notices(tx, now, site, &ended)?;
    let asked: Vec<String> = tx.all(
        sql!("select email from mail_sign_in where site_id = ?1 and mailbox = ?2"),
        params![site, &mailbox],
        |row| row.next(),
    )?;
    addresses.extend(
        asked
            .into_iter()
            .filter(|email| author::proven_by(email) == address),
    );
    tx.execute(
        sql!("delete from guest_link where site_id = ?1 and mailbox = ?2"),
        params![site, address],
    )?;
    addresses.sort();
    addresses.dedup();
    for address in &addresses {
        mail_sign_ins::forget(tx, site, address)?;
        forget_mails(tx, site, address)?;
    }
    Ok(addresses)
}

/// Forget the mails to an address, those that were sent too.
pub(crate) fn forget_mails(tx: &mut Tx<'_>, site: SiteId, address: &str) -> Result<()> {
    jobs::erase(tx, site, jobs::MAIL, address)
}
