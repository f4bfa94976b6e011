//! What goes by the clock, whether anybody comes or not.
//!
//! Most of it also goes when the next of its kind comes, which may be never.

use rejoinder_core::{SiteId, Time};

use crate::archive::runs;
use crate::discussion::agreement::fitting;
use crate::discussion::{events, idempotency, images};
use crate::funding::{asking, gifts, receipts};
use crate::identity::{
    address_keys, guests, identities, mail_sign_ins, openid, passkeys, sessions, sign_ins, work,
};
use crate::notices::subscriptions;
use crate::passages::corrections;
use crate::recordings::{attaching, proposals};
use crate::{Result, Tx};

/// Destroy keys whose time is over, and leave nothing of what was erased lately beside the database.
/// After it, each site is to be tidied.
pub fn begin(tx: &mut Tx<'_>, now: Time) -> Result<()> {
    address_keys::destroy_old(tx, now)?;
    tx.erase();
    Ok(())
}

/// Forget what has expired at a site, and have done what is done by the clock.
pub fn tidy(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    for tidy in [
        idempotency::forget_old,
        events::forget_old,
        images::forget_old,
        guests::forget_old,
        identities::forget_old,
        mail_sign_ins::forget_old,
        openid::forget_old,
        passkeys::forget_old,
        asking::ask_by_the_clock,
        asking::forget_old,
        gifts::forget_old,
        receipts::forget_old,
        attaching::forget_old,
        runs::forget_old,
        corrections::forget_old,
        proposals::forget_old,
        sessions::forget_old,
        sign_ins::forget_old,
        subscriptions::forget_old,
        work::forget_old,
    ] {
        tidy(tx, now, site)?;
    }
    fitting::want(tx, now, site)
}
