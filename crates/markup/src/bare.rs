//! Links that stand alone on their line.

use comrak::Arena;
use comrak::nodes::{Node, NodeValue};
use rejoinder_core::recordings::CitableRecording;

use crate::autolink::parse;
use crate::times::external;
use crate::url_gate::safe_link;

/// So many of the links of a text stand for what they lead to.
const MAX_BARE: usize = 2;

/// The web addresses that stand bare and alone on their lines in a Markdown text, each once and no
/// more than two. In a sentence, in a quote or a list, in `<…>` or behind words a link is only a
/// link.
pub fn bare_links(text: &str) -> Vec<String> {
    bare_links_beside(text, &[])
}

/// The same, but for those that lead to one of `recordings`: it is there already.
pub fn bare_links_beside(text: &str, recordings: &[CitableRecording]) -> Vec<String> {
    if !text.contains("://") {
        return Vec::new();
    }
    let arena = Arena::new();
    let Some(root) = parse(&arena, text) else {
        return Vec::new();
    };
    let lines: Vec<&str> = text.lines().collect();
    let mut found: Vec<String> = Vec::new();
    for paragraph in root.children() {
        if !matches!(paragraph.data().value, NodeValue::Paragraph) {
            continue;
        }
        for link in bare_in(paragraph, &lines) {
            let is_new = !found.contains(&link) && external(&link, recordings).is_none();
            if found.len() < MAX_BARE && is_new {
                found.push(link);
            }
        }
    }
    found
}

fn bare_in(paragraph: Node<'_>, lines: &[&str]) -> Vec<String> {
    let mut at = paragraph.data().sourcepos.start.line.saturating_sub(1);
    let mut found = Vec::new();
    let mut only = LineContent::Nothing;
    for node in paragraph.children() {
        match &node.data().value {
            NodeValue::SoftBreak | NodeValue::LineBreak => {
                found.extend(only.take(lines.get(at)));
                at += 1;
            }
            NodeValue::Link(link) => only.add(&link.url),
            NodeValue::Text(text) if text.trim().is_empty() => {}
            _ => only = LineContent::More,
        }
    }
    found.extend(only.take(lines.get(at)));
    found
}

/// What stands on a line.
enum LineContent {
    Nothing,
    Link(String),
    More,
}

impl LineContent {
    fn add(&mut self, url: &str) {
        *self = match self {
            Self::Nothing => Self::Link(url.to_owned()),
            Self::Link(_) | Self::More => Self::More,
        };
    }

    /// The link that stands alone on the line that ends, when it was typed as nothing but itself.
    fn take(&mut self, line: Option<&&str>) -> Option<String> {
        let Self::Link(url) = std::mem::replace(self, Self::Nothing) else {
            return None;
        };
        let typed = line?.trim();
        let is_bare = ["http://", "https://"].iter().any(|start| {
            typed
                .get(..start.len())
                .is_some_and(|s| s.eq_ignore_ascii_case(start))
        });
        is_bare.then(|| safe_link(&url)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(bare_links(text), expected, "{text:?}");
    }

    const A: &str = "https://a.example/x";

    #[test]
    fn a_link_alone_on_its_line_stands_for_what_it_leads_to() {
        check(A, &[A]);
        check("Look:\n\nhttps://a.example/x\n\nGood, no?", &[A]);
        check("Look:\nhttps://a.example/x\nGood, no?", &[A]);
        check("  https://a.example/x  \r\nx", &[A]);
        check("HTTPS://A.example/x", &[A]);
        check(
            "https://a.example/x\nhttps://b.example/\nhttps://c.example/",
            &[A, "https://b.example/"],
        );
        check("https://a.example/x\n\nhttps://a.example/x", &[A]);
    }

    #[test]
    fn any_other_link_is_only_a_link() {
        for text in [
            "See https://a.example/x",
            "https://a.example/x is it",
            "https://a.example/x.",
            "<https://a.example/x>",
            "[https://a.example/x](https://a.example/x)",
            "[x](https://a.example/x)",
            "> https://a.example/x",
            "- https://a.example/x",
            "1. https://a.example/x",
            "    https://a.example/x",
            "```\nhttps://a.example/x\n```",
            "`https://a.example/x`",
            "*https://a.example/x*",
            "||https://a.example/x||",
            "# https://a.example/x",
            "https://a.example/x https://b.example/",
            "![https://a.example/x](https://a.example/x)",
            "a.example/x",
            "www.a.example",
            "mailto:a@a.example",
            "javascript://a.example/x",
            "https://user@a.example/x",
            "https://",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn a_link_in_brackets_stays_a_link_beside_the_same_one_in_code() {
        check(
            "<https://a.example/x>\n\n```\nhttps://a.example/x\n```",
            &[],
        );
        check(
            "x\n<https://a.example/x>\nhttps://b.example/",
            &["https://b.example/"],
        );
    }
}
