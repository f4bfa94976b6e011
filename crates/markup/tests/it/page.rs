//! Reads a served page as a browser does, and says what could run in it.

use std::cell::RefCell;

use html5ever::tokenizer::{
    BufferQueue, StartTag, Tag, TagToken, Token, TokenSink, TokenSinkResult, Tokenizer,
    TokenizerOpts,
};
use rejoinder_core::SafeHtml;

/// The page that the comment's HTML is put into: in a body, a table cell and an element's text.
fn page(comment: &SafeHtml) -> String {
    format!(
        "<!doctype html><html><body><div>{comment}</div>\
         <table><tr><td>{comment}</td></tr></table><ul><li>{comment}</li></ul></body></html>"
    )
}

/// Fails if anything in the page of `comment` could run, be fetched, or lead somewhere unsafe.
#[track_caller]
pub(crate) fn assert_harmless(comment: &SafeHtml, source: &str) {
    for tag in start_tags(&page(comment)) {
        let name = tag.name.to_string();
        let is_page = ["html", "body", "table", "tr", "td"].contains(&name.as_str());
        assert!(
            is_page || ALLOWED.contains(&name.as_str()),
            "<{name}> from {source:?}"
        );
        for attribute in &tag.attrs {
            let (key, value) = (
                attribute.name.local.to_string(),
                attribute.value.to_string(),
            );
            let is_good = match (name.as_str(), key.as_str()) {
                ("a", "href") => is_good_target(&value),
                ("a", "rel") => value == "nofollow ugc noopener noreferrer",
                ("ol", "start") => value.parse::<u32>().is_ok(),
                ("span", "class") => value == "spoiler",
                ("span", "tabindex") => value == "0",
                _ => false,
            };
            assert!(is_good, "<{name} {key}={value:?}> from {source:?}");
        }
        let has_rel = tag
            .attrs
            .iter()
            .any(|attribute| &*attribute.name.local == "rel");
        assert!(name != "a" || has_rel, "a link without rel from {source:?}");
    }
}

/// What a comment may hold, said here once more so that widening it is a decision.
const ALLOWED: [&str; 31] = [
    "a",
    "b",
    "blockquote",
    "br",
    "cite",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "hr",
    "i",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "u",
    "ul",
];

fn is_good_target(href: &str) -> bool {
    let is_web = href.starts_with("https://") || href.starts_with("http://");
    let host_end = href[href.find("//").map_or(0, |at| at + 2)..]
        .split('/')
        .next();
    let has_userinfo = is_web && host_end.is_some_and(|host| host.contains('@'));
    (is_web || href.starts_with("mailto:")) && !has_userinfo && !href.contains(char::is_control)
}

/// Every start tag, read as if no element hid its content: stricter than any browser.
fn start_tags(html: &str) -> Vec<Tag> {
    let tokenizer = Tokenizer::new(Tags::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(html.into());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

#[derive(Default)]
struct Tags(RefCell<Vec<Tag>>);

impl TokenSink for Tags {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if let TagToken(tag) = token
            && tag.kind == StartTag
        {
            self.0.borrow_mut().push(tag);
        }
        TokenSinkResult::Continue
    }
}
