//! What follows from a change, after its commit: mails, hooks, digests.
//!
//! Jobs lie in the store, added with the change they follow from. A [`Worker`] claims those that are
//! due, gives each to the [`Handler`] of its kind, and records what became of it. Any number of
//! workers, on any number of nodes, share the work. A job is done at least once; a handler that must
//! not repeat itself looks at [`Job::is_interrupted`].

mod backoff;
mod card;
mod desk_mail;
mod erase;
mod external;
mod home;
mod housekeeper;
mod mail;
mod notice;
mod push;
mod webhook;
mod worker;

pub use card::{CardHandler, UnusedCardHandler};
pub use desk_mail::DeskMailHandler;
pub use erase::EraseHandler;
pub use external::{CorrectionHandler, ExternalHandler};
pub use home::Home;
pub use housekeeper::Housekeeper;
pub use mail::{MAIL, MailHandler, mail_job};
pub use notice::{FanOutHandler, NoticeHandler};
pub use push::PushHandler;
pub use store::jobs::{Job, NewJob};
pub use webhook::WebhookHandler;
pub use worker::{Handler, Outcome, Running, Worker};
