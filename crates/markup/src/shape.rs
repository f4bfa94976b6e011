//! HTML of any origin, brought into the shape of our own before it is sanitised.
//!
//! This is not the wall: the sanitiser is, and it runs on whatever comes out of here. It is what
//! keeps imported text readable (headings, pictures and tables become what a comment can hold,
//! instead of being dropped) and the work bounded: elements are nested properly and no deeper than
//! a browser and the sanitiser handle in linear time.

use std::collections::HashMap;

use crate::allowed::{ALLOWED_TAGS, LINK_REL};

/// `html` with the elements of a comment only, each ended where it ends. Not safe yet.
pub(crate) fn normalise(html: &str) -> String {
    let mut shaper = HtmlShaper::default();
    let mut tokens = HtmlTokens::new(html);
    while let Some(token) = tokens.next() {
        match token {
            HtmlToken::Text(text) => shaper.text(text),
            HtmlToken::Start { name, attributes } => shaper.start(&name, attributes),
            HtmlToken::End { name } => shaper.end(&name),
        }
    }
    shaper.finish()
}

/// Elements inside each other, counted as they are written.
const MAX_DEPTH: usize = 40;

#[derive(Default)]
struct HtmlShaper {
    html: String,
    open: Vec<OpenElement>,
    /// How many of each name are in `open`, so that an end without a start costs nothing.
    n_open: HashMap<&'static str, usize>,
    n_written: usize,
}

struct OpenElement {
    name: &'static str,
    is_written: bool,
}

impl HtmlShaper {
    fn text(&mut self, text: &str) {
        // A parser drops a newline after each `<pre>`, so a text would lose one each time.
        let is_pre = self.html.ends_with("<pre>");
        let text = if is_pre {
            text.trim_start_matches(['\n', '\r'])
        } else {
            text
        };
        self.html.push_str(&text.replace('<', "&lt;"));
    }

    fn start(&mut self, name: &str, attributes: &str) {
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.open("p", "");
                self.open("strong", "");
            }
            "br" | "hr" => {
                if name == "hr" {
                    self.close("p");
                }
                self.html
                    .push_str(if name == "br" { "<br>" } else { "<hr>" });
            }
            "img" => self.picture(attributes),
            "spoiler" => self.spoiler(),
            "span" => {
                if attribute(attributes, "class").is_some_and(|class| class == "spoiler") {
                    self.spoiler();
                } else {
                    self.open_unwritten("span");
                }
            }
            "a" => self.link(attributes),
            "ol" => match attribute(attributes, "start") {
                Some(start) => self.open("ol", &format!(" start=\"{start}\"")),
                None => self.open("ol", ""),
            },
            _ => {
                if let Some(name) = as_ours(name) {
                    self.open(name, "");
                }
            }
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.close("p"),
            "td" | "th" => self.html.push(' '),
            "tr" | "br" => self.html.push_str("<br>"),
            "spoiler" => self.close("span"),
            _ => {
                if let Some(name) = as_ours(name) {
                    self.close(name);
                }
            }
        }
    }

    fn open(&mut self, name: &'static str, attributes: &str) {
        if is_block(name) {
            self.close("p");
        }
        let is_written = self.n_written < MAX_DEPTH;
        if is_written {
            self.n_written += 1;
            self.html.push_str(&format!("<{name}{attributes}>"));
        }
        self.push(name, is_written);
    }

    fn open_unwritten(&mut self, name: &'static str) {
        self.push(name, false);
    }

    fn push(&mut self, name: &'static str, is_written: bool) {
        self.open.push(OpenElement { name, is_written });
        *self.n_open.entry(name).or_default() += 1;
    }

    fn is_open(&self, name: &str) -> bool {
        self.n_open.get(name).is_some_and(|n| *n > 0)
    }

    /// Ends the innermost `name` and everything in it, if there is one.
    fn close(&mut self, name: &str) {
        if !self.is_open(name) {
            return;
        }
        while let Some(open) = self.open.pop() {
            self.ended(&open);
            if open.name == name {
                return;
            }
        }
    }

    fn ended(&mut self, open: &OpenElement) {
        if let Some(n) = self.n_open.get_mut(open.name) {
            *n -= 1;
        }
        if open.is_written {
            self.n_written -= 1;
            self.html.push_str(&format!("</{}>", open.name));
        }
    }

    fn link(&mut self, attributes: &str) {
        self.close("a");
        match attribute(attributes, "href") {
            Some(href) => self.open_link(&href),
            None => self.open_unwritten("a"),
        }
    }

    fn open_link(&mut self, href: &str) {
        self.open("a", &format!(" href=\"{href}\" rel=\"{LINK_REL}\""));
    }

    fn spoiler(&mut self) {
        if self.is_open("a") {
            self.open("span", " class=\"spoiler\"");
        } else {
            self.open("span", " class=\"spoiler\" tabindex=\"0\"");
        }
    }

    /// A picture becomes a link to it, named by its description or its address.
    fn picture(&mut self, attributes: &str) {
        let source = attribute(attributes, "src").unwrap_or_default();
        let is_web = source.starts_with("http://") || source.starts_with("https://");
        let name = attribute(attributes, "alt").filter(|alt| !alt.trim().is_empty());
        let name = name
            .or_else(|| is_web.then(|| source.clone()))
            .unwrap_or_default();
        if is_web && !self.is_open("a") {
            self.open_link(&source);
            self.text(&name);
            self.close("a");
        } else {
            self.text(&name);
        }
    }

    fn finish(mut self) -> String {
        while let Some(open) = self.open.pop() {
            self.ended(&open);
        }
        self.html
    }
}

