//! Campaigns, and what processors know of payments for them.

pub(crate) mod asking;
pub(crate) mod receipts;
