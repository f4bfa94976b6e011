//! Campaigns and their ledger.

mod ledger;
