//! A mail as it goes over the wire, taken apart by what those who read it go by.

use std::cell::RefCell;
use std::collections::BTreeSet;

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, CommentToken, DoctypeToken, StartTag, TagToken, Token, TokenSink, TokenSinkResult,
    Tokenizer, TokenizerOpts,
};
use mail_parser::{MessageParser, MimeHeaders as _};

/// What a mail is made of.
#[derive(Debug)]
pub struct MailContent {
    /// The names of its headers, in order, and what each says once it is decoded.
    pub headers: Vec<(String, String)>,
    /// The types of its parts.
    pub parts: Vec<String>,
    /// The part that is plain text.
    pub text: String,
    /// The kinds of tags and comments in the part that is HTML, each with the names of its attributes.
    pub tags: BTreeSet<String>,
    /// Where its HTML leads: every value of `href`, `src` and the like.
    pub links: Vec<String>,
}

/// The most bytes that a line of a mail may have (RFC 5322).
const MAX_LINE: usize = 998;

impl MailContent {
    /// Takes `raw` apart.
    ///
    /// # Panics
    ///
    /// When it is none that every mail program reads in the same way.
    pub fn read(raw: &str) -> Self {
        let lines: Vec<&str> = raw.split("\r\n").collect();
        for line in &lines {
            let is_long = line.len() > MAX_LINE;
            let is_odd = line.contains(['\r', '\n', '\0']);
            assert!(!is_long && !is_odd, "{line:?}");
        }
        let head: Vec<&str> = lines.into_iter().take_while(|it| !it.is_empty()).collect();
        let is_plain = |line: &&&str| line.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
        assert_eq!(head.iter().find(|line| !is_plain(line)), None);
        let parsed = MessageParser::default().parse(raw).unwrap();
        let names = head.iter().filter(|line| !line.starts_with([' ', '\t']));
        let names = names.map(|line| line.split_once(':').unwrap().0.to_owned());
        let headers = names.map(|name| {
            let value = match name.as_str() {
                "Subject" => parsed.subject().unwrap_or_default().to_owned(),
                "From" | "To" => {
                    let list = if name == "To" {
                        parsed.to()
                    } else {
                        parsed.from()
                    };
                    let all = list.into_iter().flat_map(|list| list.clone().into_list());
                    let said = |part: Option<std::borrow::Cow<'_, str>>| {
                        part.unwrap_or_default().into_owned()
                    };
                    let all = all.map(|one| format!("{} <{}>", said(one.name), said(one.address)));
                    all.collect::<Vec<_>>().join(", ")
                }
                _ => parsed.header_raw(name.as_str()).unwrap().trim().to_owned(),
            };
            (name, value)
        });
        let (tags, links) = read_html(&parsed.body_html(0).unwrap());
        Self {
            headers: headers.collect(),
            parts: parsed
                .parts
                .iter()
                .filter_map(|part| part.content_type())
                .map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()))
                .collect(),
            text: parsed.body_text(0).unwrap().into_owned(),
            tags,
            links,
        }
    }

    /// The names of its headers.
    pub fn names(&self) -> Vec<&str> {
        self.headers.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// What the header `name` says.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map_or_else(|| panic!("no {name}: {self:?}"), |(_, value)| value)
    }
}

fn read_html(html: &str) -> (BTreeSet<String>, Vec<String>) {
    let tokenizer = Tokenizer::new(TagSink::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(html.into());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

#[derive(Default)]
struct TagSink(RefCell<(BTreeSet<String>, Vec<String>)>);

impl TokenSink for TagSink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let (tags, links) = &mut *self.0.borrow_mut();
        match token {
            TagToken(tag) if tag.kind == StartTag => {
                let names = tag.attrs.iter().map(|attribute| &*attribute.name.local);
                let words: Vec<&str> = std::iter::once(&*tag.name).chain(names).collect();
                tags.insert(words.join(" "));
                let leads = ["href", "src", "action", "background", "srcset", "style"];
                // A style leads somewhere by a function or by what is escaped in it alone.
                let is_lead = |name: &str, value: &str| {
                    leads.contains(&name) && (name != "style" || value.contains(['(', '\\']))
                };
                let leads = tag
                    .attrs
                    .iter()
                    .filter(|attribute| is_lead(&attribute.name.local, &attribute.value));
                links.extend(leads.map(|attribute| attribute.value.to_string()));
                match &*tag.name {
                    "title" | "textarea" => return TokenSinkResult::RawData(RawKind::Rcdata),
                    "style" | "xmp" | "iframe" => {
                        return TokenSinkResult::RawData(RawKind::Rawtext);
                    }
                    "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
                    _ => {}
                }
            }
            CommentToken(_) => {
                tags.insert("<!-->".to_owned());
            }
            DoctypeToken(_) => {
                tags.insert("<!doctype>".to_owned());
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// Texts that somebody types who wants a mail to say, or do, what is not its sender's.
pub fn hostile_texts() -> Vec<String> {
    let short = [
        "Zanzibar\r\nBcc: everyone@evil.example\r\n\r\n<script>alert(1)</script>",
        "Zanzibar\nBcc: everyone@evil.example",
        "Zanzibar\rBcc: everyone@evil.example",
        "Zanzibar\u{85}Bcc: a@evil.example\u{2028}Bcc: b@evil.example\u{2029}Bcc: c@evil.example",
        "Zanzibar =?utf-8?q?=0D=0ABcc:_everyone@evil.example=0D=0A?=",
        "=?utf-8?b?WmFuemliYXINCkJjYzogZXZlcnlvbmVAZXZpbC5leGFtcGxl?= Zanzibar",
        "Zanzibar \u{202e}moc.live\u{202d}\u{2066}\u{2067}",
        "Zanzibar \u{2069}\u{202e}moc.live",
        "Zanzibar <script>alert(1)</script><img src=x onerror=alert(1)>",
        "Zanzibar\"' onmouseover=alert(1) x='</a></p></blockquote></b><style>*{}</style><!--",
        "Zanzibar <a href=\"javascript:alert(1)\">x</a> <iframe src=https://evil.example>",
        "Zanzibar\", <everyone@evil.example>, \"",
        "Zanzibar\\\" <everyone@evil.example> \\",
        "Zanzibar\0\u{1}\u{8}\u{b}\u{1b}[31m\u{7f}",
        "javascript:alert(1)//Zanzibar",
        "https://evil.example/\"><script>Zanzibar",
        "Zanzibar\u{feff}\u{200b}\u{ad}\u{e0041}",
        ".\r\nZanzibar\r\n.\r\nMAIL FROM:<a@evil.example>\r\n",
    ];
    let long = [
        "Zanzibar ",
        "Zanzibar",
        "é",
        "\u{1f469}\u{200d}\u{1f680}",
        "<b>",
        "=?",
    ];
    let long = long.map(|part| part.repeat(10_000 / part.chars().count()));
    short.map(str::to_owned).into_iter().chain(long).collect()
}
