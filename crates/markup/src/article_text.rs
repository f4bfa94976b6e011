//! The text of an article, as passages of it are found in it.
//!
//! `web/widget/passages_text.js` makes the same of the page that a reader sees.

use std::borrow::Cow;

use crate::page_metadata::decoded;
use crate::shape::{Token, Tokens, attribute};

/// What has no text of the article in it.
const NONE: [&str; 25] = [
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math",
    "canvas", "audio", "video", "button", "input", "select", "textarea", "option", "datalist",
    "form", "dialog", "head", "title", "frameset", "noframes", "noembed",
];

/// What stands in a line of its own.
const BLOCKS: [&str; 48] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "caption",
    "center",
    "dd",
    "details",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
    "plaintext",
];

/// What never has an end.
const VOID: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];

/// The text of `html`: blocks and `<br>` part it by one newline, white space is one space, and
/// nothing is in it of forms, drawings, scripts, what is hidden, `data-rejoinder-ignore`, and our own
/// elements.
pub fn article_text(html: &str) -> String {
    let mut text = Text::default();
    let mut tokens = Tokens::new(html);
    // The name of what is passed over, and how many of that name are open in it.
    let mut passed: Option<(String, usize)> = None;
    while let Some(token) = tokens.next() {
        if let Some((name, n_open)) = &mut passed {
            match &token {
                Token::Start { name: own, .. } if name == "p" && is_block(own) => passed = None,
                Token::Start { name: own, .. } if own == name => *n_open += 1,
                Token::End { name: own } if own == name && *n_open == 1 => passed = None,
                Token::End { name: own } if own == name => *n_open -= 1,
                _ => {}
            }
            if passed.is_some() || matches!(token, Token::End { .. }) {
                continue;
            }
        }
        match token {
            Token::Text(piece) => text.take(piece),
            Token::End { name } => text.part(&name),
            Token::Start { name, attributes } => {
                text.part(&name);
                if is_left_out(&name, attributes) {
                    passed = Some((name, 1));
                }
            }
        }
    }
    text.text
}

fn is_block(name: &str) -> bool {
    BLOCKS.contains(&name)
}

fn is_left_out(name: &str, attributes: &str) -> bool {
    let has = |wanted| attribute(attributes, wanted).is_some();
    let is_none = NONE.contains(&name) || name.starts_with("rejoinder-");
    let is_empty = VOID.contains(&name) || attributes.ends_with('/') && name == "svg";
    !is_empty && (is_none || has("hidden") || has("data-rejoinder-ignore"))
}

#[derive(Default)]
struct Text {
    text: String,
    /// What stands between what is there and what comes.
    owed: Option<char>,
}

impl Text {
    /// An element called `name` starts or ends.
    fn part(&mut self, name: &str) {
        if is_block(name) && !self.text.is_empty() {
            self.owed = Some('\n');
        }
    }

    fn take(&mut self, piece: &str) {
        let piece = match piece.contains('&') {
            true => Cow::Owned(decoded(piece)),
            false => Cow::Borrowed(piece),
        };
        for char in piece.chars() {
            if char.is_whitespace() {
                if self.owed.is_none() && !self.text.is_empty() {
                    self.owed = Some(' ');
                }
                continue;
            }
            self.text.extend(self.owed.take());
            self.text.push(char);
        }
    }
}

#[cfg(test)]
mod tests {
    use testing::assert_linear;

    use super::article_text;

    #[test]
    fn the_text_is_what_readers_read() {
        let cases = [
            (
                "<p>One <b>two</b>\n three</p><p>Four<br>five</p>",
                "One two three\nFour\nfive",
            ),
            ("a<script>b</script>c<style>d</style>e", "ace"),
            ("a<noscript><p>b</p></noscript>c", "ac"),
            ("<p>a<p hidden>b<p>c", "a\nc"),
            ("<div hidden>a<div>b</div>c</div>d", "d"),
            ("a<span data-rejoinder-ignore>b</span>c", "ac"),
            (
                "<p>a</p><rejoinder-thread>b<p>c</p></rejoinder-thread>",
                "a",
            ),
            ("a <form><p>b<input>c</form> d", "a d"),
            ("a<input>b<embed>c", "abc"),
            ("a<svg><text>b</text></svg>c<svg/>d", "acd"),
            (
                "<figure><img alt='a'><figcaption>b</figcaption></figure>c",
                "b\nc",
            ),
            (
                "<table><caption>t</caption><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
                "t\na\nb\nc",
            ),
            ("<ul><li>a<li>b</ul>", "a\nb"),
            (
                "a&amp;b &mdash; &#8222;c&rdquo; &lt;p&gt;&nbsp;d",
                "a&b — „c” <p> d",
            ),
            (
                "<!-- a --><!doctype html><html><head><title>b</title></head><body>c",
                "c",
            ),
            ("e\u{301} 👩‍👩‍👧 שלום", "e\u{301} 👩‍👩‍👧 שלום"),
            ("", ""),
        ];
        for (html, text) in cases {
            assert_eq!(article_text(html), text, "{html}");
        }
    }

    #[test]
    fn reading_it_is_linear() {
        assert_linear("article_text", article_text);
        assert_linear("article_text of what is hidden", |text| {
            article_text(&format!("<div hidden>{text}"))
        });
    }
}
