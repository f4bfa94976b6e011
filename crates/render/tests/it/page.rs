//! Reads HTML as a browser does: its tags, and the text of its elements.

use std::cell::RefCell;

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, CharacterTokens, StartTag, Tag, TagToken, Token, TokenSink, TokenSinkResult,
    Tokenizer, TokenizerOpts,
};

/// What a page is made of.
#[derive(Debug, Default)]
pub(crate) struct ParsedPage {
    /// Every start and end tag with the names of its attributes, in order.
    pub(crate) tags: Vec<String>,
    /// Every value of an attribute.
    pub(crate) values: Vec<String>,
    /// The text after each tag.
    pub(crate) texts: Vec<String>,
}

impl ParsedPage {
    pub(crate) fn of(html: &str) -> Self {
        let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
        let queue = BufferQueue::default();
        queue.push_back(html.into());
        let _ = tokenizer.feed(&queue);
        tokenizer.end();
        tokenizer.sink.0.into_inner()
    }

    /// Whether `text` is said somewhere, exactly as it was typed.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.texts
            .iter()
            .chain(&self.values)
            .any(|said| said.contains(text))
    }

    /// The value of each attribute of the tags that start with `tag`.
    pub(crate) fn has_tag(&self, tag: &str) -> bool {
        self.tags
            .iter()
            .any(|read| read.split(' ').next() == Some(tag))
    }
}

#[derive(Default)]
struct Sink(RefCell<ParsedPage>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut read = self.0.borrow_mut();
        match token {
            TagToken(tag) => {
                let raw = raw_kind(&tag);
                let names = tag.attrs.iter().map(|attribute| &*attribute.name.local);
                let end = if tag.kind == StartTag { "" } else { "/" };
                let words: Vec<&str> = std::iter::once(&*tag.name).chain(names).collect();
                read.tags.push(format!("{end}{}", words.join(" ")));
                let values = tag
                    .attrs
                    .iter()
                    .map(|attribute| attribute.value.to_string());
                read.values.extend(values);
                read.texts.push(String::new());
                return raw;
            }
            CharacterTokens(text) => {
                if let Some(last) = read.texts.last_mut() {
                    last.push_str(&text);
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn raw_kind(tag: &Tag) -> TokenSinkResult<()> {
    match (tag.kind, &*tag.name) {
        (StartTag, "title" | "textarea") => TokenSinkResult::RawData(RawKind::Rcdata),
        (StartTag, "script") => TokenSinkResult::RawData(RawKind::ScriptData),
        _ => TokenSinkResult::Continue,
    }
}
