//! Who wishes to be told, and what is told: mails, bells, pushes.

pub mod answers;
pub mod author_notices;
pub mod bells;
pub mod devices;
pub mod mails;
pub mod outbox;
pub mod pushes;
pub mod subscriptions;
pub mod telling;
