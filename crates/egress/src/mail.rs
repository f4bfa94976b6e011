//! One mail, and the message that goes over the wire.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lettre::message::header::{ContentTransferEncoding, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart, header};
use lettre::{Address, Message};
use rejoinder_core::Time;
use rejoinder_core::line::{cut, is_bidi_control};
use url::quirks::domain_to_ascii;

/// The longest name of a sender, in characters: a line of a mail is no place for a text.
const MAX_SENDER: usize = 100;

/// The longest subject, in characters.
const MAX_SUBJECT: usize = 500;

/// A mail to one person. Carries no picture but the logo of its site, and no tracking.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mail {
    /// The sender's name, usually the publication.
    pub from_name: String,
    /// The sender's address.
    pub from: String,
    /// The one recipient's address.
    pub to: String,
    /// Where an answer goes, if not to the sender.
    pub reply_to: Option<String>,
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
pub enum NotAMail {
    /// There can be no mailbox at the recipient's address.
    #[error("`{0}` is not an e-mail address")]
    Recipient(String),
    /// Something else of it is wrong: that is for the owner to mend.
    #[error("the mail cannot be put together: {0}")]
    Other(String),
}

impl Mail {
    /// The message as it goes over the wire, dated `now`.
    pub fn message(&self, now: Time) -> Result<Message, NotAMail> {
        let since_1970 = Duration::from_secs(u64::try_from(now.seconds()).unwrap_or(0));
        let mut builder = Message::builder()
            .from(Mailbox::new(
                Some(sender(&self.from_name)),
                address(&self.from)
                    .ok_or_else(|| NotAMail::Other(format!("it is from `{}`", self.from)))?,
            ))
            .to(Mailbox::new(
                None,
                address(&self.to).ok_or_else(|| NotAMail::Recipient(self.to.clone()))?,
            ))
            .header(subject(&self.subject))
            .date(SystemTime::UNIX_EPOCH + since_1970)
            .message_id(Some(format!("<{}>", one_line(&self.message_id))))
            .header(raw("Auto-Submitted", "auto-generated"));
        if let Some(answered) = &self.reply_to {
            let answered = address(answered)
                .ok_or_else(|| NotAMail::Other("its answers go to no address".to_owned()))?;
            builder = builder.reply_to(Mailbox::new(None, answered));
        }
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
            .map_err(|error| NotAMail::Other(error.to_string()))
    }
}

/// The address as it goes over the wire, its domain in ASCII, if the text is one.
fn address(text: &str) -> Option<Address> {
    let (local, domain) = text.rsplit_once('@')?;
    Address::new(local, domain_to_ascii(domain)).ok()
}

/// The subject. A text in it that looks encoded is encoded itself, or it would be decoded by who
/// reads the mail and say something that nobody has seen here.
fn subject(text: &str) -> RawHeader {
    let mut header = raw("Subject", &cut(text, MAX_SUBJECT));
    if header.value.contains("=?") {
        header.encoded = Some(encoded_words(&header.value));
    }
    header
}

/// The most bytes that an encoded word of 75 characters holds.
const MAX_WORD: usize = 45;

/// A text as encoded words, one a line (RFC 2047).
fn encoded_words(text: &str) -> String {
    let mut words = vec![String::new()];
    for c in text.chars() {
        if words
            .last()
            .is_none_or(|word| word.len() + c.len_utf8() > MAX_WORD)
        {
            words.push(String::new());
        }
        words.last_mut().into_iter().for_each(|word| word.push(c));
    }
    let words = words
        .iter()
        .map(|word| format!("=?utf-8?b?{}?=", STANDARD.encode(word)));
    words.collect::<Vec<_>>().join("\r\n ")
}

/// One line of text.
fn one_line(text: &str) -> String {
    let ends = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let parts: Vec<&str> = text.split(ends).collect();
    parts.join(" ").trim().to_owned()
}

/// The name of a sender. It stands alone, so that nothing in it has to be kept apart.
fn sender(name: &str) -> String {
    cut(&one_line(name).replace(is_bidi_control, ""), MAX_SENDER)
}

