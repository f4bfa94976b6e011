//! What readers give: campaigns with their goals, and the ledger of what came in.
//!
//! Amounts are whole numbers of a currency's smallest unit, and are never rounded. What has been raised
//! is the sum of a ledger that only grows: what was wrong gets a counter-entry.

mod campaign;
mod currency;
mod ledger;
mod money;
pub mod processors;
mod standing;

pub use campaign::{
    Campaign, Draft, MAX_ABOUT, MAX_MILESTONES, MAX_TITLE, Milestone, Mode, Unusable, of_page,
};
pub use currency::{Currency, NotACurrency};
pub use ledger::{EntryKind, Movement, Sum, month_of};
pub use money::{MAX_MINOR, Money, NotAnAmount};
pub use standing::{Phase, Standing};
