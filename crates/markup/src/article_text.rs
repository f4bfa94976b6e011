//! The text of an article, as passages of it are found in it.
//!
//! `web/widget/passages_text.js` makes the same of the page that a reader sees.

use std::borrow::Cow;

use crate::page_metadata::decoded;
use crate::shape::{HtmlToken, HtmlTokens, attribute};

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
    let mut text = TextBuilder::default();
    walk(html, &mut |step| match step {
        ArticleToken::Start(name) | ArticleToken::End(name, _) => text.part(name),
        ArticleToken::Text(piece, _) => text.take(&letters(piece)),
    });
    text.text
}

/// Returns `html` with each of `marks` behind the scalar of [`article_text`] that it names, in their order.
///
/// A mark stands behind the punctuation that follows a word, and behind a link and not in it; it is HTML
/// that is no part of the text.
pub fn article_marked(html: &str, marks: &[(usize, String)]) -> String {
    let mut text = TextBuilder::default();
    let mut waiting = marks.iter().peekable();
    let mut places: Vec<(usize, &str)> = Vec::new();
    // What is due, and stands behind what follows without a space or behind the link that is open.
    let mut due: Vec<&str> = Vec::new();
    let mut n_links = 0_usize;
    walk(html, &mut |step| match step {
        ArticleToken::Start(name) => {
            n_links += usize::from(name == "a");
            text.part(name);
        }
        ArticleToken::End(name, at) => {
            text.part(name);
            n_links = n_links.saturating_sub(usize::from(name == "a"));
            if n_links == 0 {
                places.extend(due.drain(..).map(|mark| (at, mark)));
            }
        }
        ArticleToken::Text(piece, mut at) => {
            for (raw, letters) in characters(piece) {
                let is_closing = letters.chars().all(|char| CLOSING.contains(char));
                if n_links == 0 && !is_closing {
                    places.extend(due.drain(..).map(|mark| (at, mark)));
                }
                text.take(&letters);
                at += raw;
                while let Some((_, mark)) = waiting.next_if(|(end, _)| *end <= text.n_scalars) {
                    due.push(mark);
                }
            }
            if n_links == 0 {
                places.extend(due.drain(..).map(|mark| (at, mark)));
            }
        }
    });
    let mut marked = String::with_capacity(html.len() + 256 * places.len());
    let mut from = 0;
    for (at, mark) in places {
        marked.push_str(html.get(from..at).unwrap_or_default());
        marked.push_str(mark);
        from = at;
    }
    marked.push_str(html.get(from..).unwrap_or_default());
    marked
}

/// What follows a word without a space, and should not be parted from it.
const CLOSING: &str = "\"'’”»)].,;:!?…";