fn raw(name: &'static str, value: &str) -> RawHeader {
    RawHeader {
        name,
        value: one_line(value),
        encoded: None,
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
    /// How it is written, where that is not for lettre to find.
    encoded: Option<String>,
}

impl header::Header for RawHeader {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Rejoinder")
    }

    fn parse(value: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self {
            name: "X-Rejoinder",
            value: value.to_owned(),
            encoded: None,
        })
    }

    fn display(&self) -> HeaderValue {
        let name = HeaderName::new_from_ascii_str(self.name);
        match &self.encoded {
            Some(encoded) => {
                HeaderValue::dangerous_new_pre_encoded(name, self.value.clone(), encoded.clone())
            }
            None => HeaderValue::new(name, self.value.clone()),
        }
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
            reply_to: Some("reply+k7@courier.example".to_owned()),
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
            "Reply-To: reply+k7@courier.example",
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

    fn subject_read(subject: &str) -> String {
        let mail = Mail {
            subject: subject.to_owned(),
            ..mail()
        };
        let wire = wire(&mail);
        let longest = wire.lines().map(str::len).max();
        assert!(longest < Some(100), "{wire}");
        let read = mail_parser::MessageParser::default().parse(&wire);
        read.unwrap().subject().unwrap_or_default().to_owned()
    }

    #[test]
    fn a_subject_is_read_as_it_was_written() {
        for subject in [
            "Kim Ode replied to you",
            "=?utf-8?B?TW9kZXJhdG9y?= replied to you",
            "=?utf-8?q?Moderator?= replied to you",
            "=?iso-8859-1?Q?Kim_Ode?=",
            "Ann =?utf-8?q?=0D=0ABcc:_x?= replied",
            "é =?utf-8?B?TW9kZXJhdG9y?= 李雷",
            "a=?b",
            "=?=?=?",
            &format!("=?utf-8?q?{}?=", "é".repeat(200)),
            "=?utf-8?q?x?= ".repeat(20).trim_end(),
            "用户 replied",
        ] {
            assert_eq!(subject_read(subject), subject);
        }
    }

    #[test]
    fn a_senders_name_is_read_as_it_was_written() {
        let name = "=?utf-8?B?TW9kZXJhdG9y?= News";
        let mail = Mail {
            from_name: name.to_owned(),
            ..mail()
        };
        let wire = wire(&mail);
        let read = mail_parser::MessageParser::default().parse(&wire).unwrap();
        assert_eq!(read.from().unwrap().first().unwrap().name(), Some(name));
    }

    #[test]
    fn a_domain_goes_over_the_wire_in_ascii() {
        for (to, sent) in [
            ("ann@bücher.example", "ann@xn--bcher-kva.example"),
            ("ann@例え.テスト", "ann@xn--r8jz45g.xn--zckzah"),
            ("jörg@bücher.example", "jörg@xn--bcher-kva.example"),
            ("Ann@reader.example", "Ann@reader.example"),
        ] {
            let mail = Mail {
                to: to.to_owned(),
                ..mail()
            };
            assert!(wire(&mail).contains(&format!("To: {sent}\r\n")), "{to}");
        }
    }

    #[test]
    fn what_is_taken_as_an_address_can_be_sent_to() {
        let long = format!("{}@{}example.org", "a".repeat(64), "b.".repeat(80));
        for typed in [
            "ann@example.org",
            "o'neil+news@example.org",
            "!#$%&'*+-/=?^_`{|}~@example.org",
            "a.b.c@a.b.c.example",
            "jörg@bücher.example",
            "用户@例子.公司",
            "a@xn--bcher-kva.example",
            "1@2.example",
            "a@straße.example",
            "नाम@उदाहरण.भारत",
            &long,
        ] {
            let email = rejoinder_core::identity::author::parse_email(typed).unwrap();
            let mail = Mail {
                to: email.expect(typed),
                ..mail()
            };
            assert!(mail.message(Time::from_micros(0)).is_ok(), "{typed}");
        }
    }
}