/// The element of ours that shows what `name` meant. The rest keeps its content only.
fn as_ours(name: &str) -> Option<&'static str> {
    let name = match name {
        "strike" => "s",
        "tt" | "var" => "code",
        "section" | "article" | "figure" | "figcaption" | "header" | "footer" | "address"
        | "center" | "table" | "details" | "summary" | "fieldset" | "form" => "div",
        _ => name,
    };
    ALLOWED_TAGS.into_iter().find(|allowed| *allowed == name)
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "blockquote" | "dd" | "div" | "dl" | "dt" | "li" | "ol" | "p" | "pre" | "ul"
    )
}

/// The value of an attribute as it was written, ready to stand between double quotes.
pub(crate) fn attribute(attributes: &str, wanted: &str) -> Option<String> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| c.is_ascii_whitespace() || matches!(c, '=' | '/'))
            .map_or(rest.len(), |(i, _)| i);
        let (name, after) = rest.split_at(end);
        let after_spaces = after.trim_start_matches(|c: char| c.is_ascii_whitespace());
        let (value, after) = match after_spaces.strip_prefix('=') {
            Some(value) => split_value(value),
            None => ("", after),
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value.replace('"', "&quot;"));
        }
        rest = after;
    }
}

fn split_value(text: &str) -> (&str, &str) {
    let text = text.trim_start_matches(|c: char| c.is_ascii_whitespace());
    for quote in ['"', '\''] {
        if let Some(text) = text.strip_prefix(quote) {
            return text.split_once(quote).unwrap_or((text, ""));
        }
    }
    text.split_at(
        text.find(|c: char| c.is_ascii_whitespace())
            .unwrap_or(text.len()),
    )
}

pub(crate) enum HtmlToken<'t> {
    Text(&'t str),
    Start { name: String, attributes: &'t str },
    End { name: String },
}

/// Reads tags as a browser does, near enough; comments, declarations, scripts and styles are
/// passed over. Anything that does not end is text.
pub(crate) struct HtmlTokens<'t> {
    rest: &'t str,
    /// Tags that were never ended. Each costs a look at all that follows, so there may be few.
    n_endless: usize,
}

const MAX_ENDLESS: usize = 16;

impl<'t> HtmlTokens<'t> {
    pub(crate) fn new(html: &'t str) -> Self {
        Self {
            rest: html,
            n_endless: 0,
        }
    }

    /// How many bytes have not been read.
    pub(crate) fn n_left(&self) -> usize {
        self.rest.len()
    }

    pub(crate) fn next(&mut self) -> Option<HtmlToken<'t>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let Some(start) = self.next_tag() else {
                return Some(HtmlToken::Text(std::mem::take(&mut self.rest)));
            };
            if start > 0 {
                let (text, rest) = self.rest.split_at(start);
                self.rest = rest;
                return Some(HtmlToken::Text(text));
            }
            if let Some(token) = self.tag() {
                return Some(token);
            }
        }
    }

    /// Where the next `<` stands that begins a tag or a comment.
    fn next_tag(&self) -> Option<usize> {
        if self.n_endless == MAX_ENDLESS {
            return None;
        }
        let bytes = self.rest.as_bytes();
        self.rest.match_indices('<').map(|(i, _)| i).find(|i| {
            bytes
                .get(i + 1)
                .is_some_and(|b| b.is_ascii_alphabetic() || b"/!?".contains(b))
        })
    }

    /// The tag at the start of `rest`, or nothing when it was one to pass over.
    fn tag(&mut self) -> Option<HtmlToken<'t>> {
        let html = self.rest;
        if let Some(comment) = html.strip_prefix("<!--") {
            self.rest = after(comment, "-->");
            return None;
        }
        if html.starts_with("<!") || html.starts_with("<?") {
            self.rest = after(html, ">");
            return None;
        }
        let Some(end) = tag_end(html) else {
            self.n_endless += 1;
            self.rest = &html[1..];
            return Some(HtmlToken::Text("<"));
        };
        let (tag, rest) = (&html[1..end], &html[end + 1..]);
        self.rest = rest;
        let is_end = tag.starts_with('/');
        let tag = tag.trim_start_matches('/');
        let name_end = tag
            .find(|c: char| c.is_ascii_whitespace() || c == '/')
            .unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(name_end);
        let name = name.to_ascii_lowercase();
        if is_end {
            return Some(HtmlToken::End { name });
        }
        if name == "script" || name == "style" {
            let end = if name == "script" {
                "</script"
            } else {
                "</style"
            };
            self.rest = find(rest, end).map_or("", |at| &rest[at..]);
            return None;
        }
        Some(HtmlToken::Start { name, attributes })
    }
}

