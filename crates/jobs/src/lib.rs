//! What follows from a change, after its commit: mails, hooks, digests.
//!
//! Jobs lie in the store, added with the change they follow from. A [`Worker`] claims those that are
//! due, gives each with its typed payload to the [`Handler`] of its kind, and records what became of it. Any number of
//! workers, on any number of nodes, share the work. A job is done at least once; a handler that must
//! not repeat itself looks at [`Job::is_interrupted`].

mod archive;
mod backoff;
mod discussion;
mod funding;
mod home;
mod housekeeper;
mod identity;
mod integrations;
mod moderation;
mod notices;
mod passages;
pub mod pictures;
mod recordings;
mod worker;

pub use self::archive::backing_up::{BackupPlan, BackupStatus, Backups};
pub use self::archive::importing::ImportHandler;
pub use discussion::card::{CardHandler, UnusedCardHandler};
pub use discussion::liking::LikedHandler;
pub use discussion::sides::SidesHandler;
pub use funding::asking::{AskHandler, ProcessorAddresses};
pub use funding::receipts::ReceiptHandler;
pub use home::Home;
pub use housekeeper::Housekeeper;
pub use identity::erase::EraseHandler;
pub use integrations::webhook::WebhookHandler;
pub use moderation::desk_mail::DeskMailHandler;
pub use moderation::spam_check::{SpamCheckHandler, SpamCorrectionHandler};
pub use notices::mail::{MailHandler, SendMail};
pub use notices::notice::{FanOutHandler, NoticeHandler};
pub use notices::push::PushHandler;
pub use passages::anchoring::PassagesHandler;
pub use passages::fetching::ArticleHandler;
pub use passages::telling::SenderHandler;
pub use recordings::citing::CitedHandler;
pub use recordings::reading::{DecoderCommand, RecordingHandler};
pub use store::jobs::{Job, NewJob, Payload};
pub use worker::{AnyHandler, Handler, JobOutcome, Worker};
