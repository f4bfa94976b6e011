//! How mail goes out, and where answers to it come in.

use std::fmt;

use rejoinder_core::identity::author;
use server::InboundMail;

use super::layers::Layers;
use crate::failure::Failure;

/// How mail is sent.
#[derive(Clone)]
pub(crate) struct MailRoute {
    pub(crate) server: egress::Mailer,
    /// The sender's address.
    pub(crate) from: String,
    /// Where answers go, if they are taken.
    pub(crate) inbound: Option<InboundMail>,
}

/// Without the password.
impl fmt::Debug for MailRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.from)
    }
}

/// The options of mails; nothing where none are sent.
pub(super) fn mail(layers: &Layers) -> Result<Option<MailRoute>, Failure> {
    let server = layers.read("mail.server", |text| text.parse().ok())?;
    let from = layers.read("mail.from", |text| author::parse_email(text).ok().flatten())?;
    let inbound = inbound(layers)?;
    match (server, from) {
        (Some(server), Some(from)) => Ok(Some(MailRoute {
            server,
            from,
            inbound,
        })),
        (None, None) if inbound.is_some() => {
            Err(Failure::misused("`mail.inbound` needs `mail.server`"))
        }
        (None, None) => Ok(None),
        (Some(_), None) => Err(Failure::misused("`mail.server` needs `mail.from`")),
        (None, Some(_)) => Err(Failure::misused("`mail.from` needs `mail.server`")),
    }
}

/// How short a secret may be that a stranger could try to guess, in bytes.
const MIN_SECRET: usize = 32;

/// Where answers to mails go. A secret is not repeated, not even one that is too short.
fn inbound(layers: &Layers) -> Result<Option<InboundMail>, Failure> {
    let address = layers.read("mail.inbound", |text| text.parse().ok())?;
    let secret = layers.read("mail.inbound_secret", |text| Some(text.to_owned()))?;
    match (address, secret) {
        (Some(address), Some(secret)) if secret.len() >= MIN_SECRET => {
            Ok(Some(InboundMail::new(address, &secret)))
        }
        (Some(_), Some(_)) => Err(Failure::misused(format!(
            "`mail.inbound_secret` must have at least {MIN_SECRET} characters"
        ))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(Failure::misused(
            "`mail.inbound` needs `mail.inbound_secret`",
        )),
        (None, Some(_)) => Err(Failure::misused(
            "`mail.inbound_secret` needs `mail.inbound`",
        )),
    }
}
