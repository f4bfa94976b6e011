//! Mails that people send: what somebody wrote, without what programs have put around it.

mod quotes;

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders as _, PartType};

use crate::{plain_text, sanitise};

/// What a message is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceivedMail {
    /// Written by a program, and nothing that anyone has said.
    Automatic {
        /// The header that says so.
        header: &'static str,
    },
    /// Written by somebody.
    Written(WrittenMail),
}

/// What somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenMail {
    /// What tells the message from others, if it says.
    pub message_id: Option<String>,
    /// The headers that say to whom it goes, those of whoever delivered it first.
    pub recipients: Vec<String>,
    /// What they wrote, without what they quote and their signature.
    pub text: String,
    /// How many files came with it, which are left out.
    pub n_attachments: usize,
}

/// The headers that name recipients.
const RECIPIENTS: [&str; 8] = [
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Forwarded-To",
    "To",
    "Cc",
    "Resent-To",
];

/// Reads a message as it goes over the wire (RFC 5322); nothing where it is none.
pub fn received_mail(message: &[u8]) -> Option<ReceivedMail> {
    let message = MessageParser::default().parse(message)?;
    if let Some(header) = automatic(&message) {
        return Some(ReceivedMail::Automatic { header });
    }
    let named = |name: &'static str| values(&message, name).map(str::to_owned);
    let shown = message.text_body.iter();
    let shown = shown.filter_map(|id| message.parts.get(usize::try_from(*id).ok()?));
    let texts: Vec<String> = shown.filter_map(text_of).collect();
    Some(ReceivedMail::Written(WrittenMail {
        message_id: message.message_id().map(str::to_owned),
        recipients: RECIPIENTS.into_iter().flat_map(named).collect(),
        text: quotes::cut(&texts.join("\n\n")),
        n_attachments: message.attachments.len(),
    }))
}

/// The values of the headers of one name, as they came.
fn values<'a>(message: &'a Message<'_>, name: &'static str) -> impl Iterator<Item = &'a str> {
    let all = message.headers_raw();
    all.filter_map(move |(own, value)| own.eq_ignore_ascii_case(name).then_some(value.trim()))
}

/// The header by which a program says that nobody wrote this (RFC 3834), or that it tells of a mail that
/// did not arrive.
fn automatic(message: &Message<'_>) -> Option<&'static str> {
    let word = |value: &str| {
        let end = value.find([';', '(']).unwrap_or(value.len());
        value[..end].trim().to_ascii_lowercase()
    };
    let any = |name: &'static str, says: &dyn Fn(&str) -> bool| {
        values(message, name)
            .any(|value| says(&word(value)))
            .then_some(name)
    };
    let is_report = message
        .content_type()
        .is_some_and(|kind| kind.ctype() == "multipart" && kind.subtype() == Some("report"));
    any("Auto-Submitted", &|word| word != "no")
        .or_else(|| {
            let bulk = ["bulk", "junk", "list", "auto_reply"];
            any("Precedence", &|word| bulk.contains(&word))
        })
        .or_else(|| any("Return-Path", &|word| word == "<>"))
        .or_else(|| any("X-Autoreply", &|word| word != "no"))
        .or_else(|| any("X-Autorespond", &|word| word != "no"))
        .or_else(|| is_report.then_some("Content-Type"))
}

/// What one part says.
fn text_of(part: &MessagePart<'_>) -> Option<String> {
    match &part.body {
        PartType::Text(text) => {
            let says = |name, value: &str| {
                let kind = part.content_type();
                let own = kind.and_then(|kind| kind.attribute(name));
                own.is_some_and(|own| own.eq_ignore_ascii_case(value))
            };
            Some(match says("format", "flowed") {
                true => unflowed(text, says("delsp", "yes")),
                false => text.to_string(),
            })
        }
        PartType::Html(html) => Some(plain_text(&sanitise(body_of(html)))),
        PartType::Binary(_)
        | PartType::InlineBinary(_)
        | PartType::Message(_)
        | PartType::Multipart(_) => None,
    }
}

/// What a page says, without its head.
fn body_of(html: &str) -> &str {
    let mut places = html.match_indices("<");
    let is_body = |at: usize| {
        let name = html.as_bytes().get(at + 1..at + 5);
        name.is_some_and(|name| name.eq_ignore_ascii_case(b"body"))
    };
    places
        .find(|(at, _)| is_body(*at))
        .map_or(html, |(at, _)| &html[at..])
}

/// `text` with the lines of a paragraph in one, where a program has broken them (RFC 3676).
fn unflowed(text: &str, drops_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut goes_on = false;
    for line in text.lines() {
        let is_quote = line.starts_with('>');
        if !out.is_empty() && (!goes_on || is_quote) {
            out.push('\n');
        }
        let line = line.strip_prefix(' ').unwrap_or(line);
        goes_on = line.ends_with(' ') && line != quotes::SIGNATURE && !is_quote;
        out.push_str(match goes_on && drops_space {
            true => line.strip_suffix(' ').unwrap_or(line),
            false => line,
        });
    }
    out
}
