//! Campaigns and their ledger.

mod intake;
pub(crate) mod ledger;
