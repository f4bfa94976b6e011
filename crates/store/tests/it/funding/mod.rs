//! Campaigns and their ledger.

mod gifts;
mod intake;
pub(crate) mod ledger;
mod reconciling;
