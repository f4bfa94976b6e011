//! Receipts that are mailed to whoever gave, where a site does that.

use rejoinder_core::funding::processors::Giver;
use rejoinder_core::{EntryId, SiteId, Time};
use serde::{Deserialize, Serialize};

use super::campaigns;
use super::gifts::{self, RETENTION};
use super::ledger::{self, LedgerEntry};
use crate::jobs::{self, NewJob, Payload};
use crate::{Result, Tx};

/// Mails a receipt. Nothing of the address is left once that is done.
#[derive(Debug, Serialize, Deserialize)]
pub struct MailReceipt {
    /// The entry of the gift.
    pub entry: EntryId,
    /// The address of who gave.
    pub to: String,
}

impl Payload for MailReceipt {
    const KIND: &'static str = "receipt_mail";

    /// Never with the address.
    fn dedup_key(&self) -> Option<String> {
        Some(self.entry.to_string())
    }
}

/// Have the receipt of a gift mailed to whoever gave it, if their address was read.
pub(super) fn want(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    entry: EntryId,
    giver: &Giver,
) -> Result<()> {
    let Some(to) = &giver.mail_to else {
        return Ok(());
    };
    let to = to.reveal().to_owned();
    let job = NewJob::new(site, &MailReceipt { entry, to }, now)?.in_lane(0);
    jobs::add(tx, now, &job)?;
    Ok(())
}

/// Let `code` be a receipt of a gift. Returns the entry, and what its campaign is called, unless somebody has
/// claimed it meanwhile, or it went back.
pub fn draw(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    entry: EntryId,
    code: &str,
) -> Result<Option<(LedgerEntry, String)>> {
    let Some(entry) = ledger::find(tx, site, entry)? else {
        return Ok(None);
    };
    let campaign = campaigns::find(tx, site, entry.campaign)?;
    let is_gift = gifts::add_code(tx, now, site, &entry, code)?;
    let title = campaign.filter(|_| is_gift).map(|own| own.draft.title);
    Ok(title.map(|title| (entry, title)))
}

/// Give up on mails that could not be sent for as long as anything is kept of who gave.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    let before = now.before(RETENTION);
    jobs::drop_old_parked(tx, now, site, (MailReceipt::KIND, before))
}