/// Where `end` first stands in `text`, in whatever case.
fn find(text: &str, end: &str) -> Option<usize> {
    let mut windows = text.as_bytes().windows(end.len());
    windows.position(|window| window.eq_ignore_ascii_case(end.as_bytes()))
}

/// What stands after `end`; nothing, if it never comes.
fn after<'t>(text: &'t str, end: &str) -> &'t str {
    find(text, end).map_or("", |at| &text[at + end.len()..])
}

/// Where the `>` stands that ends the tag at the start of `html`, quoted values passed over.
fn tag_end(html: &str) -> Option<usize> {
    let mut quote = None;
    let mut last = b' ';
    for (i, byte) in html.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => continue,
            (None, b'>') => return Some(i),
            (None, b'"' | b'\'') if last == b'=' => quote = Some(byte),
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            last = byte;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::sanitise;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        assert_eq!(sanitise(html).as_str(), expected, "{html:?}");
    }

    #[test]
    fn what_a_comment_may_hold_stays() {
        check(
            "<p>a <b>b</b> <em>c</em></p>",
            "<p>a <b>b</b> <em>c</em></p>",
        );
        check("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>");
        check(
            "<ol start=3 type=a><li>x</ol>",
            "<ol start=\"3\"><li>x</li></ol>",
        );
        check(
            "<pre><code>a\n  b</code></pre>",
            "<pre><code>a\n  b</code></pre>",
        );
        check("1 < 2 && 3 > 2", "1 &lt; 2 &amp;&amp; 3 &gt; 2");
        check("a&nbsp;b &copy; &#8364;", "a&nbsp;b © €");
    }

    #[test]
    fn links_keep_their_address_and_get_our_rel() {
        let rel = "rel=\"nofollow ugc noopener noreferrer\"";
        check(
            "<a href='https://example.org/?a=1&amp;b=2' rel=dofollow target=_blank>x</a>",
            &format!("<a href=\"https://example.org/?a=1&amp;b=2\" {rel}>x</a>"),
        );
        check("<a name=top>x</a>", "x");
        check("<a href=/local>x</a> <a href=javascript:x>y</a>", "x y");
        check(
            "<a href=https://a.example>a<a href=https://b.example>b",
            &format!(
                "<a href=\"https://a.example/\" {rel}>a</a><a href=\"https://b.example/\" {rel}>b</a>"
            ),
        );
    }

    #[test]
    fn what_it_may_not_hold_becomes_what_it_may() {
        let rel = "rel=\"nofollow ugc noopener noreferrer\"";
        check("<h2 id=x>Big</h2>small", "<p><strong>Big</strong></p>small");
        check(
            "<table><tr><td>a</td><td>b</td></tr></table>",
            "<div>a b <br></div>",
        );
        check("<strike>a</strike><tt>b</tt>", "<s>a</s><code>b</code>");
        check(
            "<img src=\"https://example.org/cat.jpg\" alt='A \"cat\"'>",
            &format!("<a href=\"https://example.org/cat.jpg\" {rel}>A \"cat\"</a>"),
        );
        check("<img src=x onerror=alert(1)>", "");
        check(
            "<spoiler>He did it</spoiler>",
            "<span class=\"spoiler\" tabindex=\"0\">He did it</span>",
        );
        check("<span style='color:red'>a</span>", "a");
    }

    #[test]
    fn what_means_nothing_to_readers_goes() {
        check("a<!-- x > y -->b<!DOCTYPE x>c<?php d ?>e", "abce");
        check(
            "a<script>if (a < b) alert('</p>')</script>b<STYLE>p{}</style >c",
            "abc",
        );
        check("a<!-- never ended", "a");
        check("a <b", "a &lt;b");
    }

    #[test]
    fn a_paragraph_that_is_never_ended_ends_with_the_next() {
        check(
            "<p>a<p>b<blockquote>c",
            "<p>a</p><p>b</p><blockquote>c</blockquote>",
        );
        check("<p><i>a<p>b</i>", "<p><i>a</i></p><p>b</p>");
        check("</p></div>a", "a");
    }
}
