//! A Markdown tree as HTML, not yet sanitised.

use comrak::nodes::{ListType, Node, NodeList, NodeValue};
use rejoinder_core::recordings::TimeReference;

use crate::escape::push_text;
use crate::sanitiser::{BEGIN, END};
use crate::times::{TimeEdit, TimeEdits};
use crate::url_gate::safe_link;

/// Quotes and lists inside each other.
const MAX_BLOCK_DEPTH: usize = 8;
/// Emphasis and spoilers inside each other.
const MAX_INLINE_DEPTH: usize = 8;

/// What was written. Not safe yet.
#[derive(Default)]
pub(crate) struct RawHtml {
    /// HTML, with a sign where a link to a place in a recording begins and one where it ends.
    pub(crate) html: String,
    /// Where its links lead.
    pub(crate) links: Vec<String>,
    /// The places in recordings.
    pub(crate) times: Vec<TimeReference>,
}

/// Writes a tree as HTML.
#[derive(Default)]
pub(crate) struct HtmlWriter {
    pub(crate) written: RawHtml,
    places: TimeEdits,
    /// What is to be written when each open node ends; the tree may be too deep for recursion.
    open: Vec<ClosingTag>,
    n_blocks: usize,
    n_inlines: usize,
    is_in_link: bool,
    /// Whether something else is written for what comes next.
    is_hidden: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum ClosingTag {
    Nothing,
    Plain(&'static str),
    Block(&'static str),
    Inline(&'static str),
    Link,
    Time,
}

impl HtmlWriter {
    pub(crate) fn new(places: TimeEdits) -> Self {
        Self {
            places,
            ..Self::default()
        }
    }

    pub(crate) fn enter(&mut self, node: Node<'_>) {
        let close = self.start(node);
        self.open.push(close);
    }

    pub(crate) fn leave(&mut self) {
        let end = match self.open.pop().unwrap_or(ClosingTag::Nothing) {
            ClosingTag::Nothing => "",
            ClosingTag::Plain(end) => end,
            ClosingTag::Block(end) => {
                self.n_blocks -= 1;
                end
            }
            ClosingTag::Inline(end) => {
                self.n_inlines -= 1;
                end
            }
            ClosingTag::Link => {
                self.is_in_link = false;
                "</a>"
            }
            ClosingTag::Time => {
                (self.is_in_link, self.is_hidden) = (false, false);
                self.written.html.push(END);
                ""
            }
        };
        self.written.html.push_str(end);
    }

    fn start(&mut self, node: Node<'_>) -> ClosingTag {
        if self.is_hidden {
            return ClosingTag::Nothing;
        }
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
            NodeValue::ThematicBreak => self.written.html.push_str("<hr>"),
            NodeValue::SoftBreak | NodeValue::LineBreak => self.written.html.push_str("<br>"),
            NodeValue::CodeBlock(code) => self.code("<pre><code>", &code.literal, "</code></pre>"),
            NodeValue::Code(code) => self.code("<code>", &code.literal, "</code>"),
            NodeValue::HtmlBlock(block) => {
                self.written.html.push_str("<p>");
                push_lines(&mut self.written.html, block.literal.trim());
                self.written.html.push_str("</p>");
            }
            NodeValue::HtmlInline(text) => push_lines(&mut self.written.html, text),
            NodeValue::Text(text) => self.text(node, text),
            NodeValue::EscapedTag(marks) => return self.plain(marks, marks),
            NodeValue::ShortCode(short) => self.emoji(&short.code, &short.emoji),
            _ => {}
        }
        ClosingTag::Nothing
    }

    fn plain(&mut self, start: &str, end: &'static str) -> ClosingTag {
        self.written.html.push_str(start);
        ClosingTag::Plain(end)
    }

    fn block(&mut self, start: &str, end: &'static str) -> ClosingTag {
        if self.n_blocks == MAX_BLOCK_DEPTH {
            return ClosingTag::Nothing;
        }
        self.n_blocks += 1;
        self.written.html.push_str(start);
        ClosingTag::Block(end)
    }

    fn inline(&mut self, start: &str, end: &'static str) -> ClosingTag {
        if self.n_inlines == MAX_INLINE_DEPTH {
            return ClosingTag::Nothing;
        }
        self.n_inlines += 1;
        self.written.html.push_str(start);
        ClosingTag::Inline(end)
    }

    /// A paragraph of a tight list is only its text, as long as the list is shown as one.
    fn paragraph(&mut self, node: Node<'_>) -> ClosingTag {
        let list = node.parent().and_then(|item| item.parent());
        let is_tight = list.is_some_and(|list| {
            matches!(
                list.data().value,
                NodeValue::List(NodeList { tight: true, .. })
            )
        });
        if is_tight && self.open.last() == Some(&ITEM) {
            return ClosingTag::Nothing;
        }
        self.plain("<p>", "</p>")
    }

    fn list(&mut self, list: &NodeList) -> ClosingTag {
        match (list.list_type, list.start) {
            (ListType::Bullet, _) => self.block("<ul>", "</ul>"),
            (ListType::Ordered, 1) => self.block("<ol>", "</ol>"),
            (ListType::Ordered, start) => self.block(&format!("<ol start=\"{start}\">"), "</ol>"),
        }
    }

    fn item(&mut self) -> ClosingTag {
        if matches!(self.open.last(), Some(ClosingTag::Block(_))) {
            self.written.html.push_str("<li>");
            return ITEM;
        }
        ClosingTag::Nothing
    }

    /// Inside a link a spoiler takes no focus of its own: the link has it already.
    fn spoiler(&mut self) -> ClosingTag {
        let start = if self.is_in_link {
            "<span class=\"spoiler\">"
        } else {
            "<span class=\"spoiler\" tabindex=\"0\">"
        };
        self.inline(start, "</span>")
    }

    /// A link that leads nowhere safe is only its text; so is a link inside a link.
    fn link(&mut self, node: Node<'_>, url: &str) -> ClosingTag {
        let shows_nothing = !node.descendants().take(MAX_LOOKED_AT).any(shows_something);
        if !self.is_in_link
            && let Some(time) = self.places.of_link(node)
        {
            return self.time(node, url, time, shows_nothing);
        }
        let target = if self.is_in_link {
            None
        } else {
            safe_link(url)
        };
        let Some(target) = target else {
            if shows_nothing {
                push_text(&mut self.written.html, url);
            }
            return ClosingTag::Nothing;
        };
        self.written.html.push_str("<a href=\"");
        push_text(&mut self.written.html, &target.replace('"', "%22"));
        self.written
            .html
            .push_str("\" rel=\"nofollow ugc noopener noreferrer\">");
        if shows_nothing {
            push_text(&mut self.written.html, &target);
        }
        self.written.links.push(target);
        self.is_in_link = true;
        ClosingTag::Link
    }

    /// A link to a place in a recording shows its time where it would have shown an address.
    fn time(
        &mut self,
        node: Node<'_>,
        url: &str,
        time: TimeReference,
        shows_nothing: bool,
    ) -> ClosingTag {
        self.written.html.push(BEGIN);
        self.is_hidden = shows_nothing || shows_address(node, url);
        if self.is_hidden {
            push_text(&mut self.written.html, &time.span.clock());
        }
        self.written.times.push(time);
        self.is_in_link = true;
        ClosingTag::Time
    }

    fn text(&mut self, node: Node<'_>, text: &str) {
        let mut done = 0;
        for (at, sign) in self.places.in_text(node) {
            push_text(&mut self.written.html, &text[done..at]);
            done = at;
            match sign {
                TimeEdit::Begin(time) => {
                    self.written.html.push(BEGIN);
                    self.written.times.push(time);
                }
                TimeEdit::End => self.written.html.push(END),
                TimeEdit::Skip => done += 1,
            }
        }
        push_text(&mut self.written.html, &text[done..]);
    }

    fn code(&mut self, start: &str, literal: &str, end: &str) {
        self.written.html.push_str(start);
        push_text(&mut self.written.html, literal);
        self.written.html.push_str(end);
    }

    /// `:100:` and the like are far more often times and ratios than emoji.
    fn emoji(&mut self, code: &str, emoji: &str) {
        if code.bytes().all(|b| b.is_ascii_digit()) {
            push_text(&mut self.written.html, &format!(":{code}:"));
        } else {
            push_text(&mut self.written.html, emoji);
        }
    }
}

/// Adds `text` to HTML, with its ends of lines.
fn push_lines(html: &mut String, text: &str) {
    for (i, line) in text.lines().enumerate() {
        if i > 0 {
            html.push_str("<br>");
        }
        push_text(html, line);
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

/// Whether a link was typed as its address.
fn shows_address(node: Node<'_>, url: &str) -> bool {
    let Some(child) = node.first_child() else {
        return false;
    };
    let NodeValue::Text(text) = &child.data().value else {
        return false;
    };
    let rest = url.strip_suffix(text.as_ref());
    rest.is_some_and(|scheme| matches!(scheme, "" | "http://"))
}

const ITEM: ClosingTag = ClosingTag::Plain("</li>");
