//! What readers give: campaigns with their goals, and the ledger of what came in.
//!
//! Amounts are whole numbers of a currency's smallest unit, and are never rounded. What has been raised
//! is the sum of a ledger that only grows: what was wrong gets a counter-entry.

use sha2::{Digest as _, Sha256};

use crate::Random;

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
    Campaign, CampaignDraft, CampaignMode, CampaignProblem, MAX_ABOUT, MAX_MILESTONES, MAX_TITLE,
    Milestone, of_page,
};
pub use counting::{DueEntry, PaymentTotals, due_entry};
pub use currency::{Currency, NotACurrency};
pub use ledger::{EntryKind, MonthlySum, Movement, month_of};
pub use money::{MAX_MINOR, Money, NotAnAmount};
pub use standing::{CampaignPhase, CampaignProgress};

/// A receipt for a gift of which no processor tells one: four groups of four letters and digits that nobody
/// takes for one another, 80 bits.
pub fn receipt_code(random: &dyn Random) -> String {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    let letters = bytes.map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    let groups = letters.chunks(4).map(|group| group.iter().collect());
    groups.collect::<Vec<String>>().join("-")
}

/// What a receipt is known by: whoever shows it knows it, and nobody who sees the hash does.
pub fn receipt_hash(receipt: &str) -> [u8; 32] {
    Sha256::digest(receipt.trim()).into()
}
