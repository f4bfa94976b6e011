//! One mail, and the message that goes over the wire.

use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentTransferEncoding, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart, header};
use lettre::{Address, Message};
use rejoinder_core::Time;

/// A mail to one person. Carries no remote picture and no tracking.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mail {
    /// The sender's name, usually the publication.
    pub from_name: String,
    /// The sender's address.
    pub from: String,
    /// The one recipient's address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The whole mail as plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// Without angle brackets: the same id again is the same mail.
    pub message_id: String,
    /// The ids of the mails that this one follows, without angle brackets; the last is the parent.
    pub references: Vec<String>,
    /// What the mail belongs to, as a host-like name: mail programs group by it.
    pub list_id: Option<String>,
    /// Where one POST unsubscribes (RFC 8058).
    pub unsubscribe_url: Option<String>,
}

/// Why a mail cannot be put together.
#[derive(Debug, thiserror::Error)]
#[error("the mail cannot be put together: {0}")]
pub struct NotAMail(String);

impl Mail {
    /// The message as it goes over the wire, dated `now`.
    pub fn message(&self, now: Time) -> Result<Message, NotAMail> {
        let since_1970 = Duration::from_secs(u64::try_from(now.seconds()).unwrap_or(0));
        let mut builder = Message::builder()
            .from(Mailbox::new(
                Some(one_line(&self.from_name)),
                address(&self.from)?,
            ))
            .to(Mailbox::new(None, address(&self.to)?))
            .subject(one_line(&self.subject))
            .date(SystemTime::UNIX_EPOCH + since_1970)
            .message_id(Some(format!("<{}>", one_line(&self.message_id))))
            .header(raw("Auto-Submitted", "auto-generated"));
        if let Some(parent) = self.references.last() {
            let chain: Vec<String> = self.references.iter().map(|id| format!("<{id}>")).collect();
            builder = builder
                .in_reply_to(format!("<{parent}>"))
                .references(chain.join(" "));
        }
        if let Some(list) = &self.list_id {
            builder = builder.header(raw("List-Id", &format!("<{list}>")));
        }
        if let Some(url) = &self.unsubscribe_url {
            builder = builder
                .header(raw("List-Unsubscribe", &format!("<{url}>")))
                .header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }
        let parts = MultiPart::alternative()
            .singlepart(part(header::ContentType::TEXT_PLAIN, &self.text))
            .singlepart(part(header::ContentType::TEXT_HTML, &self.html));
        builder
            .multipart(parts)
            .map_err(|error| NotAMail(error.to_string()))
    }
}

fn address(text: &str) -> Result<Address, NotAMail> {
    text.parse()
        .map_err(|_| NotAMail(format!("`{text}` is not an e-mail address")))
}

fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control())
        .collect::<Vec<_>>()
        .join(" ")
        .trim()
        .to_owned()
}

fn raw(name: &'static str, value: &str) -> RawHeader {
    RawHeader {
        name,
        value: one_line(value),
    }
}

fn part(kind: header::ContentType, body: &str) -> SinglePart {
    SinglePart::builder()
        .header(kind)
        .header(ContentTransferEncoding::QuotedPrintable)
        .body(body.to_owned())
}

/// A header that lettre has no type for.
#[derive(Clone)]
struct RawHeader {
    name: &'static str,
    value: String,
}

impl header::Header for RawHeader {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Rejoinder")
    }

    fn parse(value: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self {
            name: "X-Rejoinder",
            value: value.to_owned(),
        })
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(
            HeaderName::new_from_ascii_str(self.name),
            self.value.clone(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> Mail {
        Mail {
            from_name: "The Courier".to_owned(),
            from: "news@courier.example".to_owned(),
            to: "ann@reader.example".to_owned(),
            subject: "Kim Ode replied to you".to_owned(),
            text: "Hello\n".to_owned(),
            html: "<p>Hello</p>".to_owned(),
            message_id: "c2@courier.example".to_owned(),
            references: vec![
                "c0@courier.example".to_owned(),
                "c1@courier.example".to_owned(),
            ],
            list_id: Some("page.courier.example".to_owned()),
            unsubscribe_url: Some("https://talk.example/unsubscribe/x".to_owned()),
        }
    }

    fn wire(mail: &Mail) -> String {
        let message = mail
            .message(Time::from_micros(1_795_000_000_000_000))
            .unwrap();
        String::from_utf8(message.formatted()).unwrap()
    }

    #[test]
    fn a_mail_threads_and_can_be_left_with_one_click() {
        let wire = wire(&mail());
        for line in [
            "From: \"The Courier\" <news@courier.example>",
            "Message-ID: <c2@courier.example>",
            "In-Reply-To: <c1@courier.example>",
            "References: <c0@courier.example> <c1@courier.example>",
            "List-Id: <page.courier.example>",
            "List-Unsubscribe: <https://talk.example/unsubscribe/x>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            "Auto-Submitted: auto-generated",
            "Content-Type: multipart/alternative",
        ] {
            assert!(wire.contains(line), "{line}\n{wire}");
        }
    }

    #[test]
    fn no_field_can_add_a_header() {
        let hostile = "x\r\nBcc: everyone@example.org\r\n\r\nbody";
        let mail = Mail {
            subject: hostile.to_owned(),
            from_name: hostile.to_owned(),
            message_id: hostile.to_owned(),
            list_id: Some(hostile.to_owned()),
            unsubscribe_url: Some(hostile.to_owned()),
            ..mail()
        };
        assert!(!wire(&mail).lines().any(|line| line.starts_with("Bcc:")));
        let mail = Mail {
            to: hostile.to_owned(),
            ..mail
        };
        assert!(mail.message(Time::from_micros(0)).is_err());
    }
}
