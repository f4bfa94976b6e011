//! Where mails go: to an SMTP server, or into a folder for trying things out.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::{Address, Message};
use rejoinder_core::Time;
use traces::{Kind, Name, Span};
use url::Url;

use crate::mail::{Mail, NotAMail};

const TIMEOUT: Duration = Duration::from_secs(30);

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailOutcome {
    /// The server took it.
    Delivered,
    /// The server will never take it; trying again is pointless.
    Refused(String),
    /// There is no mailbox at the recipient's address that the server can reach. That is for who gave
    /// the address to mend.
    NoMailbox(String),
    /// Not now: the server said so, or could not be reached. Try again.
    Deferred(String),
    /// The connection died after the whole mail was sent and before the server answered: it may have
    /// been delivered, so it is not sent again.
    Doubt(String),
}

impl MailOutcome {
    /// The word for what went wrong.
    const fn problem(&self) -> Option<&'static str> {
        match self {
            Self::Delivered => None,
            Self::Refused(_) => Some("refused"),
            Self::NoMailbox(_) => Some("no_mailbox"),
            Self::Deferred(_) => Some("deferred"),
            Self::Doubt(_) => Some("doubt"),
        }
    }
}

/// Where mails go.
#[derive(Clone)]
pub enum Mailer {
    /// To an SMTP server.
    Smtp(Smtp),
    /// Into a folder, one `.eml` file each, named for its Message-ID.
    Folder(PathBuf),
}

/// How to reach an SMTP server.
#[derive(Clone)]
pub struct Smtp {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<(String, String)>,
    timeout: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    /// Encrypted from the first byte (port 465).
    Implicit,
    /// Encrypted after STARTTLS, or not at all.
    Starttls,
    /// Plain text, possible only on this machine.
    Local,
}

/// An address of a mail server that cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the mail server must be smtps://user:password@host (TLS), smtp://user:password@host:587 \
     (STARTTLS), smtp://127.0.0.1:1025 (plain, this machine only) or file:///folder"
)]
pub struct BadMailer;

impl FromStr for Mailer {
    type Err = BadMailer;

    fn from_str(text: &str) -> Result<Self, BadMailer> {
        let url = Url::parse(text).map_err(|_| BadMailer)?;
        if url.scheme() == "file" {
            return url.to_file_path().map(Self::Folder).map_err(|()| BadMailer);
        }
        let host = url
            .host_str()
            .ok_or(BadMailer)?
            .trim_matches(['[', ']'])
            .to_owned();
        let is_here = matches!(host.as_str(), "127.0.0.1" | "::1" | "localhost");
        let (security, usual_port) = match url.scheme() {
            "smtps" => (Security::Implicit, 465),
            "smtp" if is_here => (Security::Local, 25),
            "smtp" => (Security::Starttls, 587),
            _ => return Err(BadMailer),
        };
        let credentials = url
            .password()
            .map(|secret| (decode(url.username()), decode(secret)));
        let port = url.port().unwrap_or(usual_port);
        Ok(Self::Smtp(Smtp {
            host,
            port,
            security,
            credentials,
            timeout: TIMEOUT,
        }))
    }
}

fn decode(text: &str) -> String {
    let pair = format!("x={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map_or_else(String::new, |(_, v)| v.into())
}

impl Mailer {
    /// This mailer, giving each mail at most `timeout` for each step of the conversation.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        if let Self::Smtp(smtp) = &mut self {
            smtp.timeout = timeout;
        }
        self
    }

    /// Send `mail`, dated `now`, once.
    pub async fn send(&self, mail: &Mail, now: Time) -> MailOutcome {
        let mut span = Span::child(Kind::Client, Name::only("mail"));
        let outcome = span.scope().around(self.send_once(mail, now)).await;
        if let Some(why) = outcome.problem() {
            span.fail(why);
        }
        outcome
    }

    async fn send_once(&self, mail: &Mail, now: Time) -> MailOutcome {
        let message = match mail.message(now) {
            Ok(message) => message,
            Err(error @ NotAMail::Recipient(_)) => {
                return MailOutcome::NoMailbox(error.to_string());
            }
            Err(error @ NotAMail::Other(_)) => return MailOutcome::Refused(error.to_string()),
        };
        match self {
            Self::Smtp(smtp) => smtp.send(&message).await,
            Self::Folder(folder) => write(folder, &mail.message_id, &message).await,
        }
    }
}

async fn write(folder: &Path, id: &str, message: &Message) -> MailOutcome {
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() || "-_.@".contains(c) {
            c
        } else {
            '-'
        }
    };
    let name: String = id.chars().map(safe).collect();
    let path = folder.join(format!("{}.eml", name.trim_start_matches('.')));
    let bytes = message.formatted();
    let written = tokio::task::spawn_blocking(move || {
        std::fs::create_dir_all(path.parent().unwrap_or(&path))?;
        std::fs::write(path, bytes)
    });
    match written.await {
        Ok(Ok(())) => MailOutcome::Delivered,
        Ok(Err(error)) => MailOutcome::Deferred(error.to_string()),
        Err(error) => MailOutcome::Deferred(error.to_string()),
    }
}

