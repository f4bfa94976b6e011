//! Markdown as people type it: CommonMark, strikethrough, spoilers, bare links, line breaks.

use std::cell::Cell;

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{ListType, Node, NodeList, NodeValue};
use comrak::{Arena, Options};

use crate::autolink::{are_cheap, parse};
use crate::escape::push_text;
use crate::sanitiser::{SafeHtml, sanitise};
use crate::shown::Shown;
use crate::url_gate::safe_link;

/// A text as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The text as HTML.
    pub html: SafeHtml,
    /// How many links it shows.
    pub n_links: usize,
    /// Where they lead, in the order of the text; an address stands as often as it is linked.
    pub links: Vec<String>,
    /// What it says once the formatting is gone.
    pub shown: Shown,
}

/// Renders Markdown.
///
/// HTML in the text is shown as the text that it is. Pictures become links. Headings become
/// strong paragraphs, so that a comment never enters the outline of the page it stands on. A
/// spoiler is `<span class="spoiler" tabindex="0">`: style covers it until it is hovered or
/// focused, which needs no script, and a screen reader reads it in its place. Nesting that no
/// reader could follow is flattened. A text that takes far more work to parse than its length
/// explains is shown as it was typed.
pub fn render(text: &str) -> Rendered {
    let arena = Arena::new();
    let Some(root) = parse(&arena, text) else {
        return rendered(as_typed(text), Vec::new());
    };
    let mut writer = Writer::default();
    for edge in root.traverse() {
        match edge {
            NodeEdge::Start(node) => writer.enter(node),
            NodeEdge::End(_) => writer.leave(),
        }
    }
    rendered(sanitise(&writer.html), writer.links)
}

fn rendered(html: SafeHtml, links: Vec<String>) -> Rendered {
    Rendered {
        shown: Shown::of(&html),
        html,
        n_links: links.len(),
        links,
    }
}

/// How `text` is read: its bare links only where finding them takes no more than a few looks.
pub(crate) fn options(text: &str) -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.autolink = are_cheap(text);
    options.extension.spoiler = true;
    options.extension.shortcodes = true;
    options.extension.cjk_friendly_emphasis = true;
    // A line of dashes under a paragraph is a line to those who type it, not a heading.
    options.parse.ignore_setext = true;
    options
}

/// How much work the parser may do: the parser asks once every 256 steps, and an honest text
/// takes a few steps a byte.
pub(crate) struct Budget {
    n_asked: Cell<usize>,
    max_asked: usize,
}

impl Budget {
    pub(crate) fn for_text(text: &str) -> Self {
        Self {
            n_asked: Cell::new(0),
            max_asked: 64 + text.len() / 16,
        }
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.n_asked.set(self.n_asked.get() + 1);
        self.n_asked.get() > self.max_asked
    }
}

fn as_typed(text: &str) -> SafeHtml {
    let mut html = String::new();
    for paragraph in text
        .split("\n\n")
        .filter(|paragraph| !paragraph.trim().is_empty())
    {
        html.push_str("<p>");
        push_lines(&mut html, paragraph.trim());
        html.push_str("</p>");
    }
    sanitise(&html)
}

fn push_lines(html: &mut String, text: &str) {
    for (i, line) in text.lines().enumerate() {
        if i > 0 {
            html.push_str("<br>");
        }
        push_text(html, line);
    }
}

/// Quotes and lists inside each other.
const MAX_BLOCK_DEPTH: usize = 8;
/// Emphasis and spoilers inside each other.
const MAX_INLINE_DEPTH: usize = 8;

