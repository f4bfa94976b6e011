//! HTML of other systems before it is sanitised: what would vanish there is kept as a link or as
//! text, and said.

use std::borrow::Cow;
use std::collections::BTreeSet;

/// Elements whose tags may go without a loss, or are kept.
const KNOWN: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "body",
    "br",
    "button",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "input",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "main",
    "mark",
    "menu",
    "meta",
    "nav",
    "nobr",
    "noscript",
    "o:p",
    "ol",
    "option",
    "p",
    "param",
    "picture",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "script",
    "section",
    "select",
    "small",
    "spoiler",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
    "link",
];
const PICTURES: &str = "its pictures came in as links";
const PLAYERS: &str = "what was embedded in it came in as a link";
const TEXT: &str = "what looks like a tag and is none is shown as text";
const SCRIPTS: &str = "scripts and styles in it were left out";

/// HTML in which nothing vanishes silently any more.
#[derive(Debug)]
pub(crate) struct Kept<'h> {
    pub(crate) html: Cow<'h, str>,
    /// What is not as it was.
    pub(crate) changes: BTreeSet<&'static str>,
}

/// Keeps pictures and embedded players as links, and as text what only looks like a tag.
pub(crate) fn kept(html: &str) -> Kept<'_> {
    let mut keeper = Keeper {
        out: String::new(),
        changes: BTreeSet::new(),
        n_links: 0,
    };
    let mut n_copied = 0;
    let mut at = 0;
    while let Some(found) = html[at..].find('<') {
        let start = at + found;
        let tag = Tag::at(&html[start..]);
        let end = start + tag.len;
        keeper.count_links(&tag);
        at = end;
        if tag.is_harmless() {
            if matches!(tag.name.as_str(), "script" | "style") {
                keeper.changes.insert(SCRIPTS);
            }
            continue;
        }
        keeper.out.push_str(&html[n_copied..start]);
        keeper.replace(&tag, &html[start..end]);
        n_copied = end;
    }
    if n_copied == 0 {
        return Kept {
            html: Cow::Borrowed(html),
            changes: keeper.changes,
        };
    }
    keeper.out.push_str(&html[n_copied..]);
    Kept {
        html: Cow::Owned(keeper.out),
        changes: keeper.changes,
    }
}

struct Keeper {
    out: String,
    changes: BTreeSet<&'static str>,
    /// Links that are open: none may stand inside another.
    n_links: usize,
}

impl Keeper {
    fn count_links(&mut self, tag: &Tag) {
        if tag.name == "a" && tag.kind == Kind::Element {
            self.n_links = match tag.is_end {
                true => self.n_links.saturating_sub(1),
                false => self.n_links + 1,
            };
        }
    }

    fn replace(&mut self, tag: &Tag, source: &str) {
        if tag.kind == Kind::Text {
            self.changes.insert(TEXT);
            self.out.push_str("&lt;");
            self.out
                .push_str(&source[1..].replace('<', "&lt;").replace('>', "&gt;"));
            return;
        }
        if tag.is_end {
            return;
        }
        let is_picture = tag.kind == Kind::Picture;
        let alt = attribute(source, "alt").unwrap_or_default();
        let class = attribute(source, "class").unwrap_or_default();
        let is_emoji = ["tk-owo", "emoji", "smiley", "emoticon"]
            .iter()
            .any(|name| class.contains(name));
        if is_picture && is_emoji && !alt.is_empty() {
            self.out.push_str(&alt.replace('<', "&lt;"));
            return;
        }
        let names = ["src", "data-src", "data", "href"];
        let Some(address) = names.iter().find_map(|name| attribute(source, name)) else {
            return;
        };
        self.changes
            .insert(if is_picture { PICTURES } else { PLAYERS });
        let address = address.replace('"', "&quot;").replace('<', "&lt;");
        let shown = if alt.trim().is_empty() {
            address.clone()
        } else {
            alt.replace('<', "&lt;")
        };
        if self.n_links > 0 {
            self.out.push_str(&shown);
            return;
        }
        self.out
            .push_str(&format!("<a href=\"{address}\">{shown}</a> "));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Element,
    Picture,
    Player,
    Hidden,
    Text,
}

/// A `<` with what belongs to it.
#[derive(Debug)]
struct Tag {
    name: String,
    is_end: bool,
    kind: Kind,
    len: usize,
}

impl Tag {
    fn at(html: &str) -> Self {
        let text = |len| Self {
            name: String::new(),
            is_end: false,
            kind: Kind::Text,
            len,
        };
        if html.starts_with("<!--") || html.starts_with("<!DOCTYPE") {
            let end = if html.starts_with("<!--") { "-->" } else { ">" };
            let len = html.find(end).map_or(html.len(), |at| at + end.len());
            let kind = Kind::Hidden;
            return Self {
                len,
                kind,
                ..text(1)
            };
        }
        let is_end = html[1..].starts_with('/');
        let name_at = 1 + usize::from(is_end);
        let rest = &html[name_at..];
        let name_len = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != ':')
            .unwrap_or(rest.len());
        let name = rest[..name_len].to_ascii_lowercase();
        let is_named =
            rest[name_len..].starts_with(|c: char| c.is_whitespace() || matches!(c, '/' | '>'));
        let kind = match name.as_str() {
            _ if !is_named => Kind::Text,
            "img" | "image" => Kind::Picture,
            "iframe" | "embed" | "video" | "audio" | "object" | "source" => Kind::Player,
            known if KNOWN.contains(&known) => Kind::Element,
            _ => Kind::Text,
        };
        let Some(tag_len) = tag_end(html) else {
            return text(1);
        };
        if kind == Kind::Text {
            // A `<` that begins no name is text already, to every parser.
            let is_markup =
                html[1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/?!".contains(c));
            let len = if is_markup && is_named { tag_len } else { 1 };
            return text(len);
        }
        Self {
            name,
            is_end,
            kind,
            len: tag_len,
        }
    }

