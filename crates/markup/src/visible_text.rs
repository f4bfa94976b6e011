//! What a comment says, for those who judge it.

use std::collections::HashSet;

use percent_encoding::percent_decode_str;
use rejoinder_core::SafeHtml;
use url::Url;

use crate::plain::unescaped;

/// So many links are looked for in the text; each costs a look at all of it. Of more, the addresses
/// are told whether they are shown or not.
const MAX_SOUGHT: usize = 100;

/// What a text says to a reader who uncovers its spoilers, and where its hidden links lead.
///
/// It has no signs that are only layout, such as the bullets of a list: where nothing was written,
/// there is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VisibleText {
    whole: String,
    n_seen_bytes: usize,
}

impl VisibleText {
    /// What `html` shows. It relies on how the sanitiser writes HTML.
    pub fn of(html: &SafeHtml) -> Self {
        let mut text = String::new();
        let mut links: Vec<String> = Vec::new();
        let mut rest = html.as_str();
        while let Some((before, after)) = rest.split_once('<') {
            text.push_str(&unescaped(before));
            let (tag, after) = after.split_once('>').unwrap_or((after, ""));
            if let Some(href) = href(tag) {
                links.push(readable(&unescaped(href)));
            } else if is_block(tag) && !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            rest = after;
        }
        text.push_str(&unescaped(rest));
        text.truncate(text.trim_end_matches('\n').len());
        let seen = text.to_lowercase();
        let n_seen_bytes = text.len();
        let mut told = HashSet::new();
        for (n, link) in links.iter().filter(|link| told.insert(*link)).enumerate() {
            if n >= MAX_SOUGHT || !seen.contains(&bare(link).to_lowercase()) {
                text.push('\n');
                text.push_str(link);
            }
        }
        Self {
            whole: text,
            n_seen_bytes,
        }
    }

    /// The text without its formatting.
    pub fn text(&self) -> &str {
        &self.whole[..self.n_seen_bytes]
    }

    /// The text, and below it the addresses that its links lead to without showing them.
    pub fn whole(&self) -> &str {
        &self.whole
    }
}

fn href(tag: &str) -> Option<&str> {
    let (href, _) = tag.strip_prefix("a href=\"")?.split_once('"')?;
    Some(href)
}

/// Whether a tag begins or ends a line. Words go on across all others.
fn is_block(tag: &str) -> bool {
    let name = tag.trim_start_matches('/');
    let name = name.split(' ').next().unwrap_or_default();
    matches!(
        name,
        "blockquote" | "br" | "dd" | "div" | "dl" | "dt" | "hr" | "li" | "ol" | "p" | "pre" | "ul"
    )
}

/// An address as a person reads it: the host in its own letters, and nothing escaped.
pub fn readable(url: &str) -> String {
    let Ok(parsed) = Url::parse(url) else {
        return url.to_owned();
    };
    let decoded = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    let Some(host) = parsed.host_str() else {
        return decoded(url);
    };
    let (named, _) = idna::domain_to_unicode(host);
    let rest = url.split_once(host).map_or("", |(_, rest)| rest);
    format!("{}://{named}{}", parsed.scheme(), decoded(rest))
}

/// An address without its scheme and the slash at its end, as people often write it.
fn bare(link: &str) -> &str {
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    let rest = rest.strip_prefix("mailto:").unwrap_or(rest);
    rest.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{render, sanitise};

    #[track_caller]
    fn check(markdown: &str, expected: &str) {
        assert_eq!(render(markdown).shown.whole(), expected, "{markdown:?}");
    }

    #[test]
    fn formatting_is_gone_and_words_stay_whole() {
        check("**da**rn", "darn");
        check("d*a*r~~n~~ `code`", "darn code");
        check("He ||was **dead**|| all along", "He was dead all along");
        check(
            "da&shy;rn d&#97;rn &lt;b&gt; &amp;amp;",
            "da\u{ad}rn darn <b> &amp;",
        );
        check("<b>darn</b>", "<b>darn</b>");
        check(
            "# One\n\n> two\n\n- three\n- four\n\n```\nfive\nsix\n```",
            "One\ntwo\nthree\nfour\nfive\nsix",
        );
        check("buy\nnow", "buy\nnow");
        check("\\*darn\\*", "*darn*");
        check(":smile:", "😄");
    }

    #[test]
    fn what_shows_nothing_is_nothing() {
        for text in [
            "", " ", "***", "- ", "1. ", "> ", ">\n>", "```\n```", "-\n-\n-", "# ", "&nbsp;",
            "[a]: /b",
        ] {
            assert_eq!(render(text).shown.text().trim(), "", "{text:?}");
        }
    }

    #[test]
    fn links_are_told_where_they_are_not_shown() {
        check(
            "[here](https://viagra.com/a?b=1&c=2)",
            "here\nhttps://viagra.com/a?b=1&c=2",
        );
        check(
            "https://viagra.com and www.a.example/",
            "https://viagra.com and www.a.example/",
        );
        check("[viagra.com](https://viagra.com)", "viagra.com");
        check(
            "[x](https://m%C3%BCnchen.example/d%61rn)",
            "x\nhttps://münchen.example/darn",
        );
        check(
            "https://a.example/d%61rn",
            "https://a.example/d%61rn\nhttps://a.example/darn",
        );
        check("<ann@example.org>", "ann@example.org");
        check(
            "buy [now](https://a.example) or",
            "buy now or\nhttps://a.example/",
        );
    }

    #[test]
    fn html_of_another_system_is_read_alike() {
        let html =
            sanitise("<p>One<br>two</p><ul><li>th<b>re</b>e</li></ul><a href='//x'>f</a>our");
        assert_eq!(VisibleText::of(&html).whole(), "One\ntwo\nthree\nfour");
    }
}