#[derive(Default)]
struct Writer {
    html: String,
    links: Vec<String>,
    /// What is to be written when each open node ends; the tree may be too deep for recursion.
    open: Vec<Close>,
    n_blocks: usize,
    n_inlines: usize,
    is_in_link: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Close {
    Nothing,
    Plain(&'static str),
    Block(&'static str),
    Inline(&'static str),
    Link,
}

impl Writer {
    fn enter(&mut self, node: Node<'_>) {
        let close = self.start(node);
        self.open.push(close);
    }

    fn leave(&mut self) {
        let end = match self.open.pop().unwrap_or(Close::Nothing) {
            Close::Nothing => "",
            Close::Plain(end) => end,
            Close::Block(end) => {
                self.n_blocks -= 1;
                end
            }
            Close::Inline(end) => {
                self.n_inlines -= 1;
                end
            }
            Close::Link => {
                self.is_in_link = false;
                "</a>"
            }
        };
        self.html.push_str(end);
    }

    fn start(&mut self, node: Node<'_>) -> Close {
        let data = node.data();
        match &data.value {
            NodeValue::Paragraph => return self.paragraph(node),
            NodeValue::Heading(_) => return self.plain("<p><strong>", "</strong></p>"),
            NodeValue::BlockQuote => return self.block("<blockquote>", "</blockquote>"),
            NodeValue::List(list) => return self.list(list),
            NodeValue::Item(_) => return self.item(),
            NodeValue::Emph => return self.inline("<em>", "</em>"),
            NodeValue::Strong => return self.inline("<strong>", "</strong>"),
            NodeValue::Strikethrough => return self.inline("<del>", "</del>"),
            NodeValue::SpoileredText => return self.spoiler(),
            NodeValue::Link(link) | NodeValue::Image(link) => return self.link(node, &link.url),
            NodeValue::ThematicBreak => self.html.push_str("<hr>"),
            NodeValue::SoftBreak | NodeValue::LineBreak => self.html.push_str("<br>"),
            NodeValue::CodeBlock(code) => self.code("<pre><code>", &code.literal, "</code></pre>"),
            NodeValue::Code(code) => self.code("<code>", &code.literal, "</code>"),
            NodeValue::HtmlBlock(block) => {
                self.html.push_str("<p>");
                push_lines(&mut self.html, block.literal.trim());
                self.html.push_str("</p>");
            }
            NodeValue::HtmlInline(text) => push_lines(&mut self.html, text),
            NodeValue::Text(text) => push_text(&mut self.html, text),
            NodeValue::EscapedTag(marks) => return self.plain(marks, marks),
            NodeValue::ShortCode(short) => self.emoji(&short.code, &short.emoji),
            _ => {}
        }
        Close::Nothing
    }

    fn plain(&mut self, start: &str, end: &'static str) -> Close {
        self.html.push_str(start);
        Close::Plain(end)
    }

    fn block(&mut self, start: &str, end: &'static str) -> Close {
        if self.n_blocks == MAX_BLOCK_DEPTH {
            return Close::Nothing;
        }
        self.n_blocks += 1;
        self.html.push_str(start);
        Close::Block(end)
    }

    fn inline(&mut self, start: &str, end: &'static str) -> Close {
        if self.n_inlines == MAX_INLINE_DEPTH {
            return Close::Nothing;
        }
        self.n_inlines += 1;
        self.html.push_str(start);
        Close::Inline(end)
    }

    /// A paragraph of a tight list is only its text, as long as the list is shown as one.
    fn paragraph(&mut self, node: Node<'_>) -> Close {
        let list = node.parent().and_then(|item| item.parent());
        let is_tight = list.is_some_and(|list| {
            matches!(
                list.data().value,
                NodeValue::List(NodeList { tight: true, .. })
            )
        });
        if is_tight && self.open.last() == Some(&ITEM) {
            return Close::Nothing;
        }
        self.plain("<p>", "</p>")
    }

    fn list(&mut self, list: &NodeList) -> Close {
        match (list.list_type, list.start) {
            (ListType::Bullet, _) => self.block("<ul>", "</ul>"),
            (ListType::Ordered, 1) => self.block("<ol>", "</ol>"),
            (ListType::Ordered, start) => self.block(&format!("<ol start=\"{start}\">"), "</ol>"),
        }
    }

    fn item(&mut self) -> Close {
        if matches!(self.open.last(), Some(Close::Block(_))) {
            self.html.push_str("<li>");
            return ITEM;
        }
        Close::Nothing
    }

    /// Inside a link a spoiler takes no focus of its own: the link has it already.
    fn spoiler(&mut self) -> Close {
        let start = if self.is_in_link {
            "<span class=\"spoiler\">"
        } else {
            "<span class=\"spoiler\" tabindex=\"0\">"
        };
        self.inline(start, "</span>")
    }

    /// A link that leads nowhere safe is only its text; so is a link inside a link.
    fn link(&mut self, node: Node<'_>, url: &str) -> Close {
        let shows_nothing = !node.descendants().take(MAX_LOOKED_AT).any(shows_something);
        let target = if self.is_in_link {
            None
        } else {
            safe_link(url)
        };
        let Some(target) = target else {
            if shows_nothing {
                push_text(&mut self.html, url);
            }
            return Close::Nothing;
        };
        self.html.push_str("<a href=\"");
        push_text(&mut self.html, &target.replace('"', "%22"));
        self.html
            .push_str("\" rel=\"nofollow ugc noopener noreferrer\">");
        if shows_nothing {
            push_text(&mut self.html, &target);
        }
        self.links.push(target);
        self.is_in_link = true;
        Close::Link
    }

    fn code(&mut self, start: &str, literal: &str, end: &str) {
        self.html.push_str(start);
        push_text(&mut self.html, literal);
        self.html.push_str(end);
    }

    /// `:100:` and the like are far more often times and ratios than emoji.
    fn emoji(&mut self, code: &str, emoji: &str) {
        if code.bytes().all(|b| b.is_ascii_digit()) {
            push_text(&mut self.html, &format!(":{code}:"));
        } else {
            push_text(&mut self.html, emoji);
        }
    }
}

/// How far into a link to look for something that can be seen of it.
const MAX_LOOKED_AT: usize = 64;

fn shows_something(node: Node<'_>) -> bool {
    match &node.data().value {
        NodeValue::Text(text) => !text.trim().is_empty(),
        NodeValue::Code(code) => !code.literal.trim().is_empty(),
        NodeValue::HtmlInline(_) | NodeValue::ShortCode(_) => true,
        _ => false,
    }
}

const ITEM: Close = Close::Plain("</li>");

#[cfg(test)]
mod tests {
    use super::*;

    fn n_asked(text: &str) -> usize {
        let n = Cell::new(0);
        let count = || {
            n.set(n.get() + 1);
            false
        };
        comrak::try_parse_document(&Arena::new(), text, &options(text), &count)
            .expect("nothing cancels it");
        n.get()
    }

    #[test]
    fn twice_the_text_takes_at_most_twice_the_steps() {
        for piece in [
            ">", "> > ", "[", "[a](", "![", "*", "*a ", "*a **b ", "**a*", "a**b_c ", "~~a",
            "||a ", "`a``", "- ", "- a\n", "1. ", "<a ", "&", "www.", "a@b.", "http://", "a\n\n",
            "a ",
        ] {
            let steps = |n: usize| n_asked(&piece.repeat(n / piece.len())) + 8;
            let (one, two, four) = (steps(10_000), steps(20_000), steps(40_000));
            assert!(
                two * 2 <= one * 5 && four * 2 <= two * 5,
                "{piece:?}: {one} {two} {four}"
            );
            assert!(four * 2 < Budget::for_text(&piece.repeat(40_000 / piece.len())).max_asked);
        }
    }

    #[test]
    fn a_text_that_takes_too_much_work_is_shown_as_typed() {
        assert_eq!(
            as_typed("*a*\nb <c>\n\nhttps://example.org").as_str(),
            "<p>*a*<br>b &lt;c&gt;</p><p>https://example.org</p>"
        );
    }
}