    const fn is_harmless(&self) -> bool {
        matches!(self.kind, Kind::Element | Kind::Hidden)
    }
}

/// Where a tag ends: a `>` in quotation marks is none. A tag that another `<` comes into is no tag.
fn tag_end(html: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in html.bytes().enumerate().skip(1) {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'<') => return None,
            (None, b'"' | b'\'') if html.as_bytes()[at - 1] == b'=' => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    // A quotation that does not end: the first `>` is the best guess.
    html.find('>')
        .filter(|end| !html[1..*end].contains('<'))
        .map(|end| end + 1)
}

/// An attribute of a tag, as it is written.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let mut from = 0;
    loop {
        let at = from + lower[from..].find(name)?;
        from = at + name.len();
        let is_alone =
            lower[..at].ends_with(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '/'));
        let Some(value) = tag[from..]
            .trim_start()
            .strip_prefix('=')
            .filter(|_| is_alone)
        else {
            continue;
        };
        let value = value.trim_start();
        let found = match value.chars().next()? {
            quote @ ('"' | '\'') => value[1..].split(quote).next()?,
            _ => value.split([' ', '>', '\n', '\t']).next()?,
        };
        return Some(found.trim().to_owned()).filter(|found| !found.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, expected: &str, changes: &[&str]) {
        let kept = kept(html);
        assert_eq!(kept.html, expected);
        assert_eq!(kept.changes.into_iter().collect::<Vec<_>>(), changes);
    }

    #[test]
    fn pictures_and_players_stay_as_links() {
        check(
            "<p>x <img alt='a cat' src=\"https://a.example/c.png\" /></p>",
            "<p>x <a href=\"https://a.example/c.png\">a cat</a> </p>",
            &[PICTURES],
        );
        check(
            "<a href=\"/x\"><IMG SRC=/y.png></a>",
            "<a href=\"/x\">/y.png</a>",
            &[PICTURES],
        );
        check(
            "<iframe width=\"1\" src=\"https://v.example/1\"></iframe>",
            "<a href=\"https://v.example/1\">https://v.example/1</a> ",
            &[PLAYERS],
        );
        check(
            "<img class=\"tk-owo-emotion\" src=\"x\" alt=\":hug:\">",
            ":hug:",
            &[],
        );
        check("<img>", "", &[]);
    }

    #[test]
    fn what_is_no_html_is_shown_as_text() {
        check(
            "<Directory /var/www/html> x",
            "&lt;Directory /var/www/html&gt; x",
            &[TEXT],
        );
        check("<?php echo 1; ?>", "&lt;?php echo 1; ?>", &[TEXT]);
        check(
            "for (i=0; i<len; i++) <b>x</b>",
            "for (i=0; i&lt;len; i++) <b>x</b>",
            &[TEXT],
        );
        check("a < b and <b>c</b>", "a &lt; b and <b>c</b>", &[TEXT]);
        check("<b", "&lt;b", &[TEXT]);
    }

    #[test]
    fn plain_html_stays_as_it_is() {
        let html = "<p class=\"a>b\">x<br/><a href='x'>y</a></p><!-- z -->";
        check(html, html, &[]);
        check("", "", &[]);
        check("<script>x</script>", "<script>x</script>", &[SCRIPTS]);
    }
}