impl Smtp {
    async fn send(&self, message: &Message) -> MailOutcome {
        let mut connection = match self.within(self.connect()).await {
            Ok(connection) => connection,
            Err(sent) => return sent,
        };
        let sent = self.converse(&mut connection, message).await;
        let _ = tokio::time::timeout(self.timeout, connection.abort()).await;
        sent
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let hello = ClientId::default();
        let tls = || TlsParameters::new(self.host.clone());
        let implicit = match self.security {
            Security::Implicit => Some(tls()?),
            Security::Starttls | Security::Local => None,
        };
        let address = (self.host.as_str(), self.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            address,
            Some(self.timeout),
            &hello,
            implicit,
            None,
        )
        .await?;
        if self.security == Security::Starttls {
            connection.starttls(tls()?, &hello).await?;
        }
        if let Some((user, password)) = &self.credentials {
            let credentials = Credentials::new(user.clone(), password.clone());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
        }
        Ok(connection)
    }

    async fn converse(
        &self,
        connection: &mut AsyncSmtpConnection,
        message: &Message,
    ) -> MailOutcome {
        let envelope = message.envelope();
        let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
        let is_plain = envelope.from().is_none_or(is_ascii) && envelope.to().iter().all(is_ascii);
        let mut parameters = Vec::new();
        if !is_plain {
            if !connection
                .server_info()
                .supports_feature(Extension::SmtpUtfEight)
            {
                let why = "the mail server takes no addresses beyond ASCII (SMTPUTF8)".to_owned();
                return match envelope.to().iter().all(is_ascii) {
                    true => MailOutcome::Refused(why),
                    false => MailOutcome::NoMailbox(why),
                };
            }
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let from = MailFrom::new(envelope.from().cloned(), parameters);
        if let Err(error) = self.within(connection.command(from)).await {
            return error;
        }
        for recipient in envelope.to() {
            let to = Rcpt::new(recipient.clone(), Vec::new());
            match self.within(connection.command(to)).await {
                Ok(_) => {}
                Err(MailOutcome::Refused(why)) if is_about_mailbox(&why) => {
                    return MailOutcome::NoMailbox(why);
                }
                Err(error) => return error,
            }
        }
        if let Err(error) = self.within(connection.command(Data)).await {
            return error;
        }
        match tokio::time::timeout(self.timeout, connection.message(&message.formatted())).await {
            Ok(Ok(_)) => MailOutcome::Delivered,
            Ok(Err(error)) if error.status().is_some() => judged(&error),
            Ok(Err(error)) => MailOutcome::Doubt(error.to_string()),
            Err(_) => MailOutcome::Doubt("no answer after the mail was sent".to_owned()),
        }
    }

    /// One step before the mail itself, when giving up is still safe.
    async fn within<T>(
        &self,
        step: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, MailOutcome> {
        match tokio::time::timeout(self.timeout, step).await {
            Ok(answer) => answer.map_err(|error| judged(&error)),
            Err(_) => Err(MailOutcome::Deferred(
                "the mail server does not answer".to_owned(),
            )),
        }
    }
}

/// Whether a recipient was refused for what their address is, and not because this program may not
/// send mail (5.7.x) through the server.
fn is_about_mailbox(why: &str) -> bool {
    let why = why.to_lowercase();
    !["5.7.", "relay", "authenticat"]
        .iter()
        .any(|own| why.contains(own))
}

fn judged(error: &Error) -> MailOutcome {
    if error.is_permanent() {
        MailOutcome::Refused(error.to_string())
    } else {
        MailOutcome::Deferred(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn security(text: &str) -> Option<Security> {
        match text.parse() {
            Ok(Mailer::Smtp(smtp)) => Some(smtp.security),
            _ => None,
        }
    }

    #[test]
    fn plain_text_is_spoken_on_this_machine_only() {
        assert_eq!(security("smtp://127.0.0.1:1025"), Some(Security::Local));
        assert_eq!(security("smtp://mail.example"), Some(Security::Starttls));
        assert_eq!(
            security("smtps://u:p@mail.example"),
            Some(Security::Implicit)
        );
        assert_eq!(security("http://mail.example"), None);
        assert_eq!(security("mail.example"), None);
    }

    #[test]
    fn a_password_may_hold_any_character() {
        let Ok(Mailer::Smtp(smtp)) = "smtps://a%40b:p%2F+%25@mail.example".parse() else {
            panic!("not read");
        };
        assert_eq!(
            smtp.credentials,
            Some(("a@b".to_owned(), "p/+%".to_owned()))
        );
    }
}
