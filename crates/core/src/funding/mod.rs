//! What readers give: campaigns with their goals, and the ledger of what came in.
//!
//! Amounts are whole numbers of a currency's smallest unit, and are never rounded. What has been raised
//! is the sum of a ledger that only grows: what was wrong gets a counter-entry.

use sha2::{Digest as _, Sha256};

mod campaign;
mod counting;
mod currency;
mod ledger;
mod money;
pub mod processors;
pub mod reconciling;
mod standing;
pub mod table;

pub use campaign::{
    Campaign, Draft, MAX_ABOUT, MAX_MILESTONES, MAX_TITLE, Milestone, Mode, Unusable, of_page,
};
pub use counting::{Due, PaymentSoFar, due};
pub use currency::{Currency, NotACurrency};
pub use ledger::{EntryKind, Movement, Sum, month_of};
pub use money::{MAX_MINOR, Money, NotAnAmount};
pub use standing::{Phase, Standing};

/// What a receipt is known by: whoever shows it knows it, and nobody who sees the hash does.
pub fn receipt_hash(receipt: &str) -> [u8; 32] {
    Sha256::digest(receipt.trim()).into()
}
