//! Answers by mail: which mail one answers, and by whom it is.
//!
//! The address says whom the mail told; whose address stands in the answer says nothing, for anyone can
//! write it there. So a mail can be answered only where its mailbox is known to be its author's: whoever
//! reads the mails of a subscription that two people asked for is one of them, and nobody knows which.

use rejoinder_core::identity::proof_of_work::ChallengeKey;
use rejoinder_core::notices::reply_address::{AnsweredMail, ReplyKey, ReplyToken};
use rejoinder_core::{Author, SiteId};

use crate::identity::{authors, work};
use crate::notices::subscriptions::{self, Subscription, subscription};
use crate::publication::sites;
use crate::{Result, Tx, params, sql};

/// What `site` signs addresses with; `None` until [`add_key`].
pub fn key(tx: &mut Tx<'_>, site: SiteId) -> Result<Option<ReplyKey>> {
    let key = work::key(tx, site)?;
    Ok(key.map(|key| ReplyKey::of(&key.0)))
}

/// Give `site` a key made of `drawn`, unless it has one. Returns the one that it has.
pub fn add_key(tx: &mut Tx<'_>, site: SiteId, drawn: [u8; 32]) -> Result<ReplyKey> {
    let key = work::add_key(tx, site, &ChallengeKey(drawn))?;
    Ok(ReplyKey::of(&key.0))
}

/// So many sites are looked at with one statement.
const SITES_AT_ONCE: i64 = 1_000;

/// The mail that an address with `token` answers; nothing where it is not ours.
pub fn answered(tx: &mut Tx<'_>, token: &ReplyToken) -> Result<Option<AnsweredMail>> {
    let mut last = None;
    loop {
        let ids = sites::ids(tx, last, SITES_AT_ONCE)?;
        if ids.is_empty() {
            return Ok(None);
        }
        last = ids.last().copied();
        for site in ids.into_iter().filter(|site| token.may_be_of(*site)) {
            let key = key(tx, site)?;
            if let Some(mail) = key.and_then(|key| token.proven(site, &key)) {
                return Ok(Some(mail));
            }
        }
    }
}

/// Whose answer to a mail of `subscription` it is, with the subscription as it is now. Nobody's, where it
/// has ended, where its author is gone, and where its mailbox may be somebody else's.
pub fn answerer(
    tx: &mut Tx<'_>,
    site: SiteId,
    subscription: i64,
) -> Result<Option<(Author, Subscription)>> {
    let told = tx.one(
        sql!(subscription!(
            "where s.site_id = ?1 and s.id = ?2 and s.confirmed_at is not null
               and s.contested_at is null"
        )),
        params![site, subscription],
        subscriptions::read,
    )?;
    let Some(told) = told else { return Ok(None) };
    let author = authors::by_id(tx, site, told.author)?;
    Ok(author.map(|author| (author, told)))
}
