//! The allow-list, and the only maker of [`SafeHtml`] beside the store, which keeps what was made here.

mod cited_links;
mod long_links;
mod mentions;
mod time_links;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use rejoinder_core::SafeHtml;

use crate::allowed::{ALLOWED_TAGS, LINK_REL};
use crate::escape::push_text;
use crate::shape::normalise;
use crate::url_gate::safe_link;

pub use cited_links::sanitise_beside;
pub use long_links::{has_long_links, with_short_links};
pub use mentions::{has_mentions, with_mentions, with_mentions_at, without_mentions};
pub(crate) use time_links::{BEGIN, END, sanitise_with_times};
pub use time_links::{has_times, with_time_labels, with_times_at};

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
        return Some(SafeHtml::from_sanitiser(html.to_owned()));
    }
    settle(html)
}

fn settle(html: &str) -> Option<SafeHtml> {
    let mut now = normalise(html);
    for _ in 0..MAX_PASSES {
        let clean = SANITISER.clean(&in_pieces(&now, MAX_PIECE)).to_string();
        let next = normalise(&clean);
        if clean == now && next == now {
            return Some(SafeHtml::from_sanitiser(clean));
        }
        now = next;
    }
    None
}

/// How long a stretch of text may be that the sanitiser is given in one, in bytes.
const MAX_PIECE: usize = 1_024;

/// `html`, with a comment between the pieces of long stretches of text.
///
/// A parser keeps texts apart that had a comment between them, and the sanitiser leaves comments
/// out, so what it writes is the same. But for each character that it escapes, it looks at all that
/// follows in the same text: in one piece, `&&&…` takes it time that grows with the square.
fn in_pieces(html: &str, max: usize) -> Cow<'_, str> {
    let mut pieces = String::new();
    let (mut done, mut start, mut last) = (0, 0, None);
    let (mut in_tag, mut in_quotes) = (false, false);
    for (at, byte) in html.bytes().enumerate().chain([(html.len(), b'<')]) {
        match byte {
            b'"' if in_tag => in_quotes = !in_quotes,
            b'>' if in_tag && !in_quotes => (in_tag, start) = (false, at + 1),
            _ if in_tag => {}
            // Neither can be inside of what `&` begins, nor behind the half of an end of line.
            b'<' | b'&' | 0xc2 => {
                // Before a long stretch without any, the last of them stands alone.
                let is_due = |last: &usize| at - last >= max || last - start >= max;
                if let Some(before) = last.filter(|last| *last > start).filter(is_due) {
                    pieces.push_str(&html[done..before]);
                    pieces.push_str("<!---->");
                    (done, start) = (before, before);
                }
                in_tag = byte == b'<';
                last = (!in_tag).then_some(at);
            }
            _ => {}
        }
    }
    if done == 0 {
        return Cow::Borrowed(html);
    }
    pieces.push_str(&html[done..]);
    Cow::Owned(pieces)
}

/// What may stand in a paragraph that is taken as it is, with text in it and none of them in another.
const PLAIN_ELEMENTS: [&str; 8] = ["b", "code", "em", "i", "s", "small", "strong", "u"];

/// Whether `html` is nothing but paragraphs of text, some of it set off, as most comments are: what the
/// sanitiser would give back as it is, after three parses.
fn is_plain(html: &str) -> bool {
    let mut rest = html;
    while let Some(paragraph) = rest.strip_prefix("<p>") {
        let Some(after) = behind_plain(paragraph) else {
            return false;
        };
        rest = after;
    }
    rest.is_empty()
}

/// What stands behind a paragraph that is plain, and not empty.
fn behind_plain(paragraph: &str) -> Option<&str> {
    let mut rest = paragraph;
    let mut open = None;
    loop {
        let is_no_text = |byte| matches!(byte, b'<' | b'>' | b'&' | b'\0' | b'\r' | 0xc2);
        let at = rest.bytes().position(is_no_text)?;
        rest = &rest[at..];
        if rest.starts_with(|c: char| c != '<') {
            // The rest of the characters that begin so are text, too.
            rest = rest.strip_prefix(|c: char| c.len_utf8() == 2 && c != '\u{a0}')?;
        } else if let Some(after) = rest.strip_prefix("</p>") {
            let is_empty = rest.len() == paragraph.len();
            return (open.is_none() && !is_empty).then_some(after);
        } else if let Some(after) = rest.strip_prefix("<br>") {
            rest = after;
        } else if let Some(name) = open.take() {
            rest = rest
                .strip_prefix("</")?
                .strip_prefix(name)?
                .strip_prefix('>')?;
        } else {
            let (name, after) = rest[1..].split_once('>')?;
            open = Some(*PLAIN_ELEMENTS.iter().find(|own| **own == name)?);
            rest = after;
        }
    }
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
        fn pieces_are_sanitised_as_the_whole_is(
            parts in prop::collection::vec("(</?(p|pre|b|a|span|li)>|<a href=\"[a>&\u{a0}]{0,4}\">|[ab;#&<>\"\n\r\t \u{a0}\u{ab}\u{85}\u{c2}é😀]{1,4}|&(amp|lt|nbsp|notit|#38|#x26|#0);?){1,6}", 1..8),
        ) {
            let html = normalise(&parts.concat());
            for max in [1, 3, 8] {
                let pieces = in_pieces(&html, max);
                prop_assert_eq!(SANITISER.clean(&pieces).to_string(), SANITISER.clean(&html).to_string());
            }
        }

        #[test]
        fn what_is_taken_for_plain_is_what_the_sanitiser_would_give(
            parts in prop::collection::vec("(<p>|</p>|<br>|<(b|em|s)>|</(b|em|s)>|<i>a</i>|[a-c\"'/=&;<>\n\t \u{85}\u{a0}\u{2028}\u{feff}😀]{1,4}){1,8}", 1..4),
        ) {
            let html: String = parts.iter().map(|part| format!("<p>{part}</p>")).collect();
            if is_plain(&html) {
                prop_assert_eq!(settle(&html), Some(SafeHtml::from_sanitiser(html)));
            }
        }
    }

    #[test]
    fn text_in_paragraphs_is_plain_and_anything_else_is_not() {
        for plain in [
            "",
            "<p>One</p>",
            "<p>One<br>two</p><p>Three \"4\" '5' / =</p>",
            "<p>One <em>two</em> <b>thr\u{e9}<br>e</b>\u{ab}</p>",
        ] {
            assert!(is_plain(plain), "{plain}");
        }
        for other in [
            "One",
            "<p></p>",
            "<p>One",
            "<p>a<b>b</p>",
            "<p>a<b>b</i></p>",
            "<p>a<b>b<i>c</i></b></p>",
            "<p>a<a>b</a></p>",
            "<p>a\u{a0}b</p>",
            "<p>&amp;</p>",
            "<p>a</p>\n",
        ] {
            assert!(!is_plain(other), "{other}");
        }
    }
}
