//! Forgetting an address, wherever it stands.

use rejoinder_core::{AuthorId, SiteId, Time};

use crate::identity::mail_sign_ins;
use crate::notices::subscriptions;
use crate::{Result, Tx, jobs, params, sql};

/// Forget what a guest wanted to be told, and the mailbox that is known to be theirs where nobody else
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
             returning id, mailbox, cast(case when confirmed_at is not null
                 and contested_at is null then 1 else 0 end as bigint)"
        ),
        params![site, guest],
        |row| Ok((row.next()?, row.next()?, row.next::<i64>()? == 1)),
    )?;
    let told = ended.iter().map(|(id, mailbox, _)| (*id, mailbox.clone()));
    subscriptions::forget_notices(tx, now, site, &told.collect::<Vec<_>>())?;
    for (_, mailbox, _) in ended.iter().filter(|(_, _, is_known)| *is_known) {
        let others = tx.one(
            sql!("select 1 from subscription where site_id = ?1 and mailbox = ?2 limit 1"),
            params![site, mailbox],
            |_| Ok(()),
        )?;
        if others.is_none() {
            forget_mailbox(tx, now, site, mailbox)?;
        }
    }
    Ok(())
}

/// Forget what a mailbox was to be told, but for what an account of the same person is. Gives the
/// addresses that lead there.
pub(crate) fn forget_mailbox(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    mailbox: &str,
) -> Result<Vec<String>> {
    let ended: Vec<(i64, String)> = tx.all(
        sql!(
            "delete from subscription where site_id = ?1 and mailbox = ?2 and not exists (
                 select 1 from author a where a.site_id = ?1 and a.id = subscription.author_id
                   and a.kind = 'account')
             returning id, email"
        ),
        params![site, mailbox],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let told = ended.iter().map(|(id, _)| (*id, mailbox.to_owned()));
    subscriptions::forget_notices(tx, now, site, &told.collect::<Vec<_>>())?;
    for sql in [
        sql!("delete from mail_sign_in where site_id = ?1 and mailbox = ?2"),
        sql!("delete from guest_link where site_id = ?1 and mailbox = ?2"),
    ] {
        tx.execute(sql, params![site, mailbox])?;
    }
    let mut addresses: Vec<String> = ended.into_iter().map(|(_, email)| email).collect();
    addresses.push(mailbox.to_owned());
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