/// What is met on the way through an article.
enum ArticleToken<'t> {
    /// An element of this name starts.
    Start(&'t str),
    /// One ends; the byte behind it.
    End(&'t str, usize),
    /// Text, as HTML has it, and its first byte.
    Text(&'t str, usize),
}

/// Go through all of `html` that is an article's text.
fn walk(html: &str, step: &mut impl FnMut(ArticleToken<'_>)) {
    let mut tokens = HtmlTokens::new(html);
    // The name of what is passed over, and how many of that name are open in it.
    let mut passed: Option<(String, usize)> = None;
    while let Some(token) = tokens.next() {
        if let Some((name, n_open)) = &mut passed {
            match &token {
                HtmlToken::Start { name: own, .. } if name == "p" && is_block(own) => passed = None,
                HtmlToken::Start { name: own, .. } if own == name => *n_open += 1,
                HtmlToken::End { name: own } if own == name && *n_open == 1 => passed = None,
                HtmlToken::End { name: own } if own == name => *n_open -= 1,
                _ => {}
            }
            if passed.is_some() || matches!(token, HtmlToken::End { .. }) {
                continue;
            }
        }
        let at = html.len() - tokens.n_left();
        match token {
            HtmlToken::Text(piece) => step(ArticleToken::Text(piece, at - piece.len())),
            HtmlToken::End { name } => step(ArticleToken::End(&name, at)),
            HtmlToken::Start { name, attributes } => {
                step(ArticleToken::Start(&name));
                if is_left_out(&name, attributes) {
                    passed = Some((name, 1));
                }
            }
        }
    }
}

/// A piece of HTML without tags, as readers read it.
fn letters(piece: &str) -> Cow<'_, str> {
    match piece.contains('&') {
        true => Cow::Owned(decoded(piece)),
        false => Cow::Borrowed(piece),
    }
}

/// The longest name of a character, with its `&` and `;`.
const MAX_NAME: usize = 40;

/// The characters of a piece of HTML without tags: how many bytes each has, and what it stands for.
fn characters(piece: &str) -> impl Iterator<Item = (usize, Cow<'_, str>)> {
    let mut rest = piece;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?.len_utf8();
        let end = rest.bytes().take(MAX_NAME).position(|byte| byte == b';');
        let named = end.filter(|_| rest.starts_with('&')).map(|end| end + 1);
        let named = named.filter(|end| !rest[1..*end].contains('&'));
        let len = named.unwrap_or(first);
        let (character, behind) = rest.split_at(len);
        rest = behind;
        Some((len, letters(character)))
    })
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
struct TextBuilder {
    text: String,
    n_scalars: usize,
    /// What stands between what is there and what comes.
    owed: Option<char>,
}

impl TextBuilder {
    /// An element called `name` starts or ends.
    fn part(&mut self, name: &str) {
        if is_block(name) && !self.text.is_empty() {
            self.owed = Some('\n');
        }
    }

    fn take(&mut self, piece: &str) {
        for char in piece.chars() {
            if char.is_whitespace() {
                if self.owed.is_none() && !self.text.is_empty() {
                    self.owed = Some(' ');
                }
                continue;
            }
            if let Some(owed) = self.owed.take() {
                self.push(owed);
            }
            self.push(char);
        }
    }

    fn push(&mut self, char: char) {
        self.text.push(char);
        self.n_scalars += 1;
    }
}

#[cfg(test)]
mod tests {
    use testing::assert_linear;

    use super::{article_marked, article_text};

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
    fn a_mark_stands_behind_its_passage() {
        let marked = |html: &str, ends: &[usize]| {
            let marks: Vec<_> = ends.iter().map(|end| (*end, format!("[{end}]"))).collect();
            article_marked(html, &marks)
        };
        let cases: [(&str, &[usize], &str); 9] = [
            ("<p>One two three</p>", &[7], "<p>One two[7] three</p>"),
            (
                "<p>One two.</p><p>Three</p>",
                &[7],
                "<p>One two.[7]</p><p>Three</p>",
            ),
            (
                "<p>One</p>\n<p>Two</p>",
                &[3, 7],
                "<p>One[3]</p>\n<p>Two[7]</p>",
            ),
            ("<p>a&amp;b &lt;c</p>", &[3], "<p>a&amp;b[3] &lt;c</p>"),
            ("<p>a &amp; b</p>", &[3], "<p>a &amp;[3] b</p>"),
            (
                "<p><a href='/'>one two</a> three</p>",
                &[3],
                "<p><a href='/'>one two</a>[3] three</p>",
            ),
            (
                "<p>on <em>the new timetable</em>.</p>",
                &[20],
                "<p>on <em>the new timetable[20]</em>.</p>",
            ),
            (
                "<p>one<script>1</script> two</p>",
                &[5],
                "<p>one<script>1</script> t[5]wo</p>",
            ),
            ("<p>one</p>", &[4], "<p>one</p>"),
        ];
        for (html, ends, expected) in cases {
            assert_eq!(marked(html, ends), expected, "{html}");
        }
    }

    #[test]
    fn reading_it_is_linear() {
        assert_linear("article_text", article_text);
        assert_linear("article_marked", |text| {
            article_marked(
                text,
                &[(3, "[1]".to_owned()), (usize::MAX, "[2]".to_owned())],
            )
        });
        assert_linear("article_text of what is hidden", |text| {
            article_text(&format!("<div hidden>{text}"))
        });
    }
}
