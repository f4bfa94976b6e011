//! The one door out: every request that the server makes to the outside goes through here.
//!
//! A stranger can make the server fetch an address (a link to preview, a webhook, an identity
//! provider). So the [`Client`] refuses addresses that a stranger must not reach, looks at every
//! address that a name resolves to, connects to exactly those that it looked at, and looks again
//! after each redirect. Nothing else in the program opens an HTTP connection. Mail leaves by the
//! [`Mailer`], and traces go to the operator's own [`Collector`].

mod addresses;
mod client;
mod collector;
mod exception;
mod folder;
mod gate;
mod mail;
mod push;
mod smtp;

pub use addresses::is_public;
pub use client::{Client, ClientPolicy, Download, FetchError, FetchLimits, Request, Response};
pub use collector::{Collector, CollectorAddress, CollectorHeaders, NotACollector, NotHeaders};
pub use exception::{Exception, Feature, NotAnException};
pub use folder::{WrittenMail, newest_mails, read_mail};
pub use gate::{ForbiddenTarget, Lookup, SystemLookup};
pub use mail::{Mail, NotAMail};
pub use push::{MAX_MESSAGE, NotATarget, Push, PushKey, PushTarget, SealError};
pub use reqwest::Method;
pub use smtp::{BadMailer, MailOutcome, Mailer};
