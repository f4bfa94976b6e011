//! The allow-list, and the only maker of [`SafeHtml`].

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use crate::escape::push_text;
use crate::shape::normalise;
use crate::url_gate::safe_link;

/// HTML of the allow-list, which reads the same to every parser, as often as it is read.
///
/// It is made by the sanitiser and by nothing else, and may stand in a page, a feed or a mail as
/// it is. It holds no picture, no script, no style, no id, and no link that is not `nofollow`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// HTML that the sanitiser made earlier and that the store has kept since.
    ///
    /// Only the store may call this, with the column it wrote a `SafeHtml` into. Whether that
    /// HTML is still good enough is decided by the `RENDERER_VERSION` that is kept beside it.
    pub fn trusted_from_store(html: String) -> Self {
        Self(html)
    }

    /// The HTML.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The HTML, to be kept.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for SafeHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How often HTML may change under the sanitiser before it is shown as text instead.
const MAX_PASSES: usize = 8;

/// Sanitises HTML, by the same allow-list whether it is our renderer's or came from another
/// system.
///
/// It is done until nothing changes any more, so that the result is a fix-point: leaving out one
/// element can bring two others together that no parser leaves so. HTML that does not settle is
/// written for something other than reading, and is shown as text.
pub fn sanitise(html: &str) -> SafeHtml {
    settled(html).unwrap_or_else(|| {
        let mut text = String::from("<p>");
        push_text(&mut text, html);
        text.push_str("</p>");
        settled(&text).unwrap_or_default()
    })
}

fn settled(html: &str) -> Option<SafeHtml> {
    if is_plain(html) {
        return Some(SafeHtml(html.to_owned()));
    }
    settle(html)
}

fn settle(html: &str) -> Option<SafeHtml> {
    let mut now = normalise(html);
    for _ in 0..MAX_PASSES {
        let clean = SANITISER.clean(&now).to_string();
        let next = normalise(&clean);
        if clean == now && next == now {
            return Some(SafeHtml(clean));
        }
        now = next;
    }
    None
}

/// Whether `html` is nothing but paragraphs of text without markup, as most comments are: what the
/// sanitiser would give back as it is, after three parses.
fn is_plain(html: &str) -> bool {
    let mut rest = html;
    while let Some(paragraph) = rest.strip_prefix("<p>") {
        let Some((text, after)) = paragraph.split_once("</p>") else {
            return false;
        };
        let is_text = |text: &str| !text.contains(['<', '>', '&', '\0', '\r', '\u{a0}']);
        if text.is_empty() || !text.split("<br>").all(is_text) {
            return false;
        }
        rest = after;
    }
    rest.is_empty()
}

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(ALLOWED_TAGS))
        .clean_content_tags(HashSet::from(["script", "style"]))
        .generic_attributes(HashSet::new())
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("ol", HashSet::from(["start"])),
        ]))
        .tag_attribute_values(HashMap::from([(
            "span",
            HashMap::from([
                ("class", HashSet::from(["spoiler"])),
                ("tabindex", HashSet::from(["0"])),
            ]),
        )]))
        .allowed_classes(HashMap::new())
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .attribute_filter(filter_attribute)
        .link_rel(Some(LINK_REL))
        .strip_comments(true);
    builder
});

/// What every link says of itself: it is a reader's, and the publisher vouches for nothing.
pub(crate) const LINK_REL: &str = "nofollow ugc noopener noreferrer";

/// Every element that a comment may hold.
pub(crate) const ALLOWED_TAGS: [&str; 31] = [
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

fn filter_attribute<'v>(tag: &str, name: &str, value: &'v str) -> Option<Cow<'v, str>> {
    match (tag, name) {
        ("a", "href") => safe_link(value).map(Cow::from),
        ("ol", "start") => value
            .parse::<u32>()
            .ok()
            .map(|start| start.to_string().into()),
        _ => Some(value.into()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_taken_for_plain_is_what_the_sanitiser_would_give(
            parts in prop::collection::vec("(<p>|</p>|<br>|[a-c\"'/=&;<>\n\t \u{85}\u{a0}\u{2028}\u{feff}😀]{1,4}){1,8}", 1..4),
        ) {
            let html: String = parts.iter().map(|part| format!("<p>{part}</p>")).collect();
            if is_plain(&html) {
                prop_assert_eq!(settle(&html), Some(SafeHtml(html)));
            }
        }
    }

    #[test]
    fn text_in_paragraphs_is_plain_and_anything_else_is_not() {
        for plain in [
            "",
            "<p>One</p>",
            "<p>One<br>two</p><p>Three \"4\" '5' / =</p>",
        ] {
            assert!(is_plain(plain), "{plain}");
        }
        for other in [
            "One",
            "<p></p>",
            "<p>One",
            "<p>a<b>b</b></p>",
            "<p>&amp;</p>",
            "<p>a</p>\n",
        ] {
            assert!(!is_plain(other), "{other}");
        }
    }
}
